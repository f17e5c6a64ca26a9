import { isAppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import { isOnlyPart } from '../../restore/preflight/preflight';
import { checkRestoreOptions, type RestoreOptions } from '../../restore/options';
import type { JobWork } from '../request';
import type { JobResult } from '../record/jobEvents';
import type { RestorePlan } from './planRestore';

/** What a plan says that decides over the ways on. */
export type BlockedPlan = Pick<RestorePlan, 'findings' | 'missingWithoutOwners' | 'mayCreateRoles'> & {
  readonly target: Pick<RestorePlan['target'], 'exists'>;
};

/**
 * Options that, beside those that were asked for, take all that blocks a restore or a copy out of the way; the likeliest first. One of no options: nothing
 * blocks. None: no option helps. What does not go together by `checkRestoreOptions` is not among them. Pure.
 */
export function waysOn(plan: BlockedPlan, asked: RestoreOptions): readonly RestoreOptions[] {
  const blocking = plan.findings.filter(({ level }) => level === 'block');
  if (blocking.length === 0) return [{}];
  const cures = blocking.map((finding) => curesOf(finding, plan));
  const helps = (options: RestoreOptions): boolean => {
    const keys = Object.keys(options) as Cure[];
    const isNeeded = keys.every((key) => cures.some((one) => one.includes(key)));
    return isNeeded && cures.every((one) => keys.some((key) => one.includes(key)));
  };
  const goOn: RestoreOptions = plan.target.exists ? { acceptMissing: true } : { goOn: true };
  const all = [
    { createRoles: true },
    { noOwner: true },
    { createRoles: true, ...goOn },
    goOn,
    { inPlace: true },
    { inPlace: true, noOwner: true },
  ].filter((options) => helps(options) && goTogether({ ...asked, ...asOf(plan), ...options }));
  // who loses nothing goes before who does, and who loses less before who is locked out
  const whole = all.filter(({ goOn: loses, acceptMissing }) => loses !== true && acceptMissing !== true);
  const best = whole.filter(({ inPlace }) => inPlace !== true);
  if (best.length > 0) return best;
  return [...all.filter((one) => !whole.includes(one)), ...whole.slice(0, 1)];
}

/** True where each thing that blocks has some option that helps: a choice of several may do what no single one does. Pure. */
export function mayHelp(plan: BlockedPlan): boolean {
  return plan.findings.every(
    (finding) => finding.level !== 'block' || finding.code === 'roles.missing' || curesOf(finding, plan).length > 0,
  );
}

/**
 * The options with which a restore or a copy that the target refused in parts would go on without them: all that it was asked with, and these. Undefined where it ended
 * otherwise, or went on already. Pure.
 */
export function goingOn({
  request,
  result,
}: {
  readonly request: JobWork;
  readonly result?: Pick<JobResult, 'error' | 'findings'> | undefined;
}): RestoreOptions | undefined {
  if ((request.kind !== 'restore' && request.kind !== 'copy') || !isRefusedInParts(result)) return undefined;
  const { options } = request;
  const replaces = options.as === 'replace';
  if (options.acceptMissing === true || (options.goOn === true && !replaces)) return undefined;
  // of a copy what it asked of its dump is left: the backup that it took is restored, or another dump is made by the settings
  const ofDump: readonly string[] = ['compress', 'count', 'keep'];
  const kept = Object.entries(options).filter(([option]) => !ofDump.includes(option));
  const asked: RestoreOptions = Object.fromEntries(kept);
  const wanted: RestoreOptions = { ...asked, goOn: true, ...(replaces ? { acceptMissing: true } : {}) };
  return goTogether(wanted) ? wanted : undefined;
}

type Cure = 'createRoles' | 'noOwner' | 'goOn' | 'acceptMissing' | 'inPlace';

function curesOf(finding: Finding, plan: BlockedPlan): readonly Cure[] {
  const { code, data } = finding;
  const parts: readonly Cure[] = isPart(finding) ? ['goOn', 'acceptMissing'] : [];
  const inPlace: readonly Cure[] = 'inPlace' in data && data.inPlace === true ? ['inPlace'] : [];
  const noOwner: readonly Cure[] = plan.missingWithoutOwners.length === 0 ? ['noOwner'] : [];
  // to a role that is not there nothing can be mapped, whatever is left out
  if (finding.code === 'roles.missing' && finding.data.mapped !== undefined) return [];
  if (code === 'roles.missing')
    return [...(plan.mayCreateRoles ? (['createRoles'] as const) : []), ...noOwner, ...parts];
  if (code === 'roles.owners') return [...noOwner, ...parts];
  return [...parts, ...inPlace];
}

function isPart(finding: Finding): boolean {
  return finding.code === 'definitions.refused' || isOnlyPart(finding);
}

function isRefusedInParts(result: Pick<JobResult, 'error' | 'findings'> | undefined): boolean {
  const code = result?.error?.code;
  if (code === 'restore.cannotMake' || code === 'restore.missing') return true;
  const blocking = (result?.findings ?? []).filter(({ level }) => level === 'block');
  return code === 'restore.refused' && blocking.length > 0 && blocking.every(isPart);
}

function asOf({ target: { exists } }: BlockedPlan): Pick<RestoreOptions, 'as'> {
  return { as: exists ? 'replace' : 'new' };
}

function goTogether(options: RestoreOptions): boolean {
  try {
    checkRestoreOptions(options);
    return true;
  } catch (error) {
    if (isAppError(error, 'usage')) return false;
    throw error;
  }
}
