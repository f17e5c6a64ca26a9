import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareRootState } from '../../state/stateFolder';
import { jobFiles } from '../record/jobFolder';

/**
 * True for exactly one caller: the window that tells how a job ended. The one that started the job claims at once; others
 * give it `afterMs` before they try. A claim stays, also when its window died before it told: better once too few than
 * twice. Only on a full disk, which may be the very news, all that ask may tell. False, too, when the job's folder is
 * gone or `signal` aborts. `by` names the window.
 */
export async function claimAnnouncement(folder: string, by: string, options: ClaimOptions = {}): Promise<boolean> {
  const { afterMs = 0, signal } = options;
  try {
    if (afterMs > 0) await sleep(afterMs, undefined, { ...(signal === undefined ? {} : { signal }) });
    return await claim(join(folder, jobFiles.announced), by);
  } catch {
    return false;
  }
}

export interface ClaimOptions {
  readonly afterMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * True for exactly one caller under a root: the window that warns of something that concerns all of them, and every job. `situation`
 * is a file name. Where the state cannot be written, all that ask may warn.
 */
export async function claimWarning(root: string, situation: string, by: string): Promise<boolean> {
  try {
    return await claim(join(await prepareRootState(root, 'said'), situation), by);
  } catch {
    return true;
  }
}

/** That the file is made is the claim; what is in it is for people. Throws where its folder is gone. */
async function claim(path: string, by: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${JSON.stringify({ by, time: new Date().toISOString() })}\n`).catch(() => undefined);
    await file.close().catch(() => undefined);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
    throw error;
  }
}

/** True when somebody told, or tells, how the job ended. */
export async function isAnnounced(folder: string): Promise<boolean> {
  try {
    await access(join(folder, jobFiles.announced));
    return true;
  } catch {
    return false;
  }
}
