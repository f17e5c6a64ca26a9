import { isBlocked, type Finding } from '../../core/base/finding';
import type { RestoreOptions } from '../../core/restore/options';
import type { RestorePlan } from '../../core/job/plan/planRestore';
import { mayHelp, waysOn } from '../../core/job/plan/waysOn';
import type { DatabasePlace } from '../../model/places';
import type { Services } from '../../services';
import { plainFinding } from '../../words/findingWords';
import { isApprovable } from '../requests/askApproval';
import { chosenWords } from './askRestoreOptions';
import { confirmName } from './confirmName';
import { capital, findingLines } from '../findingLines';
import { ago, count, duration, size } from '../format';
import { editorHints } from '../hints';
import { showWarningMessage } from '../shown';
import { t } from '../../words/language';

/** What is asked for: where from, in words, and where to. */
export interface RestoreQuestion {
  /** e.g. `the backup of shop of 2026-11-23 05:15:14 (2 h ago), a/shop/postgres` */
  readonly from: string;
  readonly target: DatabasePlace;
  readonly plan: RestorePlan;
  /** how it was looked at: what was chosen so far */
  readonly chosen: RestoreOptions;
}

/**
 * One modal that says everything that matters, after the preflight of both sides; on protected places the database's name
 * has to be typed as well. Returns the options of the job, `options` where others are to be chosen first, or undefined where the user gave up or something blocks.
 */
export async function confirmRestore(
  services: Services,
  question: RestoreQuestion,
): Promise<Confirmed | 'options' | undefined> {
  const { target, chosen } = question;
  // what those who may approve it can allow is asked of them, where nothing else is in the way
  const isAsked = question.plan.findings.some((finding) => finding.level === 'block' && isApprovable(finding));
  const plan = isAsked ? withoutApproval(question.plan) : question.plan;
  const { exists } = plan.target;
  const ways = waysOn(plan, chosen)
    .slice(0, mostWays)
    .filter(({ inPlace }) => inPlace !== true || chosen.prepare !== true)
    .map((options) => wayOf(plan, options, { prepares: chosen.prepare, isAsked }));
  const where = t`${target.database} on ${target.pod.name}`;
  const can =
    chosen.prepare === true
      ? t`Prepare ${where}?`
      : exists
        ? t`Replace ${where}?`
        : t`${verbOf(plan)} into ${target.pod.name}?`;
  const asks = isAsked ? t`Ask for approval? ${can}` : can;
  const answer = await showWarningMessage(
    ways.length > 0 ? asks : t`${where} cannot be ${exists ? t`replaced` : t`restored`} now.`,
    { modal: true, detail: detail(services, question, ways) },
    ...ways.map(({ title }) => title),
    ...(mayHelp(plan) ? [toOptions()] : []),
  );
  if (answer === toOptions()) return 'options';
  const way = ways.find(({ title }) => title === answer);
  if (!way || (way.loses && !(await confirmLoss(target.reference, way.loses)))) return undefined;
  // what is only prepared replaces nothing: its swap asks
  // nor is anything replaced before it is approved: running it asks
  if (exists && !isAsked && chosen.prepare !== true && !(await confirmName(services, target))) return undefined;
  const { acceptMissing, ...rest } = chosen;
  // a database that is new by now replaces none
  const kept = acceptMissing === true ? { goOn: true, ...(exists ? { acceptMissing } : {}) } : {};
  return { options: { ...rest, ...kept, as: exists ? 'replace' : 'new', ...way.options }, isAsked };
}

/** What was chosen. `isAsked`: others have to approve it first. */
export interface Confirmed {
  readonly options: RestoreOptions;
  readonly isAsked: boolean;
}

function withoutApproval(plan: RestorePlan): RestorePlan {
  const findings = plan.findings.filter((finding) => !(finding.level === 'block' && isApprovable(finding)));
  return { ...plan, findings, isBlocked: isBlocked(findings) };
}

const toOptions = () => t`Options…`;

/** more buttons are no choice any more; the options have the rest */
const mostWays = 2;

interface Way {
  readonly title: string;
  readonly options: RestoreOptions;
  /** what is lost by it: asked for once more */
  readonly loses?: Loss;
}

interface Loss {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
}

/** What the core offers, as a button. */
function wayOf(
  plan: RestorePlan,
  options: RestoreOptions,
  { prepares = false, isAsked }: { readonly prepares?: boolean | undefined; readonly isAsked: boolean },
): Way {
  const { createRoles = false, noOwner = false, inPlace = false, goOn = false, acceptMissing = false } = options;
  const verb = prepares ? t`Prepare ${plan.target.database}` : verbOf(plan);
  const these = plan.roles.missing.length === 1 ? t`the Role` : t`${plan.roles.missing.length} Roles`;
  const made = createRoles ? t`Create ${these} and ` : '';
  const where = inPlace ? t` In Place` : '';
  const without = noOwner ? t` Without Owners` : goOn || acceptMissing ? t` Without What Is Refused` : '';
  const loses = inPlace ? lostInPlace(plan) : acceptMissing ? lostWithout(plan) : undefined;
  const does = `${made}${verb}${where}${without}`;
  const title = isAsked ? t`Ask for Approval: ${does}…` : `${does}${loses ? '…' : ''}`;
  return { title, options, ...(loses ? { loses } : {}) };
}

function lostInPlace({ target: { database } }: RestorePlan): Loss {
  const finding: Finding = { level: 'warn', code: 'inPlace', data: { database } };
  return {
    message: t`There is no undo for a restore in place.`,
    detail: capital(plainFinding(finding, editorHints)),
    button: t`Replace In Place`,
  };
}

function lostWithout({ target: { database } }: RestorePlan): Loss {
  return {
    message: t`${database} will be without what the target refuses.`,
    detail: t`That is what stands in the question, and what else is refused on the way; the report lists all of it, and the rest is proven. The database before is kept, closed: Undo Restore brings it back.`,
    button: t`Replace Without It`,
  };
}

/** `Replace shop`, `Copy shop`, `Restore shop` */
function verbOf({ from, target: { exists, database } }: RestorePlan): string {
  if (exists) return t`Replace ${database}`;
  return `${from.kind === 'database' ? t`Copy` : t`Restore`} ${database}`;
}

async function confirmLoss(reference: string, { message, detail, button }: Loss): Promise<boolean> {
  const answer = await showWarningMessage(message, { modal: true, detail: `${reference}\n\n${detail}` }, button);
  return answer !== undefined;
}

/** The wrong target stands in front of everything: nobody reads to the end of a modal. */
function detail(services: Services, { from, target, plan, chosen }: RestoreQuestion, ways: readonly Way[]): string {
  const isWrongTarget = ({ code }: Finding): boolean => code.startsWith('wrongTarget.');
  const wrong = plan.findings
    .filter(isWrongTarget)
    .map((finding) => `⚠ ${capital(plainFinding(finding, editorHints))}`);
  const isInPlace = ways.length > 0 && ways.every(({ options }) => options.inPlace === true);
  const place = t`To: ${placeWords(services, target, plan)}`;
  const how = chosenWords(chosen);
  const facts = [
    place,
    t`From: ${from}`,
    replaced(plan, isInPlace),
    timing(plan, isInPlace),
    ...(how === '' ? [] : [how]),
  ];
  // what a restore in place loses is asked for once more
  const said = isInPlace || plan.from.kind === 'database' ? [...saidByFacts, 'writesAfterBackup'] : saidByFacts;
  const others = plan.findings.filter((finding) => !isWrongTarget(finding) && !said.includes(finding.code));
  const isAsked = plan.roles.missing.length > 0 && ways.some(({ options }) => options.createRoles ?? options.noOwner);
  const asked = isAsked ? [missingRoles(plan)] : [];
  const findings = asked.length > 0 ? others.filter(({ code }) => code !== 'roles.missing') : others;
  return [...wrong, facts.join('\n'), ...asked, ...findingLines(findings)].join('\n\n');
}

/** told by the facts above the findings */
const saidByFacts: readonly string[] = ['policy.protected', 'target.sessions', 'downtime'];

function placeWords(
  { protection, trees }: Services,
  { model, pod, database }: DatabasePlace,
  plan: RestorePlan,
): string {
  const isProtected = protection.isProtected(model.cluster, pod.namespace);
  const marks = [plan.target.environment, isProtected ? t`protected` : undefined].filter((mark) => mark !== undefined);
  const place = `${trees.clusters.nameOf(model.cluster)} / ${pod.namespace} / ${pod.name} / ${database}`;
  return marks.length === 0 ? place : `${place} (${marks.join(', ')})`;
}

/** What the buttons offer to do about them. */
function missingRoles({ roles: { missing }, mayCreateRoles, missingWithoutOwners }: RestorePlan): string {
  const names = missing.join(', ');
  const ways = [
    mayCreateRoles ? t`be made, without the right to log in` : undefined,
    missingWithoutOwners.length === 0 ? t`be left out` : undefined,
  ].filter((way) => way !== undefined);
  return t`The server lacks ${missing.length === 1 ? t`the role` : t`the roles`} ${names}. They can ${ways.join(t`, or `)}.`;
}

function replaced({ target }: RestorePlan, isInPlace: boolean): string {
  const { exists, bytes, lastWrite, sessions, applications } = target;
  if (!exists) return t`No database of this name is there: it is made new.`;
  const names = applications.map(({ name }) => name).filter((name) => name !== '');
  const by =
    names.length === 0 ? '' : ` (${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ', …' : ''})`;
  const facts = [
    bytes === undefined ? undefined : size(bytes),
    lastWrite === undefined ? undefined : t`last written ${ago(lastWrite.time)}`,
    sessions === 0 ? t`nobody connected` : `${sessionsThat(sessions, isInPlace)}${by}`,
  ];
  const wayBack = isInPlace ? t`A backup of it is taken first` : t`It is kept, closed: Undo Restore brings it back`;
  return t`Replaces: ${facts.filter((fact) => fact !== undefined).join(', ')}. ${wayBack}.`;
}

function sessionsThat(count: number, wait: boolean): string {
  if (wait) return count === 1 ? t`1 session waits` : t`${count} sessions wait`;
  return count === 1 ? t`1 session ends` : t`${count} sessions end`;
}

const mostNames = 3;

function timing({ from, expected, loginWait }: RestorePlan, isInPlace: boolean): string {
  const what = [size(from.bytes), from.rows === undefined ? undefined : t`${count(from.rows)} rows`]
    .filter((part) => part !== undefined)
    .join(', ');
  const guess = expected.basis === 'last run' ? t`as the last time` : t`by its size`;
  return t`Takes about ${duration(expected.seconds)}, ${guess} (${what}).${isInPlace ? '' : waiting(loginWait)}`;
}

function waiting(wait: RestorePlan['loginWait']): string {
  if (!wait) return '';
  const about = t`about ${duration(wait.seconds)}`;
  if (wait.method === 'catalog') return t` At the end logins wait ${about}; none fails.`;
  const behind = wait.pooler === undefined ? '' : t`; behind PgBouncer they wait ${duration(wait.pooler)}`;
  return t` At the end logins fail for ${about}${behind}.`;
}
