import type { DatabaseReference } from '../core/cluster/reference';
import {
  formatBackupRef,
  formatOperand,
  placesOf,
  type BackupRef,
  type JobAbout,
  type OfJob,
  type RequestOf,
} from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import { localTime } from './format';
import type { ResultData } from '../core/job/record/resultData';
import { text } from './shown';

/** What a job is about, in a line: `Back up shop from postgres-0`. */
export function jobTitle({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { about: known } = request;
  const backup = (named: BackupRef): string => backupWords(formatBackupRef(named), known, result?.data);
  const either = (side: BackupRef | DatabaseReference): string => ('cluster' in side ? place(side) : backup(side));
  switch (request.kind) {
    case 'backup':
      return `Back up ${request.source.database} from ${request.source.pod}`;
    case 'restore':
      return `${prepares(request)}${backup(request.backup)} ${prepares(request) === 'Restore ' ? 'into' : 'for'} ${place(request.target)}`;
    case 'copy':
      return `${request.options.prepare === true ? 'Prepare a copy of' : 'Copy'} ${request.source.database} from ${request.source.pod} ${request.options.prepare === true ? 'for' : 'to'} ${copyTarget(request)}`;
    case 'verify':
      return request.deep === undefined
        ? `Verify ${backup(request.backup)}`
        : `Deep verify ${backup(request.backup)} on ${request.deep.pod}`;
    case 'diff':
      return `Compare ${either(request.left)} with ${either(request.right)}`;
    case 'undo':
      return `Undo ${keptOf(request, result, 'restore of ')}`;
    case 'release': {
      const of = keptOf(request, result, 'was kept for ');
      return `Drop what ${of.startsWith('job ') ? `${of} kept` : of}`;
    }
    case 'swap':
      return `Swap ${keptOf(request, result, 'what is prepared for ')}`;
    case 'discard':
      return `Discard ${keptOf(request, result, 'what is prepared for ')}`;
    case 'clean':
      return `${request.options.forget === true ? 'Give up' : 'Clean up'}${cleaned(request)}`;
    case 'import':
      return `Import ${lastOf(request.file)} through ${request.into.pod}`;
  }
}

/** The same where there is little room: what is done with which database. `Restore shop` */
export function jobLabel({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { about } = request;
  const ofBackup = (backup: BackupRef): string =>
    databaseOf(about?.place ?? text(result?.data ?? {}, 'source')) ??
    backupWords(formatBackupRef(backup), about, result?.data);
  switch (request.kind) {
    case 'backup':
    case 'copy':
      return `${request.kind === 'copy' ? (request.options.prepare === true ? 'Prepare' : 'Copy') : 'Back up'} ${request.source.database}`;
    case 'restore':
      return `${request.options.prepare === true ? 'Prepare' : 'Restore'} ${request.target.database}`;
    case 'verify':
      return `${request.deep === undefined ? 'Verify' : 'Deep verify'} ${ofBackup(request.backup)}`;
    case 'diff': {
      const { left, right } = request;
      if ('cluster' in left) return `Compare ${left.database}`;
      return `Compare ${'cluster' in right ? right.database : ofBackup(left)}`;
    }
    case 'undo':
      return `Undo ${keptLabel(request, result)}`;
    case 'release':
      return `Drop kept ${keptLabel(request, result)}`;
    case 'swap':
      return `Swap ${keptLabel(request, result)}`;
    case 'discard':
      return `Discard prepared ${keptLabel(request, result)}`;
    case 'import':
      return `Import ${lastOf(request.file)}`;
    case 'clean':
      return request.options.forget === true && request.of ? `Give up ${formatOperand(request.of)}` : 'Clean up';
  }
}

function keptLabel({ of, about }: OfJob, result: Job['result']): string {
  if ('cluster' in of) return of.database;
  const target = result?.data['target'];
  return databaseOf(typeof target === 'string' ? target : about?.place) ?? of.job;
}

/** The place that is changed, or else the one that is looked at: `pg16-0 (cluster-b)`; '' where there is none, or more than one. */
export function jobPlace({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const target = result?.data['target'];
  const named = placesOf(request).at(-1);
  if (named) return `${named.pod} (${named.cluster})`;
  const [cluster, , pod] = (typeof target === 'string' ? target : (request.about?.place ?? '')).split('/');
  return pod === undefined || cluster === undefined ? '' : `${pod} (${cluster})`;
}

/** The last part of a place that names a database. */
function databaseOf(place: string | undefined): string | undefined {
  const names = (place ?? '').split('/');
  return names.length < 4 ? undefined : names.slice(3).join('/');
}

function prepares({ options }: RequestOf<'restore'>): 'Prepare ' | 'Restore ' {
  return options.prepare === true ? 'Prepare ' : 'Restore ';
}

/** Undo, release, swap and discard may name a job; what it is about may be known at their end only. */
function keptOf({ of, about }: OfJob, result: Job['result'], before: string): string {
  if ('cluster' in of) return `${before}${place(of)}`;
  const target = result?.data['target'];
  const worked = typeof target === 'string' ? target : about?.place;
  return worked === undefined ? `job ${of.job}` : `${before}${placeNamed(worked)}`;
}

function cleaned({ of, options }: RequestOf<'clean'>): string {
  if (of === undefined) return ' after all jobs';
  if ('cluster' in of) return ` in ${of.pod}`;
  return options.forget === true ? ` job ${of.job}` : ` after job ${of.job}`;
}

/** `shop on postgres-0` */
function place({ database, pod }: DatabaseReference): string {
  return `${database} on ${pod}`;
}

/** Another name is worth a word. */
function copyTarget({ source, target }: RequestOf<'copy'>): string {
  return source.database === target.database ? target.pod : place(target);
}

/** A place that was written down; of what is no reference all of it. */
function placeNamed(text: string): string {
  const [, , pod = text, ...database] = text.split('/');
  return database.length === 0 ? pod : `${database.join('/')} on ${pod}`;
}

/** By its database and time: as the request or the result knows them, else as the folder is called; another path by its last part. */
function backupWords(idOrPath: string, known: JobAbout | undefined, data: ResultData = {}): string {
  const from = known?.place ?? text(data, 'source');
  const time = known?.snapshot ?? text(data, 'snapshot');
  const parts = (from ?? '').split('/');
  const name = parts.length < 4 ? parts.at(-1) : parts.slice(3).join('/');
  if (name !== undefined && name !== '' && time !== undefined) return `${name} of ${localTime(time)}`;
  if (!idOrPath.startsWith('/')) return `backup ${idOrPath}`;
  const [above = '', last = ''] = idOrPath
    .split('/')
    .filter((part) => part !== '')
    .slice(-2);
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(last);
  if (!found) return last === '' ? above : last;
  const [, year, month, day, hour, minute, second] = found;
  return `${decoded(above)} of ${localTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)}`;
}

/** Of a path. */
function lastOf(file: string): string {
  return file.split('/').findLast((part) => part !== '') ?? file;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
