import { AppError, isAppError } from '../base/errors';
import { decryptWhole } from './decryptStream';
import { encryptWhole } from './encryptStream';
import { makeIdentity, parseIdentities, type Identity, type WrittenIdentity } from './identity';
import { checkTogether, isHybrid } from './recipient';

/** `key.<n>.age`: the identity of one backup, for whoever may read it. Numbers begin with 1; the highest is the newest. */
export function keyFileName(number: number): string {
  return `key.${number}.age`;
}

/** The number of a key file; undefined for any other name. Pure. */
export function keyFileNumber(name: string): number | undefined {
  const [, digits] = /^key\.([1-9]\d{0,5})\.age$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** An identity for one backup alone: its files are encrypted for it, and it for the recipients. Throws `recipient.invalid` where only some of those withstand quantum computers. */
export async function makeBackupKey(recipients: readonly string[]): Promise<WrittenIdentity> {
  checkTogether(recipients);
  return makeIdentity(recipients.every(isHybrid) ? 'hybrid' : 'x25519');
}

/** The content of a key file. It says whose it is: stock age takes the decrypted file as the identity of the backup. Throws `recipient.invalid`. */
export async function sealBackupKey(
  key: WrittenIdentity,
  recipients: readonly string[],
  { backup, made }: { readonly backup: string; readonly made: Date },
): Promise<Buffer> {
  checkTogether(recipients);
  const lines = [
    `# of the backup ${backup}`,
    `# made: ${made.toISOString()}`,
    `# public key: ${key.recipient}`,
    key.opens,
  ];
  return encryptWhole(Buffer.from(`${lines.join('\n')}\n`), recipients);
}

/**
 * The identity of a backup out of one of its key files. `recipient` is whom the backup's files are encrypted for, as its manifest says: a key file of another backup is refused. Throws
 * `encrypted.damaged` { reason: 'foreignKey', … }, `encrypted.locked`.
 */
export async function openBackupKey(
  name: string,
  content: Buffer,
  { identities, recipient }: { readonly identities: readonly Identity[]; readonly recipient: string },
): Promise<WrittenIdentity> {
  const text = await decryptWhole(name, content, identities);
  const found = await parseIdentities(name, text.toString()).catch((error: unknown) => {
    throw isAppError(error, 'identity.unusable') ? damaged(name, 'noKey') : error;
  });
  const own = found.find((one) => one.recipient === recipient);
  if (!own) throw damaged(name, 'foreignKey');
  return own;
}

function damaged(name: string, reason: string): AppError {
  return new AppError('encrypted.damaged', { name, offset: 0, reason });
}

/** Bytes of a key file at most. */
export const longestKeyFile = 600 * 1024;
