import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { toAppError, type AppError } from '../../base/errors';
import { parseJson } from '../../base/json';
import { readSafely } from '../../base/safeFile';
import { folderOf } from '../../catalog/lookForBackups';
import { isBucket, storeOfRoot } from '../../catalog/storeOfRoot';
import { manifestFile } from '../../store/layout';
import { checkPrefix, type Store } from '../../store/store';
import { jobFiles, writeWhole } from '../record/jobFolder';
import { isLiving, type Job } from '../record/readJob';

/** A backup that a job began in a bucket, which has no name of its own for what is not finished. */
export interface DraftNote {
  readonly root: string;
  /** under which its objects are: nobody else's */
  readonly prefix: string;
}

/** What a job that does not live any more left of one. */
export interface LeftDraft extends DraftNote {
  readonly job: Job;
  /** for people */
  readonly name: string;
}

/** Notes it with the job, before the first byte goes there. */
export async function noteDraft(folder: string, { root, prefix }: DraftNote): Promise<void> {
  await writeWhole(join(folder, jobFiles.draft), JSON.stringify({ root, prefix }));
}

/** The backup is sealed, or nothing of it is there any more. */
export async function forgetDraft(folder: string): Promise<void> {
  await rm(join(folder, jobFiles.draft), { force: true });
}

/**
 * Backups without a manifest that jobs which do not live any more left in buckets; of one job when `job` is given. A bucket that cannot be looked into is told to `onFailure`.
 */
export async function listDrafts(
  jobs: readonly Job[],
  job: string | undefined,
  onFailure: (name: string, error: AppError) => void,
): Promise<LeftDraft[]> {
  const left: LeftDraft[] = [];
  for (const one of jobs) {
    if (isLiving(one) || (job !== undefined && one.id !== job)) continue;
    const note = await noteOf(one);
    if (!note) continue;
    const name = folderOf({ name: note.root }, note.prefix);
    try {
      const store = await storeOfRoot(note.root);
      if (await isLeft(store, note.prefix)) left.push({ ...note, job: one, name });
      else await forgetDraft(one.folder);
    } catch (error) {
      onFailure(name, toAppError(error));
    }
  }
  return left;
}

/** Takes away all of one. Returns when a lock of the store keeps some of it, undefined when nothing is left. Throws what the store says. */
export async function removeDraft({ job, root, prefix }: LeftDraft): Promise<Date | undefined> {
  const store = await storeOfRoot(root);
  await store.unfinished?.({ prefix, removeBefore: new Date(8.64e15) });
  let until: Date | undefined;
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  for (const key of keys) {
    const removal = await store.remove(key);
    if (removal.state === 'retained' && (until === undefined || removal.until > until)) until = removal.until;
  }
  if (until === undefined) await forgetDraft(job.folder);
  return until;
}

async function isLeft(store: Store, prefix: string): Promise<boolean> {
  if (await store.stat(prefix + manifestFile)) return false;
  const { objects } = await store.level(prefix);
  return objects.length > 0 || ((await store.unfinished?.({ prefix })) ?? []).length > 0;
}

async function noteOf({ folder }: Job): Promise<DraftNote | undefined> {
  try {
    const text = await readSafely(join(folder, jobFiles.draft), { most: 16_384, own: true });
    const note = v.parse(noteForm, parseJson(text.toString()));
    checkPrefix(note.prefix);
    return note;
  } catch {
    return undefined;
  }
}

const noteForm = v.strictObject({
  root: v.pipe(v.string(), v.check(isBucket)),
  // as deep as a backup is, so that it can be no other's
  prefix: v.pipe(v.string(), v.regex(/^(?:[^/]+\/){5}$/)),
});
