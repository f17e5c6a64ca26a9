import type { CleanFacts, LeftInServer, LeftThing, Unreached } from '../core/base/cleanFacts';
import type { Fate, Fates } from '../core/base/fate';
import type { ResultData } from '../core/job/record/resultData';
import { safe } from './format';
import { t } from './language';
import { detail, fact, shown, text, texts } from './shown';
import { some } from './some';

/** Something that a job left, as a part of a sentence. */
export function leftWords(one: LeftThing): string {
  switch (one.what) {
    case 'files':
      return shown(one, 'path');
    case 'lock':
      return t`the lock on ${shown(one, 'reference')}`;
    case 'draft':
      if (one.until === undefined) return shown(one, 'path');
      return t`${shown(one, 'path')}, which its store keeps until ${shown(one, 'until')}`;
    case 'sessions':
      return ofJob(some(one.count, 'session'), one);
    case 'commands':
      return ofJob(some(one.count, 'command'), one);
    case 'database':
      return t`${shown(one, 'name')} in ${shown(one, 'place')}`;
    case 'role':
      return t`the role ${shown(one, 'name')} in ${shown(one, 'place')}`;
    default:
      // of a later version
      return detail(one).slice(2);
  }
}

/** What only claims to be a job's. */
export function claimWords(one: LeftInServer): string {
  const owner = text(one, 'owner');
  const said = owner === undefined ? leftWords(one) : t`${leftWords(one)}, owner ${owner}`;
  return t`${said} (says that job ${shown(one, 'job')} made it)`;
}

/** What became of a job whose outcome was not known. */
export function fateWords(fate: Fate): string {
  const { job, code } = fate;
  if (code === 'told') return fate.text;
  if (code === 'unproven') {
    const [kind, place] = [shown(fate, 'kind'), shown(fate, 'place')];
    return t`job ${job} (${kind}): unknown: look at ${place}; nothing on the server proves what became of it`;
  }
  if (!Object.hasOwn(fates, code)) return t`job ${job}: ${detail(fate).slice(2)}`;
  return t`job ${job}: ${(fates as Readonly<Record<string, (data: object) => string>>)[code]?.(fate) ?? code}`;
}

const fates: { readonly [C in Exclude<keyof Fates, 'told' | 'unproven'>]: (data: Fates[C]) => string } = {
  restored: (data) =>
    text(data, 'before') === undefined
      ? t`committed; ${shown(data, 'place')} is the restored database`
      : t`committed; ${shown(data, 'place')} is the restored database, ${shown(data, 'before')} is the one before`,
  putBack: (data) =>
    text(data, 'before') === undefined
      ? t`committed; ${shown(data, 'place')} is what was kept`
      : t`committed; ${shown(data, 'place')} is what was kept, ${shown(data, 'before')} is what was live until then`,
  renamed: (data) => t`committed; what it put there is called ${shown(data, 'name')} since`,
  replaced: (data) =>
    t`committed; it replaced what ${shown(data, 'place')} held, which is the backup ${shown(data, 'backup')}`,
  undone: (data) => t`committed, and undone since by job ${shown(data, 'by')}`,
  notCommitted: (data) => t`not committed; ${shown(data, 'place')} is what it was`,
  notCommittedOrUndone: (data) => t`not committed, or undone since; ${shown(data, 'place')} is what it was`,
  notCommittedOrDropped: (data) => t`not committed, or dropped since; there is no ${shown(data, 'place')}`,
  released: (data) => t`done; nothing of it is kept for ${shown(data, 'place')} any more`,
  notReleased: (data) => t`not done; still kept: ${shown(data, 'kept')}`,
  discarded: (data) => t`done; nothing of it is left for ${shown(data, 'place')}`,
  notDiscarded: (data) => t`not done; what is prepared for ${shown(data, 'place')} is still there`,
};

/** What became of jobs, and of which it still is not known, one each. What an earlier version told is text already. */
export function fatesOf(data: ResultData): string[] {
  const { resolved, unknown } = cleanedOf(data);
  const told = [...texts(data, 'resolved'), ...texts(data, 'unknown')];
  return [...told, ...[...(resolved ?? []), ...(unknown ?? [])].map(fateWords)].map(safe);
}

/** True where clean could not find out what became of a job, or of a place. */
export function hasOpenEnds(data: ResultData): boolean {
  const { unknown = [], notReached = [] } = cleanedOf(data);
  return [...texts(data, 'unknown'), ...texts(data, 'notReached'), ...unknown, ...notReached].length > 0;
}

/** True where a clean asked no server, as it was told. */
export function hasForgotten(data: ResultData): boolean {
  return [...texts(data, 'forgotten'), ...(cleanedOf(data).forgotten ?? [])].length > 0;
}

/** What a clean-up or a discard did and found, as lines, in the order of what was removed, found out and left. */
export function cleanedLines(data: ResultData): string[] {
  const cleaned = cleanedOf(data);
  return [
    ...(cleaned.removed ?? []).map((one) => t`removed ${leftWords(one)}`),
    ...(cleaned.claims ?? []).map((one) => t`left alone, since nothing proves what it says: ${claimWords(one)}`),
    ...[...(cleaned.resolved ?? []), ...(cleaned.unknown ?? [])].map(fateWords),
    ...(cleaned.forgotten ?? []).map((one) => t`forgotten: ${forgottenWords(one)}`),
    ...(cleaned.waiting ?? []).map(
      (one) => t`left, since it is prepared and waits for its swap (job ${shown(one, 'job')}): ${leftWords(one)}`,
    ),
    ...(cleaned.spared ?? []).map((one) => t`left alone, since its job may be at work: ${sparedWords(one)}`),
    ...(cleaned.remaining ?? []).map((one) => t`could not be removed: ${leftWords(one)}`),
    ...(cleaned.notReached ?? []).map((one) => t`not reached: ${unreachedWords(one)}`),
  ].map(safe);
}

function cleanedOf(data: ResultData): Partial<CleanFacts> {
  const cleaned = fact(data, 'cleaned');
  return typeof cleaned === 'object' && cleaned !== null ? cleaned : {};
}

function ofJob(what: string, one: { readonly job: string; readonly place: string }): string {
  return t`${what} of job ${shown(one, 'job')} in ${shown(one, 'place')}`;
}

function sparedWords(one: LeftThing): string {
  return one.what === 'database' || one.what === 'role'
    ? `${leftWords(one)} (job ${shown(one, 'job')})`
    : leftWords(one);
}

function forgottenWords(one: CleanFacts['forgotten'][number]): string {
  const { job, places } = one;
  if (places.length === 0) return t`job ${job}; what it left in its server, if anything, stays there`;
  return t`job ${job}; what it left in ${places.join(', ')}, if anything, stays there`;
}

function unreachedWords(one: Unreached): string {
  if (!('place' in one)) return t`the server of job ${shown(one, 'job')} (not known)`;
  const files = texts(one, 'files');
  return `${shown(one, 'place')} (${shown(one, 'code')}${files.length === 0 ? '' : `: ${files.join(', ')}`})`;
}
