import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError, reasonOf } from '../base/errors';
import { readArchive } from '../postgres/archive/format/readArchive';
import { allRoles } from '../postgres/archive/databaseReading';
import type { ArchiveReading } from '../postgres/archive/reading';
import { sizeSafely, streamSafely } from '../base/safeFile';
import { adopt, adoptMade } from './adopt';
import { archiveFile, makeBackupId, makePartialFolder, seal } from './backupFolder';
import { removePartial } from './catalog';
import { withRoom } from './disk';
import type { CopyWork } from './exportBackup';
import type { BackupEntry, ImportedFacts, Manifest } from './manifest';
import { prepareRoot } from './root';
import { writeSealed } from './sealBackup';
import { noteUnfinished } from './unfinished';

/** A dump that is made an archive of while it is taken in: one that is packed as a whole, or that is several files. */
export interface MadeArchive {
  /** what the folder of the backup is called after */
  readonly name: string;
  /** of what is there: that much room there has to be */
  readonly bytes: number;
  /** Gives the archive. `scratch` is a folder for what has to lie somewhere meanwhile; it is gone afterwards. */
  archive(work: {
    readonly scratch: string;
    readonly signal: AbortSignal;
    readonly onBytes: (bytes: number) => void;
  }): AsyncIterable<Buffer>;
  /** what it was made of, once it was read */
  facts(): ImportedFacts;
}

/**
 * Copies a foreign archive into the catalog, reading it whole on the way. It stays marked as adopted: what it holds is known from now on,
 * that it is what was dumped once cannot be proven. Throws `archive.foreign` with the reason for anything but a custom-format archive,
 * `archive.damaged` for one that is cut or broken, `archive.version`, `disk.full`, `cancelled`, and what the file system says.
 */
export async function importDump(
  file: string,
  options: CopyWork & {
    readonly root: string;
    readonly asked: Manifest['asked'];
    /** what is taken in instead of the file as it lies there */
    readonly made?: MadeArchive;
  },
): Promise<BackupEntry> {
  const { root, signal, made } = options;
  const { manifest: blank } = made === undefined ? await adopt(file) : await adoptMade(file, made);
  const place = placeOf(made?.name ?? path.parse(file).name);
  const id = makeBackupId(new Date());
  await prepareRoot(root, place.cluster);
  const { partial, final } = await makePartialFolder(root, place, id, '');
  const finished = await noteUnfinished(root, partial);
  try {
    const reading = await withRoom(root, blank.size.archive, { signal, look: options.room }, (both) =>
      made === undefined
        ? copyWhile(file, path.join(partial, archiveFile), { ...options, signal: both })
        : make(made, partial, { ...options, signal: both }),
    );
    const imported = made === undefined ? {} : { imported: made.facts() };
    const adopted = { ...manifestOf(id, blank, reading), asked: options.asked, ...imported };
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
function placeOf(name: string): Parameters<typeof makePartialFolder>[1] {
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
    if (reading.bytes !== size) throw new AppError('archive.damaged', { reason: 'changed.copied' });
    return reading;
  } finally {
    await copy.close();
  }
}

/** What has to lie somewhere meanwhile lies in the partial backup, and goes with it. */
async function make(made: MadeArchive, partial: string, { signal, onBytes }: CopyWork): Promise<ArchiveReading> {
  const scratch = path.join(partial, 'unpacked');
  await mkdir(scratch, { mode: 0o700 });
  const copy = await open(path.join(partial, archiveFile), 'wx', 0o600);
  try {
    const archive = made.archive({ scratch, signal, onBytes: (bytes) => onBytes?.(bytes, made.bytes) });
    const reading = await readArchive(
      written(archive, copy, () => undefined),
      { signal },
    );
    await copy.sync();
    return reading;
  } finally {
    await copy.close();
    await rm(scratch, { recursive: true, force: true });
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
    ...(reading.digest === undefined ? {} : { digest: reading.digest }),
    tables: reading.tables,
    sequences: reading.sequences,
    largeObjects: reading.largeObjects,
    definitions: reading.definitions.length,
    roles: allRoles(reading),
    extensions: reading.extensions,
    verified: [{ level: 'structure', time: new Date().toISOString() }],
  };
}
