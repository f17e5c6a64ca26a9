import { AppError } from '../base/errors';
import { chunkBytes, ChunkCipher, nonceBytes, sealedBytes, tagBytes } from './chunks';
import { damagedChunk } from './damage';
import { HeaderFinder, openHeader, type Opener } from './header';

/**
 * The plain text of an age file, chunk by chunk: nothing of a chunk comes out before its tag is right, and the stream ends only after the last one was. Whoever writes it down
 * must not call it whole before that. The reader sets the pace; at most one chunk is held. Throws `encrypted.damaged` { name, offset, chunk?, reason }, `encrypted.locked`,
 * and what the stream throws.
 */
export async function* decryptStream(
  name: string,
  encrypted: AsyncIterable<Buffer>,
  identities: readonly Opener[],
): AsyncGenerator<Buffer, void, undefined> {
  let stage: Chunks | HeaderFinder = new HeaderFinder(name);
  for await (const piece of encrypted) {
    if (stage instanceof Chunks) {
      yield* stage.push(piece);
      continue;
    }
    const found = stage.push(piece);
    if (!found) continue;
    stage = new Chunks(name, await openHeader(name, found.header, identities), found.header.length);
    yield* stage.push(found.rest);
  }
  if (stage instanceof HeaderFinder) throw stage.cut();
  yield stage.end();
}

/** An age file that is in memory. Throws as `decryptStream` does. */
export async function decryptWhole(name: string, encrypted: Buffer, identities: readonly Opener[]): Promise<Buffer> {
  const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield encrypted;
  };
  const parts: Buffer[] = [];
  for await (const part of decryptStream(name, source(), identities)) parts.push(part);
  return Buffer.concat(parts);
}

/** Nonce and chunks, as they come. */
class Chunks {
  private cipher: ChunkCipher | undefined;
  private readonly held = Buffer.allocUnsafe(sealedBytes);
  private heldBytes = 0;
  private index = 0;

  constructor(
    private readonly name: string,
    private readonly fileKey: Uint8Array,
    private readonly start: number,
  ) {}

  *push(piece: Buffer): Generator<Buffer, void, undefined> {
    for (let rest = piece; rest.length > 0;) {
      const cipher = this.cipher;
      if (!cipher) {
        rest = this.take(rest, nonceBytes);
        if (this.heldBytes < nonceBytes) return;
        this.cipher = new ChunkCipher(this.fileKey, this.held.subarray(0, nonceBytes));
        this.heldBytes = 0;
        continue;
      }
      // with a byte behind it, it is not the last one
      if (this.heldBytes === sealedBytes) {
        yield this.open(cipher, this.held, false);
        this.heldBytes = 0;
      }
      if (this.heldBytes === 0 && rest.length > sealedBytes) {
        yield this.open(cipher, rest.subarray(0, sealedBytes), false);
        rest = rest.subarray(sealedBytes);
        continue;
      }
      rest = this.take(rest, sealedBytes);
    }
  }

  end(): Buffer {
    const cipher = this.cipher;
    if (!cipher) throw this.damaged('header');
    if (this.heldBytes < tagBytes) throw this.damaged('cut');
    if (this.heldBytes === tagBytes && this.index > 0) throw this.damaged('emptyLast');
    return this.open(cipher, this.held.subarray(0, this.heldBytes), true);
  }

  private take(from: Buffer, most: number): Buffer {
    const taken = Math.min(most - this.heldBytes, from.length);
    from.copy(this.held, this.heldBytes, 0, taken);
    this.heldBytes += taken;
    return from.subarray(taken);
  }

  private open(cipher: ChunkCipher, sealed: Buffer, last: boolean): Buffer {
    const place = { index: this.index, last };
    const plain = cipher.open(sealed, place);
    if (!plain) throw damagedChunk({ name: this.name, start: this.start + nonceBytes, cipher }, sealed, place);
    this.index += 1;
    return plain;
  }

  private damaged(reason: string): AppError {
    if (!this.cipher) return new AppError('encrypted.damaged', { name: this.name, offset: this.start, reason });
    const offset = this.start + nonceBytes + this.index * sealedBytes;
    return new AppError('encrypted.damaged', {
      name: this.name,
      offset,
      chunk: this.index,
      at: this.index * chunkBytes,
      reason,
    });
  }
}
