import type { Job } from '../../core/job/readJob';
import { count, localTime, safe } from '../../words/format';
import { stateText, tookText } from '../../words/jobWords';
import type { Command } from '../command';
import { rootOf } from '../setting';
import { table } from '../table';

/** Lists the jobs of a root. */
export const jobs: Command = {
  name: 'jobs',
  usage: '',
  summary: 'list jobs, newest first',
  examples: ['db-ferry jobs', 'db-ferry jobs --json'],
  operands: [0, 0],
  options: [],
  async run(call) {
    const { listJobs } = await import('../../core/job/listJobs');
    const root = await rootOf(call);
    const found = await listJobs(root);
    for (const job of found) call.terminal.event(jobRow(job));
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { root, jobs: found.length } });
    if (found.length === 0) call.terminal.info(`No jobs in ${root}.`);
    else call.terminal.line(table(['JOB', 'KIND', 'STATE', 'STARTED', 'TOOK', 'WHAT'], found.map(columns)));
    const left = found.filter(({ state, cleaned }) => state === 'interrupted' && !cleaned).length;
    if (left > 0) call.terminal.info(`\n${count(left)} interrupted: db-ferry clean removes what they left.`);
    return 0;
  },
};

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
