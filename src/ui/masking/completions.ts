import { fileKeyWords, ruleKeyWords, transformWords } from '../../words/maskRuleWords';

/** What may be written next in a file of masking rules. */
export interface Proposed {
  readonly text: string;
  readonly about: string;
  readonly kind: 'value' | 'key';
}

/** By what stands in the line before the cursor. Pure. */
export function completionsFor(before: string): Proposed[] {
  const values = /\b(as|rows|default|largeObjects|definitions|version)\s*:\s*\w*$/.exec(before)?.[1];
  if (values === 'as') return listOf(transformWords(), 'value');
  if (values !== undefined) return valuesOf()[values] ?? [];
  // what a path or a field becomes
  if (/\b(?:paths|fields)\s*:\s*\{[^}]*:\s*\w*$/.test(before)) return listOf(transformWords(), 'value');
  // in a rule: behind its dash, a brace or a comma, or a line of its own
  let end = before.length;
  while (/\w/.test(before.charAt(end - 1))) end -= 1;
  const ahead = before.slice(0, end).trimEnd();
  if (/^\s/.test(before) && /^$|[{,-]$/.test(ahead)) return listOf(ruleKeyWords(), 'key');
  return /^\w*$/.test(before) ? listOf(fileKeyWords(), 'key') : [];
}

const valuesOf = (): Readonly<Record<string, Proposed[]>> => ({
  rows: [{ text: 'none', about: ruleKeyWords().rows, kind: 'value' }],
  default: [{ text: 'deny', about: fileKeyWords().default, kind: 'value' }],
  definitions: [{ text: 'keep', about: fileKeyWords().definitions, kind: 'value' }],
  version: [{ text: '1', about: '', kind: 'value' }],
  largeObjects: ['none', 'keep'].map((text) => ({ text, about: fileKeyWords().largeObjects, kind: 'value' })),
});

function listOf(words: Readonly<Record<string, string>>, kind: Proposed['kind']): Proposed[] {
  return Object.entries(words).map(([text, about]) => ({ text, about, kind }));
}
