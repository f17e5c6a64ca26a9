import { asRecord, readJson } from '../base/json';
import { AppError } from '../base/errors';
import { canonical } from '../state/canonical';
import { judge, keyRing, signingKey } from '../state/keys';
import type { Signed } from '../state/signed';
import { holdFile } from '../store/layout';
import { getIfThere, writeOnce } from '../store/store';
import { atOf } from './atOf';
import type { BackupSummary } from './manifest';
import { parseHold, type Hold } from './parseManifest';
import { signaturesIn } from './signature';

type Held = Pick<BackupSummary, 'id' | 'folder' | 'at'>;

/** Keeps a backup from being deleted, by whomever, until the hold is taken back. Nothing of the backup is touched. Throws `backup.held` where it is held already. */
export async function holdBackup(
  entry: Held,
  { owner, reason, time = new Date() }: { readonly owner: string; readonly reason: string; readonly time?: Date },
): Promise<Hold> {
  await mustNotBeHeld(entry);
  const hold: Hold = { backup: entry.id, owner, reason, time: time.toISOString() };
  const said = { format: 'db-ferry-hold', formatVersion: 1, ...hold };
  const signatures = [(await signingKey()).sign(canonical(said))];
  const { store, prefix } = atOf(entry);
  await writeOnce(store, prefix + holdFile, `${JSON.stringify({ ...said, signatures }, undefined, 1)}\n`);
  return hold;
}

/** Takes a hold back. False where there was none. */
export async function releaseHold(entry: Held): Promise<boolean> {
  const { store, prefix } = atOf(entry);
  return (await store.remove(prefix + holdFile)).state === 'removed';
}

/** Who holds a backup, and whose word that is; undefined where nobody does. One that cannot be read holds all the same: it is nobody's word, and says so. */
export async function holdOf(entry: Held): Promise<(Hold & { readonly signed: Signed }) | undefined> {
  const { store, prefix } = atOf(entry);
  const text = await getIfThere(store, prefix + holdFile, 131_072);
  if (text === undefined) return undefined;
  try {
    const { signatures, ...said } = asRecord(readJson(text)) ?? {};
    const hold = parseHold(said);
    if (hold.backup !== entry.id) throw new Error('of another backup');
    const { backup, owner, reason, time } = hold;
    return { backup, owner, reason, time, signed: judge(canonical(said), signaturesIn(signatures), await keyRing()) };
  } catch {
    return { backup: entry.id, owner: '', reason: '', time: '', signed: { by: 'wrong' } };
  }
}

/** Throws `backup.held` where somebody holds it. */
export async function mustNotBeHeld(entry: Held): Promise<void> {
  const hold = await holdOf(entry);
  if (!hold) return;
  const { owner, reason, time } = hold;
  throw new AppError('backup.held', { backup: entry.id, owner, reason, time });
}
