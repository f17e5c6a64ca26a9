import { AppError } from '../../base/errors';
import type { Server } from '../../pod/server/sql';
import { query } from '../../pod/server/sql';
import { grantText, settingText } from '../../postgres/archive/compare/compareDatabase';
import { defaultAcl } from '../../postgres/archive/databaseReading';
import type { DatabaseGrant, DatabaseReading, DatabaseSetting } from '../../postgres/archive/databaseReading';
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';

/** What belongs to a database by its OID and not by its name: none of it moves when two names are exchanged. */
export interface DatabaseProperties {
  readonly owner: string;
  readonly connectionLimit: number;
  readonly allowConnections: boolean;
  readonly isTemplate: boolean;
  readonly comment?: string;
  /** absent: the defaults of PostgreSQL */
  readonly acl?: readonly {
    readonly grantee?: string;
    readonly privilege: string;
    readonly grantable: boolean;
  }[];
  /** ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET, each as `name=value` */
  readonly settings: readonly { readonly role?: string; readonly values: readonly string[] }[];
}

/** Reads the properties of the database with this OID. Throws `restore.swap` when it is gone. */
export async function readProperties(
  server: Server,
  from: string,
  oid: number,
  signal?: AbortSignal,
): Promise<DatabaseProperties> {
  const [found] = await query<DatabaseProperties>(server, from, propertiesSql(oid), signal ? { signal } : {});
  if (!found) throw new AppError('restore.swap', { gone: oid });
  return found;
}

/**
 * The statements that give the database `name` exactly these properties, whatever it has now: resets come first, since a default
 * left out would leave what the side database was made with (a connection limit of 5, no CONNECT for PUBLIC). `present` is what
 * it has now. All of them may stand in a transaction. The comment is not among them.
 */
export function propertyStatements(
  name: string,
  properties: DatabaseProperties,
  present: DatabaseProperties,
): string[] {
  const database = quoteIdentifier(name);
  const statements = [
    `alter database ${database} owner to ${quoteIdentifier(properties.owner)};`,
    `alter database ${database} connection limit ${properties.connectionLimit};`,
    `alter database ${database} is_template ${properties.isTemplate};`,
    `alter database ${database} allow_connections ${properties.allowConnections};`,
    `revoke all on database ${database} from public;`,
    ...aclStatements(database, properties, present),
    ...present.settings.map(({ role }) => `alter ${whose(database, role)} reset all;`),
  ];
  for (const { role, values } of properties.settings) {
    for (const setting of values) statements.push(settingStatement(database, settingOf(setting, role)));
  }
  return statements;
}

/** One thing that a new database gets, by a statement of its own. */
export interface PropertyStep {
  readonly what: 'owner' | 'connection limit' | 'template' | 'grant' | 'setting';
  /** which grant or setting */
  readonly name?: string;
  readonly sql: string;
}

/**
 * The steps that make the database `name` what was backed up, each of which may fail for itself. What comes before them is not to fail: it makes the
 * side database an ordinary one that grants nothing to anyone. `present` is what it has now. The comment is not among them.
 */
export function propertySteps(
  name: string,
  wanted: DatabaseReading,
  present: DatabaseProperties,
): { readonly before: readonly string[]; readonly steps: readonly PropertyStep[] } {
  const database = quoteIdentifier(name);
  const owner = quoteIdentifier(wanted.owner);
  const holders = (present.acl ?? []).flatMap(({ grantee }) => (grantee === undefined ? [] : [grantee]));
  const changesOwner = wanted.owner !== present.owner;
  const before = [
    `alter database ${database} connection limit -1;`,
    `alter database ${database} allow_connections true;`,
    ...(changesOwner ? [`alter database ${database} owner to ${owner};`] : []),
    `revoke all on database ${database} from public;`,
    ...[...new Set([...holders, wanted.owner])].map(
      (role) => `revoke all on database ${database} from ${quoteIdentifier(role)} cascade;`,
    ),
    ...present.settings.map(({ role }) => `alter ${whose(database, role)} reset all;`),
  ];
  const grants = inOrderOfGrantors(wanted.acl ?? defaultAcl(wanted.owner), wanted.owner);
  const steps: PropertyStep[] = [
    ...grants.map((grant) => ({
      what: 'grant' as const,
      name: grantText(grant, wanted.owner),
      sql: grantStatement(database, grant),
    })),
    ...wanted.settings.map((setting) => ({
      what: 'setting' as const,
      name: settingText(setting),
      sql: settingStatement(database, setting),
    })),
  ];
  if (wanted.connectionLimit !== -1) {
    const sql = `alter database ${database} connection limit ${wanted.connectionLimit};`;
    steps.push({ what: connectionLimit, sql });
  }
  if (wanted.isTemplate) steps.push({ what: 'template', sql: `alter database ${database} is_template true;` });
  return { before, steps };
}

/** Results of jobs that are on a disk say it so. */
const connectionLimit = 'connection limit' satisfies PropertyStep['what'];

/** Whoever grants must hold the right before, with the option to grant it. */
function inOrderOfGrantors(acl: readonly DatabaseGrant[], owner: string): DatabaseGrant[] {
  const ordered: DatabaseGrant[] = [];
  let rest = [...acl];
  while (rest.length > 0) {
    const may = rest.filter(
      ({ grantor, privilege }) =>
        grantor === undefined ||
        grantor === owner ||
        ordered.some((one) => one.grantable && one.grantee === grantor && one.privilege === privilege),
    );
    // what nobody could have granted is tried all the same: the server says why not
    const next = may.length === 0 ? rest : may;
    ordered.push(...next);
    rest = rest.filter((one) => !next.includes(one));
  }
  return ordered;
}

/** In the name of who granted it, where that is not the owner; only a superuser may do so for everyone. */
function grantStatement(database: string, { grantee, privilege, grantable, grantor }: DatabaseGrant): string {
  const to = grantee === undefined ? 'public' : quoteIdentifier(grantee);
  const grant = `grant ${privilege} on database ${database} to ${to}${grantable ? ' with grant option' : ''};`;
  return grantor === undefined ? grant : `set local role ${quoteIdentifier(grantor)}; ${grant} reset role;`;
}

/**
 * A DO block that raises `db-ferry: properties differ` unless the two databases have equal properties: owner, limit, flags, ACL by what
 * it means, settings. Encoding, locale and tablespace too: the side database was made like the live one.
 */
export function comparisonStatement(left: number, right: number): string {
  return `do $ferry$ declare l jsonb; r jsonb; begin
  select (${facts('d')}) into l from pg_database d where oid = ${left};
  select (${facts('d')}) into r from pg_database d where oid = ${right};
  if l is null or r is null or l <> r then raise exception 'db-ferry: properties differ: %', coalesce((select string_agg(coalesce(a.key, b.key), ', ')
    from jsonb_each(l) a full join jsonb_each(r) b on a.key = b.key where a.value is distinct from b.value), 'one is gone'); end if;
end $ferry$;`;
}

/** `search_path` and its like: the catalog holds a list of quoted names, and SET wants it as a list again. */
const quotedLists = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'local_preload_libraries',
  'shared_preload_libraries',
  'unix_socket_directories',
]);

/** `name=value`, as the catalog has it, as what SET wants. */
export function settingOf(setting: string, role?: string): DatabaseSetting {
  const at = setting.indexOf('=');
  const name = setting.slice(0, at);
  const value = setting.slice(at + 1);
  const parts = quotedLists.has(name.toLowerCase()) ? listElements(value) : [value];
  return { ...(role === undefined ? {} : { role }), name, values: parts.length === 0 ? [''] : parts };
}

function settingStatement(database: string, { role, name, values }: DatabaseSetting): string {
  const to = values.map(quoteLiteral).join(', ');
  return `alter ${whose(database, role)} set ${quoteIdentifier(name)} to ${to};`;
}

/** The elements of a list as the catalog has it: `"$user", public`. */
export function listElements(text: string): string[] {
  const found = text.matchAll(/"((?:[^"]|"")*)(?:"|$)|([^\s,"][^,"]*)/g);
  return Array.from(found, ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? (bare ?? '').trimEnd());
}

function whose(database: string, role: string | undefined): string {
  return role === undefined ? `database ${database}` : `role ${quoteIdentifier(role)} in database ${database}`;
}

/** From nothing to the wanted ACL: whoever has something now loses it, the owner's own default too. */
function aclStatements(database: string, wanted: DatabaseProperties, present: DatabaseProperties): string[] {
  const owner = quoteIdentifier(wanted.owner);
  const holders = new Set((present.acl ?? []).flatMap(({ grantee }) => (grantee === undefined ? [] : [grantee])));
  const statements = [...holders, wanted.owner].map(
    (role) => `revoke all on database ${database} from ${quoteIdentifier(role)} cascade;`,
  );
  if (wanted.acl === undefined) {
    statements.push(`grant all on database ${database} to ${owner};`);
    statements.push(`grant connect, temporary on database ${database} to public;`);
    return statements;
  }
  for (const { grantee, privilege, grantable } of wanted.acl) {
    const to = grantee === undefined ? 'public' : quoteIdentifier(grantee);
    const option = grantable ? ' with grant option' : '';
    statements.push(`grant ${privilege} on database ${database} to ${to}${option};`);
  }
  return statements;
}

const acl = (d: string): string => `aclexplode(coalesce(${d}.datacl, acldefault('d', ${d}.datdba)))`;

/** Columns that only some majors have are taken through JSON; who granted is no property of the grant. */
const facts = (
  d: string,
): string => `(to_jsonb(${d}) - array['oid', 'datname', 'datfrozenxid', 'datminmxid', 'datcollversion',
    'datlastsysoid', 'datacl', 'dathasloginevt'])
  || jsonb_build_object('acl', (select jsonb_agg(distinct jsonb_build_array(a.grantee::text, a.privilege_type, a.is_grantable)) from ${acl(d)} a),
    'settings', (select jsonb_agg(jsonb_build_array(s.setrole::text, (select jsonb_agg(c order by c) from unnest(s.setconfig) c)) order by s.setrole)
      from pg_db_role_setting s where s.setdatabase = ${d}.oid))`;

const propertiesSql = (oid: number): string => `
select json_strip_nulls(json_build_object('owner', pg_get_userbyid(d.datdba), 'connectionLimit', d.datconnlimit,
  'allowConnections', d.datallowconn, 'isTemplate', d.datistemplate, 'comment', shobj_description(d.oid, 'pg_database'),
  'acl', case when d.datacl is not null then (select coalesce(json_agg(json_build_object(
    'grantee', case when a.grantee <> 0 then pg_get_userbyid(a.grantee) end, 'privilege', a.privilege_type, 'grantable', a.is_grantable)), '[]')
    from aclexplode(d.datacl) a) end,
  'settings', (select coalesce(json_agg(json_build_object('role', case when s.setrole <> 0 then pg_get_userbyid(s.setrole) end,
    'values', s.setconfig)), '[]') from pg_db_role_setting s where s.setdatabase = d.oid)))
from pg_database d where d.oid = ${oid};
`;
