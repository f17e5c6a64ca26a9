import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, reasonOf } from '../base/errors';
import { visible } from '../base/visible';
import type { ByteSource } from '../store/byteSource';
import { flush } from './backupFolder';
import { openArchive } from './catalog';
import { withRoom, type Room } from './disk';
import type { BackupEntry, Manifest } from './manifest';
import { noteUnfinished, removeUnfinished } from './unfinished';

/** What is told while a file is copied: how many of its bytes are. */
export interface CopyWork {
  readonly signal: AbortSignal;
  readonly onBytes?: (bytes: number, total: number) => void;
  /** how room is looked at (tests) */
  readonly room?: (folder: string) => Promise<Room>;
}

/**
 * Copies a backup's archive to `target`, which any `pg_restore` of its version can read. It is there wholly or not at all, flushed,
 * and only when its SHA-256 is the manifest's; a file of that name is replaced then. `root` remembers it meanwhile: what a killed export
 * left goes with the next one, or with a clean. Throws `backup.damaged`, `disk.full`, `cancelled`,
 * and what the file system says.
 */
export async function exportBackup(
  entry: BackupEntry,
  target: string,
  work: CopyWork & { readonly root: string },
): Promise<void> {
  const { sha256 } = entry.manifest.archive;
  const temporary = path.resolve(`${target}.${randomBytes(3).toString('hex')}.tmp`);
  await removeUnfinished(work.root);
  const finished = await noteUnfinished(work.root, temporary);
  try {
    const archive = await openArchive(entry);
    const { signal, room: look } = work;
    const digest = await withRoom(path.dirname(target), archive.size, { signal, look }, (both) =>
      copyDurably(archive, temporary, { ...work, signal: both }),
    );
    if (sha256 !== '' && digest !== sha256) {
      throw new AppError('backup.damaged', { backup: entry.id, reason: 'archive.digest' });
    }
    await rename(temporary, target);
    await flush(path.dirname(target));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asked(reasonOf(error, work.signal), target);
  } finally {
    await finished();
  }
}

/** What an exported archive is called where nobody says otherwise: `shop-20261123T051500Z.dump`. A file's name, whatever the database is called. */
export function exportName({ source, archive, time }: Pick<Manifest, 'source' | 'archive' | 'time'>): string {
  const database = [source.database, archive.header.database, 'database'].find((name) => name !== '') ?? '';
  const moment = time.snapshot.slice(0, 19).replaceAll(/[-:]/g, '');
  return `${visible(database).replaceAll(/[/\\]/g, '_').slice(0, 100)}-${moment}Z.dump`;
}

/** A place that cannot be written to was named by a person. */
function asked(error: AppError, target: string): AppError {
  if (error.code !== 'internal') return error;
  const { message = '' } = error.data;
  return new AppError('usage', { rule: 'export.place', target, reason: message }, { cause: error });
}

/** Copies an archive to a file that must not exist (mode 0600), flushed; returns the SHA-256 of what was copied. */
async function copyDurably(from: ByteSource, to: string, { signal, onBytes }: CopyWork): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(to, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const buffer of from.read({ signal })) {
      hash.update(buffer);
      await handle.writeFile(buffer);
      bytes += buffer.length;
      onBytes?.(bytes, from.size);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
