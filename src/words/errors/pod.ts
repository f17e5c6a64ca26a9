import { saidBy } from '../ownWords';
import { visible } from '../../core/base/visible';
import type { ErrorData } from '../../core/base/errors';
import { heldBy } from '../heldBy';
import { shown, text } from '../shown';
import type { ErrorTable } from './errorTable';
import { t } from '../language';

const forms = (): ReadonlyMap<string, string> =>
  new Map([
    ['cluster', t`cluster, or cluster/namespace`],
    ['namespace', t`cluster/namespace`],
    ['pod', t`cluster/namespace/pod`],
    ['database', t`cluster/namespace/pod/database`],
  ]);

/** Words for the errors of pods and databases, and how they are named. */
export const podErrors = {
  'pod.unknown': (data, hints) => ({
    what: t`There is no pod ${shown(data, 'reference')}.`,
    why: saidBy(data, 'message'),
    todo:
      data['unlisted'] === true
        ? t`Name a pod itself: whether it is a workload cannot be seen, since you may not list pods there.`
        : t`To see the database pods: ${hints.listPods()}.`,
  }),
  'pod.noServer': (data) => ({
    what: t`No PostgreSQL server answers in ${shown(data, 'reference')}.`,
    why: saidBy(data, 'message'),
    todo: t`Check that the pod is ready, and look at its log.`,
  }),
  'pod.noTools': (data) => ({
    what: t`${shown(data, 'reference')} has no ${shown(data, 'tool')}.`,
    why: t`DB Ferry runs the pod's own client tools, and this image holds none.`,
    todo: t`Use a pod whose image holds pg_dump, pg_restore and psql.`,
  }),
  'pod.noLogin': (data) => ({
    what: t`${shown(data, 'reference')}: the server lets nobody in whose password the pod holds.`,
    why: shown(data, 'message'),
    todo: t`The pod needs local trust, or the password of a role in its environment or files.`,
  }),
  'pod.busy': (data, hints) => ({
    what: t`${shown(data, 'reference')}: the server ${data['is'] === 'full' ? t`has no connection left` : t`is ${text(data, 'is') ?? t`busy`}`}.`,
    why: shown(data, 'message'),
    todo:
      data['is'] === 'full'
        ? t`End a session or raise max_connections there, then ${hints.again()}.`
        : t`Wait until it is ready, then ${hints.again()}.`,
  }),
  'pod.noPrimary': (data) => ({
    what: t`${shown(data, 'reference')} has no primary.`,
    why: t`Looked at: ${shown(data, 'pods')}. All are standbys or do not answer.`,
    todo: t`Wait for a failover to end, or name one pod.`,
  }),
  'lock.waited': (data, hints) => ({
    what: t`Waited ${shown(data, 'seconds')} s for a lock on ${shown(data, 'table')}, and did not get it.`,
    why: `${heldBy(data['holders'])}.`,
    todo: t`End that transaction (a prepared one by COMMIT PREPARED or ROLLBACK PREPARED), then ${hints.again()}.`,
  }),
  'database.unknown': (data, hints) => ({
    what: t`${shown(data, 'reference')}: there is no database "${shown(data, 'database')}".`,
    why: t`Known: ${shown(data, 'known')}.`,
    todo: t`To see them: ${hints.listDatabases()}.`,
  }),
  'reference.invalid': (data) => ({
    what:
      data['names'] === undefined
        ? t`"${shown(data, 'text')}" is not a reference.`
        : t`"${shown(data, 'text')}" names a ${shown(data, 'names')}.`,
    ...referenceWhy(data),
    todo: t`A place is written cluster/namespace/pod[/database].`,
  }),
  'name.invalid': (data) => ({
    what: t`"${shown(data, 'name')}" cannot be a name.`,
    why: t`It holds a zero byte, which no name and no text in PostgreSQL can.`,
    todo: t`Where it stands in a backup, that backup is not one of a server: do not restore it.`,
  }),
} satisfies ErrorTable;

function referenceWhy(data: ErrorData['reference.invalid']): { readonly why?: string } {
  if (data.wanted !== undefined)
    return { why: t`A ${shown(data, 'wanted')} is wanted: ${forms().get(data.wanted) ?? '?'}.` };
  const empty = emptyParts()[data.empty ?? ''];
  if (empty !== undefined) return { why: empty };
  // of a job of an earlier version
  const old = text(data as { readonly text: string; readonly message?: string }, 'message');
  return old === undefined ? {} : { why: visible(old) };
}

const emptyParts = (): Readonly<Record<string, string>> => ({
  cluster: t`it names no cluster`,
  namespace: t`its namespace is empty`,
  pod: t`its pod is empty`,
  database: t`its database is empty`,
});
