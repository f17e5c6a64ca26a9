import type { ErrorData } from '../../core/base/errors';
import { damageWords } from '../damageWords';
import { fact, shown, text } from '../shown';
import type { ErrorTable } from './errorTable';
import { beginnings, bytes, unchanged } from './shared';
import { t } from '../language';

const rootReasons = (): Readonly<Record<string, string>> => ({
  workTree: t`It is the top of a git work tree: what is in it was cloned, and rows of a customer could be committed.`,
  tracked: t`Git tracks files in it, or its index cannot be read: what is in it may have been cloned.`,
  writable: t`Everybody may write to it, so whatever is in it may be anybody’s.`,
  untrusted: t`It is in a workspace that you do not trust, where nothing is looked at.`,
});

const stateReasons = (): Readonly<Record<string, string>> => ({
  link: t`It, or a folder above it, is a link that somebody else may have made.`,
  notFolder: t`It, or what is above it, is no folder.`,
  owner: t`It, or a folder above it, belongs to somebody else.`,
  writable: t`Others may write to it, or to a folder above it.`,
  workTree: t`Git tracks files in it: it came with a clone.`,
});

const fileReasons = (): Readonly<Record<string, string>> => ({
  link: t`It is a symbolic link, which can lead anywhere.`,
  notFile: t`It is no file: a pipe, a device, a socket or a folder.`,
  tooLong: t`It is longer than such a file can be.`,
  outside: t`It leads out of the folder of the backups.`,
  owner: t`It belongs to somebody else, or others may write to it.`,
  replaced: t`Another file stands in its place since it was opened.`,
  manyNames: t`It has a second name somewhere else, and may be another file.`,
});

/** What keeps one from writing. */
const troubles = (): Readonly<Record<string, string>> => ({
  readOnly: t`It is on a read-only file system.`,
  denied: t`This user may not write there.`,
  notFolder: t`It, or something above it, is no folder.`,
  nameTooLong: t`Its path is too long.`,
  loop: t`Links in its path lead in a circle.`,
  gone: t`Something above it is a link that leads nowhere, or went away meanwhile.`,
});

/** Words for the errors of backups and the folders and files that they are in. */
export const backupErrors = {
  'backup.unknown': (data, hints) => ({
    ...whichBackup(data),
    todo: t`To see them: ${hints.listBackups()}.`,
  }),
  'backup.damaged': (data) => ({
    what:
      data['backup'] === undefined
        ? t`The backup is not what its manifest says.`
        : t`The backup ${shown(data, 'backup')} is not what its manifest says.`,
    why: `${damageWords(data)}${data['offset'] === undefined ? '' : t` (at byte ${shown(data, 'offset')})`}`,
    todo: t`Do not use it. Take another one.`,
  }),
  'backup.newer': (data) => ({
    what: t`${data['backup'] === undefined ? t`The backup` : shown(data, 'backup')} is of format ${shown(data, 'version')}, which a later version of DB Ferry writes.`,
    todo: t`Install that version. Its archive can be read by pg_restore all the same.`,
  }),
  'backup.held': (data) => ({
    what: t`${shown(data, 'backup')} is held by ${shown(data, 'owner')} and is not deleted.`,
    why: shown(data, 'reason'),
    todo: t`Ask who holds it. It can be deleted once that is taken back.`,
  }),
  'backup.incomplete': (data, hints) => ({
    what: t`${shown(data, 'backup')} is not a complete backup.`,
    why: t`The job that wrote it did not finish.`,
    todo: t`To remove it: ${hints.cleanUp()}. Take another one.`,
  }),
  'backup.refused': (_, hints) => ({
    what: t`Refused by the preflight. Nothing was written.`,
    todo: t`What blocks is listed ${hints.details()}.`,
  }),
  'root.refused': (data, hints) => ({
    what: t`${shown(data, 'root')} is no folder for backups.`,
    why: rootReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Take another one, a folder of your own in it perhaps: ${hints.otherRoot()}.`,
  }),
  'state.unsafe': (data) => ({
    what: t`The folder ${shown(data, 'folder')} cannot hold your jobs and keys.`,
    why: stateReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Make it a folder that only you may write to, or name another place for state: XDG_STATE_HOME.`,
  }),
  'file.foreign': (data, hints) => ({
    what: t`${shown(data, 'file')} stays as it is.`,
    why: t`DB Ferry did not write it, so it is not written over.`,
    todo: t`Move it away, then ${hints.again()}.`,
  }),
  'file.refused': (data) => ({
    what: t`${shown(data, 'file')} is not opened.`,
    why: fileReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Look who put it there.`,
  }),
  'root.unreadable': (data, hints) => ({
    what: t`The folder of ${data['state'] === true ? t`jobs and keys` : t`the backups`}, ${shown(data, 'root')}, cannot be ${data['written'] === true ? t`written to` : t`read`}.`,
    why: troubles()[text(data, 'trouble') ?? ''] ?? shown(data, 'message'),
    todo:
      data['state'] === true
        ? t`Make it writable, or name another place for it in XDG_STATE_HOME.`
        : t`Make it readable and writable, or take another one: ${hints.otherFolder()}.`,
  }),
  'disk.full': (data, hints) => ({
    ...(fact(data, 'folder') === undefined
      ? { what: t`The disk or its quota is full here.`, why: shown(data, 'message') }
      : {
          what: t`Not enough space in ${shown(data, 'folder')}.`,
          why: t`${bytes(fact(data, 'free'))} free, ${bytes(fact(data, 'needed'))} needed with the reserve.`,
        }),
    todo: t`Delete old backups (${hints.deleteBackup()}), enlarge the volume, or take another folder: ${hints.otherFolder()}.`,
  }),
  'disk.targetFull': (data, hints) => ({
    what: t`Not enough space on the disk of ${shown(data, 'reference')}.`,
    why: t`${bytes(data['free'])} free, ${bytes(data['needed'])} needed with the reserve. A full disk would take the live server down.`,
    todo: t`${unchanged(data)} Enlarge its volume, or drop what is kept there: ${hints.release()}.`,
  }),
  'report.none': (data, hints) => ({
    what: t`There is no report of ${shown(data, 'of')}.`,
    why: t`A job writes one when it ends; a backup gets one from the job that took or verified it.`,
    todo: t`To see the jobs: ${hints.listJobs()}.`,
  }),
} satisfies ErrorTable;

/** Backups whose ids begin as it was typed. */
/** Why a name means no backup, or more than one. */
function whichBackup(data: ErrorData['backup.unknown']): { readonly what: string; readonly why?: string } {
  const named = shown(data, 'backup');
  if (data['folders'] !== undefined) {
    const why = t`They are in ${shown(data, 'folders')}. Name the one that is meant by its path.`;
    return { what: t`More than one backup says that it is ${named}.`, why };
  }
  if (data['places'] !== undefined) {
    const why = t`Backups of several places fit: ${shown(data, 'places')}. Name the place, or an id.`;
    return { what: t`It is not clear which backup "${named}" means.`, why };
  }
  if (data['unproven'] !== undefined) {
    const why = t`The newest that fits, ${shown(data, 'unproven')}, is signed by nobody whose key is trusted here; it can be named by its id.`;
    return { what: t`"${named}" chooses nothing.`, why };
  }
  return { what: t`There is no backup "${named}".`, ...beginnings(data['fits']) };
}
