import { randomBytes } from 'node:crypto';
import { chunkBytes, ChunkCipher, nonceBytes } from './chunks';
import { makeHeader } from './header';

/** Encrypts what is pushed into it. Holds at most one chunk. */
export class Encryption {
  private readonly held = Buffer.allocUnsafe(chunkBytes);
  private heldBytes = 0;
  private index = 0;

  private constructor(
    private readonly cipher: ChunkCipher,
    /** header and nonce: the bytes that stand before all others */
    readonly head: Buffer,
  ) {}

  /** Throws `recipient.invalid`. */
  static async for(recipients: readonly string[]): Promise<Encryption> {
    const { bytes, fileKey } = await makeHeader(recipients);
    const nonce = randomBytes(nonceBytes);
    return new Encryption(new ChunkCipher(fileKey, nonce), Buffer.concat([bytes, nonce]));
  }

  /** The next bytes of the file, in their order; nothing of the buffer is needed any more when it returns. */
  push(plain: Uint8Array): Buffer[] {
    const out: Buffer[] = [];
    let at = 0;
    while (at < plain.length) {
      // only now is it known that it is not the last one
      if (this.heldBytes === chunkBytes) {
        out.push(...this.sealed(this.held, false));
        this.heldBytes = 0;
      }
      const left = plain.length - at;
      if (this.heldBytes === 0 && left > chunkBytes) {
        out.push(...this.sealed(plain.subarray(at, at + chunkBytes), false));
        at += chunkBytes;
        continue;
      }
      const taken = Math.min(chunkBytes - this.heldBytes, left);
      this.held.set(plain.subarray(at, at + taken), this.heldBytes);
      this.heldBytes += taken;
      at += taken;
    }
    return out;
  }

  /** The last bytes of the file. */
  end(): readonly Buffer[] {
    return this.sealed(this.held.subarray(0, this.heldBytes), true);
  }

  private sealed(plain: Uint8Array, last: boolean): readonly Buffer[] {
    const sealed = this.cipher.seal(plain, { index: this.index, last });
    this.index += 1;
    return sealed;
  }
}

/** A stream as the age file of it, for all these recipients; the reader sets the pace. Throws `recipient.invalid`, and what the stream throws. */
export async function* encryptStream(
  plain: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Buffer, void, undefined> {
  const encryption = await Encryption.for(recipients);
  yield encryption.head;
  for await (const piece of plain) yield* encryption.push(piece);
  yield* encryption.end();
}

/** A short text or some bytes as an age file. */
export async function encryptWhole(plain: Uint8Array, recipients: readonly string[]): Promise<Buffer> {
  const encryption = await Encryption.for(recipients);
  return Buffer.concat([encryption.head, ...encryption.push(plain), ...encryption.end()]);
}
