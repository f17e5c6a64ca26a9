import { AppError } from '../../base/errors';
import { isBlocked, type Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import type { Work } from '../../base/progress';
import { query } from '../../pod/server/sql';
import { readDatabase, readDatabases, workplace, type DatabaseRow, type Workplace } from '../databaseRow';
import type { Records } from './marks';
import { aboutSessions } from '../preflight/preflight';
import { askLive, askServer } from '../preflight/preflightFacts';
import { applicationOf } from '../../postgres/tools/applicationName';
import { judged, oursAmong, type JudgedDatabase, type OurDatabase } from './sideDatabase';
import { swap } from './swap';

/** Names what a restore kept. */
export interface KeptRequest {
  readonly target: OpenPod;
  readonly database: string;
  /** the restore that kept it; default: the last one */
  readonly restoredBy?: string;
  /** those that are meant, where a person saw them before: no other is touched */
  readonly only?: readonly MeantDatabase[];
  /** what this user's own state says of jobs */
  readonly records?: Records;
  /** alias of the target's cluster */
  readonly cluster: string;
}

/** A kept database that a person means. */
export interface MeantDatabase {
  readonly name: string;
  /** the one that was shown, whatever has its name by now */
  readonly oid?: number;
  /** its own name was typed, with its owner, size and age in view: it may be one that only claims to be kept */
  readonly confirmed: boolean;
}

export interface UndoResult {
  /** the database that was put back answers to this name */
  readonly database: string;
  /** when it was replaced, UTC */
  readonly replaced: string;
  /** what was live until now, closed: an undo can be undone */
  readonly kept?: string;
  readonly pauseSeconds: number;
  /** rows written since it was replaced, as the statistics count them: they are in `kept` only; undefined where they do not say */
  readonly written?: number;
  readonly findings: readonly Finding[];
  /** the name and the owner of what was put back */
  readonly from: string;
  readonly owner: string;
}

/** What an undo would do, as the server says before it. */
export interface UndoPlan {
  readonly kept: JudgedDatabase;
  /** what answers to the name now */
  readonly live?: DatabaseRow;
  readonly findings: readonly Finding[];
  /** rows written since the database was replaced, as the statistics count them; undefined where they do not say */
  readonly written?: number;
  /** when what is to be put back was made, where it only claims to be kept and the server says it */
  readonly made: ReadonlyMap<number, string>;
}

/**
 * Looks at everything that an undo would meet; changes nothing. Of several it is the one of the last job whose mark is proven. Throws `restore.nothingKept`, `restore.claimed` where
 * what is there only claims to be kept and nobody named it, `exec.*`.
 */
export async function planUndo(
  request: KeptRequest & { readonly job?: string },
  signal: AbortSignal,
): Promise<UndoPlan> {
  const { target, database, job } = request;
  const server = workplace(target, database, job === undefined ? undefined : applicationOf(job));
  const { usable, claims } = await findKept(server, request, signal);
  const kept = usable.at(-1);
  if (!kept) throw claims.length === 0 ? nothingKept(request) : await claimed(server, request, claims);
  const live = await readDatabase(server, database, signal);
  const findings: Finding[] = claims.length === 0 ? [] : [claimFinding(claims)];
  if (live) findings.push(...aboutSessions(await askServer(server, database, signal)));
  const counted = live?.allowConnections ? (await askLive(server, database, signal)).written : undefined;
  const written = writtenSince(counted, kept.mark.written);
  if (written !== undefined) {
    findings.push({ level: written === 0 ? 'note' : 'warn', code: 'undo.written', data: { rows: written } });
  }
  const made = await madeAt(server, kept.proof.how === 'claim' ? [kept] : []);
  return { kept, made, findings, ...(live ? { live } : {}), ...(written === undefined ? {} : { written }) };
}

/**
 * Puts the database back that a restore replaced: the swap with the names exchanged, with the properties that the live one has now. What is live until then
 * is kept under the undoing job's name. Throws `restore.nothingKept`, `restore.refused` { findings }, `restore.swap`, `restore.unknown`, `cancelled`.
 */
export async function undo(request: KeptRequest & { readonly job: string }, work: Work): Promise<UndoResult> {
  work.report({ type: 'phase', phase: 'preflight' });
  const { target, database, job } = request;
  const { kept, live, findings, written } = await planUndo(request, work.signal);
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  work.report({ type: 'phase', phase: 'undo' });
  const origin = `undo of ${kept.mark.job}`;
  const input = { database, side: kept.row, job, origin, superuser: target.facts.role.superuser };
  const swapped = await swap(
    workplace(target, database, applicationOf(job)),
    live ? { ...input, live } : { ...input, own: { unchanged: true } },
    work,
  );
  return {
    database,
    replaced: kept.mark.time,
    from: kept.row.name,
    owner: kept.row.owner,
    ...(swapped.kept === undefined ? {} : { kept: swapped.kept }),
    pauseSeconds: swapped.pauseSeconds,
    ...(written === undefined ? {} : { written }),
    findings,
  };
}

/** What is kept for a database, by whether it may be touched; the job that came last at the end. */
export interface Kept {
  /** proven, or confirmed by name */
  readonly usable: readonly JudgedDatabase[];
  /** what only says so */
  readonly claims: readonly JudgedDatabase[];
}

/** What is kept for a database; of one restore, or of those that are meant, where it is named. Throws `exec.*`. */
export async function findKept(server: Workplace, request: KeptRequest, signal: AbortSignal): Promise<Kept> {
  const { database, restoredBy, only, records, target } = request;
  const rows = await readDatabases(server, signal);
  const live = rows.find(({ name }) => name === database);
  const mine = oursAmong(rows)
    .filter(({ mark }) => mark.role === 'kept' && mark.of === database)
    .filter(({ mark }) => restoredBy === undefined || mark.job === restoredBy)
    .filter(({ row }) => only === undefined || only.some((one) => isMeant(one, row)));
  const all = await judged(server, mine, { records, live, role: target.facts.role.name });
  // ids of jobs sort by when these began, as those who signed say; the time in a mark is nobody's
  all.sort((a, b) => (a.mark.job < b.mark.job ? -1 : 1));
  const isUsable = ({ row, proof }: JudgedDatabase): boolean =>
    proof.how !== 'claim' || only?.some((one) => one.confirmed && isMeant(one, row)) === true;
  return { usable: all.filter(isUsable), claims: all.filter((one) => !isUsable(one)) };
}

function isMeant({ name, oid }: MeantDatabase, row: DatabaseRow): boolean {
  return row.name === name && (oid === undefined || row.oid === oid);
}

/** The error for what only claims to be kept: it names each, whose it is, how large, and since when it is there. */
export async function claimed(
  server: Workplace,
  { cluster, target, database }: KeptRequest,
  claims: readonly JudgedDatabase[],
): Promise<AppError> {
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}/${database}`;
  const made = await madeAt(server, claims);
  const databases = claims.map(({ row, mark, proof }) => ({
    ...{ name: row.name, owner: row.owner, job: mark.job, proof },
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
    ...(made.has(row.oid) ? { made: made.get(row.oid) } : {}),
  }));
  return new AppError('restore.claimed', { reference, database, databases });
}

/** When databases were made, by their OIDs: no comment says it, and only a superuser may see it. Never throws. */
export async function madeAt(server: Workplace, databases: readonly OurDatabase[]): Promise<Map<number, string>> {
  if (databases.length === 0) return new Map();
  const oids = databases.map(({ row }) => row.oid).join(', ');
  const sql = `select json_build_object('oid', d.oid::bigint,
    'made', (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification at time zone 'UTC')
    from pg_database d where d.oid in (${oids})`;
  const rows = await query<{ oid: number; made: string | null }>(server, server.from, sql).catch(() => []);
  return new Map(rows.flatMap(({ oid, made }) => (made === null ? [] : [[oid, `${made}Z`] as const])));
}

function claimFinding(claims: readonly JudgedDatabase[]): Finding {
  const databases = claims.map(({ row }) => `${row.name} (owner ${row.owner})`);
  return { level: 'warn', code: 'kept.claims', data: { databases } };
}

/** The error for a place where no restore kept anything. */
export function nothingKept({ cluster, target, database }: KeptRequest): AppError {
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}/${database}`;
  return new AppError('restore.nothingKept', { reference });
}

/** Statistics that were reset say nothing. */
function writtenSince(now: number | undefined, then: number | undefined): number | undefined {
  if (now === undefined || then === undefined || now < then) return undefined;
  return now - then;
}
