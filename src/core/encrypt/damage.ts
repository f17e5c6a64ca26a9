import { AppError } from '../base/errors';
import { chunkBytes, sealedBytes, type ChunkCipher, type ChunkPlace } from './chunks';

/** The payload that a chunk is of. */
export interface Payload {
  readonly name: string;
  /** where its first chunk stands in the file */
  readonly start: number;
  readonly cipher: ChunkCipher;
}

/**
 * What is wrong with a chunk whose tag is not right: `encrypted.damaged` { name, offset, chunk, at, reason, is? }. `cut`: it has another one behind it, which is missing; `more`: it is the last one and more
 * comes; `order`: it is another chunk of this file, number `is`; else `changed`, or of a last one `changedOrCut`, which cannot be told apart. Only asked when all is lost: opens the chunk at other places to
 * find out, and gives nothing of it away.
 */
export function damagedChunk({ name, start, cipher }: Payload, sealed: Buffer, place: ChunkPlace): AppError {
  const { index, last } = place;
  const data = { name, offset: start + index * sealedBytes, chunk: index, at: index * chunkBytes };
  const say = (reason: string, is?: number): AppError =>
    new AppError('encrypted.damaged', { ...data, reason, ...(is === undefined ? {} : { is }) });
  if (cipher.open(sealed, { index, last: !last })) return say(last ? 'cut' : 'more');
  for (let away = 1; away <= mostAway; away += 1) {
    for (const is of [index - away, index + away]) {
      if (is < 0) continue;
      if ([last, !last].some((one) => cipher.open(sealed, { index: is, last: one }))) return say('order', is);
    }
  }
  return say(last ? 'changedOrCut' : 'changed');
}

/** How far from its place a chunk is looked for; each look costs as much as to decrypt it. */
const mostAway = 64;
