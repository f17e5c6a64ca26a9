import { requestDigest } from '../../core/job/checkRequest';
import { operandsOf } from '../../core/job/request';
import type { Job } from '../../core/job/record/readJob';
import { fateWords } from '../../words/cleanWords';
import { sentences, wordsFor } from '../../words/errorWords';
import { localTime, safe } from '../../words/format';
import { stateText, tookText } from '../../words/jobWords';
import type { Runner } from '../../core/job/runner/runner';
import type { Call, Command } from '../command';
import { printResult } from '../printResult';
import { cliHints } from '../hints';
import { jobNamed } from '../named';
import { isClusterJob, isInCluster, runnerFlags } from '../inCluster';
import { runnerHere } from '../runAsJob';
import type { Terminal } from '../terminal';
import { jobRow } from './jobs';

/** Shows one job. With --follow its exit code is the job's. */
export const job: Command = {
  name: 'job',
  summary: 'show a job; with --follow to its end',
  examples: ['db-ferry job t3kq0v1x9z', 'db-ferry job t3kq0v1x9z --follow'],
  operands: [{ name: 'job', takes: ['job'] }],
  options: ['follow', ...runnerFlags],
  async run(call) {
    const { readWholeJob } = await import('../../core/job/record/readJob');
    const { findInClusters } = await import('../runners');
    const [named = ''] = call.operands;
    if (isClusterJob(named) || isInCluster(call)) {
      const there = await findInClusters(call, named);
      if (there) return showInCluster(call, there);
    }
    const { id, folder } = await jobNamed(call, named);
    const found = await readWholeJob(folder);
    if (call.options.follow === true) {
      const { watchJob } = await import('../runAsJob');
      const runner = runnerHere(found.request.root);
      const { kind, root } = found.request;
      return watchJob({ id, folder, kind, root, runner }, call.terminal, { owned: false });
    }
    for (const event of found.events) if (event.type !== 'result') call.terminal.event(event);
    call.terminal.event(jobRow(found));
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { job: id, state: found.state } });
    print(found, call.terminal);
    return 0;
  },
};

/** A job of a cluster: what Kubernetes remembers of it. */
async function showInCluster(
  { options, terminal }: Call,
  { runner, job: found }: { readonly runner: Runner; readonly job: Job },
): Promise<number> {
  const { id, folder, request, state } = found;
  if (options.follow === true) {
    const { watchJob } = await import('../runAsJob');
    const shown = { id, folder, kind: request.kind, root: request.root, runner };
    return watchJob(shown, terminal, { owned: false });
  }
  terminal.event(jobRow(found));
  terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { job: id, state } });
  print(found, terminal);
  return 0;
}

function print(found: Job, terminal: Terminal): void {
  const { request, started, result, phase } = found;
  const line = (name: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') terminal.line(`${name.padEnd(10)}${safe(text)}`);
  };
  line('job', found.id);
  line('kind', request.kind);
  line('what', operandsOf(request).join(' → '));
  line('asked by', request.asked.by);
  line('reason', request.asked.reason);
  line('approval', request.asked.approval);
  line('request', `sha256:${requestDigest(request)}`);
  line('state', stateText(found));
  line('started', started === undefined ? undefined : localTime(started));
  line('resolved', found.resolved && fateWords(found.resolved));
  line('took', found.state === 'interrupted' ? undefined : tookText(found));
  line('folder', found.folder);
  if (result) {
    terminal.line();
    printResult(result, { id: found.id, folder: found.folder, kind: request.kind }, terminal);
  }
  if (found.state === 'interrupted' && !found.cleaned) {
    const data = { job: found.id, ...(phase === undefined ? {} : { phase }) };
    terminal.line(sentences(wordsFor('job.interrupted', data, cliHints)));
  }
}
