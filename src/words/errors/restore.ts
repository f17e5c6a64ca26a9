import { cures, refusalLines } from '../causeWords';
import { safe } from '../format';
import { heldBy } from '../heldBy';
import { type KeptFacts, keptLine } from '../keptWords';
import type { ErrorData } from '../../core/base/errorData';
import type { DifferenceFacts } from '../../core/base/facts';
import { some } from '../some';
import { shown, text, texts } from '../shown';
import type { ErrorTable } from './errorTable';
import { unchanged, withheldNote } from './shared';
import { t } from '../language';

/** Words for the errors of restores and what they keep. */
export const restoreErrors = {
  'restore.refused': (_, hints) => ({
    what: t`Refused by the preflight. Nothing was changed.`,
    todo: t`What blocks is listed ${hints.details()}.`,
  }),
  'restore.cannotMake': (data, hints) => {
    const failures = listOf(data.failures);
    const all = typeof data['count'] === 'number' ? data['count'] : failures.length;
    return {
      what: t`The target refuses ${all === 1 ? t`a part` : t`${all} parts`} of the backup. Nothing of it was put in place.`,
      why: refusalLines(failures, all).join('\n'),
      todo: [unchanged(data), ...cures(failures, hints), t`To go on without: ${hints.goOn()}.`].join('\n'),
    };
  },
  'restore.missing': (data, hints) => ({
    what: t`What the target refuses is missing in what was restored, so ${shown(data, 'database')} was not replaced by it.`,
    why: t`It is listed ${hints.details()}; all else is as in the backup.`,
    todo: [
      unchanged(data),
      ...cures(becauses(data.differences), hints),
      t`To replace it by what lacks these: ${hints.goOn(true)}.`,
    ].join('\n'),
  }),
  'restore.differs': (data, hints) => ({
    what: t`What was restored differs from the backup's rows, so it was not put in place.`,
    why: t`The differences are listed ${hints.details()}.`,
    todo: t`${unchanged(data)} Look at them: something there, a trigger or an extension perhaps, stores these rows in another way.`,
  }),
  'restore.swap': (data) => ({
    what: t`The exchange of the databases was given up.`,
    why: `${data['gone'] === undefined ? shown(data, 'reason') : t`There is no database with the OID ${shown(data, 'gone')} any more.`}${data['holders'] === undefined ? '' : t` Held by: ${shown(data, 'holders')}.`}`,
    todo: t`${unchanged(data)} Try again when the database is quieter.`,
  }),
  'restore.inPlace': (data, hints) => ({
    what: t`The restore in place was given up; its transaction is rolled back.`,
    why:
      data['holders'] === undefined
        ? withheldNote(shown(data, 'reason'))
        : `${shown(data, 'reason')}. ${heldBy(data['holders'])}.`,
    todo: t`${unchanged(data)} What is refused is put right where it is: in the database that was backed up, or in the target. Then ${hints.again()}.`,
  }),
  'restore.unknown': (data, hints) => ({
    what:
      data['unforeseen'] === true
        ? t`The outcome is unknown: something unforeseen happened while databases were being exchanged or dropped (${shown(data, 'message')}).`
        : t`The outcome is unknown: the connection went while ${shown(data, 'database')} was being replaced.`,
    why: t`The server may have committed or not. Either way one whole database answers to the name.`,
    todo: t`When the server answers, to find out which: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  'release.slots': (data, hints) => {
    const names = shown(data, 'slots');
    const what = t`Nothing was dropped: replication slots of ${shown(data, 'databases')} would be lost with it: ${names}.`;
    if (data['active'] !== undefined) {
      return {
        what,
        why: t`Something reads from ${shown(data, 'active')} now.`,
        todo: t`Stop what reads from them, and have it begin anew with the database that is live. Then repeat this.`,
      };
    }
    return {
      what,
      why: t`Whatever reads from them, a connector that is paused perhaps, then loses its place in the stream of changes.`,
      todo: t`Where nothing needs them any more: ${hints.dropSlots()}.`,
    };
  },
  'restore.claimed': (data, hints) => ({
    what: t`Nothing proves that what is there for ${shown(data, 'reference')} was kept by a restore of yours.`,
    why: claims(data).join('\n'),
    todo: t`Whoever owns a database can give it such a name and comment. If you know that it is the right one: ${hints.confirm(firstClaim(data))}.`,
  }),
  'prepare.entered': (data, hints) => ({
    what: t`Somebody is in the side database ${shown(data, 'database')} and stays there: ${some(data.sessions ?? 0, 'session')}, ${some(data.transactions ?? 0, 'prepared transaction')}.`,
    why: t`What others can still write into is not proven, so it is dropped. Nothing was replaced.`,
    todo: t`When they are gone: ${hints.again()}.`,
  }),
  'prepare.nothing': (data, hints) => ({
    what: t`Nothing prepared waits for ${shown(data, 'reference')}.`,
    why: fateOf(data),
    todo: t`To prepare it: ${hints.restore()}, ${hints.prepareAgain()}. What waits: ${hints.listJobs()}.`,
  }),
  'prepare.several': (data, hints) => ({
    what: t`More than one prepared database waits for ${shown(data, 'reference')}.`,
    why: t`They were prepared by the jobs ${shown(data, 'jobs')}.`,
    todo: t`Name the one: ${hints.swap(texts(data, 'jobs')[0] ?? t`<job>`)}. Drop the others: ${hints.discard(t`<job>`)}.`,
  }),
  'prepare.claimed': (data, hints) => ({
    what: t`Nothing proves that what waits for ${shown(data, 'reference')} was prepared by a job of yours.`,
    why: listOf(data.databases)
      .map(({ name, owner, job }) => safe(t`${name}: owner ${owner}, claims to be prepared by job ${job}`))
      .join('\n'),
    todo: t`Whoever owns a database can give it such a name and comment. To go on: ${hints.restore()}, ${hints.prepareAgain()}.`,
  }),
  'restore.nothingKept': (data, hints) => {
    const what = t`No replaced database is kept for ${shown(data, 'reference')}.`;
    const before = text(data, 'before');
    if (before === undefined) {
      const why = t`Nothing was replaced there, or it was undone or released already.`;
      return { what, why, todo: t`To go back to a backup: ${hints.restore()}.` };
    }
    return {
      what,
      why: t`It was a restore in place: what was there before is the backup ${shown(data, 'before')}.`,
      todo: t`To put it back: ${hints.putBack(before, text(data, 'reference') ?? '?')}.`,
    };
  },
  'target.busy': (data, hints) => ({
    what: t`Another job works on ${shown(data, 'reference')}.`,
    why: data['job'] === undefined ? t`It may run in another workspace.` : t`It is job ${shown(data, 'job')}.`,
    todo: t`Wait for it, or cancel it: ${hints.cancel(text(data, 'job'))}.`,
  }),
  'target.lost': (data) => ({
    what: t`${shown(data, 'reference')} is not held for this job any more, so it was ended.`,
    why:
      data['job'] === undefined
        ? t`The cluster did not answer for as long as it was held, and another job may work on it now.`
        : t`Job ${shown(data, 'job')} has it now.`,
    todo: t`See that no other job works on it, then start this one again.`,
  }),
} satisfies ErrorTable;

/** What became of what was prepared. */
function fateOf(data: ErrorData['prepare.nothing']): string {
  const by = text(data, 'by');
  if (by === undefined)
    return t`It was swapped or discarded already, from another workspace perhaps, or never came so far.`;
  if (data.how === 'swapped') return t`Job ${by} swapped it into place.`;
  return data.how === 'discarded' ? t`Job ${by} dropped it.` : t`Job ${by} found that it is not there any more.`;
}

/** What claims to be kept, a line each: whose it is, how large, since when. */
function claims(data: ErrorData['restore.claimed']): string[] {
  const { databases } = data;
  if (!Array.isArray(databases)) return [];
  return (databases as readonly KeptFacts[]).map((one) => safe(keptLine(one)));
}

function firstClaim(data: ErrorData['restore.claimed']): string | undefined {
  const { databases } = data;
  return Array.isArray(databases) ? (databases as readonly KeptFacts[])[0]?.name : undefined;
}

/** What the data hold as a list of objects. */
function listOf<Of extends object>(list: readonly Of[] | undefined): readonly Of[] {
  return Array.isArray(list) ? (list as readonly Of[]) : [];
}

/** Why each difference came about, where that is known. */
function becauses(differences: readonly DifferenceFacts[] | undefined): NonNullable<DifferenceFacts['because']>[] {
  return listOf(differences).flatMap(({ because }) => (because === undefined ? [] : [because]));
}
