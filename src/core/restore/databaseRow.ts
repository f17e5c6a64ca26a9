import type { OpenPod } from '../pod/databasePod';
import { maintenanceDatabase } from '../pod/server/maintenanceDatabase';
import { query, type Server } from '../pod/server/sql';
import type { DatabaseLocale } from '../postgres/archive/databaseReading';
import { quoteLiteral } from '../postgres/sql/quote';

/** A database as the server's catalog has it at this moment. */
export interface DatabaseRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: string;
  readonly ownerIsSuperuser: boolean;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** 'c' libc, 'i' icu, 'b' builtin; 'c' before 15 */
  readonly provider: string;
  /** the provider's own locale, where it is not libc */
  readonly locale?: string;
  readonly icuRules?: string;
  readonly tablespace: string;
  readonly allowConnections: boolean;
  readonly connectionLimit: number;
  readonly comment?: string;
  /** bytes; undefined where the role may not know */
  readonly bytes?: number;
}

/** How it sorts text and changes it to upper case. */
export function localeOf({ provider, collate, ctype, locale, icuRules }: DatabaseRow): DatabaseLocale {
  return {
    provider: provider === 'i' || provider === 'b' ? provider : 'c',
    ...{ collate, ctype },
    ...(locale === undefined ? {} : { locale }),
    ...(icuRules === undefined ? {} : { icuRules }),
  };
}

/** A server and the database to ask it from. */
export interface Workplace extends Server {
  /** where SQL about other databases is run; never the target itself */
  readonly from: string;
  /** the server's own identifier, where it may be read: what is signed for this server counts on no other */
  readonly system?: string;
}

/**
 * The server of a pod, asked from `postgres`, or from `template1` where the target is `postgres` itself. `application` names the sessions
 * of a job there: they are its sign of life, and how it is ended.
 */
export function workplace(pod: OpenPod, target: string, application?: string): Workplace {
  const named = application === undefined ? {} : { application };
  const system = pod.facts.systemId === undefined ? {} : { system: pod.facts.systemId };
  return {
    exec: pod.exec,
    access: pod.facts.access,
    from: maintenanceDatabase(pod.facts, target),
    ...named,
    ...system,
  };
}

/** Every database of the server. Throws `exec.failed` and what the exec throws. */
export async function readDatabases(server: Workplace, signal?: AbortSignal): Promise<DatabaseRow[]> {
  const rows = await query<DatabaseRow>(server, server.from, rowsSql(), signal ? { signal } : {});
  return rows;
}

/** One database, or undefined where none has this name. */
export async function readDatabase(
  server: Workplace,
  name: string,
  signal?: AbortSignal,
): Promise<DatabaseRow | undefined> {
  const sql = rowsSql(`where d.datname = ${quoteLiteral(name)}`);
  const [row] = await query<DatabaseRow>(server, server.from, sql, signal ? { signal } : {});
  return row;
}

/** The same by OID, whatever its name is by now. */
export async function readDatabaseByOid(
  server: Workplace,
  oid: number,
  signal?: AbortSignal,
): Promise<DatabaseRow | undefined> {
  const [row] = await query<DatabaseRow>(
    server,
    server.from,
    rowsSql(`where d.oid = ${oid}`),
    signal ? { signal } : {},
  );
  return row;
}

/** One row for each database. Columns that only some majors have are read through JSON. */
export const rowsSql = (where = ''): string => `
select json_strip_nulls(json_build_object('oid', d.oid::bigint, 'name', d.datname, 'owner', pg_get_userbyid(d.datdba),
  'ownerIsSuperuser', coalesce((select r.rolsuper from pg_roles r where r.oid = d.datdba), false),
  'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
  'provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
  'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
  'icuRules', to_jsonb(d) ->> 'daticurules', 'tablespace', t.spcname,
  'allowConnections', d.datallowconn, 'connectionLimit', d.datconnlimit, 'comment', shobj_description(d.oid, 'pg_database'),
  'bytes', case when has_database_privilege(d.oid, 'connect') or pg_has_role('pg_read_all_stats', 'member') then pg_database_size(d.oid) end))
from pg_database d join pg_tablespace t on t.oid = d.dattablespace ${where} order by d.datname`;
