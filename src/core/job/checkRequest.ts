import { createHash } from 'node:crypto';
import { checkBackupOptions } from '../backup/options';
import { AppError } from '../base/errors';
import { isGentleRate } from '../exec/gentleExec';
import { readRules } from '../mask/rules/readRules';
import { checkRestoreOptions } from '../restore/options';
import { canonical } from '../state/canonical';
import { gentleOf, type JobRequest, type JobWork } from './request';

/** Whether what is asked for goes together. Asked by each host before it makes a job, and by the job before it begins. Throws `usage` { rule }, `mask.rules`. */
export function checkWork(work: JobWork): void {
  const gentle = gentleOf(work);
  if (gentle !== undefined && !isGentleRate(gentle)) throw new AppError('usage', { rule: 'gentle.range' });
  if (work.kind === 'backup' || work.kind === 'copy') checkBackupOptions(work.options);
  if ((work.kind === 'backup' || work.kind === 'copy') && work.options.mask !== undefined)
    readRules(work.options.mask.rules);
  if (work.kind === 'restore' || work.kind === 'copy') checkRestoreOptions(work.options);
  if (work.kind === 'clean' && work.options.forget === true && (work.of === undefined || !('job' in work.of)))
    throw new AppError('usage', { rule: 'forget.job' });
}

/** What a job does, without who asks for it from where. Pure. */
export function workOf(request: JobRequest): JobWork {
  const ofFrame: readonly string[] = ['schema', 'kubeconfigs', 'root', 'about', 'asked'];
  return Object.fromEntries(Object.entries(request).filter(([key]) => !ofFrame.includes(key))) as unknown as JobWork;
}

/** A request in the form that is written, and signed or approved: RFC 8785, so that it does not matter who wrote it how. */
export function canonicalRequest(request: JobRequest): string {
  return canonical(request);
}

/** The SHA-256 of the canonical form, as hexadecimal digits: what was asked for, in short. */
export function requestDigest(request: JobRequest): string {
  return createHash('sha256').update(canonicalRequest(request)).digest('hex');
}
