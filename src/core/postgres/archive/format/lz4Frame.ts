import type { Fail, Sink, Unpacker } from './unpacking';

/** how far back a match may point */
const historySize = 64 * 1024;
const blockSizes: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
const magic = 0x184d2204;

/**
 * LZ4 frames as pg_dump writes them (LZ4 frame format 1.6.x): header, blocks, end mark. Blocks may refer to the 64 KiB before
 * them. Memory: one packed and one unpacked block, and that history. Every place a damaged block could point to outside of
 * its buffers is checked; checksums of blocks and content are passed over, pg_dump writes none.
 */
export class Lz4Unpacker implements Unpacker {
  readonly #fail: Fail;
  #sink: Sink | undefined;
  #state: 'start' | 'header' | 'length' | 'block' | 'checksum' | 'ended' = 'start';
  /** the packed bytes of the part in work, gathered until `#wanted` are there */
  #packed: Buffer = Buffer.allocUnsafeSlow(historySize + 64);
  #gathered = 0;
  #wanted = 0;
  #stored = false;
  #blockChecksums = false;
  #contentChecksum = false;
  #text: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #written = 0;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  begin(sink: Sink): void {
    this.#sink = sink;
    this.#next('start', 7);
  }

  write(bytes: Buffer, view: DataView, from: number, to: number): Promise<void> | undefined {
    let at = from;
    while (at < to) {
      if (this.#state === 'ended') this.#fail('packed.behind');
      const count = Math.min(this.#wanted - this.#gathered, to - at);
      bytes.copy(this.#packed, this.#gathered, at, at + count);
      this.#gathered += count;
      at += count;
      const busy = this.#gathered === this.#wanted ? this.#step() : undefined;
      if (busy !== undefined) return this.#later(busy, bytes, view, at, to);
    }
    return undefined;
  }

  async #later(busy: Promise<void>, bytes: Buffer, view: DataView, from: number, to: number): Promise<void> {
    await busy;
    await this.write(bytes, view, from, to);
  }

  async end(): Promise<void> {
    const nothing = this.#state === 'start' && this.#gathered === 0;
    if (!nothing && this.#state !== 'ended') this.#fail('packed.cut');
  }

  close(): void {
    this.#sink = undefined;
  }

  #next(state: 'start' | 'header' | 'length' | 'block' | 'checksum' | 'ended', wanted: number): void {
    this.#state = state;
    this.#wanted = wanted;
    this.#gathered = 0;
  }

  #step(): Promise<void> | undefined {
    if (this.#state === 'block') return this.#block();
    if (this.#state === 'start') this.#start();
    else if (this.#state === 'header') this.#next('length', 4);
    else if (this.#state === 'length') this.#length();
    else this.#next('ended', 0);
    return undefined;
  }

  /** Magic, flags, block size, and the checksum of the three when no further field stands in the header. */
  #start(): void {
    if (this.#packed.readUInt32LE(0) !== magic) this.#fail('lz4.begin');
    const flags = this.#packed[4] ?? 0;
    const size = blockSizes[(this.#packed[5] ?? 0) >> 4];
    if (flags >> 6 !== 1 || (flags & 2) !== 0 || size === undefined) this.#fail('lz4.header');
    const extra = ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0);
    if (extra === 0 && headerChecksum(this.#packed[4] ?? 0, this.#packed[5] ?? 0) !== this.#packed[6]) {
      this.#fail('lz4.checksum');
    }
    this.#blockChecksums = (flags & 16) !== 0;
    this.#contentChecksum = (flags & 4) !== 0;
    this.#reserve(size);
    this.#written = 0;
    if (extra > 0) this.#next('header', extra);
    else this.#next('length', 4);
  }

  #reserve(size: number): void {
    if (this.#packed.length < size + 64) this.#packed = Buffer.from(Buffer.allocUnsafeSlow(size + 64));
    if (this.#text.length === historySize + size) return;
    this.#text = Buffer.allocUnsafeSlow(historySize + size);
    this.#view = new DataView(this.#text.buffer, this.#text.byteOffset, this.#text.length);
  }

  #length(): void {
    const length = this.#packed.readUInt32LE(0);
    if (length === 0) {
      if (this.#contentChecksum) this.#next('checksum', 4);
      else this.#next('ended', 0);
      return;
    }
    this.#stored = length >>> 31 === 1;
    const size = length & 0x7fffffff;
    if (size > this.#text.length - historySize || size === 0) this.#fail('lz4.length');
    this.#next('block', size + (this.#blockChecksums ? 4 : 0));
  }

  #block(): Promise<void> | undefined {
    this.#keepHistory();
    const from = this.#written;
    const size = this.#wanted - (this.#blockChecksums ? 4 : 0);
    if (this.#stored) {
      this.#packed.copy(this.#text, from, 0, size);
      this.#written += size;
    } else {
      this.#written = unpackBlock(this.#packed, size, this.#text, from, this.#fail);
    }
    this.#next('length', 4);
    return this.#sink?.(this.#text, this.#view, from, this.#written);
  }

  /** Makes room for a whole block, keeping the last 64 KiB. */
  #keepHistory(): void {
    if (this.#written <= historySize) return;
    this.#text.copyWithin(0, this.#written - historySize, this.#written);
    this.#written = historySize;
  }
}

/** Unpacks one LZ4 block into `target` from `start` on; the place after its last byte. */
function unpackBlock(source: Buffer, size: number, target: Buffer, start: number, fail: Fail): number {
  let at = 0;
  let out = start;
  for (;;) {
    const token = source[at] ?? 0;
    at += 1;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < size) {
        more = source[at] ?? 0;
        at += 1;
        literals += more;
      }
    }
    if (literals > size - at || literals > target.length - out) fail('lz4.outside');
    if (literals > 32) source.copy(target, out, at, at + literals);
    else for (let index = 0; index < literals; index += 1) target[out + index] = source[at + index] ?? 0;
    at += literals;
    out += literals;
    // the last sequence is literals only
    if (at === size) return out;
    const distance = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255 && at < size) {
        more = source[at] ?? 0;
        at += 1;
        length += more;
      }
    }
    const far = distance === 0 || distance > out;
    if (far || at >= size || length > target.length - out) fail('lz4.outside');
    if (length > 32 && distance >= length) target.copyWithin(out, out - distance, out - distance + length);
    else for (let index = 0; index < length; index += 1) target[out + index] = target[out - distance + index] ?? 0;
    out += length;
  }
}

/** Second byte of xxHash32 (seed 0) over the two descriptor bytes. */
function headerChecksum(flags: number, block: number): number {
  const prime1 = 0x9e3779b1;
  const prime2 = 0x85ebca77;
  const prime3 = 0xc2b2ae3d;
  const prime5 = 0x165667b1;
  let hash = (prime5 + 2) | 0;
  for (const byte of [flags, block]) {
    hash = (hash + Math.imul(byte, prime5)) | 0;
    hash = Math.imul((hash << 11) | (hash >>> 21), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return ((hash ^ (hash >>> 16)) >>> 8) & 0xff;
}
