import { saidBy } from '../ownWords';
import type { Phase } from '../../core/base/progress';
import { uncertainPhases } from '../../core/job/record/readJob';
import { phaseWords } from '../progressWords';
import { localTime, safe } from '../format';
import { fact, shown, text, texts } from '../shown';
import { ruleWords } from '../usageWords';
import type { ErrorTable } from './errorTable';
import { beginnings } from './shared';
import { t } from '../language';

/** `orders of today (42P01)` */
function checksIn(checks: unknown): string[] {
  if (!Array.isArray(checks)) return [];
  return (checks as readonly { readonly name?: unknown; readonly sqlState?: unknown }[]).map(
    ({ name, sqlState }) => `${shown({ name }, 'name')}${typeof sqlState === 'string' ? ` (${sqlState})` : ''}`,
  );
}

/** Words for the errors of jobs, requests and usage. */
export const jobErrors = {
  'job.unknown': (data, hints) => ({
    what: t`There is no job "${shown(data, 'job')}".`,
    ...beginnings(data['fits']),
    todo: t`To see them: ${hints.listJobs()}.`,
  }),
  'job.needed': (data, hints) => ({
    what: t`The job ${shown(data, 'job')} cannot be removed: its state is ${shown(data, 'state')}.`,
    why: t`A job that works, or left something, is found by its folder.`,
    todo: t`To end it: ${hints.cancel(text(data, 'job'))}. To remove what it left: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  'job.interrupted': (data, hints) => ({
    what: t`The job ${shown(data, 'job')} was interrupted: its process is gone.`,
    why:
      data['reason'] !== undefined
        ? t`Kubernetes says: ${shown(data, 'reason')}${data['message'] === undefined ? '' : `, ${shown(data, 'message')}`}.`
        : data['phase'] === undefined
          ? t`Killed, out of memory, or the workspace was stopped.`
          : t`The last that it said: ${phaseText(data['phase'])}.`,
    todo: isUncertain(data['phase'])
      ? t`To find out what became of it, and to remove what it left: ${hints.cleanUp(text(data, 'job'))}.`
      : t`To remove what it left, here and in the target: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  cancelled: (data, hints) => {
    if (data['kind'] === 'clean') return { what: t`Cancelled. What was removed until then is gone; the rest stays.` };
    if (data['left'] !== true) return { what: t`Cancelled. Nothing changed.` };
    return {
      what: t`Cancelled. No database was replaced, but something of it may have stayed.`,
      todo: t`To remove what it left, here and in the target: ${hints.cleanUp(text(data, 'job'))}.`,
    };
  },
  'request.invalid': (data) => ({
    what: t`The request of a job is not as requests are.`,
    why:
      data['at'] === '' || data['at'] === undefined ? t`It is no request at all.` : t`Its field ${shown(data, 'at')}.`,
    todo: t`What wrote it is not this version of DB Ferry, or it was changed. Nothing is done by it.`,
  }),
  'request.changed': (data) => ({
    what: t`The request in the pod is not the one that its Job was made with.`,
    why: t`Its digest is ${shown(data, 'is')}, and the Job says ${shown(data, 'digest')}.`,
    todo: t`Somebody changed it on the way. Nothing is done by it.`,
  }),
  'schedule.unknown': (data) => ({
    what: t`There is no schedule ${shown(data, 'schedule')}.`,
    ...(texts(data, 'known').length === 0 ? {} : { why: t`There are: ${safe(texts(data, 'known').join(', '))}.` }),
    todo: t`It is named by its database, as it was when it was made, or by its CronJob.`,
  }),
  'schedule.paused': (data) => ({
    what: t`The schedule is paused until ${localTime(shown(data, 'until'))}: nothing was done.`,
    todo: t`It goes on by itself then.`,
  }),
  'schedule.breaker': (data) => ({
    what: t`The last ${shown(data, 'failures')} runs of this schedule failed: it leaves the database alone until ${localTime(shown(data, 'until'))}.`,
    why: t`What fails again and again is tried ever more seldom, once a day at least.`,
    todo: t`See why the last one failed. One that is done, also by hand, closes it.`,
  }),
  'drill.noBackup': (data) => ({
    what: t`There is no backup of ${shown(data, 'reference')} to be proven.`,
    why: t`None in ${shown(data, 'root')} is of that database and signed by a key that you trust.`,
    todo: t`Name it as its backups do: by its pod, or by its StatefulSet or Deployment.`,
  }),
  'drill.checks': (data) => ({
    what: t`Some of the checks gave no answer.`,
    why: safe(checksIn(fact(data, 'checks')).join('; ')),
    todo: t`It is the check that is to be looked at: a name that is not there, or a statement of more than one value.`,
  }),
  'drill.noAsker': () => ({
    what: t`The checks could not be asked.`,
    why: t`They are asked in a role that may read and nothing else, and the server lets a new role in by no way.`,
    todo: t`A line of pg_hba.conf for local connections with scram-sha-256 lets it in.`,
  }),
  'drill.otherMajor': (data) => ({
    what: t`All rows are there, but ${shown(data, 'differences')} definitions are worded otherwise by a server of another major.`,
    todo: t`Drill on a server of the same major.`,
  }),
  'runner.absent': (data, hints) => ({
    what: t`Nothing in ${shown(data, 'cluster')}/${shown(data, 'namespace')} runs jobs yet.`,
    why: t`There is no ConfigMap db-ferry-runner there, or its namespace is another one.`,
    todo: t`To put it there: ${hints.deployRunner(`${shown(data, 'cluster')}/${shown(data, 'namespace')}`)}.`,
  }),
  'runner.settings': (data, hints) => ({
    what: t`What says how jobs run in ${shown(data, 'cluster')}/${shown(data, 'namespace')} cannot be read.`,
    why: t`The ConfigMap db-ferry-runner, field ${shown(data, 'at')}: another version wrote it, or somebody changed it.`,
    todo: t`To write it anew: ${hints.deployRunner(`${shown(data, 'cluster')}/${shown(data, 'namespace')}`)}.`,
  }),
  'request.newer': (data) => ({
    what: t`The request of a job was written by a later version of DB Ferry (schema ${shown(data, 'schema')}).`,
    why: t`What it asks for may be more than this version knows, so nothing is done by it.`,
    todo: t`Update DB Ferry.`,
  }),
  usage: (data, hints) => ({
    what: t`Bad usage: ${ruleWords(data, hints) ?? shown(data, 'message')}`,
    ...(fact(data, 'meant') === undefined ? {} : { why: t`Did you mean ${shown(data, 'meant')}?` }),
    todo: t`To see how it is used: ${hints.usage(text(data, 'command'))}.`,
  }),
  internal: (data) => ({
    what: t`Something unforeseen happened.`,
    why: shown(data, 'message'),
    todo: t`This is a fault of DB Ferry. The log of the job says more.`,
  }),
  'notify.config': (data) => ({
    what: t`The file that says who is told cannot be used: ${shown(data, 'file')}.`,
    why:
      data['why'] === 'clear'
        ? t`${shown(data, 'at')}: without TLS mail goes to this machine or to a Service of the cluster (name.namespace.svc) only, unless the channel says insecure: true.`
        : data['why'] === 'channel'
          ? t`There is no channel ${shown(data, 'at')}, and \`send\` names it.`
          : t`What is wrong: ${saidBy(data, 'at')}.`,
    todo: t`Put it right; docs/notifications.md has an example, and \`notify test\` tries it.`,
  }),
  'notify.secret': (data) => ({
    what: t`A secret of a channel is not there: ${shown(data, 'name')}.`,
    todo: t`Put it there, or name another place in the file that says who is told.`,
  }),
  'notify.template': (data) => ({
    what: t`The template ${shown(data, 'file')} cannot be used.`,
    why: saidBy(data, 'message'),
    todo: t`Put it right; \`notify templates\` writes the shipped ones out.`,
  }),
  'audit.unwritable': (data) => ({
    what: t`Nothing was done, since it could not be written into the audit trail first (${shown(data, 'trail')}).`,
    why: `${shown(data, 'code')}: ${shown(data, 'message')}`,
    todo: t`Make room there, or put right who may write there; \`audit verify\` reads the trail.`,
  }),
  'audit.broken': (data) => ({
    what: t`The last record of the audit trail ${shown(data, 'trail')} is none: ${shown(data, 'key')}.`,
    why: t`Nothing is written behind what cannot be read.`,
    todo: t`Look who changed it, and keep it as it is: \`audit verify\` says what else is damaged. A new trail begins where the old one is moved away, and that shows.`,
  }),
} satisfies ErrorTable;

function phaseText(phase: unknown): string {
  return (phaseWords() as Readonly<Record<string, string>>)[String(phase)] ?? String(phase);
}

function isUncertain(phase: unknown): boolean {
  return uncertainPhases.includes(phase as Phase);
}
