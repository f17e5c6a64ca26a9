import type { ListObjectVersionsCommandOutput, ObjectVersion } from '@aws-sdk/client-s3';
import { AppError } from '../../base/errors';
import type { ByteSource } from '../byteSource';
import {
  checkKey,
  checkPrefix,
  levelOf,
  wholeOf,
  type Removal,
  type Store,
  type StoredLevel,
  type StoredObject,
  type Upload,
} from '../store';
import type { S3Bucket } from './s3Bucket';
import { storeError } from './s3Errors';
import { s3Source } from './s3Source';

/** What lay under a key then. */
interface Then {
  readonly object: StoredObject;
  readonly version: string | undefined;
}

/**
 * A bucket that keeps older versions, as it was at a time: what was deleted or replaced since is there as it was. It is read alone. What it holds is asked for once, since what was does not change;
 * the store's own clock says when something was written or deleted.
 */
export class AsOfStore implements Store {
  readonly name: string;
  readonly can = { locks: false, versions: true };
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #time: Date;
  #known: Promise<ReadonlyMap<string, Then>> | undefined;

  constructor(bucket: S3Bucket, prefix: string, time: Date) {
    this.name = bucket.name;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#time = time;
  }

  async *list(
    prefix: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<StoredObject, void, undefined> {
    checkPrefix(prefix);
    for (const object of await this.#below(prefix)) {
      signal?.throwIfAborted();
      yield object;
    }
  }

  async level(prefix: string): Promise<StoredLevel> {
    checkPrefix(prefix);
    return levelOf(prefix, await this.#below(prefix));
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    return (await this.#all()).get(key)?.object;
  }

  async open(key: string): Promise<ByteSource> {
    checkKey(key);
    const found = (await this.#all()).get(key);
    if (!found) throw new AppError('store.absent', { key });
    return s3Source(this.#bucket, { key, size: found.object.size, tag: undefined, version: found.version });
  }

  async get(key: string, most: number): Promise<Buffer> {
    return wholeOf(await this.open(key), most);
  }

  async create(): Promise<Upload> {
    throw this.#past();
  }

  async remove(): Promise<Removal> {
    throw this.#past();
  }

  async #below(prefix: string): Promise<StoredObject[]> {
    const found = [...(await this.#all()).values()].map(({ object }) => object);
    return found.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async #all(): Promise<ReadonlyMap<string, Then>> {
    this.#known ??= this.#ask();
    // what failed once may be there the next time
    this.#known.catch(() => (this.#known = undefined));
    return this.#known;
  }

  async #ask(): Promise<ReadonlyMap<string, Then>> {
    const { client, s3, bucket } = this.#bucket;
    const newest = new Map<string, { readonly time: Date; readonly then: Then | undefined }>();
    const latest = new Map<string, Date>();
    const see = (
      { Key, LastModified: changed, IsLatest }: Pick<ObjectVersion, 'Key' | 'LastModified' | 'IsLatest'>,
      then?: { readonly size: number; readonly version: string | undefined },
    ): void => {
      const key = Key?.startsWith(this.#prefix) ? Key.slice(this.#prefix.length) : undefined;
      if (key === undefined || changed === undefined || !isKey(key)) return;
      if (IsLatest === true) latest.set(key, changed);
      else if (changed.getTime() > (latest.get(key)?.getTime() ?? Infinity) + 1000) {
        // what is newest there is not the newest by its times: nothing can be said of any time
        throw new AppError('usage', { rule: 'asOf.undated', name: this.name });
      }
      if (changed > this.#time) return;
      const before = newest.get(key);
      // they are listed newest first; of one second the first one counts
      if (before && before.time >= changed) return;
      const object = then && { object: { key, size: then.size, changed }, version: then.version };
      newest.set(key, { time: changed, then: object });
    };
    try {
      let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
      while (markers) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new s3.ListObjectVersionsCommand({ Bucket: bucket, Prefix: this.#prefix, ...markers }),
        );
        // a deletion in the second of a writing came after it: what is written once is not written again
        for (const one of page.DeleteMarkers ?? []) see(one);
        for (const one of page.Versions ?? []) see(one, { size: one.Size ?? 0, version: one.VersionId });
        const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
        markers =
          IsTruncated === true && NextKeyMarker !== undefined
            ? {
                KeyMarker: NextKeyMarker,
                ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
              }
            : undefined;
      }
    } catch (error) {
      throw storeError(error, { name: this.name });
    }
    return new Map([...newest].flatMap(([key, { then }]) => (then ? [[key, then] as const] : [])));
  }

  #past(): AppError {
    return new AppError('usage', { rule: 'asOf.reads', time: this.#time.toISOString() });
  }
}

function isKey(key: string): boolean {
  try {
    checkKey(key);
    return true;
  } catch {
    return false;
  }
}
