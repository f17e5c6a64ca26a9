import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import type { PublicKey, Signed } from './signed';
import { checkState, prepareState, stateFolder } from './stateFolder';

/** A signature with the key that it is said to be by. */
export interface Signature {
  readonly key: PublicKey;
  /** base64 */
  readonly signature: string;
}

/** The key of this workspace. */
export interface SigningKey {
  readonly key: PublicKey;
  sign(text: string): Signature;
}

/** Whose signatures count here. */
export interface KeyRing {
  /** the key of this workspace, where it has one */
  readonly own?: PublicKey;
  readonly trusted: readonly TrustedKey[];
}

/** A key of another workspace that the user trusts. */
export interface TrustedKey {
  readonly key: PublicKey;
  /** what the user calls it; '' where it has no name */
  readonly name: string;
}

/** The key of this workspace; made when it is first needed (0600). Throws `state.unsafe`, and what the file system says. */
export async function signingKey(): Promise<SigningKey> {
  await prepareState(keysName);
  const found = await readPrivate();
  if (found) return keyOf(found);
  const { privateKey } = generateKeyPairSync('ed25519');
  const file = path.join(stateFolder(), keysName, privateName);
  const making = `${file}.${randomBytes(3).toString('hex')}.tmp`;
  const handle = await open(making, 'wx', 0o600);
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    // two that need it at once have one key: the first is it
    await link(making, file).catch((error: unknown) => {
      if (!isErrno(error, ['EEXIST'])) throw error;
    });
  } finally {
    await rm(making, { force: true });
  }
  const made = await readPrivate();
  if (!made) throw new AppError('internal', { message: 'the key that was made is not there' });
  return keyOf(made);
}

/**
 * The keys that count: this workspace's own, those that `keys trust` wrote down, and those of DB_FERRY_TRUSTED_KEYS (separated by commas or spaces), which jobs inherit. What
 * is no key is left out: it makes nothing trusted. Throws `state.unsafe`.
 */
export async function keyRing(env: NodeJS.ProcessEnv = process.env): Promise<KeyRing> {
  await checkState();
  const own = await readPrivate();
  const listed = (env['DB_FERRY_TRUSTED_KEYS'] ?? '').split(/[\s,]+/);
  const extra = listed.filter(isPublicKey).map((key) => ({ key, name: '' }));
  return { trusted: [...(await readTrusted()), ...extra], ...(own ? { own: keyOf(own).key } : {}) };
}

/** Writes down that signatures of a key count here. Throws `usage` for what is no key. */
export async function trustKey(key: string, name: string): Promise<void> {
  if (!isPublicKey(key)) throw new AppError('usage', { rule: 'key.form', key });
  const others = (await readTrusted()).filter((one) => one.key !== key);
  const lines = [...others, { key, name }].map((one) => `${one.key} ${one.name.replaceAll(/\s+/g, ' ')}`.trim());
  const folder = await prepareState(keysName);
  const file = path.join(folder, trustedName);
  const making = `${file}.${randomBytes(3).toString('hex')}.tmp`;
  const handle = await open(making, 'wx', 0o600);
  try {
    await handle.writeFile(`${lines.join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(making, file);
}

/** What signatures say of a text: the best that any of them proves. */
export function judge(text: string, signatures: readonly Signature[], ring: KeyRing): Signed {
  const valid = signatures.filter((one) => isValid(text, one)).map(({ key }) => key);
  const own = valid.find((key) => key === ring.own);
  if (own !== undefined) return { by: 'own', key: own };
  const trusted = ring.trusted.find(({ key }) => valid.includes(key));
  if (trusted) return { by: 'trusted', ...trusted };
  const [unknown] = valid;
  if (unknown !== undefined) return { by: 'unknown', key: unknown };
  return { by: signatures.length === 0 ? 'nobody' : 'wrong' };
}

/** True for a text that is a public key. */
export function isPublicKey(text: string): boolean {
  return /^ed25519:[A-Za-z0-9+/]{43}=$/.test(text);
}

/** The key as openssl reads it. */
export function pemOf(key: PublicKey): string {
  return publicKeyOf(key).export({ type: 'spki', format: 'pem' }).toString();
}

function isValid(text: string, { key, signature }: Signature): boolean {
  try {
    return verify(null, Buffer.from(text), publicKeyOf(key), Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

function publicKeyOf(key: PublicKey): KeyObject {
  const raw = Buffer.from(key.slice('ed25519:'.length), 'base64');
  return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
}

function keyOf(privateKey: KeyObject): SigningKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const key = `ed25519:${der.subarray(spkiHead.length).toString('base64')}`;
  return { key, sign: (text) => ({ key, signature: sign(null, Buffer.from(text), privateKey).toString('base64') }) };
}

async function readPrivate(): Promise<KeyObject | undefined> {
  const file = path.join(stateFolder(), keysName, privateName);
  const text = await readSafely(file, { most: 4096, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return undefined;
    throw error;
  });
  return text && createPrivateKey(text);
}

async function readTrusted(): Promise<TrustedKey[]> {
  const file = path.join(stateFolder(), keysName, trustedName);
  const text = await readSafely(file, { most: 1e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return Buffer.alloc(0);
    throw error;
  });
  return text
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [key = '', ...name] = line.trim().split(' ');
      return isPublicKey(key) ? [{ key, name: name.join(' ') }] : [];
    });
}

/** What stands before the 32 bytes of a key in its DER form (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');
const keysName = 'keys';
const privateName = 'ed25519.pem';
const trustedName = 'trusted';
