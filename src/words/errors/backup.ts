import type { ErrorData } from '../../core/base/errors';
import { fact, shown, text } from '../shown';
import type { ErrorTable } from './errorTable';
import { beginnings, bytes, unchanged } from './shared';

const rootReasons: Readonly<Record<string, string>> = {
  workTree: 'It is the top of a git work tree: what is in it was cloned, and rows of a customer could be committed.',
  tracked: 'Git tracks files in it, or its index cannot be read: what is in it may have been cloned.',
  writable: 'Everybody may write to it, so whatever is in it may be anybody’s.',
  untrusted: 'It is in a workspace that you do not trust, where nothing is looked at.',
};

const stateReasons: Readonly<Record<string, string>> = {
  link: 'It, or a folder above it, is a link that somebody else may have made.',
  notFolder: 'It, or what is above it, is no folder.',
  owner: 'It, or a folder above it, belongs to somebody else.',
  writable: 'Others may write to it, or to a folder above it.',
  workTree: 'Git tracks files in it: it came with a clone.',
};

const fileReasons: Readonly<Record<string, string>> = {
  link: 'It is a symbolic link, which can lead anywhere.',
  notFile: 'It is no file: a pipe, a device, a socket or a folder.',
  tooLong: 'It is longer than such a file can be.',
  outside: 'It leads out of the folder of the backups.',
  owner: 'It belongs to somebody else, or others may write to it.',
  replaced: 'Another file stands in its place since it was opened.',
  manyNames: 'It has a second name somewhere else, and may be another file.',
};

/** What keeps one from writing. */
const troubles: Readonly<Record<string, string>> = {
  readOnly: 'It is on a read-only file system.',
  denied: 'This user may not write there.',
  notFolder: 'It, or something above it, is no folder.',
  nameTooLong: 'Its path is too long.',
  loop: 'Links in its path lead in a circle.',
  gone: 'Something above it is a link that leads nowhere, or went away meanwhile.',
};

/** Words for the errors of backups and the folders and files that they are in. */
export const backupErrors = {
  'backup.unknown': (data, hints) => ({
    ...whichBackup(data),
    todo: `To see them: ${hints.listBackups()}.`,
  }),
  'backup.damaged': (data) => ({
    what: `The backup ${shown(data, 'backup')} is not what its manifest says.`,
    why: `${shown(data, 'reason')}${data['offset'] === undefined ? '' : ` (at byte ${shown(data, 'offset')})`}`,
    todo: 'Do not use it. Take another one.',
  }),
  'backup.newer': (data) => ({
    what: `${data['backup'] === undefined ? 'The backup' : shown(data, 'backup')} is of format ${shown(data, 'version')}, which a later version of DB Ferry writes.`,
    todo: 'Install that version. Its archive can be read by pg_restore all the same.',
  }),
  'backup.held': (data) => ({
    what: `${shown(data, 'backup')} is held by ${shown(data, 'owner')} and is not deleted.`,
    why: shown(data, 'reason'),
    todo: 'Ask who holds it. It can be deleted once that is taken back.',
  }),
  'backup.incomplete': (data, hints) => ({
    what: `${shown(data, 'backup')} is not a complete backup.`,
    why: 'The job that wrote it did not finish.',
    todo: `To remove it: ${hints.cleanUp()}. Take another one.`,
  }),
  'backup.refused': (_, hints) => ({
    what: 'Refused by the preflight. Nothing was written.',
    todo: `What blocks is listed ${hints.details()}.`,
  }),
  'root.refused': (data, hints) => ({
    what: `${shown(data, 'root')} is no folder for backups.`,
    why: rootReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: `Take another one, a folder of your own in it perhaps: ${hints.otherRoot()}.`,
  }),
  'state.unsafe': (data) => ({
    what: `The folder ${shown(data, 'folder')} cannot hold your jobs and keys.`,
    why: stateReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Make it a folder that only you may write to, or name another place for state: XDG_STATE_HOME.',
  }),
  'file.foreign': (data, hints) => ({
    what: `${shown(data, 'file')} stays as it is.`,
    why: 'DB Ferry did not write it, so it is not written over.',
    todo: `Move it away, then ${hints.again()}.`,
  }),
  'file.refused': (data) => ({
    what: `${shown(data, 'file')} is not opened.`,
    why: fileReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Look who put it there.',
  }),
  'root.unreadable': (data, hints) => ({
    what: `The folder of ${data['state'] === true ? 'jobs and keys' : 'the backups'}, ${shown(data, 'root')}, cannot be ${data['written'] === true ? 'written to' : 'read'}.`,
    why: troubles[text(data, 'trouble') ?? ''] ?? shown(data, 'message'),
    todo:
      data['state'] === true
        ? 'Make it writable, or name another place for it in XDG_STATE_HOME.'
        : `Make it readable and writable, or take another one: ${hints.otherFolder()}.`,
  }),
  'disk.full': (data, hints) => ({
    ...(fact(data, 'folder') === undefined
      ? { what: 'The disk or its quota is full here.', why: shown(data, 'message') }
      : {
          what: `Not enough space in ${shown(data, 'folder')}.`,
          why: `${bytes(fact(data, 'free'))} free, ${bytes(fact(data, 'needed'))} needed with the reserve.`,
        }),
    todo: `Delete old backups (${hints.deleteBackup()}), enlarge the volume, or take another folder: ${hints.otherFolder()}.`,
  }),
  'disk.targetFull': (data, hints) => ({
    what: `Not enough space on the disk of ${shown(data, 'reference')}.`,
    why: `${bytes(data['free'])} free, ${bytes(data['needed'])} needed with the reserve. A full disk would take the live server down.`,
    todo: `${unchanged(data)} Enlarge its volume, or drop what is kept there: ${hints.release()}.`,
  }),
  'report.none': (data, hints) => ({
    what: `There is no report of ${shown(data, 'of')}.`,
    why: 'A job writes one when it ends; a backup gets one from the job that took or verified it.',
    todo: `To see the jobs: ${hints.listJobs()}.`,
  }),
} satisfies ErrorTable;

/** Backups whose ids begin as it was typed. */
/** Why a name means no backup, or more than one. */
function whichBackup(data: ErrorData['backup.unknown']): { readonly what: string; readonly why?: string } {
  const named = shown(data, 'backup');
  if (data['folders'] !== undefined) {
    const why = `They are in ${shown(data, 'folders')}. Name the one that is meant by its path.`;
    return { what: `More than one backup says that it is ${named}.`, why };
  }
  if (data['places'] !== undefined) {
    const why = `Backups of several places fit: ${shown(data, 'places')}. Name the place, or an id.`;
    return { what: `It is not clear which backup "${named}" means.`, why };
  }
  if (data['unproven'] !== undefined) {
    const why = `The newest that fits, ${shown(data, 'unproven')}, is signed by nobody whose key is trusted here; it can be named by its id.`;
    return { what: `"${named}" chooses nothing.`, why };
  }
  return { what: `There is no backup "${named}".`, ...beginnings(data['fits']) };
}
