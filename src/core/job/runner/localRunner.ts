import { followJob } from '../record/followJob';
import { jobFolder } from '../record/jobFolder';
import { listJobs } from '../record/listJobs';
import { readJob } from '../record/readJob';
import { cancelJob } from '../run/cancelJob';
import { startJob, type StartOptions } from '../run/startJob';
import type { Runner } from './runner';

/** Runs the jobs of a root as processes of this machine, each with a folder of its own. */
export function localRunner(root: string, options: StartOptions): Runner {
  return {
    place: '',
    start: async (request) => startJob(request, options),
    list: async () => listJobs(root),
    find: async (id) => readJob(jobFolder(root, id)),
    follow: (id, signal) => followJob(jobFolder(root, id), signal),
    cancel: async (id) => cancelJob(jobFolder(root, id)),
  };
}
