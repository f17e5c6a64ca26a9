import type { EntryPlace } from '../../../base/damage';
import { AppError } from '../../../base/errors';
import type { ArchiveHead } from './archiveHead';
import type { ByteWindow } from './byteWindow';
import { parseCopyStatement } from './copyStatement';
import { beyondLimit, damaged } from './damage';
import { DatabaseEntries } from '../meaning/databaseEntries';
import type { DatabaseReading } from '../databaseReading';
import type { ArchiveNeeds } from '../meaning/archiveNeeds';
import { NeedsCollector } from '../meaning/needsCollector';
import { Definitions } from '../meaning/definitions';
import { decoderOf, type Decode } from './encoding';
import type { DefinitionReading, SequenceReading } from '../reading';
import { TocPrint } from './secondToc';
import { readTocEntry, type RawTocEntry } from './tocEntry';
import { isPlain, validityIn, type IsValid } from './validText';

/** A data block that must come, in this order. */
export interface ExpectedBlock {
  readonly dumpId: number;
  /** undefined: large objects */
  readonly table:
    | {
        readonly schema: string;
        readonly name: string;
        /** see `packColumns`: fifty thousand lists of buffers would weigh too much */
        readonly columns: string;
      }
    | undefined;
  /** the entry's tag */
  readonly name: string;
  /** where the block must start, when the archive says so */
  readonly offset: number | undefined;
}

/** An entry's texts, decoded. */
export interface EntryNames {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
}

export interface TocReading {
  /** see `TocPrint` */
  readonly print: string;
  readonly encoding: string;
  readonly decode: Decode;
  /** the last one first, so that who reads them takes them off the end and lets them go */
  readonly blocks: ExpectedBlock[];
  readonly sequences: readonly SequenceReading[];
  readonly definitions: readonly DefinitionReading[];
  readonly roles: readonly string[];
  readonly owners: readonly string[];
  readonly namedRoles: readonly string[];
  readonly extensions: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly database: DatabaseReading | undefined;
  readonly ofPublic: boolean;
  readonly needs: ArchiveNeeds;
}

/** Reads the whole table of contents; `each` sees every entry as it passes, and must not keep its buffers. */
export async function readToc(
  window: ByteWindow,
  head: ArchiveHead,
  each?: (entry: RawTocEntry, names: EntryNames) => void,
): Promise<TocReading> {
  const collector = new TocCollector();
  const print = new TocPrint();
  let kept = 0;
  for (let index = 1; index <= head.entryCount; index += 1) {
    const place = { number: index, of: head.entryCount };
    const at = window.offset;
    const { minor, offsetSize, layout } = head;
    const entry = await readTocEntry(window, { minor, offsetSize, layout, isValid: collector.isValid }, place);
    print.add(window, at, offsetSize);
    const names = collector.add(entry, at, place);
    if (!ofLargeObject(names)) kept += window.offset - at;
    if (kept > longestToc) throw beyondLimit({ what: 'contents', most: longestToc, offset: at, entry: place });
    each?.(entry, names);
  }
  const reading = collector.result();
  if (reading.encoding === '') throw damaged(window.offset, 'toc.noEncoding');
  return { ...reading, print: print.result() };
}

/** Bytes of all entries but those of large objects, of which nothing is kept. */
const longestToc = 256 << 20;

function ofLargeObject({ kind, name }: EntryNames): boolean {
  return kind === 'BLOB' || (kind === 'ACL' && name.startsWith('LARGE OBJECT '));
}

/** Column names as one text: a character for each byte, NUL (which no name holds) between. */
function packColumns(columns: readonly Buffer[]): string {
  return columns.map((column) => column.toString('latin1')).join('\0');
}

export function unpackColumns(columns: string): Buffer[] {
  return columns === '' ? [] : columns.split('\0').map((column) => Buffer.from(column, 'latin1'));
}

class TocCollector {
  /** for texts: the archive says its encoding first, and until it did they are ASCII */
  isValid: IsValid = isPlain;
  #encoding = '';
  #decode: Decode = decoderOf('UTF8');
  #definitions = new Definitions((bytes) => this.#decode(bytes));
  readonly #needs = new NeedsCollector((bytes) => this.#decode(bytes));
  readonly #database = new DatabaseEntries((bytes) => this.#decode(bytes));
  readonly #blocks: ExpectedBlock[] = [];
  readonly #sequences: SequenceReading[] = [];
  readonly #kinds = new Map<string, number>();
  /** each kind, schema and owner once, not once per entry */
  readonly #interned = new Map<string, string>();
  readonly #dumpIds = new IdSet();

  add(entry: RawTocEntry, at: number, place: EntryPlace): EntryNames {
    if (!this.#dumpIds.add(entry.dumpId)) throw damaged(at, 'toc.sameDumpId', place);
    const kind = this.#intern(entry.kind.toString('latin1'));
    if (kind === 'ENCODING') this.#setEncoding(entry, at, place);
    // the last one counts there
    if (kind === 'STDSTRINGS' && this.#kinds.has(kind)) throw damaged(at, 'toc.secondStrings', place);
    // pg_restore sends them as they stand before anything else, whoever restores
    const setting = settings[kind];
    if (setting && !setting.test(entry.definition.toString('latin1'))) throw damaged(at, 'toc.setting', place);
    const names: EntryNames = {
      kind,
      schema: this.#intern(this.#decode(entry.namespace)),
      name: this.#decode(entry.tag),
      owner: this.#intern(this.#decode(entry.owner)),
    };
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (kind === 'SEQUENCE SET') this.#addSequence(entry, names, at, place);
    if (entry.hasData) this.#addBlock(entry, names, at, place);
    this.#database.add(entry, names);
    this.#definitions.add(entry, names);
    this.#needs.add(entry, names);
    return names;
  }

  result(): Omit<TocReading, 'print'> {
    const { definitions, roles, owners, namedRoles, extensions } = this.#definitions.result();
    this.#interned.clear();
    return {
      encoding: this.#encoding,
      decode: this.#decode,
      blocks: this.#blocks.reverse(),
      sequences: this.#sequences,
      definitions,
      roles,
      owners,
      namedRoles,
      extensions,
      needs: this.#needs.result(),
      kinds: Object.fromEntries([...this.#kinds].sort(([left], [right]) => (left < right ? -1 : 1))),
      database: this.#database.result(),
      ofPublic: this.#database.ofPublic,
    };
  }

  #intern(text: string): string {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    this.#interned.set(text, text);
    return text;
  }

  #setEncoding(entry: RawTocEntry, at: number, place: EntryPlace): void {
    const encoding = /^SET client_encoding = '([^']+)';\n$/.exec(entry.definition.toString('latin1'))?.[1];
    if (encoding === undefined) throw damaged(at, 'toc.encoding', place);
    if (this.#encoding !== '') throw damaged(at, 'toc.secondEncoding', place);
    const validity = validityIn(encoding);
    if (validity === 'clients') throw new AppError('archive.encoding', { encoding, offset: at });
    if (validity === undefined) throw damaged(at, { reason: 'toc.unknownEncoding', encoding }, place);
    this.isValid = validity;
    this.#encoding = encoding;
    this.#decode = decoderOf(encoding);
  }

  #addSequence(entry: RawTocEntry, names: EntryNames, at: number, place: EntryPlace): void {
    const [, value, called] =
      /^SELECT pg_catalog\.setval\('.*', (-?\d+), (true|false)\);\n$/s.exec(entry.definition.toString('latin1')) ?? [];
    if (value === undefined) throw damaged(at, 'toc.sequence', place);
    this.#sequences.push({ schema: names.schema, name: names.name, lastValue: value, isCalled: called === 'true' });
  }

  #addBlock(entry: RawTocEntry, names: EntryNames, at: number, place: EntryPlace): void {
    const { dumpId, dataOffset: offset } = entry;
    if (names.kind === 'BLOBS') {
      this.#blocks.push({ dumpId, table: undefined, name: names.name, offset });
      return;
    }
    if (names.kind !== 'TABLE DATA') throw damaged(at, { reason: 'toc.data', kind: names.kind }, place);
    const label = `TABLE DATA ${names.schema}.${names.name}`;
    const copy = parseCopyStatement(entry.copyStatement);
    if (copy === undefined && entry.copyStatement.length === 0) {
      throw new AppError('archive.foreign', { reason: 'inserts', way: 'load', tool: 'pg_restore', entry: label });
    }
    if (copy === undefined) throw damaged(at, 'toc.copy', label);
    // a root named instead of the partition has a definition that says so (--load-via-partition-root)
    const own = entry.definition.length > 0 || (copy.table.equals(entry.tag) && copy.schema.equals(entry.namespace));
    if (!own) throw damaged(at, 'toc.otherTable', label);
    const { schema, name } = names;
    const columns = this.#intern(packColumns(copy.columns));
    this.#blocks.push({ dumpId, table: { schema, name, columns }, name, offset });
  }
}

const settings: Readonly<Record<string, RegExp>> = {
  STDSTRINGS: /^SET standard_conforming_strings = '(?:on|off)';\n$/,
  SEARCHPATH: /^SELECT pg_catalog\.set_config\('search_path', '[^'\\]*', false\);\n$/,
};

/** Dump ids seen: a bit each. Whoever read the entry has bounded them. */
class IdSet {
  #bits = new Uint8Array(1 << 16);

  /** False when it is there already. */
  add(id: number): boolean {
    const byte = id >>> 3;
    if (byte >= this.#bits.length) {
      const wider = new Uint8Array(Math.max(byte + 1, this.#bits.length * 2));
      wider.set(this.#bits);
      this.#bits = wider;
    }
    const bit = 1 << (id & 7);
    const before = this.#bits[byte] ?? 0;
    this.#bits[byte] = before | bit;
    return (before & bit) === 0;
  }
}
