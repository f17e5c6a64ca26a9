import { sentences, wordsFor } from '../words/errorWords';
import { neededRule } from '../words/neededRule';
import type { AnyFacts } from '../core/base/errorData';
import { cliHints } from './hints';

/** An error for a person in a terminal; where a right is missing, with the rule to ask for. */
export function errorLines(code: string, data: AnyFacts): string {
  const words = sentences(wordsFor(code, data, cliHints));
  const rule = code === 'cluster.forbidden' ? neededRule(data) : undefined;
  return rule === undefined ? words : `${words}\nThis is it, for an administrator to apply:\n\n${rule}`;
}
