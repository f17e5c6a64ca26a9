import { openArchive } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import { aboutTrust } from '../../cluster/aboutTrust';
import type { Cluster } from '../../cluster/cluster';
import { aboutLogins, type Login } from '../../cluster/loginEnd';
import { isBlocked, type Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import type { PoolerPod } from '../../pod/discover/findPoolers';
import { inspectArchive } from '../../postgres/archive/format/inspectArchive';
import { rolesOfDatabase } from '../../postgres/archive/databaseReading';
import { workplace } from '../../restore/databaseRow';
import { aboutInPlace, askInPlace } from '../../restore/inPlace/inPlaceFindings';
import type { LastWrite } from '../../restore/preflight/lastWrite';
import { originOfBackup, originOfDatabase, type RestoreOrigin } from '../../restore/preflight/origin';
import {
  loginWait,
  neededRoom,
  preflight,
  type LoginWait,
  type Preflight,
  type ProtectedSides,
} from '../../restore/preflight/preflight';
import { planRoles, type RolePlan } from '../../restore/preflight/roles';
import { checkRestoreOptions, type RestoreOptions } from '../../restore/options';
import { decide } from '../../policy/decide';
import { decideAll } from '../../policy/decideAll';
import type { ReadPolicy } from '../../policy/rules/readPolicy';
import type { Asked } from '../request';
import { defined } from '../../base/defined';
import { expectRestore, rowsOf, type ExpectedRestore } from './expectRestore';
import { listJobs } from '../record/listJobs';
import type { AskedOperation } from '../../policy/rules/decideByPolicy';
import type { KnownPlace } from '../../policy/rules/policyPlaces';
import { askedFacts, provenFacts, knownPlace } from './policyQuestion';

/** What would be restored, and where to. */
export interface PlanRequest {
  /** a backup, or the database of an opened pod that would be copied */
  readonly from:
    | { readonly backup: BackupEntry }
    | { readonly pod: OpenPod; readonly database: string; readonly environment?: string };
  readonly target: OpenPod;
  readonly database: string;
  /** the reference of the target, as the job will be asked */
  readonly reference: string;
  readonly options: RestoreOptions;
  /** alias of the target's cluster */
  readonly cluster: string;
  /** what the target's place is called: production, test, … */
  readonly environment?: string;
  /** for the wrong-target guard */
  readonly protection?: ProtectedSides;
  /** the entry that protects the target's place: its name will be asked for */
  readonly protectedBy?: string;
  /** those that count, and what whoever asks says of it */
  readonly policies?: readonly ReadPolicy[];
  readonly asked?: Asked;
  /** of both clusters, where they are known to end */
  readonly logins?: readonly (Login | undefined)[];
  /** those that it goes through */
  readonly clusters?: readonly Cluster[];
  /** poolers in the target's namespace */
  readonly poolers?: readonly PoolerPod[];
  /** its jobs say how long it took before */
  readonly root: string;
}

/** All that a person should know before a restore or a copy. Plain data. Bytes, seconds, UTC ISO 8601. */
export interface RestorePlan {
  readonly from: {
    readonly kind: 'backup' | 'database';
    /** the backup's id */
    readonly backup?: string;
    readonly database: string;
    readonly environment?: string;
    /** a copy: now */
    readonly snapshot: string;
    readonly isForeign: boolean;
    /** what it will take in the target, about */
    readonly bytes: number;
    readonly rows?: number;
  };
  readonly target: {
    readonly reference: string;
    readonly database: string;
    readonly environment?: string;
    /** a database of that name is there: it is replaced, or blocks */
    readonly exists: boolean;
    readonly owner?: string;
    readonly bytes?: number;
    readonly lastWrite?: LastWrite;
    /** in the database now; all of them end */
    readonly sessions: number;
    readonly applications: readonly { readonly name: string; readonly count: number }[];
    /** databases that earlier restores kept of it, oldest first */
    readonly kept: readonly { readonly name: string; readonly bytes?: number; readonly time: string }[];
  };
  /** what the job's own preflight finds now; it looks again */
  readonly findings: readonly Finding[];
  readonly isBlocked: boolean;
  /** undefined where it cannot be seen */
  readonly disk?: { readonly free: number; readonly needed: number };
  readonly roles: RolePlan;
  /** those that would be missing even without owners: grants and policies name them */
  readonly missingWithoutOwners: readonly string[];
  /** the role that restores may make those that are missing */
  readonly mayCreateRoles: boolean;
  readonly expected: ExpectedRestore;
  /** only where a database is replaced */
  readonly loginWait?: LoginWait;
}

/**
 * Looks at everything a restore or a copy would meet, with the job's own preflight; changes nothing. Of an archive only the
 * table of contents is read: whether it is whole, the job proves. Throws `usage`, `database.unknown`, `archive.*`, `exec.*`,
 * `cancelled`.
 */
export async function planRestore(request: PlanRequest, signal: AbortSignal): Promise<RestorePlan> {
  const { target, database, cluster, environment, protection, poolers = [], logins = [], options } = request;
  const { createRoles = false, mapRoles = {}, inPlace = false, noOwner = false, as, ...others } = options;
  checkRestoreOptions(options);
  const [origin, jobs] = await Promise.all([originOf(request, signal), listJobs(request.root)]);
  const place = {
    cluster,
    ...defined({ environment, protection }),
  };
  const roles = { createRoles, mapRoles };
  const input = { ...others, ...defined({ as }), origin, target, database, roles, poolers, inPlace, noOwner, ...place };
  const server = workplace(target, database);
  const seen = await preflight(server, input, { signal, lastWrite: true });
  const inside = inPlace && seen.live?.allowConnections ? await askInPlace(server, database, signal) : undefined;
  // of the archive only what its table of contents tells without being read whole
  const reading = { definitions: [], kinds: {}, extensions: origin.extensions, largeObjects: { count: 0 } };
  const ofInPlace = inPlace ? aboutInPlace({ target, database, reading, noOwner, seen }, inside) : [];
  const { room } = seen.facts;
  const kind = 'backup' in request.from ? 'restore' : 'copy';
  const rows = 'backup' in request.from ? rowsOf(request.from.backup) : undefined;
  const counted = rows === undefined ? {} : { rows };
  const { backup, snapshot, isForeign, bytes } = origin;
  const expected = expectRestore(jobs, {
    ...{ kind, target: request.reference, bytes, ...counted, gentle: options.gentle },
  });
  const logged = aboutLogins(logins, expected.seconds);
  const replaces = seen.live !== undefined && as === 'replace';
  const ofPolicy = decide({
    ...{ reference: request.reference, database, replaces, willAsk: true },
    ...defined({ protectedBy: request.protectedBy }),
  });
  const governed = decideAll(request.policies ?? [], askedOperation(request, replaces, expected.seconds)).findings.map(
    // where nobody was asked yet, somebody will be
    (finding) =>
      request.asked === undefined && toBeAsked.includes(finding.code)
        ? { ...finding, level: 'warn' as const }
        : finding,
  );
  const findings = [
    ...ofPolicy,
    ...governed,
    ...aboutTrust(request.clusters ?? []),
    ...seen.findings,
    ...ofInPlace,
    ...logged,
  ];
  // a database that is replaced keeps its own
  const ofDatabase = origin.own && !seen.live ? rolesOfDatabase(origin.own, { owner: false }) : [];
  return {
    from: {
      kind: kind === 'restore' ? 'backup' : 'database',
      ...(backup === undefined ? {} : { backup }),
      ...(origin.environment === undefined ? {} : { environment: origin.environment }),
      ...{ database: origin.database, snapshot, isForeign, bytes },
      ...counted,
    },
    target: { ...targetOf(request, seen), ...(environment === undefined ? {} : { environment }) },
    findings,
    isBlocked: isBlocked(findings),
    ...(room === undefined ? {} : { disk: { free: room.free, needed: neededRoom(origin, room) } }),
    roles: seen.roles,
    mayCreateRoles: target.facts.role.createRole,
    missingWithoutOwners: planRoles(seen.facts.roles, [...new Set([...origin.namedRoles, ...ofDatabase])], roles)
      .missing,
    expected,
    ...(seen.live && as === 'replace' ? { loginWait: loginWait(target) } : {}),
  };
}

const toBeAsked: readonly string[] = ['policy.reason', 'policy.ticket'];

/** What was planned, as policies are asked about it. Pure. */
export function askedOfPlan(request: PlanRequest, plan: Pick<RestorePlan, 'target' | 'expected'>): AskedOperation {
  return askedOperation(request, plan.target.exists && request.options.as === 'replace', plan.expected.seconds);
}

/** As policies are asked about it. */
function askedOperation(request: PlanRequest, replaces: boolean, seconds: number): AskedOperation {
  const { from, target, database, environment, options, clusters = [], asked, cluster: alias } = request;
  const known = (name: string): Cluster | KnownPlace['cluster'] =>
    clusters.find((one) => one.alias === name) ?? { alias: name, server: '', contexts: [] };
  const of =
    'backup' in from
      ? provenFacts(from.backup)
      : {
          source: knownPlace(known(from.pod.pod.cluster), from.pod, from.database, from.environment),
          masked: false,
        };
  return {
    operation: options.prepare ? 'prepare' : 'backup' in from ? 'restore' : 'copy',
    ...{ replaces: replaces && !options.prepare, inPlace: options.inPlace === true },
    ...{ now: new Date(), lasts: seconds * 1000, ...of, ...(asked === undefined ? {} : askedFacts(asked)) },
    target: knownPlace(known(alias), target, database, environment),
  };
}

async function originOf({ from }: PlanRequest, signal: AbortSignal): Promise<RestoreOrigin> {
  if ('backup' in from)
    return originOfBackup(from.backup, await inspectArchive(await openArchive(from.backup), { signal }));
  const { environment } = from;
  const options = { signal, ...(environment === undefined ? {} : { environment }) };
  return originOfDatabase(from.pod, from.database, options);
}

function targetOf({ reference, database }: PlanRequest, { live, facts }: Preflight): RestorePlan['target'] {
  const { sessions, applications } = facts.server;
  const kept = facts.ours.filter(({ mark }) => mark.role === 'kept' && mark.of === database);
  return {
    ...{ reference, database, exists: live !== undefined, sessions, applications },
    ...(live === undefined ? {} : { owner: live.owner }),
    ...(live?.bytes === undefined ? {} : { bytes: live.bytes }),
    ...(facts.lastWrite === undefined ? {} : { lastWrite: facts.lastWrite }),
    kept: kept
      .map(({ row, mark }) => ({
        name: row.name,
        ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
        time: mark.time,
      }))
      .sort((a, b) => (a.time < b.time ? -1 : 1)),
  };
}
