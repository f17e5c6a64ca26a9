import type { ListMultipartUploadsCommandOutput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { AppError } from '../../base/errors';
import type { ByteSource } from '../byteSource';
import {
  checkKey,
  checkPrefix,
  wholeOf,
  type Removal,
  type Store,
  type StoredLevel,
  type StoredObject,
  type UnfinishedUpload,
  type Upload,
} from '../store';
import { AsOfStore } from './asOf';
import type { S3Bucket } from './s3Bucket';
import { openClient, type S3Settings } from './s3Client';
import { answerOf, isAbsent, isUnknownRequest, storeError } from './s3Errors';
import { s3Source } from './s3Source';
import { S3Upload } from './s3Upload';

/** A store in a bucket; what its client holds open is closed by `close`. */
export interface S3Store extends Store {
  unfinished(options?: {
    readonly prefix?: string;
    readonly removeBefore?: Date;
  }): Promise<readonly UnfinishedUpload[]>;
  close(): void;
}

/**
 * A bucket of an S3 store, which must be there: asks whether it keeps objects by lock and old ones by version. Throws `store.failed` { reason } for a bucket that is not there, a login that is
 * refused, a store that does not answer. `called`: what people are told of it; default its address.
 */
export async function openS3Store(settings: S3Settings, called?: string): Promise<S3Store> {
  const { bucket, prefix } = await openBucket(settings, called);
  try {
    return new BucketStore(bucket, prefix, { ...(await locksOf(bucket)), versions: await hasVersions(bucket) });
  } catch (error) {
    bucket.client.destroy();
    throw storeError(error, { name: bucket.name });
  }
}

/** The same as it was at a time, to be read alone. Throws `usage` { rule: 'asOf.versions' } for a bucket that keeps no older versions, and what opening one throws. */
export async function openS3StoreAsOf(settings: S3Settings, time: Date, called?: string): Promise<Store> {
  const { bucket, prefix } = await openBucket(settings, called);
  try {
    if (await hasVersions(bucket)) return new AsOfStore(bucket, prefix, time);
    throw new AppError('usage', { rule: 'asOf.versions', name: bucket.name });
  } catch (error) {
    bucket.client.destroy();
    throw storeError(error, { name: bucket.name });
  }
}

async function openBucket(
  settings: S3Settings,
  called: string | undefined,
): Promise<{ readonly bucket: S3Bucket; readonly prefix: string }> {
  const { s3, client } = await openClient(settings);
  const prefix = settings.prefix === undefined || settings.prefix === '' ? '' : `${settings.prefix}/`;
  const name = called ?? `s3://${settings.bucket}${prefix === '' ? '' : `/${settings.prefix ?? ''}`}`;
  const bucket: S3Bucket = {
    ...{ s3, client, bucket: settings.bucket, name },
    full: (key) => prefix + key,
    checksums: settings.checksums !== 'required',
  };
  try {
    if (prefix !== '') checkPrefix(prefix);
    await client.send(new s3.ListObjectsV2Command({ Bucket: settings.bucket, Prefix: prefix, MaxKeys: 1 }));
    return { bucket, prefix };
  } catch (error) {
    client.destroy();
    throw storeError(error, { name });
  }
}

class BucketStore implements S3Store {
  readonly name: string;
  readonly can: Store['can'];
  readonly room = undefined;
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  /** how long the bucket keeps each object by itself */
  readonly #days: number | undefined;

  constructor(bucket: S3Bucket, prefix: string, { days, ...can }: Store['can'] & { readonly days?: number }) {
    this.name = bucket.name;
    this.can = can;
    this.#days = days;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async *list(
    prefix: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<StoredObject, void, undefined> {
    checkPrefix(prefix);
    for await (const { objects } of this.#pages(prefix, options)) yield* objects;
  }

  async level(prefix: string): Promise<StoredLevel> {
    checkPrefix(prefix);
    const folders = new Set<string>();
    const objects: StoredObject[] = [];
    for await (const page of this.#pages(prefix, { delimiter: '/' })) {
      for (const folder of page.folders) folders.add(folder);
      objects.push(...page.objects);
    }
    return { folders: [...folders].sort(), objects, refused: [] };
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    const found = await this.#head(key);
    return found && { key, size: found.size, changed: found.changed };
  }

  async get(key: string, most: number): Promise<Buffer> {
    return wholeOf(await this.open(key), most);
  }

  async open(key: string): Promise<ByteSource> {
    checkKey(key);
    const found = await this.#head(key);
    if (!found) throw new AppError('store.absent', { key });
    return s3Source(this.#bucket, { key, ...found });
  }

  async create(key: string): Promise<Upload> {
    checkKey(key);
    return new S3Upload(this.#bucket, key);
  }

  /**
   * Where old versions are kept, what is removed can be brought back by them. An object under a lock stays as it is: a mark of its removal would hide it and free nothing.
   */
  async remove(key: string): Promise<Removal> {
    checkKey(key);
    const { client, s3, bucket, full } = this.#bucket;
    try {
      const found = await this.#head(key);
      if (!found) return { state: 'absent' };
      const until = this.can.locks ? await this.#lockedUntil(key, found) : undefined;
      if (until) return { state: 'retained', until };
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: full(key) }));
      return { state: 'removed' };
    } catch (error) {
      throw storeError(error, { name: this.name, key });
    }
  }

  async keptUntil(key: string): Promise<Date | undefined> {
    checkKey(key);
    if (!this.can.locks) return undefined;
    try {
      const found = await this.#head(key);
      return found && (await this.#lockedUntil(key, found));
    } catch (error) {
      throw storeError(error, { name: this.name, key });
    }
  }

  async unfinished({
    prefix = '',
    removeBefore,
  }: { readonly prefix?: string; readonly removeBefore?: Date } = {}): Promise<readonly UnfinishedUpload[]> {
    checkPrefix(prefix);
    const { client, s3, bucket } = this.#bucket;
    const all = this.#prefix + prefix;
    const found: UnfinishedUpload[] = [];
    try {
      let markers: UploadMarkers | undefined = {};
      while (markers) {
        const page: ListMultipartUploadsCommandOutput = await client.send(
          new s3.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: all, ...markers }),
        );
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          // some stores list beyond the prefix
          if (!Key?.startsWith(all)) continue;
          const removed = removeBefore !== undefined && Initiated !== undefined && Initiated < removeBefore;
          if (removed) await client.send(new s3.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
          found.push({ key: Key.slice(this.#prefix.length), begun: Initiated, removed });
        }
        markers = nextMarkers(page, markers);
      }
    } catch (error) {
      throw storeError(error, { name: this.name });
    }
    return found;
  }

  close(): void {
    this.#bucket.client.destroy();
  }

  async #head(key: string): Promise<HeadFound | undefined> {
    const { client, s3, bucket, full } = this.#bucket;
    try {
      const found = await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: full(key) }));
      return {
        size: found.ContentLength ?? 0,
        changed: found.LastModified ?? new Date(0),
        tag: found.ETag,
        version: found.VersionId,
      };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw storeError(error, { name: this.name, key });
    }
  }

  /** Until when the store keeps an object, where that is to come. Throws for a hold without an end. */
  async #lockedUntil(key: string, { version, changed }: HeadFound): Promise<Date | undefined> {
    const { client, s3, bucket, full } = this.#bucket;
    const object = { Bucket: bucket, Key: full(key), ...(version === undefined ? {} : { VersionId: version }) };
    const hold = await client.send(new s3.GetObjectLegalHoldCommand(object)).catch(noneWhereEmpty);
    if (hold?.LegalHold?.Status === 'ON')
      throw new AppError('store.failed', { name: this.name, key, reason: 'denied', code: 'LegalHold' });
    const until = await client.send(new s3.GetObjectRetentionCommand(object)).then(
      ({ Retention }) => Retention?.RetainUntilDate,
      async (error: unknown) => {
        if (answerOf(error).status !== 200) return noneWhereUnset(error);
        // an answer that cannot be read: what the object's own head says, and without that nothing is removed
        const { ObjectLockRetainUntilDate } = await client.send(new s3.HeadObjectCommand(object));
        if (ObjectLockRetainUntilDate === undefined) throw error;
        return ObjectLockRetainUntilDate;
      },
    );
    // of a lock that comes from the bucket's own rule some stores say nothing: it holds all the same
    const kept = until ?? (this.#days === undefined ? undefined : new Date(changed.getTime() + this.#days * dayMs));
    return kept !== undefined && kept > new Date() ? kept : undefined;
  }

  async *#pages(
    prefix: string,
    options: { readonly delimiter?: string; readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<Page, void, undefined> {
    const { client, s3, bucket } = this.#bucket;
    const { delimiter, signal } = options;
    const all = this.#prefix + prefix;
    let token: string | undefined;
    do {
      signal?.throwIfAborted();
      const page: ListObjectsV2CommandOutput = await client
        .send(
          new s3.ListObjectsV2Command({
            ...{ Bucket: bucket, Prefix: all },
            ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          signal === undefined ? {} : { abortSignal: signal },
        )
        .catch((error: unknown) => {
          signal?.throwIfAborted();
          throw storeError(error, { name: this.name });
        });
      yield {
        folders: (page.CommonPrefixes ?? []).flatMap(({ Prefix }) =>
          Prefix === undefined ? [] : [Prefix.slice(all.length, -1)],
        ),
        objects: (page.Contents ?? []).flatMap(({ Key, Size, LastModified }) => {
          const key = Key?.slice(this.#prefix.length);
          // what is no key of ours was not put there by us: the mark of a folder that a browser made, a hidden file
          return key !== undefined && isKey(key)
            ? [{ key, size: Size ?? 0, changed: LastModified ?? new Date(0) }]
            : [];
        }),
      };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }
}

interface HeadFound {
  readonly size: number;
  readonly changed: Date;
  readonly tag: string | undefined;
  readonly version: string | undefined;
}

interface Page {
  readonly folders: readonly string[];
  readonly objects: readonly StoredObject[];
}

interface UploadMarkers {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

/** Where the next page begins; undefined after the last, and for a store that says the same again. */
function nextMarkers(
  page: ListMultipartUploadsCommandOutput,
  { KeyMarker, UploadIdMarker }: UploadMarkers,
): UploadMarkers | undefined {
  const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
  if (IsTruncated !== true || NextKeyMarker === undefined) return undefined;
  if (NextKeyMarker === KeyMarker && NextUploadIdMarker === UploadIdMarker) return undefined;
  return {
    KeyMarker: NextKeyMarker,
    ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
  };
}

function isKey(key: string): boolean {
  try {
    checkKey(key);
    return true;
  } catch {
    return false;
  }
}

/** A lock that was never set is answered with an error. */
function noneWhereUnset(error: unknown): undefined {
  const { code, status } = answerOf(error);
  if (
    status === 404 ||
    /^(NoSuchObjectLockConfiguration|ObjectLockConfigurationNotFoundError|InvalidRequest)$/.test(code)
  )
    return undefined;
  throw error;
}

/** A hold that was never set is answered with nothing by some. */
function noneWhereEmpty(error: unknown): undefined {
  if (answerOf(error).status === 200) return undefined;
  return noneWhereUnset(error);
}

const dayMs = 86_400_000;

/** Whether the bucket was made to lock objects, and for how many days it does so by itself. A store that does not say, or does not let us ask, keeps nothing by it as far as we know. */
async function locksOf({ s3, client, bucket }: S3Bucket): Promise<{ readonly locks: boolean; readonly days?: number }> {
  try {
    const { ObjectLockConfiguration } = await client.send(new s3.GetObjectLockConfigurationCommand({ Bucket: bucket }));
    const { Days, Years } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
    const days = Days ?? (Years === undefined ? undefined : Years * 365);
    const locks = ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    return { locks, ...(days === undefined ? {} : { days }) };
  } catch (error) {
    return { locks: noneWhereUnknown(error) };
  }
}

async function hasVersions({ s3, client, bucket }: S3Bucket): Promise<boolean> {
  try {
    const { Status } = await client.send(new s3.GetBucketVersioningCommand({ Bucket: bucket }));
    return Status === 'Enabled';
  } catch (error) {
    return noneWhereUnknown(error);
  }
}

function noneWhereUnknown(error: unknown): false {
  const { status } = answerOf(error);
  if (status === 404 || status === 403 || status === 400 || isUnknownRequest(error)) return false;
  throw error;
}
