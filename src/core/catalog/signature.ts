import { asRecord, readJson } from '../base/json';
import path from 'node:path';
import { canonical } from '../state/canonical';
import { judge, signingKey, type KeyRing, type Signature } from '../state/keys';
import type { Signed } from '../state/signed';
import { manifestFile, signatureFile } from '../store/layout';
import { getIfThere } from '../store/store';
import { writeDurably } from './backupFolder';
import type { BackupAt } from './manifest';

/** What the signature beside a manifest says of it; `text` gives the manifest's canonical form. Never throws: what cannot be read proves nothing. */
export async function signedBy({ store, prefix }: BackupAt, text: () => string, ring: KeyRing): Promise<Signed> {
  try {
    const file = await getIfThere(store, prefix + signatureFile, 16_384);
    if (file === undefined) return { by: 'nobody' };
    const { format, signatures } = (asRecord(readJson(file)) ?? {}) as {
      readonly [K in keyof SignatureFile]?: unknown;
    };
    if (format !== signatureFormat || !Array.isArray(signatures)) throw new Error('no signature');
    // the whole of it is parsed only where there is something to hold it against
    return signatures.length === 0 ? { by: 'nobody' } : judge(text(), signaturesIn(signatures), ring);
  } catch {
    return { by: 'wrong' };
  }
}

/** Signs a manifest, as its file says it, with the key of this workspace; the signature is put beside it, into its folder. Throws what the key and the file system say. */
export async function signManifest(folder: string, manifest: unknown): Promise<Signed> {
  return signManifestBy(manifest, async (name, content) => writeDurably(path.join(folder, name), [content]));
}

/** The same, put where `put` says. */
export async function signManifestBy(
  manifest: unknown,
  put: (name: string, content: Buffer) => Promise<void>,
): Promise<Signed> {
  const key = await signingKey();
  const content: SignatureFile = {
    format: signatureFormat,
    of: manifestFile,
    signatures: [key.sign(canonical(manifest))],
  };
  await put(signatureFile, Buffer.from(`${JSON.stringify(content, undefined, 1)}\n`));
  return { by: 'own', key: key.key };
}

/** The signatures in a list of JSON, a few at most. Throws for what is none. Pure. */
export function signaturesIn(list: unknown): Signature[] {
  if (!Array.isArray(list)) throw new Error('no signatures');
  return (list as readonly Partial<Signature>[])
    .slice(0, 8)
    .map(({ key, signature }) => ({ key: String(key), signature: String(signature) }));
}

interface SignatureFile {
  readonly format: typeof signatureFormat;
  readonly of: string;
  readonly signatures: readonly Signature[];
}

const signatureFormat = 'db-ferry-signature-1';
