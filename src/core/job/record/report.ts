import { join } from 'node:path';
import { writeDurably } from '../../catalog/backupFolder';
import type { Finding } from '../../base/finding';
import type { DatabaseReference } from '../../cluster/reference';
import type { JobRequest } from '../request';
import type { JobEvent, JobResult } from './jobEvents';
import { jobFiles } from './jobFolder';
import { readWholeJob, type WholeJob } from './readJob';

/** Tells a job that ended, as Markdown. Given by the host, since the core has no words. */
export type Describe = (job: WholeJob & { readonly result: JobResult }) => string;

/**
 * Writes `report.md` into the folder of a job that is about to say its result; returns its path. A backup has the report of the job that took it, which is sealed with it (`reportOfBackup`).
 */
export async function writeReport(folder: string, result: JobResult, describe: Describe): Promise<string> {
  const job = await readWholeJob(folder);
  const text = describe({ ...job, result, state: result.outcome, lastEvent: new Date().toISOString() });
  const path = join(folder, jobFiles.report);
  await writeDurably(path, text);
  return path;
}

/** The report of the backup that a job is about to seal: whatever else the job does, of that alone. `source`: the database's reference. */
export async function reportOfBackup(
  folder: string,
  {
    source,
    told,
    ...done
  }: Pick<JobResult, 'data'> & {
    readonly findings: readonly Finding[];
    readonly source: DatabaseReference;
    /** what the backup itself told, where it is only a part of what the job does; default: all that the job did */
    readonly told?: readonly JobEvent[];
  },
  describe: Describe,
): Promise<string> {
  const job = await readWholeJob(folder);
  const result: JobResult = { type: 'result', outcome: 'done', exitCode: 0, ...done };
  const { schema, kubeconfigs, root, asked } = job.request;
  const frame = { schema, kubeconfigs, root, asked };
  const request: JobRequest = { ...frame, kind: 'backup', source, options: {} };
  const events = told === undefined ? job.events : [...job.events.filter(isOfWhole), ...told];
  return describe({ ...job, events, request, result, state: 'done', lastEvent: new Date().toISOString() });
}

/** Whose process it was, as whom, and by whose word: of each part as of the whole. */
function isOfWhole(event: JobEvent): boolean {
  return event.type === 'started' || (event.type === 'note' && ofWhole.has(event.code));
}

const ofWhole: ReadonlySet<string> = new Set(['cluster.knownAs', 'approval.used', 'audit.anchor']);

/** Bytes of all reports of a backup together, as 0.1.0 added them up. */
export const longestReport = 64e6;
