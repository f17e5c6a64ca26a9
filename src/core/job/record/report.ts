import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFile, writeDurably } from '../../catalog/backupFolder';
import { readSafely } from '../../base/safeFile';
import type { JobResult } from './jobEvents';
import { jobFiles } from './jobFolder';
import { readWholeJob, type WholeJob } from './readJob';

/** Tells a job that ended, as Markdown. Given by the host, since the core has no words. */
export type Describe = (job: WholeJob & { readonly result: JobResult }) => string;

/**
 * Writes `report.md` into the folder of a job that is about to say its result, and beside the backup that it took or looked at:
 * there the newest comes last. Returns the path of the job's own. A file that is not a backup of the catalog gets none.
 */
export async function writeReport(folder: string, result: JobResult, describe: Describe): Promise<string> {
  const job = await readWholeJob(folder);
  const text = describe({ ...job, result, state: result.outcome, lastEvent: new Date().toISOString() });
  const path = join(folder, jobFiles.report);
  await writeDurably(path, text);
  const backup = backupFolderOf(job, result);
  if (backup !== undefined) await append(join(backup, jobFiles.report), text);
  return path;
}

function backupFolderOf({ request: { kind } }: WholeJob, { data }: JobResult): string | undefined {
  const { folder } = data;
  if (!['backup', 'verify', 'copy'].includes(kind) || typeof folder !== 'string') return undefined;
  return existsSync(join(folder, manifestFile)) ? folder : undefined;
}

async function append(path: string, text: string): Promise<void> {
  // what is there and is no file of its own is not copied into it
  const before = await readSafely(path, { most: longestReport, single: true }).then(String, () => '');
  await writeDurably(path, before === '' ? text : `${before}\n---\n\n${text}`);
}

/** Bytes of all reports of a backup together. */
export const longestReport = 64e6;
