import path from 'node:path';
import { AppError } from '../base/errors';
import { parseIdentities, readIdentities, type WrittenIdentity } from './identity';

/** Names the file of the identity that opens encrypted backups, for this process and the jobs that it starts; `-`: a job was handed it on its standard input. */
export const identityVariable = 'DB_FERRY_IDENTITY';

/** What a process was handed, and keys of backups that it made or opened. In its memory only. */
const handed: WrittenIdentity[] = [];
const backupKeys = new Map<string, WrittenIdentity>();
/** Asked each time where nobody handed any to this process. */
let source: (() => Promise<readonly WrittenIdentity[]>) | undefined;

/**
 * The identities that open encrypted backups here: those that this process was handed, else those that `identitiesFrom` named, and those of the file that `identityVariable` names. None where nobody named one. Throws
 * `identity.unusable`, `file.refused`, `usage` for a path that is not absolute, and what the file system and that source say.
 */
export async function ownIdentities(env: NodeJS.ProcessEnv = process.env): Promise<readonly WrittenIdentity[]> {
  if (handed.length > 0) return handed;
  return [...((await source?.()) ?? []), ...(await identitiesOfFile(env))];
}

async function identitiesOfFile(env: NodeJS.ProcessEnv): Promise<readonly WrittenIdentity[]> {
  const file = env[identityVariable] ?? '';
  if (file === '' || file === handedOver) return [];
  if (!path.isAbsolute(file)) throw new AppError('usage', { rule: 'identity.path', variable: identityVariable });
  return readIdentities(file);
}

/** From now on these open encrypted backups in this process, and no others; what was opened before is forgotten. */
export function useIdentities(identities: readonly WrittenIdentity[]): void {
  backupKeys.clear();
  handed.splice(0, handed.length, ...identities);
}

/** From now on it is asked for identities, each time that some are wanted: they may be in a place that forgets them. */
export function identitiesFrom(ask: () => Promise<readonly WrittenIdentity[]>): void {
  source = ask;
}

/** What was opened before is forgotten: it is opened anew, by those who may now. */
export function forgetBackupKeys(): void {
  backupKeys.clear();
}

/** What is handed to a job on its standard input; undefined where it finds the file itself, or needs none. */
export function identitiesToHandOver(
  identities: readonly Pick<WrittenIdentity, 'opens'>[] = handed,
): string | undefined {
  return identities.length === 0 ? undefined : identities.map(({ opens }) => `${opens}\n`).join('');
}

/** In a job's process: takes what was handed over. Throws `identity.unusable`. */
export async function takeHandedOver(
  input: AsyncIterable<Buffer | string>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (env[identityVariable] !== handedOver) return;
  let text = '';
  for await (const piece of input) text += piece.toString();
  useIdentities(await parseIdentities('what the job was handed', text));
}

/** The key of a backup that this process made, or opened: it opens it without asking for anybody's identity again. */
export function rememberBackupKey(key: WrittenIdentity): void {
  backupKeys.set(key.recipient, key);
}

/** By its public key, which the manifest names. */
export function rememberedBackupKey(recipient: string): WrittenIdentity | undefined {
  return backupKeys.get(recipient);
}

/** The value of `identityVariable` in the environment of a job that was handed one. */
export const handedOver = '-';
