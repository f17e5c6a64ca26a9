import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Bytes of plain text in a chunk of age's payload (STREAM); the last one may have fewer. */
export const chunkBytes = 64 * 1024;
/** What a chunk is longer by when it is encrypted: its tag. */
export const tagBytes = 16;
/** What stands between the header and the first chunk. */
export const nonceBytes = 16;
/** Bytes of an encrypted chunk that is not the last one. */
export const sealedBytes = chunkBytes + tagBytes;

/** A chunk by its number, from 0, and whether it is the last one: both are part of what is authenticated. */
export interface ChunkPlace {
  readonly index: number;
  readonly last: boolean;
}

/** Encrypts and decrypts the chunks of one payload, in any order. The key is of this payload alone: a file key and a nonce that is never used twice. */
export class ChunkCipher {
  private readonly key: Buffer;
  private readonly iv = Buffer.alloc(12);

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    this.key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  }

  /** The encrypted chunk in two parts: as many bytes as the plain text has, and the tag. */
  seal(plain: Uint8Array, place: ChunkPlace): readonly [Buffer, Buffer] {
    const cipher = createCipheriv(algorithm, this.key, this.ivAt(place), { authTagLength: tagBytes });
    const sealed = cipher.update(plain);
    cipher.final();
    return [sealed, cipher.getAuthTag()];
  }

  /** The plain text; undefined where the tag is not that of these bytes at this place: then nothing of it leaves. */
  open(sealed: Buffer, place: ChunkPlace): Buffer | undefined {
    if (sealed.length < tagBytes) return undefined;
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv(algorithm, this.key, this.ivAt(place), { authTagLength: tagBytes });
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }

  private ivAt({ index, last }: ChunkPlace): Buffer {
    // eleven bytes count; six of them are enough for 16 EiB
    this.iv.writeUIntBE(index, 5, 6);
    this.iv[11] = last ? 1 : 0;
    return this.iv;
  }
}

/** Bytes of plain text in a payload of so many bytes, without header and nonce; undefined where no payload is so long. Pure. */
export function plainSize(payload: number): number | undefined {
  const chunks = Math.max(1, Math.ceil(payload / sealedBytes));
  const size = payload - chunks * tagBytes;
  // only where all of it is empty is the last chunk empty
  if (size < 0 || (chunks > 1 && payload - (chunks - 1) * sealedBytes <= tagBytes)) return undefined;
  return size;
}

/** Bytes of the payload of so many bytes of plain text, without header and nonce. Pure. */
export function payloadSize(plain: number): number {
  return plain + Math.max(1, Math.ceil(plain / chunkBytes)) * tagBytes;
}

const algorithm = 'chacha20-poly1305';
