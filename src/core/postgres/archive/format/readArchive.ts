import { readArchiveHead, type ArchiveHead } from './archiveHead';
import { newestDigest } from '../digest/digests';
import type { ByteTable } from './byteTable';
import { ByteWindow } from './byteWindow';
import { DataReader, type ArchiveTap } from './dataReader';
import type { ArchiveHeader, ArchiveReading, ContentsReading, DigestVersion } from '../reading';
import { readBehind } from './secondToc';
import { placedBlocks, type PlacedBlock } from './blockReader';
import { readToc, type TocReading } from './tocReader';

/** How far a reading is. */
export interface ArchiveProgress {
  /** bytes of the archive received */
  readonly bytes: number;
  /** bytes of COPY text read, after decompression */
  readonly textBytes: number;
  /** `schema.name` of the table in work */
  readonly table?: string;
}

/**
 * Reads a custom-format archive (versions 1.13 to 1.16) as it streams by, in flat memory: structure, rows and digests.
 * It returns only when the archive is whole: every data block of the table of contents is there, in order, readable to its
 * end, and nothing after the last, or what `readBehind` takes. The pieces of `source` must not be written to after they are handed out; the source is told to
 * stop (`return`) when the reading fails. `onProgress` is called for every piece, so keep it cheap.
 *
 * Throws `archive.damaged` with the offset and reason, `archive.foreign` for what is not a custom-format archive,
 * `archive.version`, `cancelled`, and whatever the source throws.
 */
export async function readArchive(
  source: AsyncIterable<Buffer>,
  options: {
    signal?: AbortSignal;
    onProgress?: (progress: ArchiveProgress) => void;
    tap?: ArchiveTap;
    /** the digests of tables are to be those of the same rows in UTF-8 */
    utf8?: ByteTable;
    /** how rows and large objects are digested; default: the newest */
    digest?: DigestVersion;
    /** is told what the table of contents says, as soon as that was read */
    onContents?: (contents: ContentsReading) => void;
    /** is told where the data blocks stand when all were read */
    onBlocks?: (blocks: readonly PlacedBlock[]) => void;
  } = {},
): Promise<ArchiveReading> {
  let data: DataReader | undefined;
  const window = new ByteWindow(source, {
    signal: options.signal,
    beginning: true,
    onFill: () => options.onProgress?.(progressOf(window.received, data)),
  });
  try {
    const head = await readArchiveHead(window);
    const toc = await readToc(window, head);
    const contents = contentsOf(head, toc, window.beginningSha256());
    options.onContents?.(contents);
    data = new DataReader(window, head.compression, toc.decode, options);
    const { tables, largeObjects } = await data.read(toc.blocks);
    options.onBlocks?.(placedBlocks(data.places, window.offset));
    const behind = await readBehind(window, head, toc, data.places);
    return {
      ...contents,
      bytes: window.received,
      sha256: window.sha256(),
      textBytes: data.textBytes,
      ...(options.digest === 1 ? {} : { digest: newestDigest }),
      tables,
      largeObjects,
      ...(behind === undefined ? {} : { behind }),
    };
  } finally {
    data?.close();
    await window.close();
  }
}

function contentsOf(head: ArchiveHead, toc: TocReading, contents: string): ContentsReading {
  const { sequences, definitions, roles, owners, namedRoles, extensions, kinds } = toc;
  const named = { sequences, definitions, roles, owners, namedRoles, extensions, kinds };
  return { header: headerOf(head, toc), contents, ...named, ...ofDatabase(toc) };
}

/** What a reading has of the database itself, and of what a server must have. */
export function ofDatabase({
  database,
  ofPublic,
  needs,
}: TocReading): Pick<ArchiveReading, 'database' | 'ofPublic' | 'needs'> {
  return { ...(database === undefined ? {} : { database }), ofPublic, needs };
}

/** The head as people read it, once the encoding is known. */
export function headerOf(head: ArchiveHead, toc: TocReading): ArchiveHeader {
  const { version, compression, created, serverVersion, dumpVersion, entryCount } = head;
  const database = toc.decode(head.database);
  return { version, compression, created, database, serverVersion, dumpVersion, encoding: toc.encoding, entryCount };
}

function progressOf(bytes: number, data: DataReader | undefined): ArchiveProgress {
  const progress = { bytes, textBytes: data?.textBytes ?? 0 };
  return data?.table === undefined ? progress : { ...progress, table: data.table };
}
