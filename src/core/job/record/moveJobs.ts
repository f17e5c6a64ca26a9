import { processForm } from './jobEvents';
import { parseAs, readJson } from '../../base/json';
import * as v from 'valibot';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, realpath, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../../base/errors';
import { readSafely, syncByName } from '../../base/safeFile';
import { workTreeOf } from '../../state/gitIndex';
import { checkOwn, isOwn, mayBeWritten } from '../../state/levels';
import { checkState, prepareRootState, rootState } from '../../state/stateFolder';
import { EventTail } from './eventTail';
import { addEvents, noFacts } from './jobFacts';
import { isJobId, jobFiles, writeWhole } from './jobFolder';
import { identify, lifeOf } from '../run/processIdentity';
import { isAlive } from './readJob';
import { signOld } from './signOld';

/** What became of the jobs that 0.1.0 kept in the root itself; written once. */
export interface Moved {
  readonly time: string;
  /** ids of those that are here now */
  readonly moved: readonly string[];
  /** ids of those that still ran: they come when they have ended */
  readonly waiting: readonly string[];
  /** names of those that are not taken, and why not: a code, what the system said, or what an earlier version wrote */
  readonly left: Readonly<Record<string, string>>;
}

/**
 * Takes the jobs over that 0.1.0 kept in `<root>/.jobs`: once for each root, and only from a root that is this user's alone and came with no clone. What
 * appears there later is never looked at. Each folder moves by itself, so that a crash between two of them costs nothing; one whose job still runs moves when it
 * has ended. Throws `state.unsafe`; a root that cannot be read has nothing to move.
 */
export async function moveOldJobs(root: string): Promise<void> {
  if (settled.has(root)) return;
  await checkState();
  const before = await readMoved(root);
  if (before?.waiting.length === 0) return void settled.add(root);
  const real = await realpath(root).catch(() => undefined);
  // a root that is still to be made may not bring jobs along either
  if (real === undefined) return;
  const old = join(real, '.jobs');
  if (!before && !(await isThere(old))) return note(root, { moved: [], waiting: [], left: {} });
  await alone(root, async () => {
    const now = await readMoved(root);
    if (now?.waiting.length === 0) return;
    const refusal = await refusalOf(real, old);
    if (refusal !== undefined) return note(root, { moved: [], waiting: [], left: { '.jobs': refusal } });
    const jobs = await prepareRootState(root, 'jobs');
    const moved = [...(now?.moved ?? [])];
    const waiting: string[] = [];
    const left: Record<string, string> = { ...now?.left };
    for (const id of now?.waiting ?? (await readdir(old)).filter(isJobId).filter((name) => name !== 'locks')) {
      const outcome = await moveOne(join(old, id), join(jobs, id));
      if (outcome === 'moved') moved.push(id);
      else if (outcome === 'runs') waiting.push(id);
      else left[id] = outcome;
    }
    await note(root, { moved, waiting, left });
    await signOld(root, moved);
  });
}

const movedForm: v.GenericSchema<unknown, Moved> = v.object({
  time: v.string(),
  moved: v.array(v.string()),
  waiting: v.array(v.string()),
  left: v.record(v.string(), v.string()),
});

/** What was noted of a root; undefined while nobody looked. */
export async function readMoved(root: string): Promise<Moved | undefined> {
  try {
    const text = await readSafely(noteOf(root), { most: 64e6, own: true });
    return parseAs(movedForm, text);
  } catch {
    return undefined;
  }
}

/** The job of 0.1.0 that holds a target of this root, by the name of its lock; undefined where none does, or none may. */
export async function heldByOld(root: string, lock: string): Promise<{ readonly job: string } | undefined> {
  const moved = await readMoved(root);
  if (!moved || moved.waiting.length === 0) return undefined;
  try {
    const old = join(await realpath(root), '.jobs');
    const text = await readSafely(join(old, 'locks', lock), { most: 64_000, own: true, inside: old });
    const held = parseAs(v.object({ job: v.string(), identity: processForm }), text);
    if (!held) return undefined;
    const { job, identity } = held;
    return moved.waiting.includes(job) && (await isAlive(join(old, job), identity)) ? { job } : undefined;
  } catch {
    return undefined;
  }
}

const settled = new Set<string>();

function noteOf(root: string): string {
  return join(rootState(root), 'moved.json');
}

async function note(root: string, what: Omit<Moved, 'time'>): Promise<void> {
  await prepareRootState(root);
  await writeWhole(noteOf(root), `${JSON.stringify({ time: new Date().toISOString(), ...what }, null, 2)}\n`);
  if (what.waiting.length === 0) settled.add(root);
}

/** Why a root's jobs are not taken. 0.1.0 made all of them for its user alone; what was cloned or unpacked is not. */
async function refusalOf(root: string, old: string): Promise<string | undefined> {
  if ((await workTreeOf(root)) !== undefined) return 'workTree';
  const outer = await lstat(root);
  if (!isOwn(outer.uid) || mayBeWritten(outer)) return 'writable';
  try {
    const found = await checkOwn(old);
    if (!found) return 'none';
    return (found.mode & 0o007) === 0 ? undefined : 'readable';
  } catch {
    return 'notPrivate';
  }
}

/** Moves one job's folder; says `runs`, or why it is left where it is. */
async function moveOne(from: string, to: string): Promise<string> {
  try {
    const refusal = await oddity(from);
    if (refusal !== undefined) return refusal;
    if (await isThere(to)) return 'exists';
    if (await runs(from)) return 'runs';
    await rename(from, to).catch(async (error: unknown) => {
      if (!isErrno(error, ['EXDEV'])) throw error;
      await copyThenRemove(from, to);
    });
    return 'moved';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a folder of 0.1.0 never holds. */
async function oddity(folder: string): Promise<string | undefined> {
  const own = await lstat(folder);
  if (!own.isDirectory()) return 'noFolder';
  if (!isOwn(own.uid) || mayBeWritten(own) || (own.mode & 0o007) !== 0) return 'notPrivate';
  const known: readonly string[] = Object.values(jobFiles);
  for (const name of await readdir(folder)) {
    const found = await lstat(join(folder, name));
    const isKnown = known.includes(name) || known.some((one) => name.startsWith(`${one}.`) && name.endsWith('.tmp'));
    if (!isKnown || !found.isFile() || found.nlink !== 1 || !isOwn(found.uid) || mayBeWritten(found)) {
      return `foreign: ${JSON.stringify(name)}`;
    }
  }
  return (await isThere(join(folder, jobFiles.request))) ? undefined : 'noRequest';
}

async function runs(folder: string): Promise<boolean> {
  const events = await new EventTail(join(folder, jobFiles.events), 'last progress').next();
  const { started, result } = addEvents(noFacts, events);
  return result === undefined && (await isAlive(folder, started?.process));
}

/** To another file system: it has its name there only when it is whole. */
async function copyThenRemove(from: string, to: string): Promise<void> {
  const making = `${to}.moving`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  for (const name of await readdir(from)) {
    const copy = join(making, name);
    await copyFile(join(from, name), copy, constants.COPYFILE_EXCL);
    const { atime, mtime } = await lstat(join(from, name));
    await utimes(copy, atime, mtime);
    await syncByName(copy);
  }
  await rename(making, to);
  await rm(from, { recursive: true });
}

/** One process moves, the others leave it to that; one that died while it moved is followed by the next. */
async function alone(root: string, act: () => Promise<void>): Promise<void> {
  const claim = join(await prepareRootState(root), 'moving');
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = await open(claim, 'wx', 0o600);
      await file.writeFile(JSON.stringify(identify() ?? null));
      await file.close();
    } catch (error) {
      if (!isErrno(error, ['EEXIST'])) throw error;
      if (await isMoving(claim)) return;
      await rm(claim, { force: true });
      continue;
    }
    try {
      return await act();
    } finally {
      await rm(claim, { force: true });
    }
  }
}

async function isMoving(claim: string): Promise<boolean> {
  try {
    const holder = v.parse(v.nullable(processForm), readJson(await readSafely(claim, { most: 4096, own: true })));
    return holder !== null && lifeOf(holder) === 'alive';
  } catch {
    // just being written: its holder is at work
    const age = await lstat(claim).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    );
    return age < 10_000;
  }
}

async function isThere(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  );
}
