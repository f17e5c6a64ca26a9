import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isAppError } from '../base/errors';
import type { Log } from '../base/log';
import { filesAt, filesIn, type BackupFiles } from '../catalog/backupFiles';
import { makePartialFolder, seal } from '../catalog/backupFolder';
import { room, watchDisk, type Room } from '../catalog/disk';
import { folderOf } from '../catalog/lookForBackups';
import type { BackupAt } from '../catalog/manifest';
import { isBucket, storeOfRoot } from '../catalog/storeOfRoot';
import { backupPrefix, type BackupPlace } from '../store/layout';
import { GrowingFile, type ArchiveFile } from './growingFile';
import { GrowingObject } from './growingObject';

/** A backup that is being made. Before it is sealed nothing of it is listed as one. */
export interface Draft {
  /** the folder, or the address, that the backup has in the end */
  readonly final: string;
  /** of one that is not on a disk */
  readonly at?: BackupAt;
  readonly files: BackupFiles;
  archive(name: string): Promise<ArchiveFile>;
  /** Calls `stop` once where the room ends, of what is known to have an end. Returns what ends the watch. */
  watch(stop: (error: AppError) => void): () => void;
  /** The last look before its manifest is written. Throws `backup.damaged` where the archive has not so many bytes. */
  beforeManifest(archive: string, bytes: number): Promise<void>;
  /** Its manifest is there: makes a backup of it. Throws `backup.damaged`. */
  seal(archive: string, bytes: number): Promise<void>;
  /** Takes away what was made. Never throws: what stays is no backup, and is told. */
  remove(log: Log): Promise<void>;
}

export interface DraftOptions {
  readonly root: string;
  readonly place: BackupPlace;
  readonly id: string;
  readonly job: string;
  readonly room?: ((folder: string) => Promise<Room>) | undefined;
}

/** Begins a backup under a root: a folder, or a bucket. */
export async function beginDraft(options: DraftOptions): Promise<Draft> {
  return isBucket(options.root) ? new BucketDraft(options, await storeOfRoot(options.root)) : folderDraft(options);
}

async function folderDraft({ root, place, id, job, room: look = room }: DraftOptions): Promise<Draft> {
  const { partial, final } = await makePartialFolder(root, place, id, job);
  let growing: { readonly file: GrowingFile; readonly name: string } | undefined;
  const whileMoved = async (act: () => Promise<string>): Promise<void> => {
    const { file, name } = growing ?? {};
    if (file === undefined || name === undefined) await act();
    else await file.whileMoved(async () => path.join(await act(), name));
  };
  return {
    final,
    files: filesIn(partial),
    archive: async (name) => {
      const file = new GrowingFile(path.join(partial, name));
      growing = { file, name };
      return file;
    },
    watch: (stop) => watchDisk(partial, stop, look),
    beforeManifest: async () => undefined,
    // looks once more, under the final name
    seal: async (archive, bytes) =>
      whileMoved(async () => {
        await seal(partial, final, async () => {
          const found = await stat(path.join(final, archive)).catch(() => undefined);
          mustHave(final, bytes, found?.size);
        });
        return final;
      }),
    // what is open stays there on a network's file system
    remove: async (log) => {
      await whileMoved(async () => {
        await rm(partial, { recursive: true, force: true }).catch((error: unknown) => {
          log.warn(`could not remove ${partial}: ${String(error)}`);
        });
        return partial;
      });
    },
  };
}

/** Objects below a prefix that is nobody else's; the manifest, which comes last, is what seals it. */
class BucketDraft implements Draft {
  readonly final: string;
  readonly at: BackupAt;
  readonly files: BackupFiles;
  readonly #made: string[] = [];

  constructor({ place, id }: DraftOptions, store: BackupAt['store']) {
    this.at = { store, prefix: backupPrefix(place, id) };
    this.final = folderOf(store, this.at.prefix);
    const files = filesAt(this.at);
    this.files = {
      put: async (name, content) => this.#make(name, async () => files.put(name, content)),
      size: async (name) => files.size(name),
    };
  }

  async archive(name: string): Promise<ArchiveFile> {
    const { store, prefix } = this.at;
    return GrowingObject.create(store, prefix + name, async (commit) => this.#make(name, commit));
  }

  /** Nobody knows where a bucket ends. */
  watch(): () => void {
    return () => undefined;
  }

  async beforeManifest(archive: string, bytes: number): Promise<void> {
    const found = await this.at.store.stat(this.at.prefix + archive);
    mustHave(this.final, bytes, found?.size);
  }

  async seal(): Promise<void> {
    // with its manifest it is a backup
  }

  async remove(log: Log): Promise<void> {
    // the last first: never a manifest of what is gone
    for (const name of this.#made.splice(0).reverse()) {
      const key = this.at.prefix + name;
      try {
        const { state } = await this.at.store.remove(key);
        if (state === 'retained') log.warn(`the store keeps ${this.at.store.name}/${key}`);
      } catch (error) {
        log.warn(`could not remove ${this.at.store.name}/${key}: ${String(error)}`);
      }
    }
  }

  /** What may be there is ours to remove; what was there before is not. */
  async #make<T>(name: string, act: () => Promise<T>): Promise<T> {
    this.#made.push(name);
    try {
      return await act();
    } catch (error) {
      if (isAppError(error, 'store.exists')) this.#made.pop();
      throw error;
    }
  }
}

function mustHave(backup: string, bytes: number, found: number | undefined): void {
  if (found === bytes) return;
  throw new AppError('backup.damaged', { backup, reason: 'archive.bytes', found, expected: bytes });
}
