import { AppError } from '../core/base/errors';
import type { Job } from '../core/job/record/readJob';
import type { Services } from '../services';
import { JobNode } from '../tree/jobNode';
import { localTime } from '../ui/format';
import { placesOf } from '../ui/jobTooltip';
import { jobState, jobTitle } from '../ui/jobWords';
import { showInformationMessage, showQuickPick } from '../ui/shown';
import { t } from '../words/language';

/** A job from a row that fits, its id (from a button), or asked for; undefined where there is none to choose, which is said. */
export async function oneJob(
  services: Services,
  target: unknown,
  ask: { readonly title: string; readonly filter: (job: Job) => boolean; readonly none: string },
): Promise<Job | undefined> {
  if (target instanceof JobNode && ask.filter(target.job)) return target.job;
  const jobs = await services.jobs.watch();
  if (typeof target === 'string') return jobs.find(({ id }) => id === target);
  const choice = jobs.filter(ask.filter);
  if (choice.length === 0) {
    void showInformationMessage(ask.none);
    return undefined;
  }
  const items = choice.map((job) => ({
    label: jobTitle(job),
    description: jobState(job),
    detail: [placesOf(job), job.started === undefined ? '' : t`started ${localTime(job.started)}`]
      .filter((part) => part !== '')
      .join(' · '),
    job,
  }));
  const picked = await showQuickPick(items, { title: ask.title, placeHolder: t`Which job?` });
  if (!picked) throw new AppError('cancelled');
  return picked.job;
}
