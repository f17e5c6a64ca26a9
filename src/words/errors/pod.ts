import { heldBy } from '../heldBy';
import { shown, text } from '../shown';
import type { ErrorTable } from './errorTable';

const forms: ReadonlyMap<string, string> = new Map([
  ['namespace', 'cluster/namespace'],
  ['pod', 'cluster/namespace/pod'],
  ['database', 'cluster/namespace/pod/database'],
]);

/** Words for the errors of pods and databases, and how they are named. */
export const podErrors = {
  'pod.unknown': (data, hints) => ({
    what: `There is no pod ${shown(data, 'reference')}.`,
    why: shown(data, 'message'),
    todo:
      data['unlisted'] === true
        ? 'Name a pod itself: whether it is a workload cannot be seen, since you may not list pods there.'
        : `To see the database pods: ${hints.listPods()}.`,
  }),
  'pod.noServer': (data) => ({
    what: `No PostgreSQL server answers in ${shown(data, 'reference')}.`,
    why: shown(data, 'message'),
    todo: 'Check that the pod is ready, and look at its log.',
  }),
  'pod.noTools': (data) => ({
    what: `${shown(data, 'reference')} has no ${shown(data, 'tool')}.`,
    why: "DB Ferry runs the pod's own client tools, and this image holds none.",
    todo: 'Use a pod whose image holds pg_dump, pg_restore and psql.',
  }),
  'pod.noLogin': (data) => ({
    what: `${shown(data, 'reference')}: the server lets nobody in whose password the pod holds.`,
    why: shown(data, 'message'),
    todo: 'The pod needs local trust, or the password of a role in its environment or files.',
  }),
  'pod.busy': (data, hints) => ({
    what: `${shown(data, 'reference')}: the server ${data['is'] === 'full' ? 'has no connection left' : `is ${text(data, 'is') ?? 'busy'}`}.`,
    why: shown(data, 'message'),
    todo:
      data['is'] === 'full'
        ? `End a session or raise max_connections there, then ${hints.again()}.`
        : `Wait until it is ready, then ${hints.again()}.`,
  }),
  'pod.noPrimary': (data) => ({
    what: `${shown(data, 'reference')} has no primary.`,
    why: `Looked at: ${shown(data, 'pods')}. All are standbys or do not answer.`,
    todo: 'Wait for a failover to end, or name one pod.',
  }),
  'lock.waited': (data, hints) => ({
    what: `Waited ${shown(data, 'seconds')} s for a lock on ${shown(data, 'table')}, and did not get it.`,
    why: `${heldBy(data['holders'])}.`,
    todo: `End that transaction (a prepared one by COMMIT PREPARED or ROLLBACK PREPARED), then ${hints.again()}.`,
  }),
  'database.unknown': (data, hints) => ({
    what: `${shown(data, 'reference')}: there is no database "${shown(data, 'database')}".`,
    why: `Known: ${shown(data, 'known')}.`,
    todo: `To see them: ${hints.listDatabases()}.`,
  }),
  'reference.invalid': (data) => ({
    what:
      data['names'] === undefined
        ? `"${shown(data, 'text')}" is not a reference.`
        : `"${shown(data, 'text')}" names a ${shown(data, 'names')}.`,
    why:
      data.wanted === undefined
        ? shown(data, 'message')
        : `A ${shown(data, 'wanted')} is wanted: ${forms.get(data.wanted) ?? '?'}.`,
    todo: 'A place is written cluster/namespace/pod[/database].',
  }),
  'name.invalid': (data) => ({
    what: `"${shown(data, 'name')}" cannot be a name.`,
    why: 'It holds a zero byte, which no name and no text in PostgreSQL can.',
    todo: 'Where it stands in a backup, that backup is not one of a server: do not restore it.',
  }),
} satisfies ErrorTable;
