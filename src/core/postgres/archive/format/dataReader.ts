import { BlockReader, type TakeWhole } from './blockReader';
import { inUtf8, type ByteTable } from './byteTable';
import type { ByteWindow } from './byteWindow';
import type { Decode } from './encoding';
import type { ArchiveHeader, DigestVersion, LargeObjectReading, TableReading } from '../reading';
import {
  digestOfLargeObjects,
  digestOfRows,
  newestDigest,
  type LargeObjectDigest,
  type TextDigest,
} from '../digest/digests';
import { unpackColumns, type ExpectedBlock } from './tocReader';
import { unpackerFor } from './unpacker';
import type { Sink, Unpacker } from './unpacking';

/** Is handed the data as it is unpacked, in the archive's order; what it is given may be kept. */
export interface ArchiveTap {
  /** the rows of the entry with this dump id begin */
  table(dumpId: number): void;
  /**
   * a piece of the rows, the end marker and two empty lines behind the last included; it was looked at and is text that COPY writes. Nothing more is
   * unpacked before the promise is resolved.
   */
  text(piece: Buffer): Promise<void> | undefined;
  /** that was the last piece of this entry's rows */
  tableEnd?(): Promise<void> | undefined;
  /** the entry with this dump id begins, which holds large objects */
  largeObjects?(dumpId: number): void;
  /** a large object of it begins; its content comes in pieces, as the rows do */
  largeObject?(oid: number): void;
  content?(piece: Buffer): Promise<void> | undefined;
  /** that was its last piece */
  largeObjectEnd?(): Promise<void> | undefined;
  /** that was the entry's last large object */
  largeObjectsEnd?(): Promise<void> | undefined;
}

/** Reads the data blocks of an archive, which must be those of its table of contents, in that order. */
export class DataReader {
  /** bytes of COPY text read so far */
  textBytes = 0;
  /** the table in work, for progress */
  table: string | undefined;
  readonly #window: ByteWindow;
  readonly #blocks: BlockReader;
  readonly #decode: Decode;
  readonly #unpacker: Unpacker;
  readonly #digest: DigestVersion;
  readonly #largeObjects: LargeObjectDigest;
  readonly #isPlain: boolean;
  readonly #tap: ArchiveTap | undefined;
  readonly #utf8: ByteTable | undefined;
  readonly #names = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  /** With `utf8` the digests are those of the same rows in UTF-8. */
  constructor(
    window: ByteWindow,
    compression: ArchiveHeader['compression'],
    decode: Decode,
    {
      tap,
      utf8,
      digest = newestDigest,
    }: {
      readonly tap?: ArchiveTap | undefined;
      readonly utf8?: ByteTable | undefined;
      readonly digest?: DigestVersion | undefined;
    } = {},
  ) {
    this.#digest = digest;
    this.#largeObjects = digestOfLargeObjects(digest);
    this.#isPlain = compression === 'none';
    this.#tap = tap;
    this.#utf8 = utf8;
    this.#window = window;
    this.#blocks = new BlockReader(window);
    this.#decode = decode;
    this.#unpacker = unpackerFor(compression, (reason, cause) => this.#blocks.fail(reason, cause));
  }

  /** Takes the blocks off the end of the list, which holds the last one first. */
  async read(blocks: ExpectedBlock[]): Promise<{ tables: TableReading[]; largeObjects: LargeObjectReading }> {
    const tables: TableReading[] = [];
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      await this.#blocks.begin(block);
      if (block.table === undefined) await this.#readLargeObjects(block.dumpId);
      else tables.push(await this.#readTable(block.dumpId, block.table));
    }
    return { tables, largeObjects: this.#largeObjects.result() };
  }

  /** where each block began, by dump id */
  get places(): ReadonlyMap<number, number> {
    return this.#blocks.places;
  }

  /** After an error. */
  close(): void {
    this.#unpacker.close();
  }

  async #readTable(dumpId: number, table: NonNullable<ExpectedBlock['table']>): Promise<TableReading> {
    const { schema, name } = table;
    const columns = unpackColumns(table.columns);
    this.table = `${schema}.${name}`;
    const utf8 = this.#utf8;
    const names = utf8 === undefined ? columns : columns.map((column) => inUtf8(column, 0, column.length, utf8));
    const digest = digestOfRows(this.#digest, names, (reason) => this.#blocks.fail(reason));
    this.#tap?.table(dumpId);
    await this.#readPacked(
      (bytes, view, from, to) => {
        this.textBytes += to - from;
        if (utf8 === undefined) digest.push(bytes, view, from, to);
        else pushAll(digest, inUtf8(bytes, from, to, utf8));
        return this.#tap?.text(Buffer.from(bytes.subarray(from, to)));
      },
      this.#isPlain && utf8 === undefined ? this.#wholeChunks(digest) : undefined,
    );
    const result = digest.finish();
    await this.#tap?.tableEnd?.();
    this.textBytes -= endMarkerBytes;
    return { schema, name, columns: this.#columnNames(columns), ...result };
  }

  /** Rows that are not compressed come in a chunk each: all that are in the window go to the digest at once. */
  #wholeChunks(digest: TextDigest): TakeWhole | undefined {
    if (digest.pushChunks === undefined) return undefined;
    return (from, to) => {
      const { used, text } = digest.pushChunks?.(this.#window.buffer, from, to) ?? { used: 0, text: nothing };
      if (used === 0) return 0;
      this.textBytes += text.length;
      const busy = this.#tap?.text(Buffer.from(text));
      return busy === undefined ? used : busy.then(() => used);
    };
  }

  /** Tables of the same columns share the list, and tables of the same column its name. */
  #columnNames(columns: readonly Buffer[]): readonly string[] {
    const names = columns.map((column) => {
      const name = this.#decode(column);
      const known = this.#names.get(name);
      if (known === undefined) this.#names.set(name, name);
      return known ?? name;
    });
    const key = names.join('\0');
    const shared = this.#lists.get(key);
    if (shared === undefined) this.#lists.set(key, names);
    return shared ?? names;
  }

  async #readLargeObjects(dumpId: number): Promise<void> {
    this.table = undefined;
    this.#tap?.largeObjects?.(dumpId);
    for (let oid = await this.#blocks.largeObject(); oid !== 0; oid = await this.#blocks.largeObject()) {
      this.#largeObjects.begin(oid);
      this.#tap?.largeObject?.(oid);
      await this.#readPacked((bytes, _view, from, to) => {
        this.#largeObjects.push(bytes, from, to);
        return this.#tap?.content?.(Buffer.from(bytes.subarray(from, to)));
      });
      this.#largeObjects.end();
      await this.#tap?.largeObjectEnd?.();
    }
    await this.#tap?.largeObjectsEnd?.();
  }

  async #readPacked(sink: Sink, takeWhole?: TakeWhole): Promise<void> {
    const window = this.#window;
    this.#unpacker.begin(sink);
    await this.#blocks.packed((from, to) => this.#unpacker.write(window.buffer, window.view, from, to), takeWhole);
    await this.#unpacker.end();
  }
}

const nothing = new Uint8Array(0);

function pushAll(digest: TextDigest, text: Buffer): void {
  digest.push(text, new DataView(text.buffer, text.byteOffset, text.length), 0, text.length);
}

/** `\.` and three newlines: what pg_dump writes after the rows */
const endMarkerBytes = 5;
