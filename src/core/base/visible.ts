/**
 * A text of one line with nothing in it that a reader does not see: line breaks and other control characters, what turns the direction of
 * writing, what has no width. Each is shown as JavaScript would write it (`\x1b`, `\u202e`). What it returns it leaves as it is. Pure.
 */
export function visible(text: string): string {
  return text.replace(hidden, escaped);
}

/** The same for a text whose line breaks are meant; a tab between words stays one. Pure. */
export function visibleLines(text: string): string {
  return text.replace(/\r\n/g, '\n').split('\n').map(visibleButTabs).join('\n');
}

/** JSON for a reader that may be a terminal: the same value, written without what `visible` would not show. Pure. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(hidden, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(''),
  );
}

/** True where `visible` would change the text. Pure. */
export function hasHidden(text: string): boolean {
  return text.search(hidden) >= 0;
}

/**
 * Control characters of both sets, formats (directions, zero widths, soft hyphens, tags), separators of lines and paragraphs, halves of pairs, and the
 * fillers of Hangul and Braille, which are letters that show nothing.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{034f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{2800}\u{3164}\u{ffa0}]/gu;

function visibleButTabs(line: string): string {
  return line.split('\t').map(visible).join('\t');
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\u{${code.toString(16)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
