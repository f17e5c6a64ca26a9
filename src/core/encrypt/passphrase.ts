import { createDecipheriv, scrypt } from 'node:crypto';
import type { Identity as StanzaOpener } from 'age-encryption';
import { AppError } from '../base/errors';

/** Opens what was encrypted with a passphrase (age -p). By node:crypto: in JavaScript the usual work factor takes nine seconds. */
export function passphraseOpener(name: string, passphrase: string): StanzaOpener {
  return {
    async unwrapFileKey(stanzas) {
      const [only] = stanzas;
      const [kind, salt = '', factor = ''] = only?.args ?? [];
      if (!only || stanzas.length !== 1 || kind !== 'scrypt') return null;
      if (
        only.args.length !== 3 ||
        !/^[A-Za-z0-9+/]{22}$/.test(salt) ||
        !/^[1-9]\d?$/.test(factor) ||
        only.body.length !== 32
      ) {
        throw new AppError('encrypted.damaged', { name, offset: 0, reason: 'header' });
      }
      const power = Number(factor);
      if (power > mostWork)
        throw new AppError('encrypted.locked', { name, reason: 'work', work: power, most: mostWork });
      const key = await derive(
        passphrase,
        Buffer.concat([Buffer.from(label), Buffer.from(salt, 'base64')]),
        2 ** power,
      );
      return openKey(Buffer.from(only.body), key);
    },
  };
}

async function derive(passphrase: string, salt: Buffer, work: number): Promise<Buffer> {
  // 128 bytes of each of the work's blocks of eight, and a little beside it
  const options = { N: work, r: 8, p: 1, maxmem: work * 1024 + 16e6 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** A file key; null where it was encrypted with another key. */
function openKey(body: Buffer, key: Buffer): Uint8Array | null {
  const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
  decipher.setAuthTag(body.subarray(16));
  const fileKey = decipher.update(body.subarray(0, 16));
  try {
    decipher.final();
    return Uint8Array.from(fileKey);
  } catch {
    return null;
  }
}

const label = 'age-encryption.org/v1/scrypt';
/** 2^20 takes a gigabyte and some seconds; age itself writes 2^18. */
const mostWork = 20;
