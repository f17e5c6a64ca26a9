import type { Client } from 'pg';

/** What a database holds, found out by SQL and md5 alone: none of the product's code. Keys sort, values compare. */
export type Fingerprint = ReadonlyMap<string, string>;

/**
 * Rows (count and a sum of md5 over the columns by name), sequences, large objects, columns, constraints, indexes,
 * triggers, policies, owners, grants, functions, comments. Wording of views is left out: majors word them differently.
 */
export async function fingerprint(client: Client, options: { readonly owners?: boolean } = {}): Promise<Fingerprint> {
  await client.query(pinned);
  const found = new Map<string, string>();
  const tables = await client.query<{ schema: string; name: string; columns: string | null }>(tablesSql);
  for (const { schema, name, columns } of tables.rows) {
    const from = `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`;
    const text = columns === null ? "'none'" : `row(${columns})::text`;
    const { rows } = await client.query<{ n: string; sum: string }>(
      `select count(*) as n, coalesce(sum(('x' || substr(md5(convert_to(${text}, 'UTF8')), 1, 15))::bit(60)::bigint::numeric), 0) as sum from only ${from} t`,
    );
    found.set(`rows ${schema}.${name}`, `${rows[0]?.n ?? ''} ${rows[0]?.sum ?? ''}`);
  }
  for (const sql of options.owners === false ? factsSql : [...factsSql, ownersSql]) {
    const { rows } = await client.query<{ key: string; value: string | null }>(sql);
    for (const { key, value } of rows)
      found.set(key, `${found.has(key) ? `${found.get(key) ?? ''} | ` : ''}${value ?? ''}`);
  }
  return found;
}

/** The lines in which two databases differ; empty when they are the same. */
export function compareFingerprints(left: Fingerprint, right: Fingerprint): string[] {
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => `${key}: ${left.get(key) ?? '—'} ≠ ${right.get(key) ?? '—'}`);
}

const pinned = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex';
  set extra_float_digits = 3; set xmlbinary = 'base64'; set lc_monetary = 'C'; set search_path = ''; set row_security = off`;

const ours = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const extension = `not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

const tablesSql = `select n.nspname as schema, c.relname as name,
  (select string_agg('t.' || quote_ident(a.attname), ', ' order by a.attname) from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and c.relpersistence = 'p' and ${ours} and ${extension} order by 1, 2`;

const factsSql = [
  `select 'sequence ' || schemaname || '.' || sequencename as key, coalesce(last_value::text, 'unused') || ' by ' || increment_by as value from pg_catalog.pg_sequences`,
  `select 'large object ' || oid as key, md5(pg_catalog.lo_get(oid)) as value from pg_catalog.pg_largeobject_metadata`,
  `select 'column ' || n.nspname || '.' || c.relname || '.' || a.attname as key,
     pg_catalog.format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') as value
     from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm') and ${ours}`,
  `select 'constraint ' || n.nspname || '.' || c.conname || ' on ' || c.conrelid::regclass as key, pg_catalog.pg_get_constraintdef(c.oid) || ' ' || c.convalidated as value
     from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace where c.contype <> 'n' and ${ours}`,
  `select 'index ' || i.indexrelid::regclass as key, pg_catalog.pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid as value
     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${ours}`,
  `select 'trigger ' || t.tgrelid::regclass || '.' || t.tgname as key, pg_catalog.pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text as value
     from pg_catalog.pg_trigger t where not t.tgisinternal`,
  `select 'policy ' || schemaname || '.' || tablename || '.' || policyname as key, permissive || cmd || roles::text || coalesce(qual, '') || coalesce(with_check, '') as value from pg_catalog.pg_policies`,
  `select 'function ' || p.oid::regprocedure as key, md5(p.prosrc) || p.provolatile::text as value
     from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where ${ours}
     and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`,
  `select 'type ' || n.nspname || '.' || t.typname as key, t.typtype::text || coalesce((select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid), '') as value
     from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype in ('e', 'd') and ${ours}`,
  `select 'comment ' || d.objoid::regclass || '.' || d.objsubid as key, d.description as value from pg_catalog.pg_description d join pg_catalog.pg_class c on c.oid = d.objoid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace where d.classoid = 'pg_catalog.pg_class'::regclass and ${ours}`,
  `select 'relation ' || n.nspname || '.' || c.relname as key, c.relkind::text || c.relrowsecurity || coalesce(c.relispopulated::text, '') as value
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S') and ${ours}`,
];

const ownersSql = `select 'owner and grants ' || n.nspname || '.' || c.relname as key, pg_catalog.pg_get_userbyid(c.relowner) || ' ' ||
    coalesce((select string_agg(x.line, ',' order by x.line) from (
      select pg_catalog.pg_get_userbyid(a.grantee) || ':' || a.privilege_type || ':' || a.is_grantable as line from pg_catalog.aclexplode(c.relacl) a where a.privilege_type <> 'MAINTAIN'
      union all select t.attname || '=' || pg_catalog.pg_get_userbyid(b.grantee) || ':' || b.privilege_type || ':' || b.is_grantable
        from pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) b where t.attrelid = c.oid) x), '') as value
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S') and ${ours}`;
