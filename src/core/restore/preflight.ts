import type { BackupEntry } from '../catalog/manifest';
import type { Finding } from '../finding';
import type { OpenPod } from '../pod/databasePod';
import type { ArchiveReading } from '../postgres/archive/reading';
import { readDatabase, type DatabaseRow, type Workplace } from './databaseRow';
import { askLive, askServer, type LiveFacts, type ServerFacts } from './preflightFacts';
import { planRoles, type RoleOptions, type RolePlan } from './roles';
import { listOurs, type OurDatabase } from './sideDatabase';
import { targetRoom, type TargetRoom } from './targetDisk';

export interface PreflightInput {
  readonly backup: BackupEntry;
  readonly reading: ArchiveReading;
  readonly target: OpenPod;
  readonly database: string;
  readonly as: 'new' | 'replace' | undefined;
  readonly roles: RoleOptions;
  /** owners are not restored: only the roles that statements name are needed */
  readonly noOwner?: boolean;
  /** alias of the target's cluster, and what its place is called: for the wrong-target guard */
  readonly cluster: string;
  readonly environment?: string;
}

/** What a preflight saw; the restore goes on from it. */
export interface Preflight {
  readonly findings: readonly Finding[];
  readonly live?: DatabaseRow;
  readonly roles: RolePlan;
}

/** Looks at everything that can stand in the way of a restore, or should be known before it. Changes nothing. */
export async function preflight(server: Workplace, input: PreflightInput, signal: AbortSignal): Promise<Preflight> {
  const live = await readDatabase(server, input.database, signal);
  const [facts, inside, roles, room, ours] = [
    await askServer(server, live, signal),
    live?.allowConnections ? await askLive(server, live.name, signal) : { extensions: [], written: 0 },
    await planRoles(server, input.noOwner ? input.reading.namedRoles : input.reading.roles, input.roles, signal),
    await targetRoom(server, signal),
    await listOurs(server, signal),
  ];
  const seen: Seen = { ...input, facts, inside, rolePlan: roles, room, ours, ...(live ? { live } : {}) };
  const findings = [
    ...aboutTarget(seen),
    ...aboutArchive(seen),
    ...aboutRoles(seen),
    ...aboutDisk(seen),
    ...(live && input.as === 'replace' ? aboutSwap(seen, live) : []),
  ];
  return { findings, roles, ...(live ? { live } : {}) };
}

interface Seen extends PreflightInput {
  readonly facts: ServerFacts;
  readonly inside: LiveFacts;
  readonly rolePlan: RolePlan;
  readonly room: TargetRoom | undefined;
  readonly ours: readonly OurDatabase[];
  readonly live?: DatabaseRow;
}

const block = (code: string, data: Finding['data'] = {}): Finding => ({ level: 'block', code, data });
const warn = (code: string, data: Finding['data'] = {}): Finding => ({ level: 'warn', code, data });
const note = (code: string, data: Finding['data'] = {}): Finding => ({ level: 'note', code, data });

function aboutTarget({ target, database, live, as, backup, cluster, environment }: Seen): Finding[] {
  const findings: Finding[] = [];
  const { facts, pod } = target;
  const { source } = backup.manifest;
  if (facts.standby) findings.push(block('target.standby', { pod: pod.name }));
  if (live && as !== 'replace') findings.push(block('target.exists', { database }));
  if (['template0', 'template1'].includes(database)) findings.push(block('target.template', { database }));
  if (!facts.role.superuser && !facts.role.createDb)
    findings.push(block('role.rights', { role: facts.role.name, right: 'CREATEDB' }));
  if (live && as === 'replace') {
    const same = source.systemId !== undefined && source.systemId === facts.systemId && source.database === database;
    if (same) findings.push(warn('wrongTarget.same', { cluster, database }));
    const production = /^prod/i;
    if (environment !== undefined && environment !== source.environment && production.test(environment)) {
      findings.push(warn('wrongTarget.environment', { source: source.environment ?? '?', target: environment }));
    }
  }
  return findings;
}

function aboutArchive({ target, reading, backup, live, database }: Seen): Finding[] {
  const findings: Finding[] = [];
  const { facts } = target;
  const dumped = Number.parseInt(reading.header.serverVersion, 10);
  const tool = Number.parseInt(reading.header.dumpVersion, 10);
  const major = Math.floor(facts.serverVersion / 10000);
  if (Math.max(dumped, tool) > major || tool > facts.pgRestore.major) {
    findings.push(
      block('version.older', { archive: Math.max(dumped, tool), target: major, pgRestore: facts.pgRestore.text }),
    );
  }
  const missing = reading.extensions.filter((name) => !Object.hasOwn(facts.availableExtensions, name));
  if (missing.length > 0) findings.push(block('extensions.missing', { extensions: missing }));
  if (reading.extensions.includes('timescaledb')) findings.push(block('timescaledb', { database }));
  if (reading.extensions.includes('pg_cron')) findings.push(block('pgcron', { database }));
  if (live && live.encoding !== reading.header.encoding) {
    findings.push(warn('encoding.differs', { archive: reading.header.encoding, target: live.encoding }));
  }
  if (backup.manifest.origin === 'adopted') findings.push(warn('archive.foreign', { backup: backup.id }));
  return findings;
}

function aboutRoles({ rolePlan, target, roles }: Seen): Finding[] {
  const findings: Finding[] = [];
  const { missing, create, map, unknownTargets, alreadyThere } = rolePlan;
  if (missing.length > 0) findings.push(block('roles.missing', { roles: missing }));
  if (unknownTargets.length > 0)
    findings.push(block('roles.missing', { roles: unknownTargets, mapped: roles.mapRoles }));
  if (alreadyThere.length > 0) findings.push(block('roles.mapped', { roles: alreadyThere }));
  const making = [...create, ...map.map(({ from }) => from)];
  const { role } = target.facts;
  if (making.length > 0 && !role.superuser && !role.createRole) {
    findings.push(block('role.rights', { role: role.name, right: 'CREATEROLE', for: making }));
  }
  if (create.length > 0) findings.push(note('roles.create', { roles: create }));
  return findings;
}

/** The side database, the WAL that writing it makes, and the indexes that the archive only describes. */
function aboutDisk({ room, backup, reading, target, cluster }: Seen): Finding[] {
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}`;
  if (!room) return [note('disk.unknown', { reference })];
  const bytes = Math.max(backup.manifest.size.database ?? 0, reading.textBytes * 1.5);
  const needed = Math.ceil(bytes * 1.4) + room.reserve;
  return room.free < needed ? [block('disk.target', { reference, free: room.free, needed })] : [];
}

function aboutSwap(seen: Seen, live: DatabaseRow): Finding[] {
  const { facts, inside, backup, ours, target, database } = seen;
  const findings = aboutSessions(facts);
  if (facts.subscriptions.length > 0) findings.push(block('subscriptions', { subscriptions: facts.subscriptions }));
  if (inside.extensions.includes('timescaledb')) findings.push(block('timescaledb', { database }));
  if (inside.extensions.includes('pg_cron')) findings.push(block('pgcron', { database }));
  if (facts.replicas > 0) findings.push(warn('replicas', { count: facts.replicas }));
  if (facts.poolers.length > 0) findings.push(note('pooler', { names: facts.poolers }));
  if (!target.facts.role.superuser && live.owner !== target.facts.role.name) {
    findings.push(
      warn('role.rights', { role: target.facts.role.name, right: `ownership of ${database}`, owner: live.owner }),
    );
  }
  const kept = ours.filter(({ mark }) => mark.role === 'kept' && mark.of === database);
  if (kept.length > 0) {
    const bytes = kept.reduce((sum, { row }) => sum + (row.bytes ?? 0), 0);
    findings.push(note('kept.exists', { databases: kept.map(({ row }) => row.name), bytes }));
  }
  findings.push(warn('writesAfterBackup', { snapshot: backup.manifest.time.snapshot, written: inside.written }));
  const { superuser } = target.facts.role;
  findings.push(
    note('downtime', superuser ? { method: 'catalog', seconds: 0.2 } : { method: 'database', seconds: 1, pooler: 15 }),
  );
  return findings;
}

/** What keeps a database from being renamed, or ends with it. An undo asks the same. */
export function aboutSessions(facts: ServerFacts): Finding[] {
  const findings: Finding[] = [];
  if (facts.protected.length > 0) findings.push(block('sessions.protected', { sessions: facts.protected }));
  if (facts.prepared.length > 0) findings.push(block('preparedTransactions', { transactions: facts.prepared }));
  const slots = (active: boolean): string[] =>
    facts.slots.filter((slot) => slot.active === active).map(({ name }) => name);
  if (slots(true).length > 0) findings.push(block('slots.active', { slots: slots(true) }));
  if (slots(false).length > 0) findings.push(warn('slots.inactive', { slots: slots(false) }));
  findings.push(warn('target.sessions', { count: facts.sessions }));
  return findings;
}
