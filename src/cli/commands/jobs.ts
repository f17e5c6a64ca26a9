import type { Job } from '../../core/job/record/readJob';
import { count, localTime, safe } from '../../words/format';
import { stateText, tookText } from '../../words/jobWords';
import { AppError } from '../../core/base/errors';
import type { Call, Command } from '../command';
import { rootOf } from '../setting';
import { table } from '../table';

/** Lists the jobs of a root. */
export const jobs: Command = {
  name: 'jobs',
  summary: 'list jobs, newest first',
  examples: ['db-ferry jobs', 'db-ferry jobs restore --last 5', 'db-ferry jobs test/shop', 'db-ferry jobs --json'],
  operands: [{ name: 'place, backup or kind', takes: ['place', 'backup'], optional: true }],
  options: ['last'],
  async run(call) {
    const { listJobs } = await import('../../core/job/record/listJobs');
    const root = await rootOf(call);
    const last = lastOf(call);
    const [about] = call.operands;
    const all = (await listJobs(root)).filter((job) => about === undefined || isAbout(job, about));
    const found = all.slice(0, last);
    for (const job of found) call.terminal.event(jobRow(job));
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { root, jobs: found.length } });
    const headings = ['JOB', 'KIND', 'STATE', 'STARTED', 'TOOK', 'WHAT'];
    if (found.length === 0) call.terminal.info(`No jobs${about === undefined ? '' : ` of ${about}`} in ${root}.`);
    else call.terminal.line(table(headings, found.map(columns), { width: call.terminal.width, flexible: 5 }));
    if (found.length < all.length)
      call.terminal.info(`and ${count(all.length - found.length)} older: --last ${all.length}`);
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

/** Its kind, or a place or backup that it works on or that is above that. */
function isAbout({ request: { kind, operands, options } }: Job, text: string): boolean {
  const about = text.replace(/\/$/, '');
  return (
    kind === about || [...operands, options.deep ?? ''].some((one) => one === about || one.startsWith(`${about}/`))
  );
}

/** A job as one event for scripts. */
export function jobRow(job: Job): { readonly type: string; readonly [fact: string]: unknown } {
  const { id, folder, request, state, process, started, lastEvent, phase, progress, expected, result, cleaned } = job;
  return {
    type: 'job',
    id,
    folder,
    kind: request.kind,
    operands: request.operands,
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

function columns(job: Job): string[] {
  return [
    job.id,
    job.request.kind,
    stateText(job),
    job.started === undefined ? '' : localTime(job.started),
    job.state === 'interrupted' ? '' : tookText(job),
    safe(job.request.operands.join(' → ')),
  ];
}
