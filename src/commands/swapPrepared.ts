import type { RequestOf } from '../core/job/request';
import type { PreparedPlan } from '../core/job/plan/planPrepared';
import { isBlocked } from '../core/base/finding';
import { isWaiting, type Job } from '../core/job/record/readJob';
import type { Services } from '../services';
import { typeName } from '../ui/ask/confirmName';
import { findingLines } from '../ui/findingLines';
import { requestOf } from '../ui/jobRequest';
import { looking } from '../ui/looking';
import { showWarningMessage } from '../ui/shown';
import { startJobs } from '../ui/startJobs';
import { preparedLines } from '../words/preparedWords';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { databaseAt } from './podAt';
import { t } from '../words/language';

/** Gives what a job prepared its name, after saying what changed since. */
export const swapPrepared: Command = {
  id: 'dbFerry.swapPrepared',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await waiting(services, target, t`Swap`);
    if (!job) return;
    let options: RequestOf<'swap'>['options'] = {};
    for (;;) {
      const request = (await requestOf({ kind: 'swap', of: { job: job.id }, options })) as RequestOf<'swap'>;
      const plan = await looking(placeOf(job), async (signal) => {
        const { planSwapJob } = await import('../core/job/plan/planPrepared');
        return planSwapJob(request, signal);
      });
      const answer = await ask(plan);
      if (answer === undefined) return;
      if (answer === 'accept') {
        options = { acceptChanges: true };
        continue;
      }
      const { model, pod, database } = await databaseAt(services, plan.reference);
      const isProtected = services.protection.isProtected(model.cluster, pod.namespace);
      if (isProtected && !(await typeName(t`${pod.cluster}/${pod.namespace} is protected`, database))) return;
      const typed = isProtected ? { confirmed: database } : {};
      return startJobs(services, [{ kind: 'swap', of: { job: job.id }, ...typed, options }]);
    }
  },
};

/** Drops what a job prepared. */
export const discardPrepared: Command = {
  id: 'dbFerry.discardPrepared',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await waiting(services, target, t`Discard Prepared Database`);
    if (!job) return;
    const answer = await showWarningMessage(
      t`Drop what was prepared?`,
      { modal: true, detail: t`${placeOf(job)} stays as it is. To have it again, it has to be prepared again.` },
      t`Discard`,
    );
    if (answer !== undefined) await startJobs(services, [{ kind: 'discard', of: { job: job.id }, options: {} }]);
  },
};

async function waiting(services: Services, target: unknown, title: string): Promise<Job | undefined> {
  return oneJob(services, target, { title, filter: isWaiting, none: t`Nothing that was prepared waits.` });
}

/** `accept`: also with definitions that changed; undefined: given up. */
async function ask(plan: PreparedPlan): Promise<'swap' | 'accept' | undefined> {
  const { findings, database } = plan;
  const blocking = findings.filter(({ level }) => level === 'block');
  const mayAccept = blocking.length > 0 && blocking.every(({ code }) => code === 'swap.schema');
  const detail = [preparedLines(plan).join('\n'), ...findingLines(findings)].join('\n\n');
  const button = isBlocked(findings) ? t`Accept the Changes…` : t`Swap`;
  const answer = await showWarningMessage(
    isBlocked(findings) ? t`${database} cannot be swapped now.` : t`Swap ${database} for what was prepared?`,
    { modal: true, detail },
    ...(isBlocked(findings) && !mayAccept ? [] : [button]),
  );
  if (answer === undefined) return undefined;
  return mayAccept ? 'accept' : 'swap';
}

function placeOf({ result, request }: Job): string {
  const target = result?.data['target'];
  return typeof target === 'string' ? target : request.kind;
}
