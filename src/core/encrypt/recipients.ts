import { randomBytes } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { checkState, prepareState, stateFolder } from '../state/stateFolder';
import { checkRecipient, checkTogether } from './recipient';

/** Somebody whom backups are encrypted for. Nothing of it is secret. */
export interface Recipient {
  /** `age1…` */
  readonly key: string;
  /** a recovery key is kept offline, and opens what all others have lost */
  readonly role: 'recovery' | 'team';
  /** what the user calls it; '' where it has no name */
  readonly name: string;
}

/** Names recipients, for this process and the jobs that it starts, beside those that were added: separated by commas or spaces; `recovery:` before one says that it is a recovery key. */
export const recipientsVariable = 'DB_FERRY_RECIPIENTS';

/**
 * Whom backups are encrypted for here, each once. Throws `recipient.invalid` for one that is none: to leave it out would lock somebody out. Throws `state.unsafe`: who could write to the list could read
 * all backups to come.
 */
export async function readRecipients(env: NodeJS.ProcessEnv = process.env): Promise<readonly Recipient[]> {
  await checkState();
  const named = (env[recipientsVariable] ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const isRecovery = word.startsWith(recoveryPrefix);
      return {
        key: isRecovery ? word.slice(recoveryPrefix.length) : word,
        role: isRecovery ? 'recovery' : 'team',
        name: '',
      } as const;
    });
  for (const { key } of named) checkRecipient(key);
  const all = [...(await readList()), ...named];
  return all.filter(({ key, role }, at) => {
    const same = all.filter((one) => one.key === key);
    // said twice, once as a recovery key: it is one
    const best = same.find((one) => one.role === 'recovery') ?? same[0];
    return role === best?.role && all.findIndex((one) => one.key === key && one.role === role) === at;
  });
}

/** The public keys to encrypt a backup for. Throws `recovery.missing` where none of them is a recovery key, `recipient.invalid` { reason: 'mixed' }, and what `readRecipients` throws. */
export async function recipientsOfBackups(env: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
  const all = await readRecipients(env);
  if (!all.some(({ role }) => role === 'recovery')) throw new AppError('recovery.missing', {});
  const keys = all.map(({ key }) => key);
  checkTogether(keys);
  return keys;
}

/** Writes down whom backups to come are encrypted for; one that is there gets its new role and name. Throws `recipient.invalid`, and what `readRecipients` throws. */
export async function addRecipient(recipient: Recipient): Promise<void> {
  checkRecipient(recipient.key);
  const others = (await readRecipients({})).filter(({ key }) => key !== recipient.key);
  checkTogether([...others, recipient].map(({ key }) => key));
  await writeList([...others, recipient]);
}

/**
 * Backups to come are not encrypted for it any more; those that are there stay as they are. `named`: its key, or its name. Returns it. Throws `recipient.unknown` { named }, also where two have the name, `recovery.last` where it is
 * the only recovery key and others remain.
 */
export async function removeRecipient(named: string): Promise<Recipient> {
  const all = await readRecipients({});
  const [found, ...more] = all.filter(({ key, name }) => key === named || name === named);
  if (!found || more.length > 0) throw new AppError('recipient.unknown', { named });
  const left = all.filter((one) => one !== found);
  if (found.role === 'recovery' && left.length > 0 && !left.some(({ role }) => role === 'recovery')) {
    throw new AppError('recovery.last', {});
  }
  await writeList(left);
  return found;
}

async function readList(): Promise<Recipient[]> {
  const file = path.join(stateFolder(), keysName, listName);
  const text = await readSafely(file, { most: 1e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return Buffer.alloc(0);
    throw error;
  });
  return text
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [key = '', role, ...name] = line.trim().split(' ');
      checkRecipient(key);
      return { key, role: role === 'recovery' ? 'recovery' : 'team', name: name.join(' ') };
    });
}

async function writeList(all: readonly Recipient[]): Promise<void> {
  const lines = all.map(({ key, role, name }) => `${key} ${role} ${name.replaceAll(/\s+/g, ' ')}`.trim());
  const file = path.join(await prepareState(keysName), listName);
  const making = `${file}.${randomBytes(3).toString('hex')}.tmp`;
  const handle = await open(making, 'wx', 0o600);
  try {
    await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(making, file);
}

const recoveryPrefix = 'recovery:';
const keysName = 'keys';
const listName = 'recipients';
