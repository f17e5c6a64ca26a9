import { createHash } from 'node:crypto';
import { refused } from '../../../base/safeFile';
import type { ByteSource } from '../../../store/byteSource';
import { readArchiveHead } from './archiveHead';
import { ByteWindow } from './byteWindow';
import { headerOf } from './readArchive';
import type { ArchiveHeader } from '../reading';
import { readToc } from './tocReader';

/** One entry of a table of contents. */
export interface TocEntry {
  readonly dumpId: number;
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  readonly section: 'none' | 'pre-data' | 'data' | 'post-data';
  /** it has a data block */
  readonly hasData: boolean;
  /** where its SQL stands in `TableOfContents.bytes`: see `definitionOf` */
  readonly definitionAt: number;
  readonly definitionLength: number;
  /** the bytes in `TableOfContents.bytes` that are this entry */
  readonly from: number;
  readonly to: number;
  /** `COPY … FROM stdin;`, in the archive's encoding; empty without data */
  readonly copyStatement: Buffer;
}

export interface TableOfContents {
  readonly header: ArchiveHeader;
  readonly entries: readonly TocEntry[];
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  /** head and table of contents as they stand in the archive: a file of its own for `pg_restore --section=post-data` */
  readonly bytes: Buffer;
  /** how many bytes the place of a data block takes in an entry */
  readonly offsetSize: number;
}

const sections = ['none', 'none', 'pre-data', 'data', 'post-data'] as const;

/**
 * Reads an archive up to the end of its table of contents and stops the source there. It proves nothing about the data.
 * Holds the whole table of contents in memory (about 300 bytes for each entry). Errors are those of `readArchive`.
 */
export async function readTableOfContents(
  source: AsyncIterable<Buffer>,
  options: { signal?: AbortSignal } = {},
): Promise<TableOfContents> {
  const window = new ByteWindow(source, { signal: options.signal, record: true });
  try {
    return await readTocFrom(window);
  } finally {
    await window.close();
  }
}

/** The same from a window that records: it stands at the first data block then, and stays open. */
export async function readTocFrom(window: ByteWindow): Promise<TableOfContents> {
  const head = await readArchiveHead(window);
  const entries: TocEntry[] = [];
  let from = window.offset;
  const toc = await readToc(window, head, (entry, names) => {
    entries.push({
      dumpId: entry.dumpId,
      ...names,
      section: sections[entry.section] ?? 'none',
      hasData: entry.hasData,
      definitionAt: entry.definitionOffset,
      definitionLength: entry.definition.length,
      from,
      to: window.offset,
      copyStatement: Buffer.from(entry.copyStatement),
    });
    from = window.offset;
  });
  const { roles, extensions, kinds } = toc;
  const { offsetSize } = head;
  return { header: headerOf(head, toc), entries, roles, extensions, kinds, bytes: window.recorded(), offsetSize };
}

/**
 * The same of an archive that was read before, whose head and table of contents had the SHA-256 `contents` then. What stands there is done by a server, and whoever may write where the archive lies could
 * put another in its place meanwhile. Throws also `file.refused`.
 */
export async function readSameContents(
  archive: Pick<ByteSource, 'name' | 'read'>,
  contents: string | undefined,
): Promise<TableOfContents> {
  const toc = await readTableOfContents(archive.read());
  const found = createHash('sha256').update(toc.bytes).digest('hex');
  if (contents !== undefined && found !== contents) throw refused(archive.name, 'replaced');
  return toc;
}

/** An entry's SQL, in the archive's encoding. */
export function definitionOf(toc: TableOfContents, entry: TocEntry): Buffer {
  return toc.bytes.subarray(entry.definitionAt, entry.definitionAt + entry.definitionLength);
}

/** Head and table of contents again, without the entries that `isLeftOut` names: what pg_restore then does not know of. */
export function shortenedToc(toc: TableOfContents, isLeftOut: (entry: TocEntry) => boolean): Buffer {
  const kept = toc.entries.filter((entry) => !isLeftOut(entry));
  const head = Buffer.from(toc.bytes.subarray(0, toc.entries[0]?.from ?? toc.bytes.length));
  // the number of entries is what the head ends with
  head.writeUInt32LE(kept.length, head.length - 4);
  return Buffer.concat([head, ...kept.map(({ from, to }) => toc.bytes.subarray(from, to))]);
}

/** The same with the entries that `isKept` names, some of them with another definition, by their dump ids. */
export function rewrittenToc(
  toc: TableOfContents,
  isKept: (entry: TocEntry) => boolean,
  definitions: ReadonlyMap<number, Buffer> = new Map(),
): Buffer {
  const kept = toc.entries.filter(isKept);
  const head = Buffer.from(toc.bytes.subarray(0, toc.entries[0]?.from ?? toc.bytes.length));
  head.writeUInt32LE(kept.length, head.length - 4);
  const pieces = kept.flatMap(({ dumpId, from, to, definitionAt, definitionLength }) => {
    const definition = definitions.get(dumpId);
    if (definition === undefined || definitionLength === 0) return [toc.bytes.subarray(from, to)];
    // a sign, then four bytes of its length
    const length = Buffer.alloc(5);
    length.writeUInt32LE(definition.length, 1);
    const rest = toc.bytes.subarray(definitionAt + definitionLength, to);
    return [toc.bytes.subarray(from, definitionAt - 5), length, definition, rest];
  });
  return Buffer.concat([head, ...pieces]);
}
