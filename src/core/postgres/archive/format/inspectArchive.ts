import type { ByteSource } from '../../../store/byteSource';
import type { ArchiveNeeds } from '../meaning/archiveNeeds';
import { readArchiveHead } from './archiveHead';
import { ByteWindow } from './byteWindow';
import { headerOf, ofDatabase } from './readArchive';
import type { ArchiveHeader, ArchiveReading, SequenceReading } from '../reading';
import { readToc, unpackColumns, type EntryNames, type ExpectedBlock, type TocReading } from './tocReader';

/** What an archive says of itself, without a look at its data. */
export interface ArchiveContents extends Pick<ArchiveReading, 'database' | 'ofPublic'> {
  readonly header: ArchiveHeader;
  /** bytes of the file */
  readonly fileBytes: number;
  /** in the order of the archive; partitioned tables too, which have no data of their own */
  readonly tables: readonly InspectedTable[];
  readonly sequences: readonly SequenceReading[];
  /** those that are created, and those that something stands in */
  readonly schemas: readonly InspectedSchema[];
  /** sorted */
  readonly extensions: readonly string[];
  /** owners and roles that statements name, of what is in the database; sorted */
  readonly roles: readonly string[];
  /** those of them to whom a restore gives what it makes; sorted */
  readonly owners: readonly string[];
  /** those of them that are needed without owners too; sorted */
  readonly namedRoles: readonly string[];
  readonly needs?: ArchiveNeeds;
  /** counts of entry kinds */
  readonly kinds: Readonly<Record<string, number>>;
  /** the data blocks in the order in which they must stand: what `measureBlocks` walks */
  readonly blocks: readonly DataBlock[];
  /** where the first of them must stand, in bytes from the start of the file */
  readonly dataStart: number;
}

export interface InspectedTable {
  readonly schema: string;
  readonly name: string;
  /** empty where the archive was written without owners */
  readonly owner: string;
  /** in the order of the COPY statement; empty where the archive holds no data of the table */
  readonly columns: readonly string[];
  /** the table's data block; undefined where there is none */
  readonly dumpId: number | undefined;
}

export interface InspectedSchema {
  readonly name: string;
  readonly owner: string;
  readonly tables: number;
}

export interface DataBlock {
  readonly dumpId: number;
  readonly holds: 'table' | 'large objects';
  /** for errors: `TABLE DATA public.orders` */
  readonly label: string;
  /** bytes from the start of the file, where pg_dump could write it down: never in an archive written to a pipe */
  readonly offset: number | undefined;
}

/**
 * Reads head and table of contents of an archive file, and nothing after them: the time it takes depends on the number of entries, not on the
 * file's size. It proves nothing about the data. Throws `archive.foreign`, `archive.version`, `archive.damaged` (also for a file that
 * ends inside its table of contents), `cancelled`, and what the source throws.
 */
export async function inspectArchive(
  source: ByteSource,
  options: { signal?: AbortSignal } = {},
): Promise<ArchiveContents> {
  const window = new ByteWindow(source.read({ piece: 1 << 18 }), { signal: options.signal });
  try {
    const head = await readArchiveHead(window);
    const collector = new Collector();
    const toc = await readToc(window, head, (entry, names) => collector.add(names, entry.dumpId));
    const { extensions, roles, owners, namedRoles, kinds, sequences } = toc;
    return {
      header: headerOf(head, toc),
      fileBytes: source.size,
      ...collector.result(toc),
      ...{ sequences, extensions, roles, owners, namedRoles, kinds },
      ...ofDatabase(toc),
      dataStart: window.offset,
    };
  } finally {
    await window.close();
  }
}

type Growing<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

class Collector {
  /** by schema and name */
  readonly #tables = new Map<string, Growing<InspectedTable>>();
  readonly #schemas = new Map<string, Growing<InspectedSchema>>();

  add({ kind, schema, name, owner }: EntryNames, dumpId: number): void {
    if (kind === 'SCHEMA') this.#schemas.set(name, { name, owner, tables: 0 });
    else if (schema !== '') this.#schema(schema);
    if (kind === 'TABLE' || kind === 'TABLE DATA') {
      const table = this.#table(schema, name, owner);
      if (kind === 'TABLE DATA') table.dumpId = dumpId;
    }
  }

  result(toc: TocReading): Pick<ArchiveContents, 'tables' | 'schemas' | 'blocks'> {
    const blocks = toc.blocks.toReversed();
    const lists = new ColumnLists(toc);
    const columns = new Map(blocks.map(({ dumpId, table }) => [dumpId, table?.columns]));
    for (const table of this.#tables.values()) {
      const packed = table.dumpId === undefined ? undefined : columns.get(table.dumpId);
      if (packed !== undefined) table.columns = lists.list(packed);
    }
    const schemas = [...this.#schemas.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
    return { tables: [...this.#tables.values()], schemas, blocks: blocks.map(blockOf) };
  }

  /** Data without a table (a dump of data alone) makes one too. */
  #table(schema: string, name: string, owner: string): Growing<InspectedTable> {
    const key = `${schema}\0${name}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table: InspectedTable = { schema, name, owner, columns: [], dumpId: undefined };
    this.#tables.set(key, table);
    this.#schema(schema).tables += 1;
    return table;
  }

  #schema(name: string): Growing<InspectedSchema> {
    const schema = this.#schemas.get(name) ?? { name, owner: '', tables: 0 };
    this.#schemas.set(name, schema);
    return schema;
  }
}

/** Tables of the same columns share the list. */
class ColumnLists {
  readonly #decode: TocReading['decode'];
  readonly #lists = new Map<string, readonly string[]>();

  constructor(toc: TocReading) {
    this.#decode = toc.decode;
  }

  list(packed: string): readonly string[] {
    const known = this.#lists.get(packed);
    if (known !== undefined) return known;
    const list = unpackColumns(packed).map((column) => this.#decode(column));
    this.#lists.set(packed, list);
    return list;
  }
}

function blockOf({ dumpId, table, name, offset }: ExpectedBlock): DataBlock {
  if (table === undefined) return { dumpId, holds: 'large objects', label: `BLOBS ${name}`, offset };
  return { dumpId, holds: 'table', label: `TABLE DATA ${table.schema}.${table.name}`, offset };
}
