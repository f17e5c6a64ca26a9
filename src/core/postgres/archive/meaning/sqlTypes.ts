import { isName } from './sqlTokens';
import { isGroup, isSign, isWord, type Node } from './sqlTree';

/**
 * Where the name of a type ends that begins at `from`: `text`, `public.mood`, `character varying(20)[]`, `timestamp(3) without time zone`.
 * Undefined where none is found for certain.
 */
export function endOfType(nodes: readonly Node[], from: number): number | undefined {
  const first = nodes[from];
  if (first === undefined || first.kind === 'group' || !isName(first)) return undefined;
  let at = from + 1;
  const rest = first.kind === 'word' ? moreWords.get(first.text) : undefined;
  if (rest !== undefined) at = skipWords(nodes, at, rest);
  else {
    while (isSign(nodes[at], '.')) {
      const name = nodes[at + 1];
      if (name === undefined || name.kind === 'group' || !isName(name)) return undefined;
      at += 2;
    }
  }
  if (isGroup(nodes[at], '(')) at += 1;
  const zone = ['without', 'with'].find((word) => wordIs(nodes[at], word));
  if ((first.text === 'timestamp' || first.text === 'time') && zone !== undefined) {
    if (!wordIs(nodes[at + 1], 'time') || !wordIs(nodes[at + 2], 'zone')) return undefined;
    at += 3;
  }
  for (let node = nodes[at]; isGroup(node, '[') && node.nodes.length === 0; node = nodes[at]) at += 1;
  return at;
}

/** What may follow the first word of a type that has several. */
const moreWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['character', ['varying']],
  ['bit', ['varying']],
  ['double', ['precision']],
  ['interval', ['year', 'month', 'day', 'hour', 'minute', 'second', 'to']],
]);

function skipWords(nodes: readonly Node[], from: number, words: readonly string[]): number {
  let at = from;
  while (words.some((word) => wordIs(nodes[at], word))) at += 1;
  return at;
}

function wordIs(node: Node | undefined, word: string): boolean {
  return isWord(node, word, word.toUpperCase());
}
