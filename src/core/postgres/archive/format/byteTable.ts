/** For each byte of an encoding whose characters are bytes, that character in UTF-8; undefined where there is none. */
export type ByteTable = readonly (Buffer | undefined)[];

/** `bytes[from, to)` in UTF-8. A byte without a character stays as it is, and is then part of no text at all. */
export function inUtf8(bytes: Uint8Array, from: number, to: number, table: ByteTable): Buffer {
  const out = Buffer.allocUnsafe((to - from) * longestCharacter);
  let length = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    const character = byte < 0x80 ? undefined : table[byte];
    if (character === undefined) out[length++] = byte;
    else length += character.copy(out, length);
  }
  return out.subarray(0, length);
}

/** of what any such encoding has, in UTF-8 */
const longestCharacter = 3;
