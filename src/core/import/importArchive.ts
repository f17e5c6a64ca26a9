import { open } from 'node:fs/promises';
import path from 'node:path';
import { sizeSafely, streamSafely } from '../base/safeFile';
import { importDump, type MadeArchive } from '../catalog/importDump';
import type { BackupEntry } from '../catalog/manifest';
import { writeCustomArchive } from '../postgres/archive/files/customArchive';
import { folderMembers } from '../postgres/archive/files/folderMembers';
import { tocFile, type Members } from '../postgres/archive/files/members';
import { readTar } from '../postgres/archive/files/tarMembers';
import { pulled } from './pulled';
import type { OpenDump } from './openDump';

/**
 * Takes an archive of somebody else's into the catalog, without any server: one in the custom format as it is, or unpacked where it is packed as a whole; of one that is several files (`pg_dump -Fd`, also as
 * a tar, `pg_dump -Ft`) the archive in the custom format that has the same contents. It is read whole on the way. Throws what `importDump` does, what `writeCustomArchive` does, and
 * `archive.damaged`, `archive.foreign` for a tar that is broken or holds no dump.
 */
export async function importArchive(
  dump: OpenDump,
  options: Omit<Parameters<typeof importDump>[1], 'made'>,
): Promise<BackupEntry> {
  if (dump.holds === 'custom' && dump.packed === 'none') return importDump(dump.file, options);
  const made = dump.holds === 'custom' ? unpackedArchive(dump) : await archiveOfFiles(dump);
  return importDump(dump.file, { ...options, made });
}

type Making = Parameters<MadeArchive['archive']>[0];

function unpackedArchive(dump: OpenDump): MadeArchive {
  let sha256 = '';
  return {
    ...{ name: nameOf(dump.file), bytes: dump.bytes },
    async *archive({ signal, onBytes }) {
      const read = dump.read({ signal, onBytes });
      yield* read.bytes;
      sha256 = read.sha256();
    },
    facts: () => factsOf(dump, sha256),
  };
}

async function archiveOfFiles(dump: OpenDump): Promise<MadeArchive> {
  const folder = dump.holds === 'directory' ? await folderMembers(dump.file) : undefined;
  let bytes = dump.bytes;
  for (const size of folder?.sizes.values() ?? []) bytes += size;
  let sha256 = '';
  return {
    ...{ name: nameOf(dump.file), bytes },
    async *archive(work) {
      let members = folder;
      if (members === undefined) ({ members, sha256 } = await tarMembers(dump, work));
      yield* pulled((take) =>
        writeCustomArchive(told(members, folder ? work.onBytes : () => undefined), { ...work, take }),
      );
    },
    facts: () => factsOf(dump, sha256),
  };
}

function factsOf({ file, holds }: OpenDump, sha256: string): ReturnType<MadeArchive['facts']> {
  return { file, sha256, holds, place: '', serverVersion: 0, notLoaded: 0 };
}

/** Says how many bytes of the files were read. */
function told(members: Members, onBytes: (bytes: number) => void): Members {
  let bytes = 0;
  return {
    sizes: members.sizes,
    async *read(name, signal) {
      for await (const piece of members.read(name, signal)) {
        bytes += piece.length;
        // the contents are read once more by nobody
        if (name !== tocFile) onBytes(bytes);
        yield piece;
      }
    },
  };
}

/** Files of a tar are read where they stand. What is packed has no such place: it is unpacked first, as one file. */
async function tarMembers(
  dump: OpenDump,
  { scratch, signal, onBytes }: Making,
): Promise<{ readonly members: Members; readonly sha256: string }> {
  const read = dump.read({ signal, onBytes });
  const isPacked = dump.packed !== 'none';
  const tar = isPacked ? path.join(scratch, 'tar') : dump.file;
  const found = await readTar(isPacked ? written(read.bytes, tar) : read.bytes, { signal });
  const size = await sizeSafely(tar, { follow: true });
  return {
    sha256: read.sha256(),
    members: {
      sizes: new Map([...found].map(([name, { bytes }]) => [name, bytes])),
      async *read(name) {
        const { offset, bytes } = found.get(name) ?? { offset: size, bytes: 0 };
        if (bytes > 0) yield* streamSafely(tar, { follow: true, start: offset, end: offset + bytes - 1, signal });
      },
    },
  };
}

async function* written(source: AsyncIterable<Buffer>, to: string): AsyncGenerator<Buffer> {
  const file = await open(to, 'wx', 0o600);
  try {
    for await (const piece of source) {
      await file.writeFile(piece);
      yield piece;
    }
  } finally {
    await file.close();
  }
}

/** `shop.tar.gz` and `shop/` are of `shop`. */
function nameOf(file: string): string {
  const base = path.basename(path.resolve(file));
  const parts = base.split('.');
  while (parts.length > 1 && endings.has(parts.at(-1)?.toLowerCase() ?? '')) parts.pop();
  const name = parts.join('.');
  return name === '' ? base : name;
}

const endings: ReadonlySet<string> = new Set(['gz', 'tgz', 'zst', 'bz2', 'tar', 'dump', 'backup', 'dir']);
