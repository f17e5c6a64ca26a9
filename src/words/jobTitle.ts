import { parseReference } from '../core/cluster/reference';
import type { JobAbout, JobKind } from '../core/job/record/jobEvents';
import type { Job } from '../core/job/record/readJob';
import { localTime } from './format';
import { text, type Data } from './shown';

/** What a job is about, in a line: `Back up shop from postgres-0`. */
export function jobTitle({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { kind, operands, options, about: known } = request;
  const [first = '', second = ''] = operands;
  const target = result?.data['target'];
  // undo and release may name a job; what it is about may be known at their end only
  const worked = typeof target === 'string' ? target : known?.place;
  const about = isJob(first) && worked !== undefined ? worked : first;
  const backup = (operand: string): string => backupWords(operand, known, result?.data);
  const either = (operand: string): string => (isPlace(operand) ? place(operand) : backup(operand));
  const titles: Readonly<Record<JobKind, () => string>> = {
    backup: () => `Back up ${database(first)} from ${pod(first)}`,
    restore: () => `Restore ${backup(first)} into ${database(second)} on ${pod(second)}`,
    copy: () => `Copy ${database(first)} from ${pod(first)} to ${copyTarget(first, second)}`,
    verify: () =>
      options.deep === undefined ? `Verify ${backup(first)}` : `Deep verify ${backup(first)} on ${pod(options.deep)}`,
    diff: () => `Compare ${either(first)} with ${either(second)}`,
    undo: () => `Undo ${isJob(about) ? `job ${about}` : `restore of ${place(about)}`}`,
    release: () => `Drop what ${isJob(about) ? `job ${about} kept` : `was kept for ${place(about)}`}`,
    clean: () => (options.forget === true ? `Give up job ${first}` : `Clean up${cleaned(first)}`),
  };
  return titles[kind]();
}

/** The same where there is little room: what is done with which database. `Restore shop` */
export function jobLabel({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { kind, operands, options, about } = request;
  const [first = '', second = ''] = operands;
  const target = result?.data['target'];
  const worked = typeof target === 'string' ? target : about?.place;
  const named = (operand: string): string | undefined => (isPlace(operand) ? parts(operand)?.database : undefined);
  const ofBackup =
    databaseOf(about?.place ?? text(result?.data ?? {}, 'source')) ?? backupWords(first, about, result?.data);
  const one = named(first) ?? (worked === undefined ? undefined : databaseOf(worked)) ?? first;
  const labels: Readonly<Record<JobKind, () => string>> = {
    backup: () => `Back up ${one}`,
    restore: () => `Restore ${named(second) ?? second}`,
    copy: () => `Copy ${one}`,
    verify: () => `${options.deep === undefined ? 'Verify' : 'Deep verify'} ${ofBackup}`,
    diff: () => `Compare ${named(first) ?? named(second) ?? ofBackup}`,
    undo: () => `Undo ${one}`,
    release: () => `Drop kept ${one}`,
    clean: () => (options.forget === true ? `Give up ${first}` : 'Clean up'),
  };
  return labels[kind]();
}

/** The place that is changed, or else the one that is looked at: `pg16-0 (cluster-b)`; '' where there is none, or more than one. */
export function jobPlace({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { operands, options, about } = request;
  const target = result?.data['target'];
  const place = [options.deep, operands.findLast(isPlace), typeof target === 'string' ? target : about?.place].find(
    (one) => one !== undefined,
  );
  const found = place === undefined ? undefined : parts(place);
  return found?.pod === undefined ? '' : `${found.pod} (${found.cluster})`;
}

/** The last part of a place that names a database. */
function databaseOf(place: string | undefined): string | undefined {
  const names = (place ?? '').split('/');
  return names.length < 4 ? undefined : names.slice(3).join('/');
}

function isPlace(operand: string): boolean {
  return operand.includes('/') && !operand.startsWith('/');
}

/** What is undone, released or cleaned up is named by a reference, or by a job's id. */
function isJob(operand: string): boolean {
  return !operand.includes('/');
}

function cleaned(operand: string): string {
  if (operand === '') return ' after all jobs';
  return isJob(operand) ? ` after job ${operand}` : ` in ${place(operand)}`;
}

/** `shop on postgres-0`; a pod by its name. */
function place(reference: string): string {
  return parts(reference)?.database === undefined ? pod(reference) : `${database(reference)} on ${pod(reference)}`;
}

/** Another name is worth a word. */
function copyTarget(from: string, to: string): string {
  return parts(to)?.database === parts(from)?.database ? pod(to) : place(to);
}

function database(reference: string): string {
  return parts(reference)?.database ?? reference;
}

function pod(reference: string): string {
  return parts(reference)?.pod ?? reference;
}

function parts(reference: string): ReturnType<typeof parseReference> | undefined {
  try {
    return parseReference(reference);
  } catch {
    return undefined;
  }
}

/** By its database and time: as the request or the result knows them, else as the folder is called; another path by its last part. */
function backupWords(idOrPath: string, known: JobAbout | undefined, data: Data = {}): string {
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

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
