/** A word of a statement: `text` is a keyword or bare name in small letters, what stands between quotes, or one sign. */
export interface Word {
  readonly kind: 'word' | 'name' | 'string' | 'sign';
  readonly text: string;
  /** where it begins and ends in the statement */
  readonly from: number;
  readonly to: number;
}

/** The first words of a statement, at most so many; comments are left out. It ends before what has no end. Linear. Pure. */
export function firstWords(text: string, most: number): Word[] {
  const words: Word[] = [];
  for (let at = 0; words.length < most;) {
    at = behindSpace(text, at);
    const first = text[at];
    if (first === undefined) break;
    const quoted = first === '"' || first === "'" ? endOfQuoted(text, at, first) : undefined;
    if (quoted === 'none') break;
    if (quoted !== undefined) {
      const value = text.slice(at + 1, quoted - 1).replaceAll(first + first, first);
      words.push({ kind: first === '"' ? 'name' : 'string', text: value, from: at, to: quoted });
      at = quoted;
      continue;
    }
    const to = isLetter(first) ? endOfWord(text, at) : at + 1;
    words.push({
      kind: to > at && isLetter(first) ? 'word' : 'sign',
      text: text.slice(at, to).toLowerCase(),
      from: at,
      to,
    });
    at = to;
  }
  return words;
}

function behindSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
    if (text.startsWith('--', at)) at = endOf(text, '\n', at);
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at);
    else return at;
  }
}

function endOf(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found + end.length;
}

function endOfQuoted(text: string, from: number, quote: string): number | 'none' {
  for (let at = from + 1; ;) {
    const end = text.indexOf(quote, at);
    if (end < 0) return 'none';
    if (text[end + 1] !== quote) return end + 1;
    at = end + 2;
  }
}

function isLetter(sign: string): boolean {
  return /[\w\u0080-\uffff]/.test(sign);
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && (isLetter(text[at] ?? '') || text[at] === '$')) at += 1;
  return at;
}
