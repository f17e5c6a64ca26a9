import { processForm } from '../record/jobEvents';
import { parseAs } from '../../base/json';
import * as v from 'valibot';
import { createHash } from 'node:crypto';
import { link, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { prepareState, stateFolder } from '../../state/stateFolder';
import type { ProcessIdentity } from '../record/jobEvents';
import { jobFolder } from '../record/jobFolder';
import { heldByOld } from '../record/moveJobs';
import { identify } from './processIdentity';
import { isAlive } from '../record/readJob';

/** A target that is held. */
export interface TargetLock {
  release(): Promise<void>;
}

/**
 * Holds a target for one job of this user (the server's advisory lock keeps other workspaces out). `key` names the
 * database whatever alias or pod it was asked by; `reference` is for people. Throws `target.busy` { reference, job }
 * while another job that lives holds it; what a dead one left is taken over.
 */
export async function lockTarget(root: string, job: string, key: string, reference: string): Promise<TargetLock> {
  const identity = identify();
  if (!identity) throw new AppError('internal', { message: 'this process cannot be identified' });
  const folder = await prepareState(locksName);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const old = await heldByOld(root, name);
  if (old) throw new AppError('target.busy', { reference, job: old.job });
  const path = join(folder, name);
  const own = `${path}.${job}`;
  const text = JSON.stringify({ job, root, reference, identity } satisfies Holder);
  // linked into place whole: a lock that can be seen can be read
  await writeFile(own, text, { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(own, path)) return { release: () => release(path, text) };
      const seen = await readText(path);
      if (seen === undefined) continue;
      const holder = parseHolder(seen);
      if (holder && holder.job !== job && (await isAlive(jobFolder(holder.root, holder.job), holder.identity))) {
        throw new AppError('target.busy', { reference, job: holder.job });
      }
      await removeStale(path, seen, `${own}.stale`);
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

/** Removes the locks that jobs left which do not live any more; the references they held. */
export async function removeStaleLocks(root: string): Promise<string[]> {
  const folder = join(stateFolder(), locksName);
  const removed: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const seen = await readText(path);
    if (seen === undefined) continue;
    const holder = parseHolder(seen);
    if (holder && (await isAlive(jobFolder(holder.root, holder.job), holder.identity))) continue;
    if (holder && holder.root !== root) continue;
    if (await removeStale(path, seen, `${path}.stale`)) removed.push(holder?.reference ?? name);
  }
  return removed;
}

interface Holder {
  readonly job: string;
  /** whose job it is: a target is held for the jobs of all roots */
  readonly root: string;
  readonly reference: string;
  readonly identity: ProcessIdentity;
}

const holderForm: v.GenericSchema<unknown, Holder> = v.object({
  job: v.string(),
  root: v.string(),
  reference: v.string(),
  identity: processForm,
});

const locksName = 'locks';

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Two may find the same stale lock: who renames it has it, and gives back what was not stale. */
async function removeStale(path: string, seen: string, aside: string): Promise<boolean> {
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  const stale = (await readText(aside)) === seen;
  if (!stale) await linked(aside, path);
  await unlink(aside).catch(() => undefined);
  return stale;
}

async function release(path: string, text: string): Promise<void> {
  if ((await readText(path)) === text) await unlink(path).catch(() => undefined);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readSafely(path, { most: 64_000, own: true })).toString();
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  const holder = parseAs(holderForm, text);
  if (!holder) return undefined;
  try {
    jobFolder(holder.root, holder.job);
    return holder;
  } catch {
    return undefined;
  }
}
