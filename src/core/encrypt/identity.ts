import { armor, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { AppError, isAppError } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { decryptWhole } from './decryptStream';
import type { Opener } from './header';
import { passphraseOpener } from './passphrase';

/** Who can open what was encrypted for a recipient. Secret: it is in no message, log, event or manifest. */
export interface Identity extends Opener {
  /** whom to encrypt for; undefined for a passphrase */
  readonly recipient?: string;
}

/** An identity that is written down, with its recipient. */
export interface WrittenIdentity extends Identity {
  readonly recipient: string;
  /** `AGE-SECRET-KEY-…` */
  readonly opens: string;
}

/** Makes an identity; `hybrid`: one that withstands quantum computers, as age 1.3 and later know it. */
export async function makeIdentity(kind: 'x25519' | 'hybrid' = 'x25519'): Promise<WrittenIdentity> {
  const opens = await (kind === 'hybrid' ? generateHybridIdentity() : generateX25519Identity());
  return { recipient: await identityToRecipient(opens), opens };
}

/** Asked for the passphrase of an identity file that has one; undefined where nobody gives it. */
export type AskPassphrase = (file: string) => Promise<string | undefined>;

/**
 * The identities of a file as age-keygen writes it: one a line, `#` begins a comment. One that is encrypted with a passphrase (age -p, armored or not) is opened with what `ask` gives. Throws `identity.unusable`
 * { file, reason, line? }, never what stands in it, `encrypted.damaged`, `file.refused`, and what the file system says.
 */
export async function readIdentities(
  file: string,
  ask: AskPassphrase = async () => undefined,
): Promise<WrittenIdentity[]> {
  const found = await readSafely(file, { most: mostBytes, follow: true });
  const encrypted = encryptedIn(file, found);
  if (!encrypted) return parseIdentities(file, found.toString());
  const passphrase = await ask(file);
  if (passphrase === undefined) throw new AppError('identity.unusable', { file, reason: 'noPassphrase' });
  try {
    const opener = { opens: passphraseOpener(file, passphrase) };
    return await parseIdentities(file, (await decryptWhole(file, encrypted, [opener])).toString());
  } catch (error) {
    if (!isAppError(error, 'encrypted.locked') || error.data['reason'] === 'work') throw error;
    // encrypted for somebody, or with another passphrase
    const reason = error.data['reason'] === 'passphrase' ? 'wrongPassphrase' : 'encryptedFor';
    throw new AppError('identity.unusable', { file, reason });
  }
}

/** The identities in a text as age-keygen writes it. Throws `identity.unusable` { file, reason, line? }. */
export async function parseIdentities(file: string, text: string): Promise<WrittenIdentity[]> {
  const found: WrittenIdentity[] = [];
  for (const [at, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const refuse = (reason: string): AppError => new AppError('identity.unusable', { file, reason, line: at + 1 });
    if (line.startsWith('AGE-PLUGIN-')) throw refuse('plugin');
    if (line.startsWith('-----BEGIN ') || line.startsWith('ssh-')) throw refuse('ssh');
    if (/^age1[0-9a-z]+$/.test(line)) throw refuse('recipient');
    try {
      found.push({ recipient: await identityToRecipient(line), opens: line });
    } catch {
      // the library's own words may quote it
      throw refuse('form');
    }
  }
  if (found.length === 0) throw new AppError('identity.unusable', { file, reason: 'none' });
  return found;
}

/** The age file that an identity file is; undefined for one in clear. */
function encryptedIn(file: string, content: Buffer): Buffer | undefined {
  if (content.subarray(0, binary.length).toString('latin1') === binary) return content;
  const text = content.toString('latin1').trimStart();
  if (!text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')) return undefined;
  try {
    return Buffer.from(armor.decode(text));
  } catch {
    throw new AppError('encrypted.damaged', { name: file, offset: 0, reason: 'armor' });
  }
}

const binary = 'age-encryption.org/v1\n';
const mostBytes = 1e6;
