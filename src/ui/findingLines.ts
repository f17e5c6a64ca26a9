import type { Finding } from '../core/base/finding';
import { findingWords } from '../words/findingWords';
import { editorHints } from './hints';

const order = ['block', 'warn', 'note'] as const;

/** Findings as lines of a modal: what blocks first. */
export function findingLines(findings: readonly Finding[]): string[] {
  return order.flatMap((level) =>
    findings.filter((finding) => finding.level === level).map((finding) => capital(findingWords(finding, editorHints))),
  );
}

/** A finding's words as a sentence. */
export function capital(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
