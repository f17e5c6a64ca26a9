import { randomBytes } from 'node:crypto';
import { toAppError } from '../base/errors';
import { localStore } from '../store/local';
import { manifestFile } from '../store/layout';
import type { StoreCheck, StoreCheckData } from '../store/storeCheck';
import type { Store } from '../store/store';
import { room } from './disk';
import { isBucketRoot } from './namedStores';
import { checkRoot } from './root';
import { settingsOfRoot, storeOfRoot } from './storeOfRoot';

export interface CheckOptions {
  /** takes away what was begun before then and not ended */
  readonly removeBefore?: Date | undefined;
}

/** Tries what backups will do under a root, with the login that they will have, and looks for what was begun there and not ended. Throws what keeps it from being tried at all: `store.unknown`, `store.login`, `usage`. */
export async function checkStore(root: string, { removeBefore }: CheckOptions = {}): Promise<readonly StoreCheck[]> {
  if (!isBucketRoot(root)) return checkFolder(root);
  const { checkS3 } = await import('../store/s3/checkS3');
  const checks = await checkS3(await settingsOfRoot(root));
  if (checks.some(({ what, level }) => what === 'failed' && level === 'bad')) return checks;
  return [...checks, await unfinishedOf(await storeOfRoot(root), removeBefore)];
}

async function checkFolder(root: string): Promise<readonly StoreCheck[]> {
  const checks: StoreCheck[] = [];
  const { isShared } = await checkRoot(root);
  if (isShared) checks.push({ what: 'shared', level: 'warn', data: {} });
  const store = localStore(root);
  const key = `db-ferry-check-${randomBytes(6).toString('hex')}`;
  let tried: StoreCheckData['failed']['tried'] = 'write';
  try {
    const upload = await store.create(key);
    await upload.write(Buffer.from('db-ferry'));
    await upload.commit({ ifAbsent: true });
    checks.push({ what: 'write', level: 'ok', data: {} });
    tried = 'read';
    await store.get(key, 64);
    checks.push({ what: 'read', level: 'ok', data: {} });
    tried = 'delete';
    await store.remove(key);
    checks.push({ what: 'delete', level: 'ok', data: { kept: false } });
  } catch (error) {
    checks.push({ what: 'failed', level: 'bad', data: { tried, reason: 'other', code: toAppError(error).code } });
    return checks;
  }
  const { free, reserve } = await room(root);
  checks.push({
    what: 'room',
    level: free > 2 * reserve ? 'ok' : free > reserve ? 'warn' : 'bad',
    data: { free, reserve },
  });
  return checks;
}

/** Parts of objects, and backups without a manifest: made by a job that is at work, or left by one that was killed. */
async function unfinishedOf(store: Store, removeBefore: Date | undefined): Promise<StoreCheck> {
  const parts = (await store.unfinished?.(removeBefore === undefined ? {} : { removeBefore })) ?? [];
  const drafts = await draftsIn(store);
  let removed = parts.filter((one) => one.removed).length;
  let left = 0;
  const times = parts.flatMap((one) => (one.removed || one.begun === undefined ? [] : [one.begun]));
  for (const { keys, begun, changed } of drafts) {
    // one that is being made is written to all the time
    const isOld = removeBefore !== undefined && changed < removeBefore;
    if (isOld && (await removeAll(store, keys))) removed += 1;
    else {
      left += 1;
      times.push(begun);
    }
  }
  const oldest = times.sort((a, b) => a.getTime() - b.getTime())[0];
  const data: StoreCheckData['unfinished'] = {
    ...{ parts: parts.filter((one) => !one.removed).length, backups: left, removed },
    ...(oldest === undefined ? {} : { oldest: oldest.toISOString() }),
  };
  return { what: 'unfinished', level: data.parts + data.backups === 0 ? 'ok' : 'warn', data };
}

interface LeftBackup {
  readonly keys: readonly string[];
  readonly begun: Date;
  readonly changed: Date;
}

async function draftsIn(store: Store): Promise<readonly LeftBackup[]> {
  const found = new Map<string, { isSealed: boolean; keys: string[]; begun: Date; changed: Date }>();
  for await (const { key, changed } of store.list('')) {
    const prefix = /^(?:[^/]+\/){5}/.exec(key)?.[0];
    if (prefix === undefined) continue;
    const one = found.get(prefix) ?? { isSealed: false, keys: [], begun: changed, changed };
    one.isSealed ||= key === prefix + manifestFile;
    one.keys.push(key);
    if (changed < one.begun) one.begun = changed;
    if (changed > one.changed) one.changed = changed;
    found.set(prefix, one);
  }
  return [...found.values()].filter(({ isSealed }) => !isSealed);
}

async function removeAll(store: Store, keys: readonly string[]): Promise<boolean> {
  let isGone = true;
  for (const key of keys) isGone = (await store.remove(key)).state !== 'retained' && isGone;
  return isGone;
}
