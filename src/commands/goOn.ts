import { goingOn } from '../core/job/plan/waysOn';
import { operandsOf } from '../core/job/request';
import { readWholeJob, type Job } from '../core/job/record/readJob';
import type { Services } from '../services';
import type { Command } from './command';
import { oneBackup } from './backupTargets';
import { oneJob } from './jobTargets';
import { databaseAt } from './podAt';
import { restoreFlow, type RestoreSource } from './restoreFlow';
import { t } from '../words/language';

/** Asks again for a restore or a copy that the target refused in parts, now without these. */
export const goOn: Command = {
  id: 'dbFerry.goOn',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await oneJob(services, target, {
      title: t`Go On Without What Was Refused`,
      filter: (one) => goingOn(one) !== undefined,
      none: t`No restore was refused in parts.`,
    });
    const options = job && goingOn(job);
    if (!options) return;
    const { as, ...chosen } = options;
    const [, to = ''] = operandsOf(job.request);
    await restoreFlow(services, await sourceOf(services, job), await databaseAt(services, to), as ?? 'new', chosen);
  },
};

/** Of a copy the backup that it took, where that is whole and still there: nothing is dumped twice. */
async function sourceOf(services: Services, { folder, request }: Job): Promise<RestoreSource> {
  const { events } = await readWholeJob(folder);
  const kept = events.flatMap((event) => (event.type === 'note' && event.code === 'backup.kept' ? [event.data] : []));
  const [from = ''] = operandsOf(request);
  const named = kept.at(-1)?.['folder'];
  if (request.kind === 'restore') return { kind: 'backup', ...(await oneBackup(services, from, t`Restore`)) };
  if (typeof named === 'string') {
    const found = await oneBackup(services, named, t`Restore`).catch(() => undefined);
    if (found) return { kind: 'backup', ...found };
  }
  return { kind: 'database', place: await databaseAt(services, from) };
}
