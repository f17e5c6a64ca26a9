import { query, type Server } from '../../pod/server/sql';
import {
  normalAcl,
  type DatabaseGrant,
  type DatabaseLocale,
  type DatabaseReading,
} from '../../postgres/archive/databaseReading';
import { quoteLiteral } from '../../postgres/sql/quote';
import { settingOf } from './properties';

/** What belongs to a database itself, from the catalogs: the same that an archive of it holds. Undefined where there is none. Throws `exec.*`. */
export async function readOwn(
  server: Server,
  from: string,
  database: string,
  signal?: AbortSignal,
): Promise<DatabaseReading | undefined> {
  const sql = `${ownSql(`d.datname = ${quoteLiteral(database)}`)};`;
  const [row] = await query<OwnRow>(server, from, sql, signal ? { signal } : {});
  return row === undefined ? undefined : ownOf(row);
}

/** A row of `ownSql`. */
export interface OwnRow extends Omit<DatabaseReading, 'acl' | 'settings' | 'locale'> {
  readonly acl?: readonly DatabaseGrant[];
  readonly settings: readonly { readonly role?: string; readonly values: readonly string[] }[];
  readonly locale: DatabaseLocale;
}

/** The row as an archive's reader would have it. */
export function ownOf({ acl, settings, ...row }: OwnRow): DatabaseReading {
  const granted = acl === undefined ? undefined : normalAcl(acl, row.owner);
  return {
    ...row,
    ...(granted === undefined ? {} : { acl: granted }),
    settings: settings.flatMap(({ role, values }) => values.map((value) => settingOf(value, role))),
  };
}

/** One row for each database; `where` knows it as `d`. Columns that only some majors have are taken through JSON. */
export const ownSql = (where: string): string => `
select json_strip_nulls(json_build_object('name', d.datname, 'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding),
  'locale', json_build_object('provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'), 'collate', d.datcollate, 'ctype', d.datctype,
    'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), 'icuRules', to_jsonb(d) ->> 'daticurules'),
  'tablespace', (select nullif(t.spcname, 'pg_default') from pg_tablespace t where t.oid = d.dattablespace),
  'connectionLimit', d.datconnlimit, 'isTemplate', d.datistemplate, 'comment', shobj_description(d.oid, 'pg_database'),
  'acl', case when d.datacl is not null then (select coalesce(json_agg(json_build_object(
    'grantee', case when a.grantee <> 0 then pg_get_userbyid(a.grantee) end, 'privilege', a.privilege_type, 'grantable', a.is_grantable,
    'grantor', case when a.grantor <> d.datdba then pg_get_userbyid(a.grantor) end)), '[]') from aclexplode(d.datacl) a) end,
  'settings', (select coalesce(json_agg(json_build_object('role', case when s.setrole <> 0 then pg_get_userbyid(s.setrole) end,
    'values', s.setconfig) order by s.setrole), '[]') from pg_db_role_setting s where s.setdatabase = d.oid)))
from pg_database d where ${where}`;
