import type { Command } from '../command';
import { jobNamed } from '../named';
import { isClusterJob, isInCluster, runnerFlags } from '../inCluster';

/** Ends a job that runs. */
export const cancel: Command = {
  name: 'cancel',
  summary: 'cancel a job and wait until it has ended',
  examples: ['db-ferry cancel t3kq0v1x9z'],
  operands: [{ name: 'job', takes: ['job'] }],
  options: [...runnerFlags],
  async run(call) {
    const { cancelJob } = await import('../../core/job/run/cancelJob');
    const { isLiving } = await import('../../core/job/record/readJob');
    const { terminal, operands } = call;
    const [named = ''] = operands;
    const { findInClusters } = await import('../runners');
    const there = isClusterJob(named) || isInCluster(call) ? await findInClusters(call, named) : undefined;
    const { id, folder } = there?.job ?? (await jobNamed(call, named, isLiving));
    const { result, already, killed } = await (there ? there.runner.cancel(id) : cancelJob(folder));
    const cancelled = !already && result.outcome === 'cancelled';
    const data = { job: id, outcome: result.outcome, already, killed };
    const exitCode = cancelled ? 0 : 1;
    terminal.event({ type: 'result', outcome: cancelled ? 'done' : 'failed', exitCode, data });
    if (cancelled) terminal.line(`Job ${id} is cancelled. Nothing changed.`);
    else if (already) terminal.error(`Job ${id} had already ended: ${result.error?.code ?? result.outcome}.`);
    else if (killed)
      terminal.error(`Job ${id} did not stop and was killed. db-ferry clean ${id} removes what it left.`);
    else terminal.error(`Job ${id} ended before it could be cancelled: ${result.outcome}.`);
    return exitCode;
  },
};
