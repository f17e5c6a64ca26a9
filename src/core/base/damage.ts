import type { NoData } from './facts';

/**
 * What can be wrong with an archive or a dump, and the facts that go with it, each by what it is found in: `head` and `toc` (table of contents), `block` (of data),
 * `packed` and `lz4` (what is compressed), `rows` (the text of COPY), `tar` and `files` (dumps of several files), `sql`. Offsets and sizes are bytes; rows count from 1.
 */
export interface ArchiveDamages {
  'head.empty': NoData;
  'head.cut': NoData;
  /** of numbers: 4 */
  'head.numberSize': NoData;
  /** of offsets: 4 or 8 */
  'head.offsetSize': NoData;
  'head.notOfFiles': NoData;
  'head.notCustom': NoData;
  'head.entries': NoData;
  'head.version': NoData;
  'head.compression': NoData;
  'head.level': NoData;
  'head.time': NoData;
  'head.length': NoData;
  'head.zero': NoData;

  'number.sign': NoData;

  'toc.cut': NoData;
  'toc.behind': NoData;
  /** a text that is none in the archive's encoding */
  'toc.text': { readonly what: TocText };
  'toc.longText': { readonly bytes: number; readonly most: number };
  'toc.length': NoData;
  'toc.number': NoData;
  'toc.dumpId': NoData;
  'toc.sameDumpId': NoData;
  'toc.dataFlag': NoData;
  'toc.kind': NoData;
  'toc.section': NoData;
  'toc.withOids': NoData;
  'toc.oids': NoData;
  'toc.dataOffset': NoData;
  'toc.setting': NoData;
  'toc.secondStrings': NoData;
  'toc.noEncoding': NoData;
  'toc.encoding': NoData;
  'toc.secondEncoding': NoData;
  'toc.unknownEncoding': { readonly encoding: string };
  'toc.sequence': NoData;
  /** data, of a kind of entry that has none */
  'toc.data': { readonly kind: string };
  'toc.copy': NoData;
  'toc.otherTable': NoData;
  'toc.statement': NoData;

  'block.missing': NoData;
  /** where the table of contents says that it is */
  'block.elsewhere': { readonly said: number };
  'block.kind': NoData;
  /** dump ids */
  'block.other': { readonly found: number; readonly expected: number };
  'block.length': NoData;
  'block.cut': NoData;
  'block.behind': NoData;

  'packed.behind': NoData;
  'packed.cut': NoData;
  'packed.broken': NoData;
  /** a file or a part of one, as a whole; what the tool says */
  'packed.file': { readonly packed: string; readonly says?: string | undefined };
  'packed.fileBehind': NoData;
  'packed.emptyGzip': NoData;
  'lz4.begin': NoData;
  'lz4.header': NoData;
  'lz4.checksum': NoData;
  'lz4.length': NoData;
  'lz4.outside': NoData;

  'rows.noEnd': NoData;
  'rows.end': NoData;
  'rows.behind': NoData;
  'rows.escape': { readonly row: number };
  /** in hexadecimal */
  'rows.byte': { readonly row: number; readonly byte: string };
  'rows.endMarker': { readonly row: number };
  'rows.null': { readonly row: number };
  'rows.fields': { readonly row: number; readonly fields: number };

  'tar.cut': NoData;
  'tar.head': NoData;
  'tar.extended': NoData;
  'tar.size': NoData;
  'tar.longName': NoData;
  'tar.sameName': NoData;
  'tar.sparse': NoData;

  'files.noData': NoData;
  'files.name': NoData;
  'files.twice': NoData;
  'files.missing': NoData;
  'files.both': NoData;
  'files.unnamed': NoData;
  'files.longList': NoData;
  'files.cutList': NoData;
  'files.list': NoData;

  'sql.statement': { readonly line: number };
  'sql.rows': NoData;
  'sql.end': NoData;

  'changed.read': NoData;
  'changed.copied': NoData;
}

/** A text of an entry. */
export type TocText = 'name' | 'definition' | 'drop' | 'copy' | 'schema' | 'tablespace' | 'accessMethod' | 'owner';

/** One of the reasons of `M`, with its facts beside it. */
export type Reasons<M> = {
  [R in keyof M & string]: { readonly reason: R } & (M[R] extends NoData ? unknown : M[R]);
}[keyof M & string];

export type ArchiveDamage = Reasons<ArchiveDamages>;

/** One that has no facts. */
export type PlainDamage = {
  [R in keyof ArchiveDamages]: ArchiveDamages[R] extends NoData ? R : never;
}[keyof ArchiveDamages];

/** An entry of a table of contents: its kind and name, or which one it is, from 1, as long as these are not known. */
export type EntryPlace = string | { readonly number: number; readonly of: number };

/**
 * What can be wrong with a backup, beside what can be with its archive, each by what it is found in. `file`: which of its files, where it is not the manifest;
 * `of`: what it says that it belongs to. `message` is the system's own.
 */
export interface BackupDamages {
  'manifest.missing': NoData;
  'manifest.unreadable': { readonly message: string } & InFile;
  'manifest.json': InFile;
  'manifest.format': InFile;
  'manifest.version': { readonly version: string } & InFile;
  /** a field by its path; '': all of it. `known`: what it can be */
  'manifest.field': { readonly at: string; readonly is: FieldProblem; readonly known?: readonly string[] } & InFile;
  'manifest.folder': { readonly of: string };
  'manifest.place': { readonly of: string };
  'manifest.adopted': NoData;
  'contents.of': { readonly of: string } & InFile;
  'contents.tables': InFile;

  'archive.missing': NoData;
  'archive.bytes': { readonly found?: number | undefined; readonly expected: number };
  'archive.digest': NoData;
  /** what was read again is not what came */
  'archive.stream': NoData;
  'archive.differs': { readonly what: ContentsPart; readonly name: string };
  'archive.count': { readonly what: ContentsPart; readonly found: number; readonly expected: number };
  /** rows */
  'archive.counted': { readonly table: string; readonly found?: number | undefined; readonly expected: number };
  /** it reads as something that it was not */
  'archive.foreign': { readonly foreign: string };
  'archive.version': { readonly version: string };
  'archive.encoding': { readonly encoding: string };
  'archive.otherwise': NoData;

  'file.unnamed': { readonly file: string };
  'file.missing': { readonly file: string };
  'file.bytes': { readonly file: string; readonly found: number; readonly expected: number };
  'file.digest': { readonly file: string };
  'file.sealed': { readonly file: string };
  'key.missing': NoData;
  /** something else is where this one should be */
  'upgrade.taken': { readonly at: string };

  'masked.rows': { readonly table: string; readonly found?: number | undefined; readonly expected: number };
  'masked.changed': { readonly table: string };
  'masked.tables': NoData;
  'masked.largeObjects': NoData;
}

interface InFile {
  readonly file?: string | undefined;
}

export type FieldProblem = 'text' | 'long' | 'form' | 'one' | 'number' | 'boolean' | 'time' | 'list' | 'object';

export type ContentsPart = 'table' | 'sequence' | 'largeObjects';

export type BackupDamage = ArchiveDamage | Reasons<BackupDamages>;
