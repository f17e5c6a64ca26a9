/** A text as lines of at most `width` columns, broken at spaces; `indent` begins each, `next` all but the first. A word that is too long stays whole. */
export function wrapped(text: string, width: number, indent = '', next = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let isBegun = false;
  for (const word of text.split(' ')) {
    if (isBegun && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      isBegun = false;
    }
    line += isBegun ? ` ${word}` : word;
    isBegun = true;
  }
  return [...lines, line];
}
