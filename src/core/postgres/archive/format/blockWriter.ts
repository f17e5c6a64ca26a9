import { constants, createDeflate, createZstdCompress, deflateSync, zstdCompressSync } from 'node:zlib';
import type { Deflate, ZstdCompress } from 'node:zlib';

/** How the data blocks of an archive are packed. */
export interface Packing {
  readonly method: 'none' | 'gzip' | 'zstd';
  readonly level: number;
}

/** Takes the next bytes of an archive, which nobody writes to any more; awaited where it returns a promise. */
export type TakeBytes = (bytes: Buffer) => Promise<void> | undefined;

/** text that is packed at once */
const gathered = 128 * 1024;
const tableBlock = 1;
const largeObjectsBlock = 3;

/**
 * Writes the data blocks of a custom-format archive, as `BlockReader` reads them; bounded memory whatever a block's size. While zlib packs one gathering
 * the next one is filled. Whatever goes wrong comes out of the call that waits.
 */
export class BlockWriter {
  readonly #packing: Packing;
  readonly #take: TakeBytes;
  #filling = Buffer.allocUnsafeSlow(gathered);
  #spare = Buffer.allocUnsafeSlow(gathered);
  #filled = 0;
  #stream: PackingStream | undefined;
  #underWay: Promise<void> | undefined;

  constructor(packing: Packing, take: TakeBytes) {
    this.#packing = packing;
    this.#take = take;
  }

  /** Begins the block of a table's rows. */
  async table(dumpId: number): Promise<void> {
    await this.#take(Buffer.concat([Buffer.from([tableBlock]), intBytes(dumpId)]));
  }

  /** Begins the block of large objects; `largeObject` begins each, `end` ends each, `endLargeObjects` the block. */
  async largeObjects(dumpId: number): Promise<void> {
    await this.#take(Buffer.concat([Buffer.from([largeObjectsBlock]), intBytes(dumpId)]));
  }

  async largeObject(oid: number): Promise<void> {
    await this.#take(intBytes(oid));
  }

  async endLargeObjects(): Promise<void> {
    await this.#take(intBytes(0));
  }

  /** Takes text or content `[from, to)`, which may be reused once this returned or its promise is resolved. */
  write(bytes: Buffer, from = 0, to = bytes.length): Promise<void> | undefined {
    if (to - from > gathered - this.#filled) return this.#writeMore(bytes, from, to);
    bytes.copy(this.#filling, this.#filled, from, to);
    this.#filled += to - from;
    return undefined;
  }

  /** Ends the block of rows, or the large object in work. */
  async end(): Promise<void> {
    const rest = this.#filling.subarray(0, this.#filled);
    if (this.#packing.method === 'none') await this.#chunk(Buffer.from(rest));
    else if (this.#stream === undefined) await this.#chunk(packedAtOnce(this.#packing, rest));
    else {
      await this.#flush();
      await this.#underWay;
      this.#underWay = undefined;
      const stream = this.#stream;
      this.#stream = undefined;
      for (const chunk of await stream.end()) await this.#chunk(chunk);
    }
    this.#filled = 0;
    await this.#take(intBytes(0));
  }

  /** After an error. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#underWay?.catch(() => undefined);
  }

  async #writeMore(bytes: Buffer, from: number, to: number): Promise<void> {
    for (let at = from; at < to;) {
      const count = Math.min(gathered - this.#filled, to - at);
      bytes.copy(this.#filling, this.#filled, at, at + count);
      this.#filled += count;
      at += count;
      if (this.#filled === gathered) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#filling.subarray(0, this.#filled);
    this.#filled = 0;
    if (this.#packing.method === 'none') return this.#chunk(Buffer.from(text));
    await this.#underWay;
    const stream = (this.#stream ??= new PackingStream(this.#packing));
    this.#underWay = (async (): Promise<void> => {
      for (const chunk of await stream.write(text)) await this.#chunk(chunk);
    })();
    // it is awaited before the next flush; until then a failure must not count as unhandled
    this.#underWay.catch(() => undefined);
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
  }

  async #chunk(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    await this.#take(intBytes(bytes.length));
    await this.#take(bytes);
  }
}

/** pg_dump's integer: a sign byte and four bytes, little-endian. An OID has all 32 bits. */
export function intBytes(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32LE(value >>> 0, 1);
  return bytes;
}

function packedAtOnce({ method, level }: Packing, text: Buffer): Buffer {
  return method === 'gzip' ? deflateSync(text, { level }) : zstdCompressSync(text, { params: zstdLevel(level) });
}

function zstdLevel(level: number): Record<number, number> {
  return { [constants.ZSTD_c_compressionLevel]: level };
}

/** One zlib stream, for one block. */
class PackingStream {
  readonly #stream: Deflate | ZstdCompress;
  #chunks: Buffer[] = [];
  #failure: Error | undefined;
  #settle: (() => void) | undefined;

  constructor({ method, level }: Packing) {
    this.#stream = method === 'gzip' ? createDeflate({ level }) : createZstdCompress({ params: zstdLevel(level) });
    this.#stream.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
      this.#settle?.();
    });
    this.#stream.on('end', () => this.#settle?.());
  }

  /** What came out so far. */
  async write(text: Buffer): Promise<Buffer[]> {
    return this.#until((done) => this.#stream.write(text, () => done()));
  }

  /** The last of it. */
  async end(): Promise<Buffer[]> {
    const chunks = await this.#until(() => this.#stream.end());
    this.close();
    return chunks;
  }

  close(): void {
    this.#stream.destroy();
  }

  async #until(begin: (done: () => void) => void): Promise<Buffer[]> {
    if (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
        begin(resolve);
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}
