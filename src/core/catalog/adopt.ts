import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../base/errors';
import { openSafely } from '../base/safeFile';
import { foreignFormat } from '../postgres/archive/format/foreignFormat';
import type { BackupEntry, Manifest } from './manifest';

/**
 * A foreign archive as a backup, in memory: nothing is written beside it. It is marked `adopted`, has no digest and no tables, since nothing of
 * its past can be proven; `verifyBackup` says what is in it. Only its first bytes are read here. Throws `archive.foreign` with the
 * reason for anything but a custom-format archive.
 */
export async function adopt(file: string): Promise<BackupEntry> {
  const start = await head(file);
  if (start.subarray(0, 5).toString('latin1') !== 'PGDMP') {
    throw new AppError('archive.foreign', { file, ...foreignFormat(start) });
  }
  const { size, mtime } = await stat(file);
  return { id: file, folder: path.dirname(file), manifest: blankManifest(file, size, mtime) };
}

/** The same for one that an archive is made of. */
export async function adoptMade(file: string, { bytes }: { readonly bytes: number }): Promise<BackupEntry> {
  const { mtime } = await stat(file);
  return { id: file, folder: path.dirname(file), manifest: blankManifest(file, bytes, mtime) };
}

async function head(file: string): Promise<Buffer> {
  const handle = await openSafely(file, { follow: true });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function blankManifest(file: string, size: number, changed: Date): Manifest {
  const time = changed.toISOString();
  return {
    format: 'db-ferry-backup',
    formatVersion: 1,
    id: file,
    origin: 'adopted',
    source: {
      cluster: '',
      server: '',
      namespace: '',
      workload: '',
      pod: '',
      database: '',
      standby: false,
      encoding: '',
      collate: '',
      ctype: '',
      serverVersion: 0,
    },
    dump: { toolVersion: '', compression: '', settings: {}, arguments: [] },
    time: { started: time, snapshot: time, finished: time, seconds: 0 },
    asked: { by: '' },
    job: '',
    size: { archive: size, text: 0 },
    archive: {
      file: path.basename(file),
      sha256: '',
      header: {
        version: '',
        compression: 'none',
        created: '',
        database: '',
        serverVersion: '',
        dumpVersion: '',
        encoding: '',
        entryCount: 0,
      },
    },
    tables: [],
    sequences: [],
    largeObjects: { count: 0, bytes: 0, digest: '', oids: '' },
    definitions: 0,
    roles: [],
    extensions: [],
    verified: [],
  };
}
