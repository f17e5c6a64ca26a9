import type { Finding } from '../core/finding';
import { findingWords } from '../words/findingWords';
import { editorHints } from './hints';

const order = ['block', 'warn', 'note'] as const;

/** Findings as lines of a modal: what blocks first. */
export function findingLines(findings: readonly Finding[]): string[] {
  return order.flatMap((level) =>
    findings
      .filter((finding) => finding.level === level)
      .map((finding) => sentence(findingWords(finding, editorHints))),
  );
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
