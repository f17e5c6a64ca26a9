import { AppError } from '../base/errors';
import { rangeWithin, type ByteCursor, type ByteSource } from '../store/byteSource';
import { chunkBytes, ChunkCipher, nonceBytes, plainSize, sealedBytes, tagBytes } from './chunks';
import { damagedChunk } from './damage';
import { HeaderFinder, openHeader, type Opener } from './header';

/**
 * The plain text of an age file as bytes to read here and there: only the chunks that a range touches are read and decrypted, and nothing of one is given before its tag is right. That the last chunk is the last
 * one is looked at first, so the size counts. Throws `encrypted.damaged`, `encrypted.locked`, and what the source throws; reading throws `encrypted.damaged` too.
 */
export async function decryptedSource(encrypted: ByteSource, identities: readonly Opener[]): Promise<ByteSource> {
  const { name } = encrypted;
  const { header, nonce } = await readHead(encrypted);
  const cipher = new ChunkCipher(await openHeader(name, header, identities), nonce);
  const start = header.length + nonceBytes;
  const payload = encrypted.size - start;
  const lastIndex = Math.max(0, Math.ceil(payload / sealedBytes) - 1);
  const open = (sealed: Buffer, index: number): Buffer => {
    const place = { index, last: index === lastIndex };
    const plain = cipher.open(sealed, place);
    if (!plain) throw damagedChunk({ name, start, cipher }, sealed, place);
    return plain;
  };
  const size = plainSize(payload);
  if (size === undefined) {
    const left = payload - lastIndex * sealedBytes;
    const data = { name, offset: start + lastIndex * sealedBytes, chunk: lastIndex, at: lastIndex * chunkBytes };
    throw new AppError('encrypted.damaged', { ...data, reason: left === tagBytes ? 'emptyLast' : 'cut' });
  }
  const sealedAt = async (index: number): Promise<Buffer> => {
    const from = start + index * sealedBytes;
    const parts: Buffer[] = [];
    for await (const part of encrypted.read({ from, to: from + sealedBytes })) parts.push(part);
    return Buffer.concat(parts);
  };
  open(await sealedAt(lastIndex), lastIndex);
  return {
    name,
    size,
    async *read({ piece = chunkBytes, signal, ...range } = {}) {
      const { from, to } = rangeWithin(size, range);
      if (from === to) return;
      let index = Math.floor(from / chunkBytes);
      const end = start + Math.ceil(to / chunkBytes) * sealedBytes;
      const sealed = encrypted.read({ from: start + index * sealedBytes, to: Math.min(end, encrypted.size), signal });
      for await (const chunk of inChunks(sealed)) {
        const at = index * chunkBytes;
        const plain = open(chunk, index).subarray(Math.max(0, from - at), to - at);
        index += 1;
        for (let given = 0; given < plain.length; given += piece) yield plain.subarray(given, given + piece);
      }
    },
    async cursor() {
      return new DecryptedCursor(await encrypted.cursor(), { size, start, end: encrypted.size, open });
    },
  };
}

interface Opened {
  /** of the plain text */
  readonly size: number;
  /** of the first chunk, in the file */
  readonly start: number;
  /** of the file */
  readonly end: number;
  readonly open: (sealed: Buffer, index: number) => Buffer;
}

/** Short reads mostly stay within a chunk: the last one is kept. */
class DecryptedCursor implements ByteCursor {
  private kept: { readonly index: number; readonly plain: Buffer } | undefined;

  constructor(
    private readonly encrypted: ByteCursor,
    private readonly file: Opened,
  ) {}

  async read(buffer: Buffer, from: number): Promise<number> {
    const end = Math.min(from + buffer.length, this.file.size);
    let at = from;
    while (at < end) {
      const index = Math.floor(at / chunkBytes);
      const plain = await this.chunk(index);
      at += plain.copy(buffer, at - from, at - index * chunkBytes, end - index * chunkBytes);
    }
    return Math.max(0, at - from);
  }

  async close(): Promise<void> {
    this.kept = undefined;
    await this.encrypted.close();
  }

  private async chunk(index: number): Promise<Buffer> {
    if (this.kept?.index === index) return this.kept.plain;
    const { start, end, open } = this.file;
    const from = start + index * sealedBytes;
    const sealed = Buffer.allocUnsafe(Math.min(sealedBytes, end - from));
    const read = await this.encrypted.read(sealed, from);
    const plain = open(sealed.subarray(0, read), index);
    this.kept = { index, plain };
    return plain;
  }
}

/** Pieces of any size as whole encrypted chunks; the last one may be shorter. */
async function* inChunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const piece of pieces) {
    for (let rest = piece; rest.length > 0;) {
      const taken = rest.subarray(0, sealedBytes - held);
      parts.push(taken);
      held += taken.length;
      rest = rest.subarray(taken.length);
      if (held < sealedBytes) continue;
      yield parts.length === 1 ? taken : Buffer.concat(parts);
      parts = [];
      held = 0;
    }
  }
  if (held > 0) yield Buffer.concat(parts);
}

/** Header and nonce. */
async function readHead(encrypted: ByteSource): Promise<{ readonly header: Buffer; readonly nonce: Buffer }> {
  const finder = new HeaderFinder(encrypted.name);
  let header: Buffer | undefined;
  let nonce = Buffer.alloc(0);
  // most headers are of one or two recipients
  for await (const piece of encrypted.read({ piece: 4096 })) {
    if (header) nonce = Buffer.concat([nonce, piece]);
    else {
      const found = finder.push(piece);
      if (!found) continue;
      header = found.header;
      nonce = Buffer.from(found.rest);
    }
    if (nonce.length >= nonceBytes) return { header, nonce: nonce.subarray(0, nonceBytes) };
  }
  if (!header) throw finder.cut();
  const data = { name: encrypted.name, offset: header.length, reason: 'header' };
  throw new AppError('encrypted.damaged', data);
}
