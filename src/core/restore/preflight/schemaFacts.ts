import { isAppError } from '../../base/errors';
import { query } from '../../pod/server/sql';
import type { Workplace } from '../databaseRow';
import type { LiveBefore } from '../side/prepared';

/** The definitions of a database in a digest. `before`: a transaction id; what has a higher one was made or altered later. */
export type SchemaDigest = NonNullable<LiveBefore['schema']>;

/**
 * The definitions of a database as its catalogs have them, in a digest that does not hang on their order: tables, columns, constraints, indexes, triggers, policies, views, functions, types,
 * extensions, and who may what. Rows are not read. Undefined where our role may not see them, or something was altered at that very moment. Throws what the exec throws.
 */
export async function readSchemaDigest(
  server: Workplace,
  database: string,
  signal: AbortSignal,
): Promise<SchemaDigest | undefined> {
  try {
    const [found] = await query<SchemaDigest>(server, database, digestSql, { signal });
    return found;
  } catch (error) {
    if (isAppError(error, 'exec.failed')) return undefined;
    throw error;
  }
}

/** What was made or altered in a database since, by name, at most `most`; what was dropped has left nothing. Throws `exec.*`. */
export async function readAltered(
  server: Workplace,
  database: string,
  { before }: SchemaDigest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [names = []] = await query<string[]>(server, database, alteredSql(before), { signal });
  return names;
}

const most = 20;

/** Namespaces that hold what people define. */
const own = (oid: string): string =>
  `${oid} in (select n.oid from pg_namespace n where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)')`;

/** One line for each definition; in one statement, so of one moment. The `before` is of that moment or earlier: a change at the same time is seen as one. */
const digestSql = `
with line (text) as (
  select concat_ws(chr(31), 'schema', nspname, nspacl) from pg_namespace n where ${own('n.oid')}
  union all select concat_ws(chr(31), 'class', c.oid, relname, relnamespace, relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, relacl, relowner)
    from pg_class c where ${own('relnamespace')} and relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
  union all select concat_ws(chr(31), 'column', attrelid, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attacl, pg_get_expr(adbin, adrelid))
    from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped and ${own('relnamespace')} and relkind in ('r', 'p', 'v', 'm', 'f', 'c')
  union all select concat_ws(chr(31), 'view', c.oid, pg_get_viewdef(c.oid)) from pg_class c where ${own('relnamespace')} and relkind in ('v', 'm')
  union all select concat_ws(chr(31), 'constraint', conrelid, contypid, conname, pg_get_constraintdef(oid)) from pg_constraint where ${own('connamespace')}
  union all select concat_ws(chr(31), 'index', indrelid, pg_get_indexdef(indexrelid)) from pg_index join pg_class c on c.oid = indexrelid where ${own('relnamespace')}
  union all select concat_ws(chr(31), 'trigger', tgrelid, tgenabled, pg_get_triggerdef(t.oid)) from pg_trigger t where not tgisinternal
  union all select concat_ws(chr(31), 'policy', polrelid, polname, polcmd, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
  union all select concat_ws(chr(31), 'rule', ev_class, rulename, ev_enabled, pg_get_ruledef(r.oid)) from pg_rewrite r where rulename <> '_RETURN' and r.oid >= 16384
  union all select concat_ws(chr(31), 'routine', p.oid, proname, prokind, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), prosrc, probin,
      prosecdef, provolatile, proisstrict, proconfig, proacl, proowner, pg_get_function_arguments(p.oid)) from pg_proc p where ${own('pronamespace')}
  union all select concat_ws(chr(31), 'type', t.oid, typname, typtype, format_type(typbasetype, typtypmod), typnotnull, typdefault, typacl, typowner,
      (select string_agg(enumlabel, chr(31) order by enumsortorder) from pg_enum where enumtypid = t.oid)) from pg_type t where ${own('typnamespace')} and typtype <> 'b'
  union all select concat_ws(chr(31), 'sequence', seqrelid, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcycle) from pg_sequence
  union all select concat_ws(chr(31), 'extension', extname, extversion) from pg_extension
)
select json_build_object('digest', coalesce(sum(('x' || substr(md5(text), 1, 15))::bit(60)::bigint), 0)::text || '-'
    || coalesce(sum(('x' || substr(md5(text), 17, 15))::bit(60)::bigint), 0)::text,
  'objects', count(*), 'before', txid_snapshot_xmin(txid_current_snapshot())::text) from line`;

/** By the transactions that wrote their rows in the catalogs; their ids there have 32 bits. */
const alteredSql = (before: string): string => {
  const isNewer = (row: string): string => `age(${row}.xmin) <= age('${BigInt(before) % 2n ** 32n}'::xid)`;
  // what came with an extension is named by it
  const isFree = (catalog: string, oid: string): string =>
    `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;
  return `select coalesce(json_agg(name), '[]') from (
  select distinct name from (
    select c.oid::regclass::text as name from pg_class c
      where ${own('relnamespace')} and relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${isFree('pg_class', 'c.oid')} and (${isNewer('c')}
        or exists (select from pg_attribute a where a.attrelid = c.oid and ${isNewer('a')})
        or exists (select from pg_constraint o where o.conrelid = c.oid and ${isNewer('o')})
        or exists (select from pg_trigger t where t.tgrelid = c.oid and ${isNewer('t')})
        or exists (select from pg_index i where i.indrelid = c.oid and ${isNewer('i')}))
    union all select p.oid::regprocedure::text from pg_proc p where ${own('pronamespace')} and ${isNewer('p')} and ${isFree('pg_proc', 'p.oid')}
    union all select t.oid::regtype::text from pg_type t where ${own('typnamespace')} and t.typtype in ('e', 'd') and (${isNewer('t')} or exists (select from pg_enum e where e.enumtypid = t.oid and ${isNewer('e')})) and ${isFree('pg_type', 't.oid')}
    union all select 'extension ' || extname from pg_extension e where ${isNewer('e')}
  ) found order by name limit ${most}) names`;
};
