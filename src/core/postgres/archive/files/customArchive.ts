import { createGunzip, createZstdDecompress } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import { isAppError } from '../../../base/errors';
import { readArchiveHead, type ArchiveHead } from '../format/archiveHead';
import { BlockWriter, intBytes, type Packing } from '../format/blockWriter';
import { ByteWindow } from '../format/byteWindow';
import { damaged } from '../format/damage';
import { Lz4Unpacker } from '../format/lz4Frame';
import { readToc } from '../format/tocReader';
import { tocFile, type Members } from './members';

/** An entry of a table of contents of files, as it stands in the recorded bytes. */
interface FileEntry {
  readonly dumpId: number;
  readonly kind: string;
  /** absent: it has no data */
  readonly file: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly placeBytes: number;
}

const endings = { '': 'none', '.gz': 'gzip', '.lz4': 'lz4', '.zst': 'zstd' } as const;
type Packed = (typeof endings)[keyof typeof endings];

/** bytes of the list of large objects of one entry: fifty for each of a million */
const longestList = 256 << 20;

/**
 * The custom-format archive of the same dump: the same table of contents, and the rows and large objects of the files that it names, in its order. Nothing of them is judged here: who reads the archive does that.
 * No name in it is taken for more than one of the files that pg_dump makes, and each file belongs to one entry.
 *
 * Throws `archive.damaged` for a file that is missing, cut, named twice or by nobody; `archive.foreign`, `archive.version` and the like as `readArchive` does; what reading and `take` throw.
 */
export async function writeCustomArchive(
  members: Members,
  { take, signal }: { readonly take: (bytes: Buffer) => Promise<void>; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { head, entries, recorded } = await readContents(members, signal);
  const files = new Files(members, signal);
  // all of them are there before a byte is written
  for (const { file, kind } of entries) if (file !== undefined) files.claim(file, kind === 'BLOBS' ? lists : data);
  const packing: Packing = { method: head.compression === 'zstd' ? 'zstd' : 'gzip', level: 1 };
  await take(customToc(recorded, head, entries, packing));
  const writer = new BlockWriter(packing, take);
  try {
    for (const { dumpId, kind, file } of entries) {
      if (file === undefined) continue;
      if (kind !== 'BLOBS') {
        await writer.table(dumpId);
        await copy(files, file, writer);
        continue;
      }
      await writer.largeObjects(dumpId);
      for await (const { oid, name } of files.list(file)) {
        files.claim(name, objects);
        await writer.largeObject(oid);
        await copy(files, name, writer);
      }
      await writer.endLargeObjects();
    }
  } finally {
    writer.close();
  }
  files.mustBeAll();
}

async function copy(files: Files, name: string, writer: BlockWriter): Promise<void> {
  for await (const piece of files.read(name)) await writer.write(piece);
  await writer.end();
}

async function readContents(
  members: Members,
  signal: AbortSignal | undefined,
): Promise<{ head: ArchiveHead; entries: FileEntry[]; recorded: Buffer }> {
  const window = new ByteWindow(members.read(tocFile, signal), { signal, record: true });
  try {
    const head = await readArchiveHead(window, 'files');
    const entries: FileEntry[] = [];
    let from = window.offset;
    await readToc(window, head, ({ dumpId, hasData, dataFile, placeBytes }, { kind }) => {
      const named = dataFile.toString('latin1');
      const file = hasData ? (kind === 'BLOBS' ? listOf(members, dumpId, named) : named) : undefined;
      if (!hasData && dataFile.length > 0) throw damaged(from, 'files.noData', kind);
      entries.push({ dumpId, kind, file, from, to: window.offset, placeBytes });
      from = window.offset;
    });
    if (await window.need(1)) throw damaged(window.offset, 'toc.behind');
    return { head, entries, recorded: window.endRecording() };
  } finally {
    await window.close();
  }
}

/** pg_dump -Ft says of large objects what their file would be called if they were rows: the real one is called as in a directory. */
function listOf({ sizes }: Members, dumpId: number, named: string): string {
  if (named !== `${dumpId}.dat`) return named;
  const own = `blobs_${dumpId}.toc`;
  return sizes.has(own) ? own : 'blobs.toc';
}

const formatAt = 10;
const customFormat = 1;

/** Its places are not known before the data: none is named. */
function customToc(recorded: Buffer, head: ArchiveHead, entries: readonly FileEntry[], packing: Packing): Buffer {
  const start = Buffer.from(recorded.subarray(0, entries[0]?.from ?? recorded.length));
  start[formatAt] = customFormat;
  if (head.minor >= 15) start[formatAt + 1] = packing.method === 'zstd' ? 3 : 1;
  else intBytes(packing.level).copy(start, formatAt + 1);
  const pieces = entries.flatMap(({ file, from, to, placeBytes }) => {
    const place = Buffer.alloc(1 + head.offsetSize);
    place[0] = file === undefined ? 3 : 1;
    return [recorded.subarray(from, to - placeBytes), place];
  });
  return Buffer.concat([start, ...pieces]);
}

const data = /^\d{1,10}\.dat$/;
const lists = /^blobs(?:_\d{1,10})?\.toc$/;
const objects = /^blob_\d{1,10}\.dat$/;
/** what belongs to no entry: the contents themselves, and what pg_dump -Ft writes for people */
const beside: ReadonlySet<string> = new Set([tocFile, 'restore.sql']);
const isDumps = /^(?:\d+\.dat|blob_\d+\.dat|blobs(?:_\d+)?\.toc)(?:\.gz|\.lz4|\.zst)?$/;

class Files {
  readonly #members: Members;
  readonly #signal: AbortSignal | undefined;
  readonly #claimed = new Set<string>();

  constructor(members: Members, signal: AbortSignal | undefined) {
    this.#members = members;
    this.#signal = signal;
  }

  /** It is there, as itself or packed, and belongs to nobody else. */
  claim(name: string, form: RegExp): void {
    if (!form.test(name)) throw damaged(0, 'files.name', name);
    const real = this.#real(name);
    if (this.#claimed.has(real)) throw damaged(0, 'files.twice', name);
    this.#claimed.add(real);
  }

  /** OIDs and files of the large objects of one entry. */
  async *list(name: string): AsyncGenerator<{ readonly oid: number; readonly name: string }> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of this.read(name)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > longestList) throw damaged(longestList, 'files.longList', name);
    }
    const text = Buffer.concat(pieces).toString('latin1');
    if (text !== '' && !text.endsWith('\n')) throw damaged(text.length, 'files.cutList', name);
    for (const line of text.split('\n').slice(0, -1)) {
      const [, oid = '', file = ''] = /^(\d{1,10}) (\S{1,100})$/.exec(line) ?? [];
      // some name it as it lies there, packed
      const plain = file.replace(/\.gz$/, '');
      const value = Number(oid);
      if (plain !== `blob_${oid}.dat` || value === 0 || value > 0xffffffff) {
        throw damaged(0, 'files.list', name);
      }
      yield { oid: value, name: plain };
    }
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const real = this.#real(name);
    const source = this.#members.read(real, this.#signal);
    const packed = endings[real.slice(name.length) as keyof typeof endings];
    let bytes = 0;
    const wanted = this.#members.sizes.get(real);
    // of an empty large object the others make nothing at all
    if (wanted === 0 && packed === 'gzip') throw damaged(0, 'packed.emptyGzip', real);
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of source) {
        bytes += piece.length;
        yield piece;
      }
      if (bytes !== wanted) throw damaged(bytes, 'changed.read', real);
    };
    yield* wanted === 0 ? counted() : unpacked(counted(), packed, real, wanted ?? 0);
  }

  /** Every file of pg_dump's belongs to an entry; more of them are of another dump. */
  mustBeAll(): void {
    for (const name of this.#members.sizes.keys()) {
      if (beside.has(name) || this.#claimed.has(name) || !isDumps.test(name)) continue;
      throw damaged(0, 'files.unnamed', name);
    }
  }

  #real(name: string): string {
    const there = Object.keys(endings).filter((ending) => this.#members.sizes.has(name + ending));
    const [first, second] = there;
    if (first === undefined) throw damaged(0, 'files.missing', name);
    if (second !== undefined) throw damaged(0, 'files.both', name);
    return name + first;
  }
}

async function* unpacked(
  source: AsyncGenerator<Buffer>,
  packed: Packed,
  name: string,
  bytes: number,
): AsyncGenerator<Buffer> {
  if (packed === 'none') {
    yield* source;
    return;
  }
  if (packed === 'lz4') {
    yield* unpackedLz4(source, name);
    return;
  }
  const input = Readable.from(source, { objectMode: false, highWaterMark: 1 << 20 });
  let own: unknown;
  input.on('error', (error) => (own = error));
  const unpacker = packed === 'gzip' ? createGunzip() : createZstdDecompress();
  try {
    const output: AsyncIterable<Buffer> = pipeline(input, unpacker, () => undefined);
    for await (const piece of output) yield piece;
    // Node ends with the first frame, whatever comes behind it
    if (packed === 'zstd' && unpacker.bytesWritten !== bytes)
      throw damaged(unpacker.bytesWritten, 'packed.fileBehind', name);
  } catch (error) {
    const reason = own ?? error;
    if (isAppError(reason) || (reason instanceof Error && reason.name === 'AbortError')) throw reason;
    const says = error instanceof Error ? error.message : String(error);
    throw damaged(0, { reason: 'packed.file', packed, says }, name);
  } finally {
    input.destroy();
  }
}

const lz4Bytes = 64 * 1024;

async function* unpackedLz4(source: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  const unpacker = new Lz4Unpacker((reason, cause) => {
    throw damaged(0, reason, name, cause);
  });
  let pieces: Buffer[] = [];
  unpacker.begin((bytes, _view, from, to) => {
    pieces.push(Buffer.from(bytes.subarray(from, to)));
    return undefined;
  });
  try {
    for await (const large of source) {
      // a few packed bytes may stand for many
      for (let at = 0; at < large.length; at += lz4Bytes) {
        const piece = large.subarray(at, at + lz4Bytes);
        const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
        await unpacker.write(piece, view, 0, piece.length);
        yield* pieces;
        pieces = [];
      }
    }
    await unpacker.end();
    yield* pieces;
  } finally {
    unpacker.close();
  }
}
