import type { OpenPod } from '../pod/databasePod';
import { query } from '../pod/sql';
import type { Difference } from '../postgres/archive/reading';

/** One fact of a catalog, in words that all majors share. */
export interface CatalogFact {
  readonly what: string;
  readonly name: string;
  readonly text: string;
}

/** Columns, constraints, indexes, owners and grants of a database. Throws what the exec throws. */
export async function readCatalog(pod: OpenPod, database: string, signal: AbortSignal): Promise<CatalogFact[]> {
  const server = { exec: pod.exec, access: pod.facts.access };
  return query<CatalogFact>(server, database, catalogSql, { signal });
}

/** The facts that only one has, or that differ. */
export function compareCatalogs(left: readonly CatalogFact[], right: readonly CatalogFact[]): Difference[] {
  const key = ({ what, name }: CatalogFact): string => JSON.stringify([what, name]);
  const here = new Map(left.map((fact) => [key(fact), fact]));
  const there = new Map(right.map((fact) => [key(fact), fact]));
  const differences: Difference[] = [];
  for (const [id, fact] of here) {
    const other = there.get(id);
    const { what, name } = fact;
    if (!other) differences.push({ kind: 'definition', what, name, change: 'missing right' });
    else if (other.text !== fact.text) differences.push({ kind: 'definition', what, name, change: 'changed' });
  }
  for (const [id, { what, name }] of there) {
    if (!here.has(id)) differences.push({ kind: 'definition', what, name, change: 'missing left' });
  }
  return differences;
}

/** NOT NULL is a constraint of its own since 18: it is a fact of the column here. MAINTAIN came with 17. */
const catalogSql = `set search_path = pg_catalog;
with rel as (
  select c.*, n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')),
facts as (
  select 'TABLE' as what, r.name, concat_ws(' ', r.relkind, r.relpersistence, pg_get_userbyid(r.relowner), r.relrowsecurity) as text from rel r
  union all
  select 'COLUMN', r.name || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
    a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
    from rel r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where r.relkind <> 'S'
  union all
  select 'CONSTRAINT', r.name || '.' || c.conname, pg_get_constraintdef(c.oid) from rel r join pg_constraint c on c.conrelid = r.oid where c.contype <> 'n'
  union all
  select 'INDEX', r.name || '.' || i.relname, pg_get_indexdef(i.oid) from rel r join pg_index x on x.indrelid = r.oid join pg_class i on i.oid = x.indexrelid
  union all
  select 'ACL', r.name, coalesce((select string_agg(g, ',' order by g) from (select concat_ws(' ',
    case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, a.privilege_type, a.is_grantable) as g
    from aclexplode(coalesce(r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner))) a
    where a.privilege_type <> 'MAINTAIN') s), '') from rel r
  union all
  select 'FUNCTION', p.oid::regprocedure::text, concat_ws(' ', pg_get_userbyid(p.proowner), l.lanname, md5(p.prosrc), p.prosecdef)
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  union all
  select 'TRIGGER', r.name || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled) from rel r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
  union all
  select 'POLICY', r.name || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from rel r join pg_policy p on p.polrelid = r.oid)
select json_build_object('what', what, 'name', name, 'text', text) from facts order by what, name;
`;
