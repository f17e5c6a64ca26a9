import { block, note, warn, type Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import type { PoolerPod } from '../../pod/discover/findPoolers';
import { localeText, sameLocale } from '../../postgres/archive/compare/compareDatabase';
import { rolesOfDatabase } from '../../postgres/archive/databaseReading';
import { askTarget, type TargetFacts } from './askTarget';
import { localeOf, type DatabaseRow, type Workplace } from '../databaseRow';
import { placeOf, type RestoreOrigin } from './origin';
import { askForNew, planNewDatabase, type NewDatabase } from './newDatabase';
import { goesOn, type RestoreOptions } from '../options';
import type { ServerFacts } from './preflightFacts';
import { askAboutParts } from './partFindings';
import { planRoles, type RoleOptions, type RolePlan } from './roles';
import type { TargetRoom } from './targetDisk';
import { aboutUnproven } from './unproven';

export interface PreflightInput extends Omit<RestoreOptions, 'createRoles' | 'mapRoles' | 'streams' | 'gentle'> {
  readonly origin: RestoreOrigin;
  readonly target: OpenPod;
  readonly database: string;
  readonly roles: RoleOptions;
  /** a side database that never gets a name: what belongs to the database itself is not carried over */
  readonly sideOnly?: boolean;
  /** alias of the target's cluster, what its place is called, and which places are protected: for the wrong-target guard */
  readonly cluster: string;
  readonly environment?: string;
  readonly protection?: ProtectedSides;
  /** poolers in the target's namespace */
  readonly poolers?: readonly PoolerPod[];
}

/** Whether the place of each side is protected, where the host knows of such places. */
export interface ProtectedSides {
  readonly origin: boolean;
  readonly target: boolean;
}

/** What a preflight saw; the restore goes on from it. */
export interface Preflight {
  readonly findings: readonly Finding[];
  readonly live?: DatabaseRow;
  readonly roles: RolePlan;
  readonly facts: TargetFacts;
  /** what a new database becomes, where the archive says it */
  readonly own?: NewDatabase;
  /** what the archive puts into tablespaces goes where the database is */
  readonly withoutTablespaces: boolean;
}

/**
 * Looks at everything that can stand in the way of a restore, or should be known before it. Changes nothing. With
 * `lastWrite` also when the target was written to.
 */
export async function preflight(
  server: Workplace,
  input: PreflightInput,
  options: { readonly signal: AbortSignal; readonly lastWrite?: boolean },
): Promise<Preflight> {
  const facts = await askTarget(server, input.database, options);
  const { origin, noOwner = false, as } = input;
  const named = neededRoles(input);
  const roles = planRoles(facts.roles, union(named, rolesForNew(facts, input)), input.roles);
  const own = facts.live ? undefined : await newDatabaseOf(server, input, facts, roles, options.signal);
  const { noPrivileges = false, noTablespaces = false, inPlace = false, target } = input;
  const encoding = facts.live?.encoding ?? origin.own?.encoding ?? origin.encoding;
  const isConfined = target.facts.role.superuser && input.trustArchive !== true && !inPlace;
  const asked = { target, encoding, roles, noOwner, noPrivileges, noTablespaces, inPlace };
  const parts = await askAboutParts(server, origin.needs, asked, options.signal);
  const ofUnproven = isConfined && !origin.isProven ? aboutUnproven(origin, facts.server.untrusted) : [];
  const seen: Seen = { ...facts, ...input, facts: facts.server, rolePlan: roles, isConfined };
  const { live } = facts;
  const findings = [
    ...aboutTarget(seen),
    ...aboutArchive(seen),
    ...aboutRoles(seen),
    ...aboutOwners(seen),
    ...parts.findings,
    ...ofUnproven,
    ...(input.sideOnly ? [] : aboutLeft(own?.left ?? [])),
    ...aboutDisk(seen),
    ...(live && as === 'replace' && !input.inPlace ? aboutSwap(seen, live) : []),
  ];
  const told = goesOn(input) ? findings.map(passedOver) : findings;
  const { withoutTablespaces } = parts;
  return { findings: told, roles, facts, withoutTablespaces, ...(live ? { live } : {}), ...(own ? { own } : {}) };
}

/** What only the database itself names, a new one needs; where our role can make none, a missing one is left out instead. */
function rolesForNew(
  { live, roles }: TargetFacts,
  { origin: { own }, noOwner, noPrivileges, sideOnly, target }: PreflightInput,
): string[] {
  if (live || sideOnly === true || own === undefined) return [];
  const { superuser, createRole } = target.facts.role;
  const named = rolesOfDatabase(own, { owner: !noOwner, grants: !noPrivileges });
  return superuser || createRole ? named : named.filter((role) => roles.has(role));
}

async function newDatabaseOf(
  server: Workplace,
  { origin: { own }, target, roles: { mapRoles }, ...asked }: PreflightInput,
  { roles, server: { givable, givesToNew } }: TargetFacts,
  { create, missing }: RolePlan,
  signal: AbortSignal,
): Promise<NewDatabase | undefined> {
  if (own === undefined || target.facts.standby) return undefined;
  const facts = await askForNew(server, own, signal);
  const { role } = target.facts;
  // what is missing blocks until it is made: only who goes on without it leaves behind what is its
  const goesOn = asked.goOn === true || asked.acceptMissing === true;
  const made = goesOn ? create : [...create, ...missing];
  const present = new Set([...roles, ...made]);
  const mayHave = new Set([...givable, ...(givesToNew ? made : [])]);
  const { noOwner = false, noPrivileges = false, noTablespaces = false, trustSettings = false } = asked;
  const how = { noOwner, noPrivileges, noTablespaces, trustSettings };
  return planNewDatabase({ own, facts, role, present, mapRoles, givable: mayHave, ...how });
}

/** What of the database itself a new one will not have. */
export function aboutLeft(left: NewDatabase['left']): Finding[] {
  return left.length === 0 ? [] : [warn('database.left', { left })];
}

function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}

/** The roles that a restore needs, by what it leaves out. */
export function neededRoles({ origin, noOwner = false, noPrivileges = false }: RolesAsked): readonly string[] {
  const { needs, namedRoles, owners, roles } = origin;
  if (!noPrivileges || !needs) return noOwner ? namedRoles : roles;
  return union(needs.rolesWithoutGrants, noOwner ? [] : owners);
}

type RolesAsked = Pick<PreflightInput, 'origin' | 'noOwner' | 'noPrivileges'>;

/** What keeps parts of an archive out, but not the rest. */
const onlyParts: ReadonlySet<string> = new Set([
  ...['extensions.missing', 'extensions.untrusted', 'roles.missing', 'roles.owners'],
  ...['collations.missing', 'owners.superuser', 'objects.superuser', 'archive.superuser'],
]);

/** What goes on without the part it names; nothing goes to a role that is not there. */
export function isOnlyPart(finding: Finding): boolean {
  return onlyParts.has(finding.code) && !(finding.code === 'roles.missing' && finding.data.mapped !== undefined);
}

function passedOver(finding: Finding): Finding {
  return isOnlyPart(finding) && finding.level === 'block' ? { ...finding, level: 'warn' } : finding;
}

interface Seen extends PreflightInput, Omit<TargetFacts, 'server' | 'roles'> {
  readonly facts: ServerFacts;
  readonly rolePlan: RolePlan;
  /** our role is a superuser, and the archive's own words run in another one's name */
  readonly isConfined: boolean;
}

function aboutTarget(seen: Seen): Finding[] {
  const { target, database, live, as, origin, cluster, inPlace } = seen;
  const findings: Finding[] = [];
  const { facts, pod } = target;
  let isSame = false;
  if (facts.standby) findings.push(block('target.standby', { pod: pod.name }));
  if (live && as !== 'replace') findings.push(block('target.exists', { database }));
  if (['template0', 'template1'].includes(database)) findings.push(block('target.template', { database }));
  if (!inPlace && !facts.role.superuser && !facts.role.createDb) {
    const data = { role: facts.role.name, right: 'CREATEDB' };
    findings.push(block('role.rights', live ? { ...data, inPlace: true } : data));
  }
  if (live && as === 'replace') {
    const by = origin.database === database ? sameServer(origin, target) : undefined;
    if (by) findings.push(warn('wrongTarget.same', { cluster, database, by }));
    isSame = by !== undefined;
    findings.push(...fromElsewhere(seen));
    if (database === 'postgres') findings.push(warn('target.maintenance', { database }));
  }
  if (origin.masked !== undefined) {
    const data = { ...origin.masked, said: !origin.isProven };
    // over the rows that it was made of
    findings.push(isSame ? warn('backup.masked', data) : note('backup.masked', data));
  }
  return findings;
}

/** Into production from what is called otherwise, or into a protected place from one that is not. */
function fromElsewhere({ origin, environment, protection }: Seen): Finding[] {
  const findings: Finding[] = [];
  const production = /^prod/i;
  if (environment !== undefined && environment !== origin.environment && production.test(environment)) {
    findings.push(warn('wrongTarget.environment', { source: origin.environment ?? '?', target: environment }));
  }
  if (protection?.target && !protection.origin) {
    findings.push(warn('wrongTarget.protected', origin.isForeign ? {} : { source: origin.place }));
  }
  return findings;
}

/** By the server's own identifier; where one of the two is not known, by where it is. */
function sameServer({ systemId, place }: RestoreOrigin, target: OpenPod): 'server' | 'place' | undefined {
  const { facts } = target;
  if (systemId !== undefined && facts.systemId !== undefined) return systemId === facts.systemId ? 'server' : undefined;
  return place === placeOf(target) ? 'place' : undefined;
}

function aboutArchive({
  target,
  origin,
  live,
  database,
  facts: server,
  inPlace,
  isConfined,
  trustArchive,
}: Seen): Finding[] {
  const findings: Finding[] = [];
  const { facts } = target;
  const dumped = Number.parseInt(origin.serverVersion, 10);
  const tool = Number.parseInt(origin.dumpVersion, 10);
  const major = Math.floor(facts.serverVersion / 10000);
  if (Math.max(dumped, tool) > major || tool > facts.pgRestore.major) {
    findings.push(
      block('version.older', { archive: Math.max(dumped, tool), target: major, pgRestore: facts.pgRestore.text }),
    );
  }
  const missing = origin.extensions.filter((name) => !Object.hasOwn(facts.availableExtensions, name));
  if (missing.length > 0) findings.push(block('extensions.missing', { extensions: missing }));
  const untrusted = origin.extensions.filter((name) => server.untrusted.includes(name));
  if (!inPlace && !facts.role.superuser && untrusted.length > 0) {
    const data = { role: facts.role.name, extensions: untrusted };
    findings.push(block('extensions.untrusted', live ? { ...data, inPlace: true } : data));
  }
  if (origin.extensions.includes('timescaledb')) findings.push(block('timescaledb', { database }));
  if (origin.extensions.includes('pg_cron')) findings.push(block('pgcron', { database }));
  const encoding = origin.own?.encoding ?? origin.encoding;
  if (live && live.encoding !== encoding) {
    findings.push(warn('encoding.differs', { archive: encoding, target: live.encoding }));
  }
  const locale = origin.own?.locale;
  if (live && locale && !sameLocale(locale, localeOf(live))) {
    findings.push(warn('locale.differs', { archive: localeText(locale), target: localeText(localeOf(live)) }));
  }
  if (!inPlace && Math.max(dumped, tool) < 15 && major >= 15 && origin.ofPublic !== true)
    findings.push(note('public.create', { database }));
  if (inPlace === true && facts.role.superuser && trustArchive !== true) {
    findings.push(origin.isProven ? warn('inPlace.superuser') : block('inPlace.unproven'));
  }
  const runsAs = isConfined ? 'loader' : facts.role.superuser ? 'superuser' : 'role';
  if (origin.isForeign) findings.push(warn('archive.foreign', { backup: origin.backup, runsAs }));
  else if (!origin.isProven) findings.push(warn('backup.unproven', { backup: origin.backup, runsAs }));
  return findings;
}

/** Whose what comes is: a superuser's name makes more of it than it was. What nobody vouches for is not given to one, unless that is asked for. */
function aboutOwners({ target, roles, origin, facts, noOwner, isConfined }: Seen): Finding[] {
  const { role } = target.facts;
  if (!role.superuser || (isConfined && !origin.isProven)) return [];
  if (noOwner) return [warn('owners.ours', { role: role.name })];
  const owners = [
    ...new Set(
      origin.owners.map((owner) => (Object.hasOwn(roles.mapRoles, owner) ? (roles.mapRoles[owner] ?? owner) : owner)),
    ),
  ];
  const powerful = owners.filter((owner) => facts.superusers.includes(owner));
  return powerful.length === 0 || powerful.length === owners.length
    ? []
    : [note('owners.powerful', { owners: powerful })];
}

function aboutRoles({ rolePlan, target, roles, origin, facts, noOwner, inPlace }: Seen): Finding[] {
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
  // in place has its own words for these; those that are missing are told already
  if (!inPlace) {
    const given = [...(noOwner ? [] : origin.owners), ...map.map(({ to }) => to)];
    const known = new Set([
      ...facts.givable,
      ...missing,
      ...unknownTargets,
      ...(facts.givesToNew ? making : []),
      itself,
    ]);
    const owners = given.filter((owner) => !known.has(owner));
    if (owners.length > 0) findings.push(block('roles.owners', { role: role.name, owners }));
  }
  if (create.length > 0) findings.push(note('roles.create', { roles: create }));
  return findings;
}

/** Whoever owns the database is a member. */
const itself = 'pg_database_owner';

/** The side database, the WAL that writing it makes, and the indexes that the archive only describes. */
function aboutDisk({ room, origin, target, cluster }: Seen): Finding[] {
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}`;
  if (!room) return [note('disk.unknown', { reference })];
  const needed = neededRoom(origin, room);
  return room.free < needed ? [block('disk.target', { reference, free: room.free, needed })] : [];
}

/** What a restore needs on the disk of its target, with the reserve. Bytes. */
export function neededRoom({ bytes }: RestoreOrigin, room: TargetRoom): number {
  return Math.ceil(bytes * 1.4) + room.reserve;
}

function aboutSwap(seen: Seen, live: DatabaseRow): Finding[] {
  const { facts, inside, origin, ours, target, database } = seen;
  const findings = aboutSessions(facts);
  findings.push(...aboutWorkers(facts, inside.extensions, database));
  findings.push(...aboutPoolers(seen));
  if (facts.securityLabels.length > 0)
    findings.push(warn('securityLabels', { database, labels: facts.securityLabels }));
  if (!facts.ownsLive) {
    const { name: role } = target.facts.role;
    findings.push(block('role.rights', { role, right: 'membership', owner: live.owner, database }));
  }
  const kept = ours.filter(({ mark }) => mark.role === 'kept' && mark.of === database);
  if (kept.length > 0) {
    const bytes = kept.reduce((sum, { row }) => sum + (row.bytes ?? 0), 0);
    findings.push(note('kept.exists', { databases: kept.map(({ row }) => row.name), bytes }));
  }
  findings.push(warn('writesAfterBackup', { snapshot: origin.snapshot, written: inside.written }));
  findings.push(note('downtime', { ...loginWait(target) }));
  return findings;
}

/** Poolers are known by the address their sessions come from, or by the name they give themselves; one may be idle. */
export function aboutPoolers({ facts, poolers = [], target }: Pick<Seen, 'facts' | 'poolers' | 'target'>): Finding[] {
  const found = poolers.map(({ name, addresses }) => {
    const own = facts.clients.filter(({ address }) => addresses.includes(address));
    return { name, sessions: own.reduce((sum, { count }) => sum + count, 0) };
  });
  const connected = found.filter(({ sessions }) => sessions > 0);
  const idle = found.filter(({ sessions }) => sessions === 0).map(({ name }) => name);
  const names = [...connected.map(({ name }) => name), ...facts.poolers];
  const sessions = connected.reduce((sum, one) => sum + one.sessions, 0);
  const findings: Finding[] = [];
  // as no superuser logins fail, and a pooler that saw one fail waits
  const grave = target.facts.role.superuser ? note : warn;
  if (names.length > 0) findings.push(grave('pooler', { names, ...(sessions > 0 ? { sessions } : {}) }));
  if (idle.length > 0) findings.push(note('pooler.idle', { names: idle }));
  return findings;
}

/** How long logins wait for the exchange of names, and how: as a superuser none fails. Seconds. */
export interface LoginWait {
  readonly method: 'catalog' | 'database';
  readonly seconds: number;
  /** how long PgBouncer then waits */
  readonly pooler?: number;
}

/** What is to be expected of a target with its role. */
export function loginWait({ facts }: OpenPod): LoginWait {
  return facts.role.superuser ? { method: 'catalog', seconds: 0.2 } : { method: 'database', seconds: 1, pooler: 15 };
}

/** What works in a database by itself and would not stand its replacement. */
export function aboutWorkers(
  { subscriptions }: ServerFacts,
  extensions: readonly string[],
  database: string,
): Finding[] {
  const findings: Finding[] = [];
  if (subscriptions.length > 0) findings.push(block('subscriptions', { subscriptions }));
  if (extensions.includes('timescaledb')) findings.push(block('timescaledb', { database }));
  if (extensions.includes('pg_cron')) findings.push(block('pgcron', { database }));
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
  findings.push((facts.sessions === 0 ? note : warn)('target.sessions', { count: facts.sessions }));
  if (facts.replicas > 0) findings.push(warn('replicas', { count: facts.replicas }));
  return findings;
}
