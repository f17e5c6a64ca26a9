import { isAscii, isUtf8 } from 'node:buffer';

/** Whether bytes are a text that a server keeps in some encoding: whole characters, and no NUL among them. */
export type IsValid = (text: Buffer) => boolean;

/**
 * The check for an encoding, as the ENCODING entry of an archive names it, by the server's own rules (pg_wchar.c). `clients` for one that only
 * clients have: its characters may hold a quote or a backslash as their second byte, so that two readers can see two different texts; undefined
 * for a name that PostgreSQL does not know.
 */
export function validityIn(encoding: string): IsValid | 'clients' | undefined {
  const name = encoding.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  if (clientsOnly.has(name)) return 'clients';
  if (oneByte.test(name)) return holdsNoNul;
  const characters = several[name];
  if (characters === undefined) return undefined;
  return (text) => isPlain(text) || (holdsNoNul(text) && characters(text));
}

/** Texts before the encoding is known. */
export function isPlain(text: Buffer): boolean {
  return isAscii(text) && holdsNoNul(text);
}

function holdsNoNul(text: Buffer): boolean {
  return text.indexOf(0) < 0;
}

const clientsOnly: ReadonlySet<string> = new Set(['SJIS', 'SHIFTJIS2004', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB']);

const oneByte = /^(SQLASCII|LATIN([1-9]|10)|ISO8859[5-8]|WIN(866|874|125[0-8])|KOI8[RU]?)$/;

/** Bytes of a character by its first two; 0 where none begins so. */
type Length = (first: number, second: number) => number;

/** The characters of a text that is not ASCII alone; `trailing` is what every byte behind the second must be. */
function made(length: Length, trailing: (byte: number) => boolean): IsValid {
  return (text) => {
    for (let at = 0; at < text.length;) {
      const first = text[at] ?? 0;
      const size = first < 0x80 ? 1 : length(first, text[at + 1] ?? 0);
      if (size === 0 || at + size > text.length) return false;
      for (let next = at + 2; next < at + size; next += 1) if (!trailing(text[next] ?? 0)) return false;
      at += size;
    }
    return true;
  };
}

const ofEuc = (byte: number): boolean => byte >= 0xa1 && byte <= 0xfe;
const twoOfEuc = made((first, second) => (ofEuc(first) && ofEuc(second) ? 2 : 0), ofEuc);
const japanese = made((first, second) => {
  if (first === 0x8e) return second >= 0xa1 && second <= 0xdf ? 2 : 0;
  if (!ofEuc(second)) return 0;
  return first === 0x8f ? 3 : ofEuc(first) ? 2 : 0;
}, ofEuc);
const taiwanese = made((first, second) => {
  if (first === 0x8e) return second >= 0xa1 && second <= 0xa7 ? 4 : 0;
  return first !== 0x8f && ofEuc(second) ? 2 : 0;
}, ofEuc);
const highBit = (byte: number): boolean => byte > 0x7f;
const mule = made((first, second) => {
  const size =
    first >= 0x81 && first <= 0x8d ? 2 : first >= 0x90 && first <= 0x9b ? 3 : first === 0x9c || first === 0x9d ? 4 : 1;
  return size === 1 || highBit(second) ? size : 0;
}, highBit);

const several: Readonly<Record<string, IsValid>> = {
  UTF8: isUtf8,
  UNICODE: isUtf8,
  EUCJP: japanese,
  EUCJIS2004: japanese,
  EUCCN: twoOfEuc,
  EUCKR: twoOfEuc,
  EUCTW: taiwanese,
  MULEINTERNAL: mule,
};
