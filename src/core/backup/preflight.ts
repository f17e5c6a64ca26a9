import type { Room } from '../catalog/disk';
import { isAppError } from '../base/errors';
import { block, warn, type Finding } from '../base/finding';
import type { DatabaseFacts, OpenPod } from '../pod/databasePod';
import { query } from '../pod/server/sql';
import { hasGeneratedSql } from '../postgres/sql/generatedColumns';
import type { Expectation } from './expectation';

/** A table as the source knows it before the dump: what progress is reckoned from. */
export interface SourceTable {
  readonly oid: number;
  /** `schema.table`, unquoted, as pg_dump -v says it */
  readonly name: string;
  /** heap and TOAST: what a dump reads */
  readonly bytes: number;
  /** the planner's estimate; negative where never analysed */
  readonly rows: number;
}

/** What the source says before a dump; nothing is changed. */
export interface SourceFacts {
  readonly tables: readonly SourceTable[];
  readonly unreadable: readonly string[];
  readonly unlogged: readonly string[];
  readonly rowSecurity: readonly string[];
  readonly timescale: boolean;
  /** some column is generated */
  readonly generated: boolean;
  /** roles of the server that are superusers */
  readonly superusers: readonly string[];
  readonly passwords: Passwords;
}

/** How many passwords pg_dump will write into the archive, as they are. */
interface Passwords {
  /** of foreign servers */
  readonly mappings: number;
  readonly subscriptions: number;
}

/**
 * Asks the source what it will dump and what stands in the way. A table that someone holds locked costs at most 3 s: its
 * size cannot be asked for then, and the planner's page counts stand in.
 */
export async function askSource(
  source: OpenPod,
  database: string,
  application: string,
  signal: AbortSignal,
): Promise<SourceFacts> {
  const server = { exec: source.exec, access: source.facts.access, application };
  let rows: SourceRow[];
  try {
    rows = await query<SourceRow>(server, database, sourceSql(true), { signal });
  } catch (error) {
    if (!isAppError(error, 'exec.failed') || !['55P03', '57014'].includes(String(error.data['sqlState']))) throw error;
    rows = await query<SourceRow>(server, database, sourceSql(false), { signal });
  }
  const tables: SourceTable[] = [];
  const facts = { unreadable: [] as string[], unlogged: [] as string[], rowSecurity: [] as string[] };
  let timescale = false;
  let generated = false;
  let superusers: readonly string[] = [];
  let passwords: Passwords = { mappings: 0, subscriptions: 0 };
  for (const row of rows) {
    if ('timescale' in row) {
      ({ timescale, generated, superusers } = row);
      continue;
    }
    if ('passwords' in row) {
      passwords = row.passwords;
      continue;
    }
    if (row.data) tables.push({ oid: row.oid, name: row.name, bytes: row.bytes ?? row.pages * 8192, rows: row.rows });
    if (!row.readable) facts.unreadable.push(row.name);
    if (row.unlogged) facts.unlogged.push(row.name);
    if (row.filtered) facts.rowSecurity.push(row.name);
  }
  return { tables, timescale, generated, superusers, passwords, ...facts };
}

/** What stands in the way of a backup, or should be known before it. */
export function backupFindings(
  source: OpenPod,
  facts: SourceFacts,
  here: {
    readonly folder: string;
    /** of what nobody knows the end of: nothing */
    readonly room: Room | undefined;
    readonly expected: Expectation;
    readonly database: DatabaseFacts;
  },
): Finding[] {
  const findings: Finding[] = [];
  const { pgDump, serverVersion, standby, role } = source.facts;
  const serverMajor = Math.floor(serverVersion / 10000);
  if (pgDump.major < serverMajor) {
    findings.push({ level: 'block', code: 'dump.tooOld', data: { pgDump: pgDump.text, server: serverMajor } });
  }
  if (facts.rowSecurity.length > 0)
    findings.push(block('dump.rowSecurity', { ...few(facts.rowSecurity), role: role.name }));
  if (facts.unreadable.length > 0)
    findings.push(block('dump.unreadable', { ...few(facts.unreadable), role: role.name }));
  const old = role.superuser ? oldServer(serverVersion) : undefined;
  if (old) findings.push(warn('source.oldServer', { ...old, role: role.name }));
  if (standby && facts.unlogged.length > 0) findings.push(warn('source.unlogged', few(facts.unlogged)));
  if (standby) findings.push({ level: 'note', code: 'source.standby', data: { pod: source.pod.name } });
  const { mappings, subscriptions } = facts.passwords;
  if (mappings + subscriptions > 0)
    findings.push({ level: 'warn', code: 'dump.passwords', data: { mappings, subscriptions } });
  findings.push(...aboutDatabase(source, here.database));
  if (facts.timescale) findings.push({ level: 'warn', code: 'source.timescale', data: {} });
  if (!here.room) return findings;
  const { free, reserve } = here.room;
  const needed = Math.ceil(here.expected.bytes * 1.5) + reserve;
  if (free < needed) {
    findings.push({
      level: 'block',
      code: 'disk.full',
      data: { folder: here.folder, free, needed, reserve, expected: here.expected.bytes },
    });
  }
  return findings;
}

/** The first minor of each major that can be told to read no view in a table's place: see `tablesAlone`. Later majors always could. */
const readsTablesAlone: Readonly<Record<number, number>> = { 12: 20, 13: 16, 14: 13, 15: 8, 16: 4 };

/** Undefined where the server is none of those. Pure. */
export function oldServer(version: number): { readonly version: string; readonly fixed?: string } | undefined {
  const [major, minor] = [Math.floor(version / 10000), version % 10000];
  const first = readsTablesAlone[major];
  if (first === undefined ? major > 12 : minor >= first) return undefined;
  return { version: `${major}.${minor}`, ...(first === undefined ? {} : { fixed: `${major}.${first}` }) };
}

/** What its server says of a database before it is looked into. */
function aboutDatabase({ facts }: OpenPod, { collation, loginTriggers = false }: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  if (collation) findings.push({ level: 'note', code: 'source.collation', data: { ...collation } });
  if (loginTriggers && !facts.role.superuser)
    findings.push({ level: 'warn', code: 'source.loginTriggers', data: { role: facts.role.name } });
  const { warnings = [] } = facts;
  if (warnings.length > 0) findings.push({ level: 'note', code: 'source.warned', data: { lines: warnings } });
  return findings;
}

type SourceRow =
  | { readonly passwords: Passwords }
  | { readonly timescale: boolean; readonly generated: boolean; readonly superusers: readonly string[] }
  | {
      readonly oid: number;
      readonly name: string;
      readonly bytes: number | null;
      readonly pages: number;
      readonly rows: number;
      readonly data: boolean;
      readonly readable: boolean;
      readonly unlogged: boolean;
      readonly filtered: boolean;
    };

/**
 * What pg_dump locks or reads: tables, partitioned tables, sequences, materialised views, outside the system's schemas and not of an
 * extension (its configuration tables are data). Row security filters for everyone but superusers, BYPASSRLS and the owner without FORCE.
 */
const sourceSql = (sizes: boolean): string => `
set lock_timeout = '3s'; set statement_timeout = '60s';
select json_build_object('timescale', exists (select from pg_extension where extname = 'timescaledb'),
  'generated', (${hasGeneratedSql}), 'superusers', (select coalesce(json_agg(rolname), '[]') from pg_roles where rolsuper));
select has_column_privilege('pg_subscription', 'subconninfo', 'select') as has_subscriptions \\gset
\\if :has_subscriptions
select count(*) as subscriptions from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())
  and subconninfo ~* '(^|[[:space:]])(ssl)?password[[:space:]]*=|://[^/@]*:[^/@]*@' \\gset
\\else
\\set subscriptions 0
\\endif
select json_build_object('passwords', json_build_object('subscriptions', :subscriptions,
  'mappings', (select count(*) from pg_user_mappings m where exists (select from unnest(m.umoptions) o where o ~* '^[a-z_]*(passw|secret|token|access_key|private_key)[a-z_]*='))));
with me as (select rolsuper or rolbypassrls as free from pg_roles where rolname = current_user)
select json_build_object('oid', c.oid::bigint, 'name', n.nspname || '.' || c.relname,
  'bytes', ${sizes ? "case when c.relkind = 'r' then pg_table_size(c.oid) end" : 'null'}, 'pages', c.relpages, 'rows', c.reltuples,
  'data', c.relkind = 'r',
  'readable', c.relkind = 'm' or (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')),
  'unlogged', c.relkind = 'r' and c.relpersistence = 'u',
  'filtered', c.relrowsecurity and not me.free and (c.relforcerowsecurity or not pg_has_role(c.relowner, 'usage')))
from pg_class c join pg_namespace n on n.oid = c.relnamespace, me
where c.relkind in ('r', 'p', 'S', 'm') and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    or exists (select from pg_extension e where c.oid = any (e.extconfig)));
select json_build_object('oid', 2613, 'name', 'pg_catalog.pg_largeobject', 'bytes', pg_table_size('pg_largeobject'), 'pages', 0,
  'rows', reltuples, 'data', true, 'readable', true, 'unlogged', false, 'filtered', false) from pg_class where oid = 2613;
`;

/** At most twenty names travel; the count says how many there are. */
function few(names: readonly string[]): { tables: readonly string[]; count: number } {
  return { tables: names.slice(0, 20), count: names.length };
}
