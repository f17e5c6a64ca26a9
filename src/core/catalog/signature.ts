import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { canonical } from '../state/canonical';
import { judge, keyRing, signingKey, type KeyRing, type Signature } from '../state/keys';
import { isProven, type Signed } from '../state/signed';
import { manifestFile, writeDurably } from './backupFolder';
import type { Manifest } from './manifest';

/** Beside a manifest: the signatures over its canonical form. */
export const signatureFile = 'manifest.sig';

/** What the signature beside a manifest says of it. `inside`: the folder that it must be in. Never throws: what cannot be read proves nothing. */
export async function signedBy(folder: string, manifest: unknown, ring: KeyRing, inside = folder): Promise<Signed> {
  try {
    const signatures = await readSignatures(folder, inside);
    return signatures.length === 0 ? { by: 'nobody' } : judge(canonical(manifest), signatures, ring);
  } catch {
    return { by: 'wrong' };
  }
}

/** Signs the manifest of a folder with the key of this workspace. Throws what the key and the file system say. */
export async function signManifest(folder: string, manifest: Manifest): Promise<Signed> {
  const key = await signingKey();
  await writeSignatures(folder, [key.sign(canonical(manifest))]);
  return { by: 'own', key: key.key };
}

/**
 * Replaces a manifest by one in which something of ours was added, and signs it anew where its signature was good; at each moment of it one of the two is signed.
 * One that nobody signed stays unsigned, and what it says is not asked for. Throws where it is signed by a key that does not count here: what that proves to others would be gone.
 */
export async function replaceSigned(
  folder: string,
  { before, after }: { readonly before: () => unknown; readonly after: () => unknown },
  write: () => Promise<void>,
): Promise<void> {
  const signatures = await readSignatures(folder, folder);
  if (signatures.length === 0) return write();
  const signed = judge(canonical(before()), signatures, await keyRing());
  if (!isProven(signed)) throw new Error('it is signed by a key that does not count here, or was changed');
  const key = await signingKey();
  const anew = key.sign(canonical(after()));
  await writeSignatures(folder, [anew, ...signatures]);
  await write();
  await writeSignatures(folder, [anew]);
}

/** Takes the signature away: what is to be deleted proves nothing any more. */
export async function removeSignature(folder: string): Promise<void> {
  await rm(path.join(folder, signatureFile), { force: true });
}

async function readSignatures(folder: string, inside: string): Promise<Signature[]> {
  const file = path.join(folder, signatureFile);
  const text = await readSafely(file, { most: 16_384, inside }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT'])) return undefined;
    throw error;
  });
  if (text === undefined) return [];
  const { format, signatures } = JSON.parse(text.toString()) as Partial<SignatureFile>;
  if (format !== signatureFormat || !Array.isArray(signatures)) throw new Error('no signature');
  return signatures.slice(0, 8).map(({ key, signature }) => ({ key: String(key), signature: String(signature) }));
}

async function writeSignatures(folder: string, signatures: readonly Signature[]): Promise<void> {
  const content: SignatureFile = { format: signatureFormat, of: manifestFile, signatures };
  await writeDurably(path.join(folder, signatureFile), `${JSON.stringify(content, undefined, 1)}\n`);
}

interface SignatureFile {
  readonly format: typeof signatureFormat;
  readonly of: string;
  readonly signatures: readonly Signature[];
}

const signatureFormat = 'db-ferry-signature-1';
