import type { ByteWindow } from './byteWindow';
import { damaged } from './damage';
import type { Decode } from './encoding';
import { Hash128, Sum128 } from './hash128';
import type { ArchiveHeader, LargeObjectReading, TableReading } from './reading';
import { RowDigest } from './rowDigest';
import { unpackColumns, type ExpectedBlock } from './tocReader';
import { unpackerFor, type Sink, type Unpacker } from './unpacker';

const tableBlock = 1;
const largeObjectsBlock = 3;

/** Is handed the data as it is unpacked, in the archive's order. Keep it cheap; what it is given may be kept. */
export interface ArchiveTap {
  /** the rows of the entry with this dump id begin */
  table(dumpId: number): void;
  /** a piece of the rows, the end marker and two empty lines behind the last included */
  text(piece: Buffer): void;
}

/** Reads the data blocks of an archive, which must be those of its table of contents, in that order, up to the end of the file. */
export class DataReader {
  /** bytes of COPY text read so far */
  textBytes = 0;
  /** the table in work, for progress */
  table: string | undefined;
  readonly #window: ByteWindow;
  readonly #decode: Decode;
  readonly #unpacker: Unpacker;
  readonly #largeObjects = new LargeObjects();
  readonly #tap: ArchiveTap | undefined;
  readonly #names = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();
  #entry = '';

  constructor(window: ByteWindow, compression: ArchiveHeader['compression'], decode: Decode, tap?: ArchiveTap) {
    this.#tap = tap;
    this.#window = window;
    this.#decode = decode;
    this.#unpacker = unpackerFor(compression, (reason, cause) => this.#fail(reason, cause));
  }

  /** Takes the blocks off the end of the list, which holds the last one first. */
  async read(blocks: ExpectedBlock[]): Promise<{ tables: TableReading[]; largeObjects: LargeObjectReading }> {
    const tables: TableReading[] = [];
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      this.#entry = labelOf(block);
      await this.#readHead(block);
      if (block.table === undefined) await this.#readLargeObjects();
      else tables.push(await this.#readTable(block.dumpId, block.table));
    }
    if (await this.#window.need(1)) throw damaged(this.#window.offset, 'there are bytes after the last data block');
    return { tables, largeObjects: this.#largeObjects.result() };
  }

  /** After an error. */
  close(): void {
    this.#unpacker.close();
  }

  async #readHead(block: ExpectedBlock): Promise<void> {
    const window = this.#window;
    if (!(await window.need(6))) {
      if (window.available === 0) throw damaged(window.offset, 'the data block is missing', this.#entry);
      throw this.#cut();
    }
    if (block.offset !== undefined && block.offset !== window.offset) {
      this.#fail(`the data block is not where the table of contents says (${block.offset})`);
    }
    const type = window.buffer[window.position] ?? 0;
    if (type !== (block.table === undefined ? largeObjectsBlock : tableBlock))
      this.#fail('not a data block of this kind');
    window.position += 1;
    const dumpId = window.takeInt(this.#entry);
    if (dumpId === block.dumpId) return;
    throw damaged(window.offset - 5, `data block ${dumpId} stands where ${block.dumpId} is expected`, this.#entry);
  }

  async #readTable(dumpId: number, table: NonNullable<ExpectedBlock['table']>): Promise<TableReading> {
    const { schema, name } = table;
    const columns = unpackColumns(table.columns);
    this.table = `${schema}.${name}`;
    const digest = new RowDigest(columns, (reason) => this.#fail(reason));
    this.#tap?.table(dumpId);
    await this.#readPacked((bytes, view, from, to) => {
      this.textBytes += to - from;
      this.#tap?.text(Buffer.from(bytes.subarray(from, to)));
      digest.push(bytes, view, from, to);
    });
    const result = digest.finish();
    this.textBytes -= endMarkerBytes;
    return { schema, name, columns: this.#columnNames(columns), ...result };
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

  async #readLargeObjects(): Promise<void> {
    const window = this.#window;
    this.table = undefined;
    for (;;) {
      if (!(await window.need(5))) throw this.#cut();
      const oid = window.takeInt(this.#entry) >>> 0;
      if (oid === 0) return;
      this.#largeObjects.begin(oid);
      await this.#readPacked((bytes, _view, from, to) => this.#largeObjects.push(bytes, from, to));
      this.#largeObjects.end();
    }
  }

  /** Chunks of packed bytes up to the one of length zero. */
  async #readPacked(sink: Sink): Promise<void> {
    const window = this.#window;
    this.#unpacker.begin(sink);
    for (;;) {
      if (window.available < 5 && !(await window.need(5))) throw this.#cut();
      let left = window.takeInt(this.#entry);
      if (left === 0) break;
      if (left < 0 || left > longestChunk) throw damaged(window.offset - 5, 'an impossible chunk length', this.#entry);
      while (left > 0) {
        if (window.available === 0 && !(await window.need(1))) throw this.#cut();
        const count = Math.min(left, window.available);
        const from = window.position;
        const busy = this.#unpacker.write(window.buffer, window.view, from, from + count);
        if (busy !== undefined) await busy;
        window.position += count;
        left -= count;
      }
    }
    await this.#unpacker.end();
  }

  #cut(): Error {
    return damaged(this.#window.offset + this.#window.available, 'the file ends inside a data block', this.#entry);
  }

  #fail(reason: string, cause?: unknown): never {
    throw damaged(this.#window.offset, reason, this.#entry, cause);
  }
}

/** For errors: `TABLE DATA public.orders`. */
function labelOf({ table, name }: ExpectedBlock): string {
  return table === undefined ? `BLOBS ${name}` : `TABLE DATA ${table.schema}.${table.name}`;
}

/** `\.` and three newlines: what pg_dump writes after the rows */
const endMarkerBytes = 5;
/** a row is at most 1 GiB, and uncompressed archives write a row as one chunk */
const longestChunk = 1 << 30;

/** Counts and hashes large objects, in any order. */
class LargeObjects {
  readonly #hash = new Hash128();
  readonly #seed = new Int32Array(4);
  readonly #contents = new Sum128();
  readonly #oids = new Sum128();
  readonly #oid = new Uint8Array(4);
  #count = 0;
  #bytes = 0;

  begin(oid: number): void {
    new DataView(this.#oid.buffer).setUint32(0, oid, true);
    this.#seed.set(this.#hash.reset().update(this.#oid).finish());
    this.#oids.add(this.#seed);
    // the oid seeds the content's hash, so that two objects that changed places count
    this.#hash.reset(this.#seed);
    this.#count += 1;
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes += to - from;
    this.#hash.update(bytes, from, to);
  }

  end(): void {
    this.#contents.add(this.#hash.finish());
  }

  result(): LargeObjectReading {
    return { count: this.#count, bytes: this.#bytes, digest: this.#contents.hex(), oids: this.#oids.hex() };
  }
}
