import type { DatabaseReference } from '../core/cluster/reference';
import {
  formatBackupRef,
  formatOperand,
  placesOf,
  type BackupRef,
  type ChosenBackup,
  type JobAbout,
  type OfJob,
  type RequestOf,
} from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import { localTime } from './format';
import type { ResultData } from '../core/job/record/resultData';
import { text } from './shown';
import { t } from './language';

/** What a job is about, in a line: `Back up shop from postgres-0`. */
export function jobTitle({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { about: known } = request;
  const backup = (named: BackupRef): string => backupWords(formatBackupRef(named), known, result?.data);
  const either = (side: BackupRef | DatabaseReference): string => ('cluster' in side ? place(side) : backup(side));
  switch (request.kind) {
    case 'backup':
      return t`Back up ${request.source.database} from ${request.source.pod}`;
    case 'restore':
      return request.options.prepare === true
        ? t`Prepare ${backup(request.backup)} for ${place(request.target)}`
        : t`Restore ${backup(request.backup)} into ${place(request.target)}`;
    case 'copy':
      return request.options.prepare === true
        ? t`Prepare a copy of ${request.source.database} from ${request.source.pod} for ${copyTarget(request)}`
        : t`Copy ${request.source.database} from ${request.source.pod} to ${copyTarget(request)}`;
    case 'verify':
      return request.deep === undefined
        ? t`Verify ${backup(request.backup)}`
        : t`Deep verify ${backup(request.backup)} on ${request.deep.pod}`;
    case 'drill':
      return t`Drill: restore ${'of' in request.backup ? picked(request.backup) : backup(request.backup)} on ${request.into.pod}`;
    case 'diff':
      return t`Compare ${either(request.left)} with ${either(request.right)}`;
    case 'undo': {
      const of = worked(request, result);
      return of === undefined ? t`Undo ${jobOf(request)}` : t`Undo restore of ${of}`;
    }
    case 'release': {
      const of = worked(request, result);
      return of === undefined ? t`Drop what ${jobOf(request)} kept` : t`Drop what was kept for ${of}`;
    }
    case 'swap': {
      const of = worked(request, result);
      return of === undefined ? t`Swap ${jobOf(request)}` : t`Swap what is prepared for ${of}`;
    }
    case 'discard': {
      const of = worked(request, result);
      return of === undefined ? t`Discard ${jobOf(request)}` : t`Discard what is prepared for ${of}`;
    }
    case 'clean':
      return cleanTitle(request);
    case 'import':
      return t`Import ${lastOf(request.file)} through ${request.into.pod}`;
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
      return t`Back up ${request.source.database}`;
    case 'copy':
      return request.options.prepare === true
        ? t`Prepare ${request.source.database}`
        : t`Copy ${request.source.database}`;
    case 'restore':
      return request.options.prepare === true
        ? t`Prepare ${request.target.database}`
        : t`Restore ${request.target.database}`;
    case 'verify':
      return request.deep === undefined
        ? t`Verify ${ofBackup(request.backup)}`
        : t`Deep verify ${ofBackup(request.backup)}`;
    case 'drill':
      return t`Drill ${'of' in request.backup ? request.backup.of.database : ofBackup(request.backup)}`;
    case 'diff': {
      const { left, right } = request;
      if ('cluster' in left) return t`Compare ${left.database}`;
      return t`Compare ${'cluster' in right ? right.database : ofBackup(left)}`;
    }
    case 'undo':
      return t`Undo ${keptLabel(request, result)}`;
    case 'release':
      return t`Drop kept ${keptLabel(request, result)}`;
    case 'swap':
      return t`Swap ${keptLabel(request, result)}`;
    case 'discard':
      return t`Discard prepared ${keptLabel(request, result)}`;
    case 'import':
      return t`Import ${lastOf(request.file)}`;
    case 'clean':
      return request.options.forget === true && request.of ? t`Give up ${formatOperand(request.of)}` : t`Clean up`;
  }
}

/** A backup that is chosen when the job runs. */
function picked({ of, pick }: ChosenBackup): string {
  if (pick === 'newest') return t`the newest backup of ${place(of)}`;
  return pick === 'oldest' ? t`the oldest backup of ${place(of)}` : t`some backup of ${place(of)}`;
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

/** The place of undo, release, swap and discard. These may name a job: what it is about may be known at their end only. */
function worked({ of, about }: OfJob, result: Job['result']): string | undefined {
  if ('cluster' in of) return place(of);
  const target = result?.data['target'];
  const named = typeof target === 'string' ? target : about?.place;
  return named === undefined ? undefined : placeNamed(named);
}

function jobOf({ of }: OfJob): string {
  return 'cluster' in of ? place(of) : t`job ${of.job}`;
}

function cleanTitle({ of, options }: RequestOf<'clean'>): string {
  const gives = options.forget === true;
  if (of === undefined) return gives ? t`Give up after all jobs` : t`Clean up after all jobs`;
  if ('cluster' in of) return gives ? t`Give up in ${of.pod}` : t`Clean up in ${of.pod}`;
  return gives ? t`Give up job ${of.job}` : t`Clean up after job ${of.job}`;
}

/** `shop on postgres-0` */
function place({ database, pod }: DatabaseReference): string {
  return t`${database} on ${pod}`;
}

/** Another name is worth a word. */
function copyTarget({ source, target }: RequestOf<'copy'>): string {
  return source.database === target.database ? target.pod : place(target);
}

/** A place that was written down; of what is no reference all of it. */
function placeNamed(text: string): string {
  const [, , pod = text, ...database] = text.split('/');
  return database.length === 0 ? pod : t`${database.join('/')} on ${pod}`;
}

/** By its database and time: as the request or the result knows them, else as the folder is called; another path by its last part. */
function backupWords(idOrPath: string, known: JobAbout | undefined, data: ResultData = {}): string {
  const from = known?.place ?? text(data, 'source');
  const time = known?.snapshot ?? text(data, 'snapshot');
  const parts = (from ?? '').split('/');
  const name = parts.length < 4 ? parts.at(-1) : parts.slice(3).join('/');
  if (name !== undefined && name !== '' && time !== undefined) return t`${name} of ${localTime(time)}`;
  if (!idOrPath.startsWith('/')) return t`backup ${idOrPath}`;
  const [above = '', last = ''] = idOrPath
    .split('/')
    .filter((part) => part !== '')
    .slice(-2);
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(last);
  if (!found) return last === '' ? above : last;
  const [, year, month, day, hour, minute, second] = found;
  return t`${decoded(above)} of ${localTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)}`;
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
