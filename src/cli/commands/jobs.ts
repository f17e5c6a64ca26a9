import type { ResultData } from '../../core/job/record/resultData';
import { requestDigest } from '../../core/job/checkRequest';
import { operandsOf } from '../../core/job/request';
import type { Job } from '../../core/job/record/readJob';
import { count, localTime } from '../../words/format';
import { stateText, tookText } from '../../words/jobWords';
import { AppError } from '../../core/base/errors';
import { runningText, wordsFor } from '../../words/errorWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { isAbout } from '../named';
import { isInCluster, runnerFlags } from '../inCluster';
import { rootOf } from '../setting';
import { List, listFlags, type Listing } from '../list';

/** Lists the jobs of a root. */
export const jobs: Command = {
  name: 'jobs',
  summary: 'list jobs, newest first',
  examples: ['db-ferry jobs', 'db-ferry jobs restore --last 5', 'db-ferry jobs test/shop', 'db-ferry jobs --json'],
  operands: [{ name: 'place, backup or kind', takes: ['place', 'backup'], optional: true }],
  options: ['last', ...runnerFlags, ...listFlags],
  async run(call) {
    const { readJobs } = await import('../../core/job/record/listJobs');
    const list = new List(call, listing);
    const root = await rootOf(call);
    const last = lastOf(call);
    const [about] = call.operands;
    const { clusterJobs } = await import('../runners');
    const here = isInCluster(call) ? { jobs: [], unreadable: [] } : await readJobs(root);
    const both = [...here.jobs, ...(await clusterJobs(call))];
    const all = both
      .filter((job) => isAbout(job, about))
      .sort((a, b) => ((a.started ?? a.id) < (b.started ?? b.id) ? 1 : -1));
    const found = all.slice(0, last);
    for (const job of found) call.terminal.event(listing.itemOf(job));
    for (const { id, folder, error } of here.unreadable)
      call.terminal.event({
        type: 'job',
        id,
        folder,
        state: 'unreadable',
        error: { code: error.code, data: error.data },
      });
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { root, jobs: found.length } });
    list.show(found, { root });
    if (found.length === 0) call.terminal.info(`No jobs${about === undefined ? '' : ` of ${about}`} in ${root}.`);
    if (found.length < all.length)
      call.terminal.info(`and ${count(all.length - found.length)} older: --last ${all.length}`);
    for (const { id, error } of here.unreadable)
      call.terminal.info(`${id} cannot be read: ${runningText(wordsFor(error.code, error.data, cliHints))}`);
    const left = all.filter(({ state, cleaned }) => state === 'interrupted' && !cleaned).length;
    if (left > 0) call.terminal.info(`\n${count(left)} interrupted: db-ferry clean removes what they left.`);
    return 0;
  },
};

/** How many are shown: to scripts all, where nothing else was asked. Throws `usage`. */
function lastOf({ options, terminal }: Call): number {
  const { last } = options;
  if (last === undefined) return terminal.json ? Infinity : shownJobs;
  if (/^[1-9]\d{0,8}$/.test(last)) return Number(last);
  throw new AppError('usage', { message: `--last takes a number, not "${last}".`, command: 'jobs' });
}

const shownJobs = 20;

/** A job as one event for scripts. */
export function jobRow(job: Job): { readonly type: string; readonly [fact: string]: unknown } {
  const { id, folder, request, state, process, started, lastEvent, phase, progress, expected, result, cleaned } = job;
  return {
    type: 'job',
    id,
    folder,
    kind: request.kind,
    operands: operandsOf(request),
    digest: requestDigest(request),
    asked: request.asked,
    state,
    ...(process === undefined ? {} : { process }),
    ...(started === undefined ? {} : { started }),
    ...(lastEvent === undefined ? {} : { lastEvent }),
    ...(phase === undefined ? {} : { phase }),
    ...(progress === undefined ? {} : { progress }),
    ...(expected === undefined ? {} : { expected }),
    ...(result === undefined ? {} : { result }),
    cleaned,
    ...(job.resolved === undefined ? {} : { resolved: job.resolved }),
  };
}

const listing: Listing<Job> = {
  nameOf: ({ id }) => id,
  itemOf: jobRow,
  columns: [
    { name: 'job', text: ({ id }) => id },
    { name: 'kind', text: ({ request }) => request.kind },
    { name: 'state', text: stateText, raw: ({ state }) => state },
    {
      name: 'started',
      text: ({ started }) => (started === undefined ? '' : localTime(started)),
      raw: ({ started }) => started,
    },
    {
      name: 'took',
      text: (job) => (job.state === 'interrupted' ? '' : tookText(job)),
      raw: ({ started, lastEvent, result }) =>
        result === undefined || started === undefined || lastEvent === undefined
          ? undefined
          : (Date.parse(lastEvent) - Date.parse(started)) / 1000,
    },
    { name: 'what', text: ({ request }) => operandsOf(request).join(' → '), isFlexible: true },
    { name: 'by', text: ({ request }) => request.asked.by, isWide: true },
    { name: 'reason', text: ({ request }) => request.asked.reason ?? '', isWide: true },
    { name: 'backup', text: ({ result }) => backupOf(result?.data), isWide: true },
    { name: 'folder', text: ({ folder }) => folder, isWide: true },
  ],
};

function backupOf({ backup }: ResultData = {}): string {
  return typeof backup === 'string' ? backup : '';
}
