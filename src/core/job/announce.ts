import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobFiles } from './jobFolder';

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
    // that the file is made is the claim; what is in it is for people
    const file = await open(join(folder, jobFiles.announced), 'wx', 0o600);
    const claim = { by, time: new Date().toISOString() };
    await file.writeFile(`${JSON.stringify(claim)}\n`).catch(() => undefined);
    await file.close().catch(() => undefined);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  }
}

export interface ClaimOptions {
  readonly afterMs?: number;
  readonly signal?: AbortSignal;
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
