import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../base/errors';
import { rangeWithin, type ByteCursor, type ByteSource } from '../byteSource';
import { answerOf, isAbsent, isConditionFailed, storeError } from './s3Errors';
import type { S3Bucket } from './s3Bucket';

/** An object as it was when it was looked at. */
export interface S3Version {
  readonly key: string;
  readonly size: number;
  /** what the store calls these very bytes */
  readonly tag: string | undefined;
  readonly version: string | undefined;
}

/** How often a reading that broke off goes on where it was before it is given up. */
const attempts = 5;
/** What a cursor reads at once, and how many such blocks it keeps: short reads in a row cost one request. */
const block = 1 << 20;
const blocks = 8;

/**
 * An object of a bucket as a source of bytes. Each read asks for the very bytes that were looked at (`If-Match`, and the version where there is one): what was put in their
 * place is refused. A connection that ends in between is taken up again where it was; what ends for good before its end is `store.cut`.
 */
export function s3Source(bucket: S3Bucket, object: S3Version): ByteSource {
  const source: ByteSource = {
    name: `${bucket.name}/${object.key}`,
    size: object.size,
    async *read({ piece = 1 << 20, signal, ...range } = {}) {
      const { from, to } = rangeWithin(object.size, range);
      let at = from;
      for (let tries = attempts; at < to;) {
        signal?.throwIfAborted();
        const before = at;
        try {
          for await (const part of await bodyOf(bucket, object, { from: at, to }, signal)) {
            for (let cut = 0; cut < part.length; cut += piece) {
              signal?.throwIfAborted();
              const bytes = part.subarray(cut, Math.min(cut + piece, part.length, cut + to - at));
              if (bytes.length === 0) break;
              at += bytes.length;
              yield bytes;
            }
          }
          if (at < to) throw new AppError('store.cut', { name: source.name, at, size: object.size });
        } catch (error) {
          signal?.throwIfAborted();
          tries = at > before ? attempts : tries - 1;
          if (tries === 0 || isFinal(error)) throw readError(error, source.name, at, object);
          await pause(100 * (attempts - tries), undefined, { signal });
        }
      }
    },
    async cursor() {
      return new BlockCursor(source);
    },
  };
  return source;
}

/** Short reads out of a few large ones. */
class BlockCursor implements ByteCursor {
  readonly #source: ByteSource;
  readonly #held = new Map<number, Buffer>();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async read(buffer: Buffer, from: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const at = from + filled;
      if (at >= this.#source.size) break;
      const held = await this.#block(Math.floor(at / block));
      filled += held.copy(buffer, filled, at % block);
    }
    return filled;
  }

  async close(): Promise<void> {
    this.#held.clear();
  }

  async #block(index: number): Promise<Buffer> {
    const known = this.#held.get(index);
    // what was asked for last is let go last
    this.#held.delete(index);
    const held = known ?? (await this.#fetch(index));
    this.#held.set(index, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > blocks && oldest !== undefined) this.#held.delete(oldest);
    return held;
  }

  async #fetch(index: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.#source.read({ from: index * block, to: (index + 1) * block })) parts.push(part);
    return Buffer.concat(parts);
  }
}

async function bodyOf(
  { client, s3, bucket, full }: S3Bucket,
  { key, tag, version }: S3Version,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Buffer>> {
  const found = await client.send(
    new s3.GetObjectCommand({
      Bucket: bucket,
      Key: full(key),
      Range: `bytes=${from}-${to - 1}`,
      ...(tag === undefined ? {} : { IfMatch: tag }),
      ...(version === undefined ? {} : { VersionId: version }),
    }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  // a store that does not know ranges answers with all of it
  if (found.ContentRange === undefined && (from > 0 || found.ContentLength !== to - from))
    throw new AppError('store.cut', { name: key, reason: 'range' });
  return found.Body as Readable;
}

/** True for what another try would not change. */
function isFinal(error: unknown): boolean {
  const { status } = answerOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408;
}

function readError(error: unknown, name: string, at: number, { size, key }: S3Version): AppError {
  if (isConditionFailed(error))
    return new AppError('file.refused', { file: name, reason: 'replaced' }, { cause: error });
  if (isAbsent(error)) return new AppError('store.absent', { key }, { cause: error });
  const { status } = answerOf(error);
  if (status === 416) return new AppError('store.cut', { name, at, size }, { cause: error });
  return storeError(error, { name });
}
