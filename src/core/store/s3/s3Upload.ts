import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../base/errors';
import type { StoredObject, Upload } from '../store';
import type { S3Bucket } from './s3Bucket';
import { answerOf, isAbsent, isConditionFailed, isConflict, isUnclear, isUnknownRequest, storeError } from './s3Errors';

/** Bytes of a part: a bucket takes 10,000 of them, so later ones are larger. Together: 390 GB. */
const partBytes = 16 << 20;
const laterPartBytes = 64 << 20;
const firstParts = 5000;
const mostParts = 10_000;
/** Parts on their way at once, beside the one that fills. */
const inFlight = 2;
/** How often a commit that two ask for at once is tried. */
const attempts = 5;
/** How long the request that puts parts together may be silent: a store may copy all of them before it answers. */
const completionSilence = 15 * 60_000;
/** How long a store may go on putting parts together after its answer was lost, or came early: it copies 50 MB in a second, or it is slow. */
const settling = (bytes: number): number => Math.min(10 * 60_000, Math.max(5_000, bytes / 50_000));
/** Which upload an object came from: an answer that was lost is told from another's object by it. */
const mark = 'db-ferry-upload';

interface Part {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumCRC32: string | undefined;
}

/**
 * An object of a bucket on its way. What fits into a part goes in one request, everything else part by part while it comes; memory stays at three parts. Nothing is seen of it
 * before the last request of it is answered, and parts that are given up are taken away.
 */
export class S3Upload implements Upload {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #id = randomUUID();
  #state: 'open' | 'ended' = 'open';
  #size = 0;
  #filling: Buffer = Buffer.alloc(0);
  #filled = 0;
  #multipart: string | undefined;
  #numbers = 0;
  readonly #parts: Part[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failed: AppError | undefined;
  /** ends what is on its way */
  readonly #stop = new AbortController();

  constructor(bucket: S3Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#state === 'ended') throw this.#ended();
    for (let at = 0; at < chunk.length;) {
      if (this.#failed) throw this.#failed;
      const room = this.#partBytes();
      // grows with what comes: a manifest does not cost a part
      if (this.#filled === this.#filling.length) this.#grow(Math.min(room, this.#filled + chunk.length - at));
      const taken = chunk.copy(this.#filling, this.#filled, at, at + room - this.#filled);
      at += taken;
      this.#filled += taken;
      this.#size += taken;
      if (this.#filled === room) await this.#send();
    }
    if (this.#failed) throw this.#failed;
  }

  async commit({ ifAbsent = false }: { readonly ifAbsent?: boolean } = {}): Promise<StoredObject> {
    if (this.#state === 'ended') throw this.#ended();
    try {
      if (this.#multipart !== undefined && this.#filled > 0) await this.#send();
      await Promise.all(this.#sending);
      if (this.#failed) throw this.#failed;
      await this.#give(ifAbsent);
      const stored = (await this.#stored()) ?? (await this.#settles(() => this.#stored()));
      if (stored?.size !== this.#size)
        throw new AppError('store.cut', { name: this.#name, at: stored?.size ?? 0, size: this.#size });
      this.#state = 'ended';
      this.#multipart = undefined;
      return stored;
    } catch (error) {
      throw storeError(error, { name: this.#bucket.name, key: this.#key });
    } finally {
      await this.abort();
    }
  }

  async abort(): Promise<void> {
    this.#state = 'ended';
    this.#stop.abort();
    await Promise.allSettled(this.#sending);
    this.#filling = Buffer.alloc(0);
    const { client, s3, bucket, full } = this.#bucket;
    const given = this.#multipart;
    this.#multipart = undefined;
    if (given === undefined) return;
    const command = new s3.AbortMultipartUploadCommand({ Bucket: bucket, Key: full(this.#key), UploadId: given });
    // what stays is listed by the bucket's unfinished uploads, and found there
    await client.send(command).catch(() => undefined);
  }

  get #name(): string {
    return `${this.#bucket.name}/${this.#key}`;
  }

  #ended(): AppError {
    return new AppError('internal', { message: `the upload of ${this.#key} has ended` });
  }

  #partBytes(): number {
    return this.#numbers < firstParts ? partBytes : laterPartBytes;
  }

  #grow(wanted: number): void {
    const size = Math.min(this.#partBytes(), Math.max(64 << 10, wanted, this.#filling.length * 2));
    const larger = Buffer.allocUnsafe(size);
    this.#filling.copy(larger, 0, 0, this.#filled);
    this.#filling = larger;
  }

  /** Sends what has filled a part, and returns when there is room for the next. */
  async #send(): Promise<void> {
    const body = this.#filling.subarray(0, this.#filled);
    this.#filling = Buffer.alloc(0);
    this.#filled = 0;
    if (this.#numbers === mostParts)
      throw new AppError('store.failed', {
        name: this.#bucket.name,
        key: this.#key,
        reason: 'unsupported',
        code: 'TooManyParts',
      });
    this.#multipart ??= await this.#begin();
    this.#numbers += 1;
    const sending = this.#sendPart(this.#numbers, this.#multipart, body)
      .catch((error: unknown) => {
        this.#failed ??= storeError(error, { name: this.#bucket.name, key: this.#key });
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    while (this.#sending.size >= inFlight) await Promise.race(this.#sending);
  }

  async #begin(): Promise<string> {
    const { client, s3, bucket, full, checksums } = this.#bucket;
    try {
      const { UploadId } = await client.send(
        new s3.CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: full(this.#key),
          Metadata: { [mark]: this.#id },
          ...(checksums ? { ChecksumAlgorithm: 'CRC32' as const } : {}),
        }),
      );
      if (UploadId === undefined)
        throw new AppError('store.failed', {
          name: this.#bucket.name,
          key: this.#key,
          reason: 'other',
          code: 'NoUploadId',
        });
      return UploadId;
    } catch (error) {
      throw storeError(error, { name: this.#bucket.name, key: this.#key });
    }
  }

  async #sendPart(PartNumber: number, UploadId: string, Body: Buffer): Promise<void> {
    const { client, s3, bucket, full, checksums } = this.#bucket;
    const { ETag, ChecksumCRC32 } = await client.send(
      new s3.UploadPartCommand({
        ...{ Bucket: bucket, Key: full(this.#key), UploadId, PartNumber, Body },
        ...(checksums ? { ChecksumAlgorithm: 'CRC32' as const } : {}),
      }),
      { abortSignal: this.#stop.signal },
    );
    this.#parts.push({ PartNumber, ETag, ChecksumCRC32 });
  }

  /** The request that makes it an object, until one is answered. */
  async #give(ifAbsent: boolean): Promise<void> {
    let isConditional = ifAbsent;
    for (let tries = attempts; ; tries -= 1) {
      try {
        await (this.#multipart === undefined
          ? this.#put(isConditional)
          : this.#complete(this.#multipart, isConditional));
        return;
      } catch (error) {
        // the answer to an earlier try was lost: it is ours
        if ((await this.#isOurs()) || (isUnclear(error) && (await this.#settles(() => this.#isOurs())))) return;
        if (ifAbsent && isConditionFailed(error)) {
          if (isConditional && tries > 0 && !(await this.#isThere())) {
            // some stores take the mark of a removal for an object
            isConditional = false;
            continue;
          }
          throw new AppError('store.exists', { key: this.#key }, { cause: error });
        }
        if (isConditional && isUnknownRequest(error)) {
          // a store without conditions: not seen before, not there now; two at one moment are not told apart
          if (await this.#isThere()) throw new AppError('store.exists', { key: this.#key }, { cause: error });
          isConditional = false;
          continue;
        }
        if (tries === 0 || !isConflict(error)) throw error;
        await pause(50 * (1 + attempts - tries) * (1 + Math.random()));
      }
    }
  }

  async #put(isConditional: boolean): Promise<void> {
    const { client, s3, bucket, full } = this.#bucket;
    await client.send(
      new s3.PutObjectCommand({
        ...{
          Bucket: bucket,
          Key: full(this.#key),
          Body: this.#filling.subarray(0, this.#filled),
          Metadata: { [mark]: this.#id },
        },
        ...(isConditional ? { IfNoneMatch: '*' } : {}),
      }),
    );
  }

  async #complete(UploadId: string, isConditional: boolean): Promise<void> {
    const { client, s3, bucket, full } = this.#bucket;
    const Parts = this.#parts
      .sort((a, b) => a.PartNumber - b.PartNumber)
      .map(({ PartNumber, ETag, ChecksumCRC32 }) => ({
        PartNumber,
        ...(ETag === undefined ? {} : { ETag }),
        ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
      }));
    await client.send(
      new s3.CompleteMultipartUploadCommand({
        ...{ Bucket: bucket, Key: full(this.#key), UploadId, MultipartUpload: { Parts } },
        ...(isConditional ? { IfNoneMatch: '*' } : {}),
      }),
      { requestTimeout: completionSilence },
    );
  }

  /** Looks until it finds something, for as long as parts may still be put together; undefined where none are. */
  async #settles<Found>(look: () => Promise<Found | undefined>): Promise<Found | undefined> {
    if (this.#multipart === undefined) return undefined;
    const deadline = Date.now() + settling(this.#size);
    for (let waits = 100; Date.now() < deadline; waits = Math.min(2000, waits * 2)) {
      await pause(waits);
      const found = await look();
      if (found) return found;
    }
    return undefined;
  }

  async #isOurs(): Promise<boolean> {
    const found = await this.#head().catch(() => undefined);
    return found?.Metadata?.[mark] === this.#id;
  }

  async #isThere(): Promise<boolean> {
    return (await this.#head()) !== undefined;
  }

  async #stored(): Promise<StoredObject | undefined> {
    const found = await this.#head();
    if (!found) return undefined;
    return { key: this.#key, size: found.ContentLength ?? -1, changed: found.LastModified ?? new Date(0) };
  }

  async #head(): Promise<HeadObjectCommandOutput | undefined> {
    const { client, s3, bucket, full } = this.#bucket;
    try {
      return await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: full(this.#key) }));
    } catch (error) {
      if (isAbsent(error) || answerOf(error).status === 404) return undefined;
      throw error;
    }
  }
}
