import { basename, dirname } from 'node:path';
import { parseReference } from '../core/cluster/reference';
import type { JobKind } from '../core/job/jobEvents';
import type { Job } from '../core/job/readJob';
import type { Phase } from '../core/progress';
import { phaseWords } from '../words/progressWords';
import { ago, duration, localTime, size } from './format';

/** What a job is about, in a line: `Back up shop from postgres-0`. */
export function jobTitle({ request, result }: Pick<Job, 'request'> & Partial<Pick<Job, 'result'>>): string {
  const { kind, operands, options } = request;
  const [first = '', second = ''] = operands;
  const target = result?.data['target'];
  // undo and release may name a job; what it is about is known at their end
  const about = isJob(first) && typeof target === 'string' ? target : first;
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

/** How far it is, or how it ended: the dimmed part of its row. */
export function jobState(job: Job): string {
  const { state, progress, phase, lastEvent, started, cleaned, resolved } = job;
  const when = lastEvent === undefined ? '' : ` · ${ago(lastEvent)}`;
  const took = started !== undefined && lastEvent !== undefined ? ` in ${seconds(started, lastEvent)}` : '';
  switch (state) {
    case 'starting':
      return 'starting';
    case 'stopping':
      return 'stopping…';
    case 'running': {
      const now = progress && progress.phase === phase ? shortProgress(progress) : phaseText(phase);
      return job.waiting === undefined ? now : `${now} · others wait for its locks`;
    }
    case 'done':
      return `done${took}${when}`;
    case 'differences':
      return `${differences(job)}${when}`;
    case 'interrupted':
      return cleaned ? `interrupted, cleaned up${when}` : `interrupted${when}`;
    case 'unknown':
      if (resolved !== undefined) return `outcome was unknown, found out${when}`;
      return cleaned ? `outcome unknown, given up${when}` : `outcome unknown${when}`;
    case 'refused':
      return `refused${when}`;
    case 'failed':
    case 'cancelled':
      return `${state}${when}`;
  }
}

/** `412 MB · 96 MB/s · 40 s left · shop.orders` */
export function shortProgress(progress: NonNullable<Job['progress']>): string {
  const { phase, percent, bytes, rate, secondsLeft } = progress;
  return [
    phase === 'dump' ? undefined : phaseText(phase),
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    bytes > 0 ? size(bytes) : undefined,
    rate === undefined ? undefined : `${size(rate)}/s`,
    secondsLeft === undefined ? undefined : `${duration(secondsLeft)} left`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export function phaseText(phase: Phase | undefined): string {
  return phase === undefined ? 'starting' : phaseWords[phase];
}

function differences({ request: { kind }, result }: Job): string {
  if (kind === 'clean') return 'not all is gone or known';
  const number = result?.differences?.length;
  if (number === undefined) return 'with differences';
  return number === 1 ? 'one difference' : `${number} differences`;
}

/** A side of a comparison. */
function either(operand: string): string {
  return operand.includes('/') && !operand.startsWith('/') ? place(operand) : backup(operand);
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

/** A folder of the catalog by its database and time, another path by its last part. */
function backup(idOrPath: string): string {
  if (!idOrPath.startsWith('/')) return `backup ${idOrPath}`;
  const name = basename(idOrPath);
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(name);
  if (!time) return name;
  const [, year, month, day, hour, minute, second] = time;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  return `${decodeURIComponent(basename(dirname(idOrPath)))} of ${localTime(iso)}`;
}

function seconds(from: string, to: string): string {
  return duration(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}
