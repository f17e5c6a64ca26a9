import { createHash } from 'node:crypto';
import { decryptStream } from '../encrypt/decryptStream';
import { Encryption } from '../encrypt/encryptStream';
import type { WrittenIdentity } from '../encrypt/identity';
import type { ByteRange, GrowingSource } from '../store/byteSource';
import type { ArchiveFile } from './growingFile';

/**
 * A growing file of which only the age file is written: what is taken is encrypted before it goes there, and who follows it gets what that decrypts to, so that what is read is what lies there. Bytes and
 * SHA-256 are those of the plain text.
 */
export class EncryptedFile implements ArchiveFile {
  private readonly hash = createHash('sha256');
  private accepted = 0;
  private read = 0;
  private sealedSha256: string | undefined;

  private constructor(
    private readonly file: ArchiveFile,
    private readonly encryption: Encryption,
    private readonly key: WrittenIdentity,
  ) {}

  /** Into a file of which nothing is written yet. Encrypted for the key of its backup. */
  static async into(file: ArchiveFile, key: WrittenIdentity): Promise<EncryptedFile> {
    const encryption = await Encryption.for([key.recipient]);
    await file.write(encryption.head);
    return new EncryptedFile(file, encryption, key);
  }

  get name(): string {
    return this.file.name;
  }

  get bytes(): number {
    return this.accepted;
  }

  get bytesRead(): number {
    return this.file.prove ? this.file.bytesRead : this.read;
  }

  /** What lies there; undefined before it is finished. */
  get sealed(): { readonly bytes: number; readonly sha256: string } | undefined {
    return this.sealedSha256 === undefined ? undefined : { bytes: this.file.bytes, sha256: this.sealedSha256 };
  }

  /** As of a growing file. */
  async write(chunk: Buffer): Promise<void> {
    this.hash.update(chunk);
    this.accepted += chunk.length;
    for (const piece of this.encryption.push(chunk)) await this.file.write(piece);
  }

  async finish(): Promise<string> {
    for (const piece of this.encryption.end()) await this.file.write(piece);
    this.sealedSha256 = await this.file.finish();
    return this.hash.digest('hex');
  }

  async prove(signal: AbortSignal): Promise<void> {
    await this.file.prove?.(signal);
  }

  async abandon(error: Error): Promise<void> {
    return this.file.abandon(error);
  }

  async *follow(): AsyncGenerator<Buffer> {
    for await (const piece of decryptStream(this.file.name, this.file.follow(), [this.key])) {
      this.read += piece.length;
      yield piece;
    }
  }

  async hold(): Promise<GrowingSource | undefined> {
    const held = await this.file.hold();
    if (held === undefined) return undefined;
    const { name } = this.file;
    const plain = (signal?: AbortSignal): AsyncGenerator<Buffer> =>
      decryptStream(name, held.read({ piece: 1 << 18, signal }), [this.key]);
    return {
      name,
      get failure() {
        return held.failure;
      },
      read: ({ signal, ...range } = {}) => within(plain(signal), range),
      close: () => held.close(),
    };
  }
}

/** Those of the bytes that are in a range. */
async function* within(
  pieces: AsyncGenerator<Buffer>,
  { from = 0, to = Number.POSITIVE_INFINITY }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for await (const piece of pieces) {
    const wanted = piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
    if (at >= to) return;
  }
}
