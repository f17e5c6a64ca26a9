/** A value as COPY writes it, without its escapes. Bytes are characters. */
export function unescapeCopy(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(.)/gs, (_whole, letter: string) => meant[letter] ?? letter) : text;
}

/** A value as COPY writes it. */
export function escapeCopy(value: string): string {
  return special.test(value) ? value.replaceAll(allSpecial, (sign) => written[sign] ?? sign) : value;
}

const meant: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const written: Readonly<Record<string, string>> = {
  ...{ '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\' },
};
const special = /[\b\f\n\r\t\v\\]/;
const allSpecial = /[\b\f\n\r\t\v\\]/g;
