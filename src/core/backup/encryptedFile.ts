import { createHash } from 'node:crypto';
import { decryptStream } from '../encrypt/decryptStream';
import { Encryption } from '../encrypt/encryptStream';
import type { WrittenIdentity } from '../encrypt/identity';
import { GrowingFile } from './growingFile';

/**
 * A growing file of which the disk has only the age file: what is written is encrypted before it goes there, and who follows it gets what it decrypts to, so that what is read is what the disk holds. Bytes and
 * SHA-256 are those of the plain text.
 */
export class EncryptedFile {
  private readonly hash = createHash('sha256');
  private accepted = 0;
  private read = 0;
  private sealedSha256: string | undefined;

  private constructor(
    private readonly file: GrowingFile,
    private readonly encryption: Encryption,
    private readonly key: WrittenIdentity,
  ) {}

  /** Creates the file (mode 0600); it must not exist. Encrypted for the key of its backup. */
  static async create(file: string, key: WrittenIdentity): Promise<EncryptedFile> {
    const encryption = await Encryption.for([key.recipient]);
    const growing = new GrowingFile(file);
    await growing.write(encryption.head);
    return new EncryptedFile(growing, encryption, key);
  }

  get bytes(): number {
    return this.accepted;
  }

  get bytesRead(): number {
    return this.read;
  }

  /** What the disk holds; undefined before it is finished. */
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

  async abandon(error: Error): Promise<void> {
    return this.file.abandon(error);
  }

  async *follow(): AsyncGenerator<Buffer> {
    for await (const piece of decryptStream(this.file.file, this.file.follow(), [this.key])) {
      this.read += piece.length;
      yield piece;
    }
  }
}
