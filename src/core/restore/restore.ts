import type { Left } from '../base/findingData';
import type { BackupInMaking } from '../catalog/arriving';
import { isOurs, type BackupEntry } from '../catalog/manifest';
import { importCollationsSql, importsCollations } from './preflight/partFindings';
import { recordVerification } from '../catalog/verifyBackup';
import { defined } from '../base/defined';
import { AppError, isAppError, toAppError, withFacts } from '../base/errors';
import { isBlocked, type Finding } from '../base/finding';
import type { OpenPod } from '../pod/databasePod';
import { isOver, sessionsNote } from '../pod/server/endSessions';
import type { PoolerPod } from '../pod/discover/findPoolers';
import { query } from '../pod/server/sql';
import { derivedName } from '../postgres/sql/quote';
import { localeText } from '../postgres/archive/compare/compareDatabase';
import type { Comparison, ContentsReading, ComparisonNote, Difference } from '../postgres/archive/reading';
import type { Phase, Work } from '../base/progress';
import { fillingFrom, wholeOf, type Filling } from './filling';
import { readDatabase, workplace, type DatabaseRow, type Workplace } from './databaseRow';
import { dropMadeRoles, keepRoles, makeRoles } from './side/madeRoles';
import { originOfBackup } from './preflight/origin';
import type { NewDatabase } from './preflight/newDatabase';
import { compareNew, newSide, rehearseNew } from './side/makeNew';
import { aboutLeft, preflight, type Preflight } from './preflight/preflight';
import { askLive } from './preflight/preflightFacts';
import { confine } from './load/confine';
import { loaderName } from './load/loader';
import { chooseStreams, restoreIn } from './restoreIn';
import { rehearseLarge } from './rehearseLarge';
import { settleRoles } from './preflight/roles';
import { checkRestoreOptions, goesOn, type RestoreOptions } from './options';
import type { Mark } from './side/marks';
import { applicationOf } from '../postgres/tools/applicationName';
import { createSide, dropQuietly, remark, sideName } from './side/sideDatabase';
import { rehearse, serverWords, swap, type OwnSteps } from './side/swap';
import { aboutText } from './preflight/textFits';
import { verifySide } from './side/verifySide';

/** A restore, as its options want it; how gently is the matter of the transport. */
export interface RestoreRequest extends Omit<RestoreOptions, 'gentle' | 'inPlace'> {
  readonly backup: BackupEntry;
  readonly target: OpenPod;
  readonly database: string;
  /** this job made the backup: whose it is needs no signature */
  readonly isJustMade?: boolean;
  readonly job: string;
  /** bytes of rows from which on all definitions are rehearsed before one is moved; default: where the rows take much longer than that */
  readonly rehearseFrom?: number;
  /** alias of the target's cluster */
  readonly cluster: string;
  /** what the target's place is called: production, test, … */
  readonly environment?: string;
  /** poolers in the target's namespace */
  readonly poolers?: readonly PoolerPod[];
}

/** The same without its backup: what is restored comes by itself. */
export type SideRequest = Omit<RestoreRequest, 'backup'>;

export interface RestoreResult {
  /** `differences`: the definitions are not all worded as in the backup, or a new database is not itself as it was; rows only where they were refused, gone on without and told */
  readonly outcome: 'done' | 'differences';
  readonly differences: readonly Difference[];
  readonly notes: readonly ComparisonNote[];
  readonly findings: readonly Finding[];
  /** the database that was live before, closed, for undo */
  readonly kept?: string;
  /** how long logins had to wait */
  readonly pauseSeconds: number;
  readonly tables: number;
  readonly rows: number;
  /** seconds of each phase */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  /** roles that were made, NOLOGIN */
  readonly createdRoles: readonly string[];
}

/**
 * Restores a backup into a database: the backup is read and proven first, then the target is looked at, and only then a side database is
 * made, filled, compared with the backup, and given the name in one transaction. Until that transaction the live database is
 * untouched; whatever fails before, the side database is dropped again.
 *
 * Throws `backup.damaged`, `restore.refused` { findings }, `restore.cannotMake` { failures }, `restore.missing` { differences }, `restore.differs`
 * { differences }, `restore.swap`, `restore.unknown`, `disk.targetFull`, `exec.*`, `usage`, `cancelled`.
 */
export async function restore(request: RestoreRequest, outer: Work): Promise<RestoreResult> {
  return restoreFrom(request, outer, async (work) => fillingFrom(request.backup, work));
}

/** The same from a backup that may be on its way: it is restored meanwhile, and becomes whole before anything is compared. */
export async function restoreFrom(
  request: SideRequest,
  outer: Work,
  begin: (work: Work) => Promise<Filling>,
): Promise<RestoreResult> {
  checkRestoreOptions(request);
  const clock = new PhaseClock(outer);
  const { work } = clock;
  const filling = await begin(work);
  const server = workplace(request.target, request.database, applicationOf(request.job));
  const seen = await lookAround(server, request, filling, work);
  const side = await fillSide(server, request, filling, seen, work);
  const { target, database, job } = request;
  const { backup } = filling;
  const { superuser } = target.facts.role;
  const also = keepRoles(seen.roles.create);
  const own = side.own === undefined ? {} : { own: side.own };
  const input = { database, side: side.row, job, origin: backup.id, superuser, also, ...own };
  try {
    const { written } = await askLive(server, side.row.name, work.signal);
    await remark(server, side.row, side.mark, work.signal);
    const swapped = await swap(server, seen.live ? { ...input, live: seen.live, written } : input, work);
    await proveLogin(server, database, side.row.oid);
    const { notes, tables, rows } = side.comparison;
    const ofDatabase = seen.own ? await compareQuietly(server, database, seen.own, request, work) : [];
    const differences = [...side.comparison.differences, ...(ofDatabase ?? [])];
    return {
      outcome: differences.length > 0 || ofDatabase === undefined ? 'differences' : 'done',
      differences,
      notes,
      findings: [...seen.findings, ...side.findings, ...(ofDatabase === undefined ? [notCompared] : [])],
      ...(swapped.kept === undefined ? {} : { kept: swapped.kept }),
      pauseSeconds: swapped.pauseSeconds,
      tables,
      rows,
      phases: clock.seconds(),
      createdRoles: seen.roles.create,
    };
  } catch (error) {
    // an unknown outcome: the side database may be the live one by now, and is left alone
    if (!isAppError(error, 'restore.unknown')) await clearUp(server, request, side.made, outer, side.row.oid);
    throw withRights(error, request, backup);
  }
}

/** The database is in its place by now: that it could not be looked at is told, and changes nothing of it. */
export const notCompared: Finding = { level: 'warn', code: 'database.notCompared', data: {} };

export async function compareQuietly(
  server: Workplace,
  database: string,
  own: NewDatabase,
  { noOwner = false }: Pick<SideRequest, 'noOwner'>,
  work: Work,
): Promise<readonly Difference[] | undefined> {
  try {
    return await compareNew(server, database, own, noOwner);
  } catch (error) {
    work.log.warn(`what belongs to the database itself could not be compared: ${toAppError(error).message}`);
    work.report({ type: 'finding', finding: notCompared });
    return undefined;
  }
}

/** A side database that was restored and compared, for as long as somebody wants to look at it. */
export interface OpenSide {
  readonly server: Workplace;
  readonly name: string;
  readonly options: { readonly application: string; readonly signal: AbortSignal };
  /** a role that is to be dropped with it */
  readonly madeRole: (name: string) => void;
}

/** What a restore that was dropped again showed. */
export interface DrillDone extends Comparison {
  /** seconds of each phase */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
}

/**
 * Restores a backup into a side database, compares, and drops it: nothing else of the target changes. `look` may look at it before. What it showed is written down beside the backup. Errors are those of `restore`.
 */
export async function drill(
  request: Omit<RestoreRequest, 'database' | 'as'>,
  outer: Work,
  look: (side: OpenSide) => Promise<void> = async () => Promise.resolve(),
): Promise<DrillDone> {
  const { backup, job, target, cluster } = request;
  const whole = {
    ...request,
    sideOnly: true,
    database: derivedName(backup.manifest.source.database, `__drill_${job}`),
  };
  const clock = new PhaseClock(outer);
  const { work } = clock;
  const filling = await fillingFrom(backup, work);
  const server = workplace(target, whole.database, applicationOf(job));
  const seen = await lookAround(server, whole, filling, work);
  const side = await fillSide(server, whole, filling, seen, work);
  const phases = clock.seconds();
  const made = [...side.made];
  const clear = async (): Promise<boolean> => clearUp(server, whole, made, outer, side.row.oid);
  try {
    const options = { application: applicationOf(job), signal: outer.signal };
    await look({ server, name: side.row.name, options, madeRole: (name) => void made.push(name) });
  } catch (error) {
    await clear();
    throw outer.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : error;
  }
  if (!(await clear())) {
    throw new AppError('internal', {
      message: `what was restored is right, but ${side.row.name} could not be dropped`,
    });
  }
  const place = `${cluster}/${target.pod.namespace}/${target.pod.name}`;
  // with definitions that differ it was not the backup that came back
  if (side.comparison.equal) {
    await recordVerification(backup, { level: 'restored', time: new Date().toISOString(), place }, outer.report);
  }
  return { ...side.comparison, phases };
}

/** The preflight; says what it found. Throws `restore.refused` { findings } where something blocks. */
export async function lookAround(
  server: Workplace,
  request: SideRequest & { readonly inPlace?: boolean; readonly sideOnly?: boolean },
  { backup, contents, whole }: Pick<Filling, 'backup' | 'contents' | 'whole'>,
  work: Work,
  more: (seen: Preflight) => readonly Finding[] | Promise<readonly Finding[]> = () => [],
): Promise<Preflight> {
  work.report({ type: 'phase', phase: 'preflight' });
  const { createRoles = false, mapRoles = {}, ...rest } = request;
  const ofBackup = originOfBackup(backup, contents);
  const origin = request.isJustMade === true ? { ...ofBackup, isProven: true } : ofBackup;
  const seen = await preflight(server, { ...rest, origin, roles: { createRoles, mapRoles } }, work);
  const known = [...seen.findings, ...(await more(seen))];
  const to = (seen.live ?? newSide(contents, seen.own)).encoding;
  const { encoding: from } = contents.header;
  // what is refused anyhow needs no other look at the rows, which have to be there for it
  const ofText =
    isBlocked(known) || from === to ? [] : await aboutText(server, (await whole()).entry, { from, to }, work.signal);
  const findings = [...known, ...ofText];
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  return { ...seen, findings };
}

export interface Side {
  readonly row: DatabaseRow;
  readonly mark: Mark;
  readonly comparison: Comparison;
  /** what makes a new one what was backed up, as far as the server lets it */
  readonly own?: OwnSteps;
  /** what came to light on the way */
  readonly findings: readonly Finding[];
  /** roles made for it */
  readonly made: readonly string[];
}

/** The side database, filled and proven. On any error nothing of it is left. */
export async function fillSide(
  server: Workplace,
  request: SideRequest & { readonly sideOnly?: boolean },
  filling: Filling,
  seen: Preflight,
  work: Work,
): Promise<Side> {
  const { target, database, job, noOwner = false, noPrivileges = false, cluster } = request;
  const { backup, contents: read, archive, bytes, blocks } = filling;
  const goOn = goesOn(request);
  const name = sideName(database, job);
  const options = { application: applicationOf(job), signal: work.signal };
  let made: readonly string[] = [];
  let loader: string[] = [];
  try {
    work.report({ type: 'phase', phase: 'definitions' });
    await rehearseLarge(server, request, filling, seen, work);
    const mark: Mark = { job, role: 'side', of: database, time: new Date().toISOString(), origin: backup.id };
    const { row, left } = await makeSide(server, name, mark, seen, read, work.signal);
    if (seen.live) {
      const { superuser } = target.facts.role;
      await rehearse(server, { database, live: seen.live, side: row, job, origin: backup.id, superuser }, work);
    }
    const wanted = [...seen.roles.create, ...seen.roles.map.map(({ from }) => from)];
    if (wanted.length > 0) {
      // said before: with the connection lost nobody knows whether they are there
      work.report({ type: 'note', code: 'roles.made', data: { roles: wanted } });
      made = wanted;
      await makeRoles(server, wanted, job, options);
    }
    const rehearsed = seen.own && !request.sideOnly ? await rehearseNew(server, row, seen.own, options) : undefined;
    // what the role may in the database is none of its properties: those were looked at
    const isConfined = target.facts.role.superuser && request.trustArchive !== true;
    if (isConfined) loader = [loaderName()];
    const asked = {
      side: name,
      job,
      isSigned: isOurs(backup) || request.isJustMade === true,
      sideOnly: request.sideOnly === true,
      ofSuperusers: backup.manifest.source.ofSuperusers,
      live: seen.live?.name,
      options,
    };
    const confinement = await confine(server, loader, { ...asked, ...fallbackOf(seen) }, work);
    if (confinement.confined === undefined) loader = [];
    const { confined } = confinement;
    const findings = [...aboutLeft([...left, ...(rehearsed?.left ?? [])]), ...confinement.findings];
    for (const finding of findings) work.report({ type: 'finding', finding });
    const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}`;
    const streams = bytes === undefined ? 1 : chooseStreams(target.facts.cores, bytes, request.streams);
    const from = { archive, streams, ...defined({ contents: read.contents, bytes, blocks }) };
    const how = { noOwner, noPrivileges, noTablespaces: seen.withoutTablespaces, goOn };
    if (importsCollations(seen.findings)) await query(server, name, importCollationsSql, options);
    const into = { into: name, ...how, job, reference, ...(confined === undefined ? {} : { confined }) };
    const { failures, isAnalyzed, taken } = await restoreIn(server, { ...from, ...into }, work);
    const reading = await wholeOf(filling, taken);
    const ownersLeft = noOwner || confined?.keeps === true;
    const comments = backup.manifest.masked !== undefined;
    const leftOut = { owners: ownersLeft, grants: noPrivileges, tablespaces: how.noTablespaces, comments };
    const input = { side: name, backup: reading, leftOut, job, failures, isAnalyzed };
    const comparison = await verifySide(server, target, input, work);
    if (seen.live && failures.length > 0 && request.acceptMissing !== true) {
      throw new AppError('restore.missing', { differences: comparison.differences, database });
    }
    // after the comparison: with its own roles it is worded as the backup is
    await settleRoles(server, name, seen.roles, options);
    if (confined?.keeps === true) made = [...made, ...loader];
    return { row, mark, comparison, made, findings, ...(rehearsed ? { own: rehearsed.own } : {}) };
  } catch (error) {
    filling.onFailed?.(error);
    await clearUp(server, request, [...made, ...loader], work);
    throw work.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : withRights(error, request, backup);
  }
}

/** Says of an error whether words of an archive for which nobody vouches ran with all rights: then nobody knows what else they did. */
export function withRights(
  error: unknown,
  { target, trustArchive, isJustMade }: SideRequest,
  backup: BackupInMaking,
): unknown {
  const isTrusted = target.facts.role.superuser && trustArchive === true && !isOurs(backup) && isJustMade !== true;
  if (!isTrusted || !isAppError(error)) return error;
  return withFacts(error, { ranAs: 'superuser' });
}

/** Who owns what an unproven archive does not get to give: the database's owner. */
function fallbackOf({ live, own }: Preflight): { readonly fallback?: string } {
  const owner = live?.owner ?? own?.wanted.owner;
  return owner === undefined ? {} : { fallback: owner };
}

/** Made like the live one, or as a new one was, and where the server does not take that locale, with its own. */
async function makeSide(
  server: Workplace,
  name: string,
  mark: Mark,
  seen: Preflight,
  reading: ContentsReading,
  signal: AbortSignal,
): Promise<{ readonly row: DatabaseRow; readonly left: readonly Left[] }> {
  if (seen.live) return { row: await createSide(server, name, mark, seen.live, signal), left: [] };
  const wanted = newSide(reading, seen.own);
  try {
    return { row: await createSide(server, name, mark, wanted, signal), left: [] };
  } catch (error) {
    if (!wanted.locale || !isAppError(error, 'exec.failed') || error.data['exitCode'] !== 3) throw error;
    const row = await createSide(server, name, mark, { encoding: wanted.encoding }, signal);
    return {
      row,
      left: [{ what: 'locale', name: localeText(wanted.locale), why: 'server', reason: serverWords(error) }],
    };
  }
}

/** Drops the side database and the roles made for it, and says whether they are gone. Never throws. */
export async function clearUp(
  server: Workplace,
  { database, job }: Pick<SideRequest, 'database' | 'job'>,
  roles: readonly string[],
  work: Work,
  oid?: number,
): Promise<boolean> {
  work.report({ type: 'phase', phase: 'stopping' });
  const name = sideName(database, job);
  const { gone, end } = await dropQuietly(server, { name, isOwn: true, ...(oid === undefined ? {} : { oid }) }, job);
  if (end && !isOver(end)) work.report(sessionsNote(applicationOf(job), end));
  work.report({ type: 'note', code: gone ? 'side.dropped' : 'side.remains', data: { database: name, job } });
  if (roles.length === 0) return gone;
  const remaining = gone ? await dropMadeRoles(server, job, roles).catch(() => roles) : roles;
  if (remaining.length > 0) work.report({ type: 'note', code: 'roles.remain', data: { roles: remaining, job } });
  return gone;
}

/**
 * The new database lets in, or, where its properties let nobody in as they did before, it is at least the one that was verified. What an
 * ordinary role may was compared before the names were exchanged.
 */
export async function proveLogin(server: Workplace, database: string, oid: number): Promise<void> {
  try {
    await query<number>(server, database, 'select 1');
  } catch (error) {
    const row = await readDatabase(server, database).catch(() => undefined);
    if (row?.oid === oid) return;
    throw new AppError('restore.unknown', { database, message: toAppError(error).message }, { cause: error });
  }
}

/** How long each phase took. */
export class PhaseClock {
  readonly work: Work;
  private readonly taken = new Map<Phase, number>();
  private current: { phase: Phase; since: number } | undefined;

  constructor(outer: Work) {
    this.work = {
      ...outer,
      report: (progress) => {
        if (progress.type === 'phase') this.turn(progress.phase);
        outer.report(progress);
      },
    };
  }

  seconds(): Partial<Record<Phase, number>> {
    this.turn(undefined);
    return Object.fromEntries(Array.from(this.taken, ([phase, ms]) => [phase, Math.round(ms) / 1000]));
  }

  private turn(phase: Phase | undefined): void {
    const now = performance.now();
    const { current } = this;
    if (current) this.taken.set(current.phase, (this.taken.get(current.phase) ?? 0) + now - current.since);
    this.current = phase === undefined ? undefined : { phase, since: now };
  }
}
