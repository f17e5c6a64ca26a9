import { isAscii, isUtf8 } from 'node:buffer';

/** The bytes of one character at a place: how many they are in this encoding, 0 where they are none of it. */
export type CharacterLength = (bytes: Uint8Array, at: number) => number;

/** How characters of an encoding of databases are told apart. Undefined for one in which that is not known (MULE_INTERNAL). */
export function charactersOf(encoding: string): CharacterLength | undefined {
  const name = encoding.toUpperCase();
  if (name === 'UTF8') return utf8;
  if (name === 'EUC_JP' || name === 'EUC_JIS_2004')
    return (bytes, at) => euc(bytes, at, { 0x8e: [2, 0xdf], 0x8f: [3, 0xfe] });
  if (name === 'EUC_TW') return (bytes, at) => euc(bytes, at, { 0x8e: [4, 0xa7], 0x8f: [2, 0] }, 0x80);
  if (name === 'EUC_KR' || name === 'EUC_CN') return (bytes, at) => euc(bytes, at, {});
  if (name === 'MULE_INTERNAL') return undefined;
  return () => 1;
}

/** Whether all of a row is text in this encoding, as the server would see it. */
export function isTextIn(encoding: string): (row: Buffer) => boolean {
  if (encoding.toUpperCase() === 'UTF8') return (row) => isUtf8(row);
  const length = charactersOf(encoding);
  return (row) => {
    if (isAscii(row)) return true;
    if (length === undefined) return false;
    for (let at = 0; at < row.length;) {
      const step = length(row, at);
      if (step === 0) return false;
      at += step;
    }
    return true;
  };
}

/** Characters beyond ASCII, each as a string of its bytes in hex. */
export function* charactersIn(row: Buffer, length: CharacterLength): Generator<string> {
  for (let at = 0; at < row.length;) {
    const step = Math.max(1, length(row, at));
    if ((row[at] ?? 0) > 0x7f) yield row.toString('hex', at, at + step);
    at += step;
  }
}

function utf8(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** By a leading byte that shifts to another set: how many bytes its characters have, and the last byte that may come second. */
type Shifts = Readonly<Record<number, readonly [length: number, last: number]>>;

/** Two bytes with the high bit, where no shift says otherwise; the server lets EUC_TW begin with any (`least`). */
function euc(bytes: Uint8Array, at: number, shifts: Shifts, least = 0xa1): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const shift = shifts[lead];
  if (shift === undefined && (lead < least || (least > 0x80 && !isHigh(lead)))) return 0;
  const [length, last] = shift ?? [2, 0xfe];
  for (let next = at + 1; next < at + length; next += 1) if (!isHigh(bytes[next])) return 0;
  return (bytes[at + 1] ?? 0) > last ? 0 : length;
}

function isHigh(byte = 0): boolean {
  return byte >= 0xa1 && byte <= 0xfe;
}
