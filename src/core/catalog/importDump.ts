import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError, reasonOf } from '../base/errors';
import { readArchive } from '../postgres/archive/format/readArchive';
import { allRoles } from '../postgres/archive/databaseReading';
import type { ArchiveReading } from '../postgres/archive/reading';
import { sizeSafely, streamSafely } from '../base/safeFile';
import { adopt } from './adopt';
import { archiveFile, makeBackupId, makePartialFolder, seal } from './backupFolder';
import { removePartial } from './catalog';
import { withRoom } from './disk';
import type { CopyWork } from './exportBackup';
import type { BackupEntry, Manifest } from './manifest';
import { prepareRoot } from './root';
import { writeSealed } from './sealBackup';
import { noteUnfinished } from './unfinished';

/**
 * Copies a foreign archive into the catalog, reading it whole on the way. It stays marked as adopted: what it holds is known from now on,
 * that it is what was dumped once cannot be proven. Throws `archive.foreign` with the reason for anything but a custom-format archive,
 * `archive.damaged` for one that is cut or broken, `archive.version`, `disk.full`, `cancelled`, and what the file system says.
 */
export async function importDump(
  file: string,
  options: CopyWork & { readonly root: string; readonly asked: Manifest['asked'] },
): Promise<BackupEntry> {
  const { root, signal } = options;
  const { manifest: blank } = await adopt(file);
  const place = placeOf(file);
  const id = makeBackupId(new Date());
  await prepareRoot(root, place.cluster);
  const { partial, final } = await makePartialFolder(root, place, id, '');
  const finished = await noteUnfinished(root, partial);
  try {
    const reading = await withRoom(root, blank.size.archive, { signal, look: options.room }, (both) =>
      copyWhile(file, path.join(partial, archiveFile), { ...options, signal: both }),
    );
    const adopted = { ...manifestOf(id, blank, reading), asked: options.asked };
    // signed: that it is the file which was adopted here; where it came from nobody can prove
    const { manifest, signed } = await writeSealed(partial, adopted, { sign: true });
    signal.throwIfAborted();
    await seal(partial, final);
    return { id, folder: final, manifest, signed };
  } catch (error) {
    await removePartial(partial);
    throw reasonOf(error, signal);
  } finally {
    await finished();
  }
}

/** It came from no cluster; its folder says from which file. */
function placeOf(file: string): Parameters<typeof makePartialFolder>[1] {
  const name = path.parse(file).name;
  return { cluster: 'adopted', namespace: 'file', workload: name, database: name };
}

async function copyWhile(file: string, to: string, { signal, onBytes }: CopyWork): Promise<ArchiveReading> {
  const size = await sizeSafely(file, { follow: true });
  const copy = await open(to, 'wx', 0o600);
  try {
    const source = streamSafely(file, { follow: true, signal });
    const reading = await readArchive(
      written(source, copy, (bytes) => onBytes?.(bytes, size)),
      { signal },
    );
    await copy.sync();
    if (reading.bytes !== size) throw new AppError('archive.damaged', { reason: 'it changed while it was copied' });
    return reading;
  } finally {
    await copy.close();
  }
}

async function* written(
  source: AsyncIterable<unknown>,
  copy: FileHandle,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    const buffer = chunk as Buffer;
    await copy.writeFile(buffer);
    bytes += buffer.length;
    onBytes(bytes);
    yield buffer;
  }
}

function manifestOf(id: string, blank: Manifest, reading: ArchiveReading): Manifest {
  const { header } = reading;
  return {
    ...blank,
    id,
    source: { ...blank.source, database: header.database, encoding: header.encoding },
    dump: { ...blank.dump, toolVersion: header.dumpVersion, compression: header.compression },
    size: { archive: reading.bytes, text: reading.textBytes },
    archive: { file: archiveFile, sha256: reading.sha256, header },
    tables: reading.tables,
    sequences: reading.sequences,
    largeObjects: reading.largeObjects,
    definitions: reading.definitions.length,
    roles: allRoles(reading),
    extensions: reading.extensions,
    verified: [{ level: 'structure', time: new Date().toISOString() }],
  };
}
