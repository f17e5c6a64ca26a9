import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../base/log';
import { isJobId, jobFiles, jobFolder, writeWhole } from './jobFolder';
import type { Settled } from './readJob';

/**
 * Writes into the folder of a job what became of what it prepared, where the job is of this root. Never throws: the server is what counts, and whoever asks later is told by it.
 */
export async function settle(root: string, prepared: string, settled: Omit<Settled, 'time'>, log: Log): Promise<void> {
  if (!isJobId(prepared) || !existsSync(jobFolder(root, prepared))) return;
  const text = `${JSON.stringify({ ...settled, time: new Date().toISOString() } satisfies Settled)}\n`;
  await writeWhole(join(jobFolder(root, prepared), jobFiles.settled), text).catch((error: unknown) => {
    log.warn(`what became of job ${prepared} could not be written: ${String(error)}`);
  });
}
