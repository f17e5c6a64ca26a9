import { createHash } from 'node:crypto';

/** Bytes that are the same every time and repeat nowhere. */
export function plainBytes(size: number, seed = 'rows'): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at * 32 < size; at += 1) parts.push(createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

/** Some bytes as a stream of pieces of these sizes, over and over. */
export async function* inPieces(content: Buffer, ...sizes: readonly number[]): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0, turn = 0; at < content.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? content.length;
    yield content.subarray(at, at + size);
    at += size;
  }
}

/** All that a stream gives, and the error that it ended with. */
export async function collect(
  stream: AsyncIterable<Buffer>,
): Promise<{ readonly bytes: Buffer; readonly error?: unknown }> {
  const parts: Buffer[] = [];
  try {
    // a reader may keep what it was given: what was changed later would show
    for await (const part of stream) parts.push(part);
    return { bytes: Buffer.concat(parts) };
  } catch (error) {
    return { bytes: Buffer.concat(parts), error };
  }
}
