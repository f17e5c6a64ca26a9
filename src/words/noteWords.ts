import type { NoteCode, NoteData, WaitingFacts } from '../core/base/noteData';
import { some } from './some';
import { duration } from './format';
import type { Hints } from './hints';
import { detail, fact, few, numberOf, shown, text } from './shown';
import { t } from './language';

/** One line for a note of a job; a code without words of its own shows its data. */
export function noteWords(code: string, data: object, hints: Hints): string {
  return (notes as Readonly<Partial<Record<string, AnyWords>>>)[code]?.(data, hints) ?? `${code}${detail(data)}`;
}

/** Words that take whatever is told: what a disk holds need not be what the types say. */
type AnyWords = (data: object, hints: Hints) => string;

/** Who waits for a dump: `app_owner (psql) and 3 behind it wait for a lock that …`. */
export function waitingText(data: WaitingFacts): string {
  const application = text(data, 'application') ?? '';
  const who = `${text(data, 'user') ?? t`a session`}${application === '' ? '' : ` (${application})`}`;
  const behind = numberOf(data, 'sessions') - 1;
  const wait = behind > 0 ? t`and ${behind} behind it wait` : t`waits`;
  const lock = t`${shown(data, 'mode')} on ${shown(data, 'table')}, ${duration(numberOf(data, 'seconds'))} so far`;
  return t`${who} ${wait} for a lock that this dump holds to its end: ${lock}`;
}

const notes: { readonly [C in NoteCode]: (data: NoteData[C], hints: Hints) => string } = {
  'dump.warnings': (data) => t`pg_dump says: ${shown(data, 'lines')}`,
  'runner.waits': (data) => t`its pod does not start yet: ${shown(data, 'reason')} ${shown(data, 'message')}`,
  'approval.used': (data) =>
    t`it runs by the request ${shown(data, 'request')}${data.level === 'advisory' ? t`; nothing is enforced here: whoever can write to the root could have written it` : ''}`,
  keepAwake: (_, hints) => t`keeping the workspace awake while this runs (to turn it off: ${hints.letSleep()})`,
  'drill.notProved': () => t`the drill itself could not be done: that says nothing of the backup`,
  'archive.behind': () =>
    t`behind the last data block stands something that is no table of contents of this archive, which pg_restore does not look at; all before it is whole`,
  'integrity.notProvable': () =>
    t`whole in its structure; that it is what was dumped cannot be proven, since the archive is not ours`,
  'sessions.ended': (data) =>
    data['ended'] === 0
      ? t`no session is left on the server`
      : t`ended ${some(numberOf(data, 'ended'), 'session')} on the server`,
  'sessions.remain': (data) => {
    const { remaining: commands = 0 } = (fact(data, 'commands') ?? {}) as { remaining?: number };
    const sessions = numberOf(data, 'remaining');
    const left = [
      ...(sessions > 0 ? [t`${some(sessions, 'session')} on the server`] : []),
      ...(commands > 0 ? [t`${some(commands, 'command')} in the pod`] : []),
    ];
    return t`not ended: ${left.join(t` and `)}, named ${shown(data, 'application')}`;
  },
  'sessions.unknown': (data) =>
    t`whether sessions named ${shown(data, 'application')} are left on the server could not be seen`,
  'locks.waiting': (data, hints) => t`${waitingText(data)}; to let them go on: ${hints.cancel()}`,
  'locks.free': (data) => t`nobody waits for the dump's locks any more; it was ${duration(numberOf(data, 'seconds'))}`,
  'side.dropped': (data) => t`the side database ${shown(data, 'database')} is gone`,
  'side.remains': (data, hints) =>
    t`the side database ${shown(data, 'database')} could not be dropped; to do it later: ${hints.cleanUp(text(data, 'job'))}`,
  'backup.kept': (data, hints) =>
    t`the backup ${shown(data, 'backup')} is whole and stays in ${shown(data, 'folder')}; ${afterFailure(data, hints)}`,
  'backup.goesOn': () =>
    t`the restore failed and is taken away; the dump goes on to its end, since its backup is to be kept`,
  'backup.failed': () => t`the backup that was to be kept failed as well: none is there`,
  'inPlace.before': (data) =>
    t`the database as it was before the restore is the backup ${shown(data, 'backup')} in ${shown(data, 'folder')}`,
  'inPlace.transaction': (data) => t`it is transaction ${shown(data, 'id')} of the server`,
  'analyze.skipped': (data) =>
    t`without statistics, since foreign tables belong to them and no foreign server is asked: ${few(data, 'tables')}`,
  'analyze.failed': (data) =>
    t`no statistics could be gathered of ${few(data, 'tables')}: ${shown(data, 'message')}; the rows are there, a later ANALYZE may do`,
  'swap.side': (data) => t`the name ${shown(data, 'database')} goes to database ${shown(data, 'oid')} of the server`,
  'cluster.knownAs': (data) => t`${shown(data, 'cluster')} knows who runs this as ${shown(data, 'user')}`,
  'audit.anchor': (data) => t`written into the audit trail: ${shown(data, 'anchor')}`,
  'notify.delivery': (data) =>
    `${data.accepted ? t`told` : t`could not tell`} ${shown(data, 'channel')}: ${shown(data, 'subject')} (${shown(data, 'answer')})`,
  'notify.off': (data) =>
    t`nobody is told of this job, since the file that says whom cannot be used: ${shown(data, 'file')} (${shown(data, 'at')})`,
  prepared: (data) => t`${shown(data, 'side')} is proven and closed to everybody until it is swapped or discarded`,
  'verification.notRecorded': () => t`the verification could not be written down beside the backup`,
  'roles.made': (data) => t`roles made for the restore, without login: ${shown(data, 'roles')}`,
  'loader.made': (data) =>
    t`what the archive defines runs as the temporary role ${shown(data, 'roles')}, which goes when all is loaded`,
  'roles.remain': (data, hints) =>
    t`roles made for the restore remain: ${shown(data, 'roles')}; to drop them later: ${hints.cleanUp(text(data, 'job'))}`,
};

/** A restore of the same would fail in the same way. */
function afterFailure(data: NoteData['backup.kept'], hints: Hints): string {
  const { after } = data;
  if (after === 'restore.cannotMake' || after === 'restore.missing') {
    return t`to go on from there without what the target refuses: ${hints.restore()}, ${hints.goOn(after === 'restore.missing')}`;
  }
  if (after === 'restore.differs') return t`a restore from there would meet the same`;
  return t`to go on from there: ${hints.restore()}`;
}
