import type { Finding } from '../../core/base/finding';
import type { JobOptions } from '../../core/job/record/jobEvents';
import type { RestorePlan } from '../../core/job/plan/planRestore';
import type { DatabasePlace } from '../../model/places';
import type { Services } from '../../services';
import { plainFinding } from '../../words/findingWords';
import { confirmName } from './confirmName';
import { capital, findingLines } from '../findingLines';
import { ago, count, duration, size } from '../format';
import { editorHints } from '../hints';
import { showWarningMessage } from '../shown';

/** What is asked for: where from, in words, and where to. */
export interface RestoreQuestion {
  /** e.g. `the backup of shop of 2026-11-23 05:15:14 (2 h ago), a/shop/postgres` */
  readonly from: string;
  readonly target: DatabasePlace;
  readonly plan: RestorePlan;
}

/**
 * One modal that says everything that matters, after the preflight of both sides; on protected places the database's name
 * has to be typed as well. Returns the options of the job, or undefined where the user gave up or something blocks.
 */
export async function confirmRestore(services: Services, question: RestoreQuestion): Promise<JobOptions | undefined> {
  const { target, plan } = question;
  const { exists } = plan.target;
  const ways = waysOn(plan);
  const where = `${target.database} on ${target.pod.name}`;
  const can = exists ? `Replace ${where}?` : `${verbOf(plan)} into ${target.pod.name}?`;
  const answer = await showWarningMessage(
    ways.length > 0 ? can : `${where} cannot be ${exists ? 'replaced' : 'restored'} now.`,
    { modal: true, detail: detail(services, question, ways) },
    ...ways.map(({ title }) => title),
  );
  const way = ways.find(({ title }) => title === answer);
  if (!way || (way.loses && !(await confirmLoss(target.reference, way.loses)))) return undefined;
  if (exists && !(await confirmName(services, target))) return undefined;
  return { as: exists ? 'replace' : 'new', ...way.options };
}

interface Way {
  readonly title: string;
  readonly options: JobOptions;
  /** what cannot be undone in it: asked for once more */
  readonly loses?: Finding;
}

/** What can be done: none where something blocks that no option helps with. */
function waysOn(plan: RestorePlan): Way[] {
  const { findings, roles } = plan;
  const { database } = plan.target;
  const blocking = findings.filter(({ level }) => level === 'block');
  const verb = verbOf(plan);
  if (blocking.length === 0) return [{ title: verb, options: {} }];
  const [ofRoles, others] = [blocking.filter(isOfRoles), blocking.filter((finding) => !isOfRoles(finding))];
  const mayLeaveOut = plan.missingWithoutOwners.length === 0;
  if (others.length === 0) {
    const these = roles.missing.length === 1 ? 'the Role' : `${roles.missing.length} Roles`;
    const withRoles: Way = { title: `Create ${these} and ${verb}`, options: { createRoles: true } };
    const without: Way = { title: `${verb} Without Owners`, options: { noOwner: true } };
    const mayCreate = plan.mayCreateRoles && ofRoles.every(({ code }) => code === 'roles.missing');
    return [...(mayCreate ? [withRoles] : []), ...(mayLeaveOut ? [without] : [])];
  }
  if (others.every(({ data }) => data['inPlace'] === true) && (ofRoles.length === 0 || mayLeaveOut)) {
    const loses: Finding = { level: 'warn', code: 'inPlace', data: { database } };
    if (ofRoles.length === 0) return [{ title: `${verb} In Place…`, options: { inPlace: true }, loses }];
    return [{ title: `${verb} In Place Without Owners…`, options: { inPlace: true, noOwner: true }, loses }];
  }
  return [];
}

/** What leaving the owners out can help with. */
function isOfRoles({ code }: Finding): boolean {
  return code === 'roles.missing' || code === 'roles.owners';
}

/** `Replace shop`, `Copy shop`, `Restore shop` */
function verbOf({ from, target: { exists, database } }: RestorePlan): string {
  if (exists) return `Replace ${database}`;
  return `${from.kind === 'database' ? 'Copy' : 'Restore'} ${database}`;
}

async function confirmLoss(reference: string, finding: Finding): Promise<boolean> {
  const answer = await showWarningMessage(
    'There is no undo for a restore in place.',
    { modal: true, detail: `${reference}\n\n${capital(plainFinding(finding, editorHints))}` },
    'Replace In Place',
  );
  return answer !== undefined;
}

/** The wrong target stands in front of everything: nobody reads to the end of a modal. */
function detail(services: Services, { from, target, plan }: RestoreQuestion, ways: readonly Way[]): string {
  const isWrongTarget = ({ code }: Finding): boolean => code.startsWith('wrongTarget.');
  const wrong = plan.findings
    .filter(isWrongTarget)
    .map((finding) => `⚠ ${capital(plainFinding(finding, editorHints))}`);
  const isInPlace = ways.some(({ options }) => options.inPlace);
  const place = `To: ${placeWords(services, target, plan)}`;
  const facts = [place, `From: ${from}`, replaced(plan, isInPlace), timing(plan, isInPlace)];
  // what a restore in place loses is asked for once more
  const said = isInPlace || plan.from.kind === 'database' ? [...saidByFacts, 'writesAfterBackup'] : saidByFacts;
  const others = plan.findings.filter((finding) => !isWrongTarget(finding) && !said.includes(finding.code));
  const isAsked = plan.roles.missing.length > 0 && ways.some(({ options }) => options.createRoles ?? options.noOwner);
  const asked = isAsked ? [missingRoles(plan)] : [];
  const findings = asked.length > 0 ? others.filter(({ code }) => code !== 'roles.missing') : others;
  return [...wrong, facts.join('\n'), ...asked, ...findingLines(findings)].join('\n\n');
}

/** told by the facts above the findings */
const saidByFacts: readonly string[] = ['target.sessions', 'downtime'];

function placeWords(
  { protection, trees }: Services,
  { model, pod, database }: DatabasePlace,
  plan: RestorePlan,
): string {
  const isProtected = protection.isProtected(model.cluster, pod.namespace);
  const marks = [plan.target.environment, isProtected ? 'protected' : undefined].filter((mark) => mark !== undefined);
  const place = `${trees.clusters.nameOf(model.cluster)} / ${pod.namespace} / ${pod.name} / ${database}`;
  return marks.length === 0 ? place : `${place} (${marks.join(', ')})`;
}

/** What the buttons offer to do about them. */
function missingRoles({ roles: { missing }, mayCreateRoles, missingWithoutOwners }: RestorePlan): string {
  const names = missing.join(', ');
  const ways = [
    mayCreateRoles ? 'be made, without the right to log in' : undefined,
    missingWithoutOwners.length === 0 ? 'be left out' : undefined,
  ].filter((way) => way !== undefined);
  return `The server lacks ${missing.length === 1 ? 'the role' : 'the roles'} ${names}. They can ${ways.join(', or ')}.`;
}

function replaced({ target }: RestorePlan, isInPlace: boolean): string {
  const { exists, bytes, lastWrite, sessions, applications } = target;
  if (!exists) return 'No database of this name is there: it is made new.';
  const names = applications.map(({ name }) => name).filter((name) => name !== '');
  const by =
    names.length === 0 ? '' : ` (${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ', …' : ''})`;
  const facts = [
    bytes === undefined ? undefined : size(bytes),
    lastWrite === undefined ? undefined : `last written ${ago(lastWrite.time)}`,
    sessions === 0 ? 'nobody connected' : `${sessionsThat(sessions, isInPlace ? 'wait' : 'end')}${by}`,
  ];
  const wayBack = isInPlace ? 'A backup of it is taken first' : 'It is kept, closed: Undo Restore brings it back';
  return `Replaces: ${facts.filter((fact) => fact !== undefined).join(', ')}. ${wayBack}.`;
}

function sessionsThat(count: number, verb: string): string {
  return count === 1 ? `1 session ${verb}s` : `${count} sessions ${verb}`;
}

const mostNames = 3;

function timing({ from, expected, loginWait }: RestorePlan, isInPlace: boolean): string {
  const what = [size(from.bytes), from.rows === undefined ? undefined : `${count(from.rows)} rows`]
    .filter((part) => part !== undefined)
    .join(', ');
  const guess = expected.basis === 'last run' ? 'as the last time' : 'by its size';
  return `Takes about ${duration(expected.seconds)}, ${guess} (${what}).${isInPlace ? '' : waiting(loginWait)}`;
}

function waiting(wait: RestorePlan['loginWait']): string {
  if (!wait) return '';
  const about = `about ${duration(wait.seconds)}`;
  if (wait.method === 'catalog') return ` At the end logins wait ${about}; none fails.`;
  const behind = wait.pooler === undefined ? '' : `; behind PgBouncer they wait ${duration(wait.pooler)}`;
  return ` At the end logins fail for ${about}${behind}.`;
}
