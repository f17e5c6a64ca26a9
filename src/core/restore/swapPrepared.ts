import type { LeftInServer } from '../base/cleanFacts';
import { AppError } from '../base/errors';
import { block, isBlocked, note, warn, type Finding } from '../base/finding';
import { persist } from '../base/persist';
import type { Work } from '../base/progress';
import type { OpenPod } from '../pod/databasePod';
import type { PoolerPod } from '../pod/discover/findPoolers';
import { query } from '../pod/server/sql';
import { applicationOf } from '../postgres/tools/applicationName';
import { readDatabaseByOid, readDatabases, workplace, type DatabaseRow, type Workplace } from './databaseRow';
import { aboutPoolers, aboutSessions, aboutWorkers, loginWait } from './preflight/preflight';
import { askLive, askServer } from './preflight/preflightFacts';
import { readAltered, readSchemaDigest } from './preflight/schemaFacts';
import { serverSinceSql } from './prepare';
import { proveLogin } from './restore';
import { dropMadeRoles, keepRoles, listMadeRoles } from './side/madeRoles';
import type { Records } from './side/marks';
import type { Prepared } from './side/prepared';
import { dropOurs, judged, oursAmong, type JudgedDatabase } from './side/sideDatabase';
import { swap } from './side/swap';

/** Names what was prepared. */
export interface PreparedRequest {
  readonly target: OpenPod;
  /** the name that it is for */
  readonly database: string;
  /** the job that prepared it; default: the only one */
  readonly preparedBy?: string;
  /** what this user's own state says of jobs */
  readonly records: Records;
  /** alias of the target's cluster */
  readonly cluster: string;
}

export interface SwapRequest extends PreparedRequest {
  /** the definitions of the live database may have changed since it was prepared */
  readonly acceptChanges?: boolean;
  /** poolers in the target's namespace */
  readonly poolers?: readonly PoolerPod[];
}

/** What a swap would do, as the server says before it. */
export interface SwapPlan {
  readonly side: JudgedDatabase;
  readonly facts: Prepared;
  /** what answers to the name now */
  readonly live?: DatabaseRow;
  readonly findings: readonly Finding[];
  /** rows written into the live database since the preparation began; undefined where its statistics do not say */
  readonly written?: number;
}

export interface SwapResult {
  readonly preparedBy: string;
  /** when it was compared, and what it came from */
  readonly proven: string;
  readonly origin: string;
  readonly side: string;
  readonly tables: number;
  readonly rows: number;
  /** how many differences its preparation listed */
  readonly differences: number;
  /** the database that was live before, closed, for undo */
  readonly kept?: string;
  readonly pauseSeconds: number;
  /** rows written into what was live since the preparation began: they are in `kept` only */
  readonly written?: number;
  readonly findings: readonly Finding[];
}

/** Days after which the age of a proof is a warning. */
const oldDays = 7;

/**
 * Looks at everything that the swap of a prepared database would meet, and at what changed since; changes nothing. Throws `prepare.nothing`, `prepare.several`, `prepare.claimed`, `exec.*`.
 */
export async function planSwap(
  request: SwapRequest & { readonly job?: string },
  signal: AbortSignal,
): Promise<SwapPlan> {
  const { target, database, job, poolers = [], acceptChanges = false } = request;
  const server = workplace(target, database, job === undefined ? undefined : applicationOf(job));
  const { side, facts, rows } = await findPrepared(server, request, signal);
  const live = rows.find(({ name }) => name === database);
  const now = await askServer(server, database, signal);
  const findings: Finding[] = [];
  if (target.facts.standby) findings.push(block('target.standby', { pod: target.pod.name }));
  findings.push(...(await aboutSide(server, side, facts, signal)), ...aboutAge(facts));
  if (live?.oid !== facts.live?.oid)
    findings.push(
      block('swap.live', { database, is: live === undefined ? 'gone' : facts.live === undefined ? 'new' : 'another' }),
    );
  let written: number | undefined;
  if (live && live.oid === facts.live?.oid) {
    const inside = live.allowConnections ? await askLive(server, database, signal) : undefined;
    findings.push(...(await aboutSchema(server, database, facts, acceptChanges, signal)));
    written = sinceThen(inside?.written, facts.live.written);
    findings.push(
      written === undefined
        ? note('swap.writtenUnknown', { proven: facts.proven })
        : (written === 0 ? note : warn)('swap.written', { rows: written }),
    );
    findings.push(...aboutWorkers(now, inside?.extensions ?? [], database));
  }
  if (live) {
    findings.push(...aboutSessions(now), ...aboutPoolers({ facts: now, poolers, target }));
    if (now.securityLabels.length > 0) findings.push(warn('securityLabels', { database, labels: now.securityLabels }));
    if (!now.ownsLive) {
      const { name: role } = target.facts.role;
      findings.push(block('role.rights', { role, right: 'membership', owner: live.owner, database }));
    }
    findings.push(note('downtime', { ...loginWait(target) }));
  }
  return { side, facts, findings, ...(live ? { live } : {}), ...(written === undefined ? {} : { written }) };
}

/**
 * Gives a prepared side database the name it was made for: the same one transaction as at the end of a restore, with one condition more, that nobody opened it since it was proven. The old one stays,
 * closed, for undo. Whatever fails, the prepared one stays as it is. Throws what `planSwap` throws, `restore.refused` { findings }, `restore.swap`, `restore.unknown`, `cancelled`.
 */
export async function swapPrepared(request: SwapRequest & { readonly job: string }, work: Work): Promise<SwapResult> {
  work.report({ type: 'phase', phase: 'preflight' });
  const { target, database, job } = request;
  const { side, facts, live, findings, written } = await planSwap(request, work.signal);
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  const server = workplace(target, database, applicationOf(job));
  const { row, mark } = side;
  const { superuser } = target.facts.role;
  const also = keepRoles((await rolesOf(server, mark.job, request.records, work.signal)).map(({ name }) => name));
  const { seal } = facts;
  const common = { database, side: row, job, origin: mark.origin, written: facts.written, superuser, also, seal };
  const own = facts.own === undefined ? {} : { own: { unchanged: true, ...facts.own } as const };
  const swapped = await swap(server, live ? { ...common, live } : { ...common, ...own }, work);
  await proveLogin(server, database, row.oid);
  return {
    ...{ preparedBy: mark.job, proven: facts.proven, origin: mark.origin, side: row.name },
    ...{ tables: facts.tables, rows: facts.rows, differences: facts.differences, findings },
    ...(swapped.kept === undefined ? {} : { kept: swapped.kept }),
    pauseSeconds: swapped.pauseSeconds,
    ...(written === undefined ? {} : { written }),
  };
}

/** What a discard would drop. Throws what `planSwap` throws. */
export async function planDiscard(
  request: PreparedRequest,
  signal: AbortSignal,
): Promise<{ readonly side: JudgedDatabase; readonly facts: Prepared }> {
  return findPrepared(workplace(request.target, request.database), request, signal);
}

/**
 * Drops what was prepared, and the roles that were made for it. The live database is not touched. Throws what `planSwap` throws, `exec.failed`, and `restore.unknown` where the server does not
 * say whether it is gone.
 */
export async function discard(
  request: PreparedRequest & { readonly job: string },
  work: Work,
): Promise<{
  readonly preparedBy: string;
  readonly removed: readonly LeftInServer[];
  readonly remaining: readonly LeftInServer[];
  readonly bytes?: number;
}> {
  work.report({ type: 'phase', phase: 'preflight' });
  const server = workplace(request.target, request.database, applicationOf(request.job));
  const { side } = await findPrepared(server, request, work.signal);
  const { row, mark } = side;
  const roles = (await rolesOf(server, mark.job, request.records, work.signal)).map(({ name }) => name);
  work.signal.throwIfAborted();
  work.report({ type: 'phase', phase: 'discard' });
  try {
    await dropOurs(server, side);
  } catch (error) {
    const found = await persist(
      async () =>
        readDatabaseByOid(server, row.oid).then(
          (one) => one ?? 'gone',
          () => undefined,
        ),
      [2000, 5000, 5000],
    );
    if (found === undefined)
      throw new AppError('restore.unknown', { database: row.name, job: request.job }, { cause: error });
    if (found !== 'gone') throw error;
  }
  const left = await dropMadeRoles(server, mark.job, roles).catch(() => roles);
  const { pod } = request.target;
  const at = { job: mark.job, place: `${request.cluster}/${pod.namespace}/${pod.name}` };
  const dropped = roles.filter((role) => !left.includes(role));
  return {
    preparedBy: mark.job,
    removed: [
      { what: 'database', name: row.name, ...at },
      ...dropped.map((name) => ({ what: 'role', name, ...at }) as const),
    ],
    remaining: left.map((name) => ({ what: 'role', name, ...at })),
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
  };
}

/** The one prepared database that is meant, and what was proven of it: from our own record of the job, or from a signature that is trusted. */
async function findPrepared(
  server: Workplace,
  request: PreparedRequest,
  signal: AbortSignal,
): Promise<{ readonly side: JudgedDatabase; readonly facts: Prepared; readonly rows: readonly DatabaseRow[] }> {
  const { database, preparedBy, records, target, cluster } = request;
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}/${database}`;
  const rows = await readDatabases(server, signal);
  const mine = oursAmong(rows)
    .filter(({ mark }) => mark.role === 'prepared' && mark.of === database)
    .filter(({ mark }) => preparedBy === undefined || mark.job === preparedBy);
  const live = rows.find(({ name }) => name === database);
  const all = await judged(server, mine, { records, live, role: target.facts.role.name });
  const usable: { readonly side: JudgedDatabase; readonly facts: Prepared }[] = [];
  for (const side of all) {
    if (side.proof.how === 'claim') continue;
    const facts =
      side.proof.how === 'signed' ? side.mark.prepared : await records.prepared(side.mark.job, side.row.oid);
    if (facts) usable.push({ side, facts });
  }
  const [one] = usable;
  if (!one) {
    if (all.length === 0)
      throw new AppError('prepare.nothing', { reference, ...(preparedBy === undefined ? {} : { job: preparedBy }) });
    const databases = all.map(({ row, mark }) => ({ name: row.name, owner: row.owner, job: mark.job }));
    throw new AppError('prepare.claimed', { reference, databases });
  }
  if (usable.length > 1)
    throw new AppError('prepare.several', { reference, jobs: usable.map(({ side }) => side.mark.job) });
  return { ...one, rows };
}

async function rolesOf(
  server: Workplace,
  job: string,
  records: Records,
  signal: AbortSignal,
): Promise<readonly { readonly name: string }[]> {
  const made = await listMadeRoles(server, signal, records);
  return made.filter((role) => role.job === job && role.proof.how !== 'claim');
}

/** Whether it is still what was proven. The swap itself asks the first of it once more, in its transaction. */
async function aboutSide(
  server: Workplace,
  { row }: JudgedDatabase,
  facts: Prepared,
  signal: AbortSignal,
): Promise<Finding[]> {
  const sql = `select json_build_object('seal', (select xmin::text from pg_database where oid = ${row.oid}), 'since', (${serverSinceSql}))`;
  const [seen] = await query<{ seal: string | null; since: string | null }>(server, server.from, sql, { signal });
  const findings: Finding[] = [];
  if (seen?.seal !== facts.seal || row.allowConnections) findings.push(block('swap.opened', { side: row.name }));
  const since = typeof seen?.since === 'string' ? new Date(seen.since).toISOString() : undefined;
  const ranOn = since !== undefined && since === facts.serverSince;
  if (facts.unlogged > 0 && !ranOn) findings.push(block('swap.unlogged', { side: row.name, tables: facts.unlogged }));
  else if (since !== undefined && facts.serverSince !== undefined && !ranOn)
    findings.push(note('swap.restarted', { since }));
  return findings;
}

function aboutAge({ proven, snapshot }: Prepared): Finding[] {
  const seconds = Math.max(0, (Date.now() - Date.parse(proven)) / 1000);
  return [(seconds > oldDays * 86_400 ? warn : note)('swap.age', { proven, snapshot, seconds: Math.round(seconds) })];
}

async function aboutSchema(
  server: Workplace,
  database: string,
  { live, proven }: Prepared,
  isAccepted: boolean,
  signal: AbortSignal,
): Promise<Finding[]> {
  const then = live?.schema;
  const now = then && (await readSchemaDigest(server, database, signal));
  if (!then || !now) return [warn('swap.schemaUnknown', { proven })];
  if (now.digest === then.digest) return [];
  const altered = await readAltered(server, database, then, signal).catch(() => []);
  return [(isAccepted ? warn : block)('swap.schema', { altered, before: then.objects, now: now.objects })];
}

/** Statistics that were reset say nothing. */
function sinceThen(now: number | undefined, then: number | undefined): number | undefined {
  return now === undefined || then === undefined || now < then ? undefined : now - then;
}
