import { defined } from '../core/base/defined';
import { parsePodReference } from '../core/cluster/reference';
import type { CleanPlan } from '../core/job/plan/planClean';
import { JobNode } from '../tree/jobNode';
import { findingLines } from '../ui/findingLines';
import { wordsFor } from '../ui/notify/errorText';
import { looking } from '../ui/looking';
import { settings } from '../ui/settings';
import { startJobs } from '../ui/startJobs';
import type { Command } from './command';
import { podOfRow } from './targets';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import { claimWords, leftWords } from '../words/cleanWords';
import { t } from '../words/language';

/** Removes what jobs left that do not live any more: of one job, in one pod, or of all. What would go is shown before. */
export const cleanUp: Command = {
  id: 'dbFerry.cleanUp',
  async run(services, target) {
    const place = podOfRow(target)?.reference;
    const job = target instanceof JobNode ? target.job.id : typeof target === 'string' ? target : undefined;
    const of = place !== undefined ? parsePodReference(place) : job === undefined ? undefined : { job };
    const what = place ?? (job === undefined ? t`what jobs left` : t`what job ${job} left`);
    const plan = await looking(what, async (signal) => {
      const { planClean } = await import('../core/job/plan/planClean');
      const asked = { root: settings.root(), kubeconfigs: settings.kubeconfigFiles() };
      return planClean({ ...asked, ...defined({ of }) }, signal);
    });
    const { jobs, removes, notReached } = plan;
    const takesNothing = removes.length === 0 && notReached.length === 0;
    if (takesNothing && jobs.length === 0) {
      void showInformationMessage(t`There is nothing to clean up${place === undefined ? '' : t` in ${place}`}.`);
      return;
    }
    // what became of a job is found out and written down without a question
    if (!takesNothing && !(await confirm(place ?? job, plan))) return;
    await startJobs(services, [{ kind: 'clean', ...defined({ of }), options: {} }]);
  },
};

async function confirm(
  operand: string | undefined,
  { removes, claims, findings, notReached }: CleanPlan,
): Promise<boolean> {
  const more = removes.length - mostLines;
  const detail = [
    ...(removes.length === 0 ? [] : [t`Removes what jobs left that do not run any more:`]),
    ...removes.slice(0, mostLines).map((one) => `• ${leftWords(one)}`),
    ...(more > 0 ? [t`• and ${more} more`] : []),
    ...(claims.length === 0 ? [] : [t`Leaves alone, since nothing proves what it says:`]),
    ...claims.slice(0, mostLines).map((one) => `• ${claimWords(one)}`),
    ...(notReached.length === 0 ? [] : [t`What was left there, if anything, cannot be seen now:`]),
    ...notReached.map(({ reference, error }) => `• ${reference}: ${wordsFor(error).what}`),
    t`What restores kept for their undo stays.`,
    ...findingLines(findings),
  ].join('\n');
  const where = operand === undefined ? t`after all jobs` : operand.includes('/') ? operand : t`after job ${operand}`;
  const answer = await showWarningMessage(t`Clean up ${where}?`, { modal: true, detail }, t`Clean Up`);
  return answer !== undefined;
}

/** a modal does not scroll */
const mostLines = 12;
