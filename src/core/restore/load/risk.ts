import { quoteLiteral } from '../../postgres/sql/quote';
import { notOfExtension } from './ofExtension';

/** What of a database would be computed in the name of who owns it. */
export interface Risk {
  /** our own role */
  readonly me: string;
  /** roles in whose name more can be done than the database holds: superusers and who can become one, those with attributes or rights of the server's own, and those that have something elsewhere */
  readonly powerful: readonly string[];
  /** what is computed in its owner's name by more than the server's own harmless functions */
  readonly objects: readonly string[];
}

/**
 * Code that runs in a role's name can give that role another password, and grant what is the role's. So whoever has something in another database counts, but for the one that is replaced (`live`) and what is kept and prepared
 * of it: whose those are, the marks claim, which only owners can write.
 */
const powerful = `select r.rolname from pg_roles r where r.rolname <> 'pg_database_owner' and exists (
  select from (select oid from pg_roles where rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
      or rolname ~ '^pg_' and rolname <> 'pg_database_owner'
    union all select refobjid from pg_shdepend where refclassid = 'pg_authid'::regclass and deptype in ('o', 'a')
      and dbid <> 0 and dbid not in (select oid from own)
    union all select refobjid from pg_shdepend where refclassid = 'pg_authid'::regclass and deptype in ('o', 'a') and dbid = 0
      and not (classid = 'pg_database'::regclass and objid in (select oid from own)) and not (classid = 'pg_tablespace'::regclass and deptype = 'a')) e
  where pg_has_role(r.oid, e.oid, 'member'))`;

const ownOf = (live: string | undefined): string =>
  `select oid from pg_database d where datname = current_database()${
    live === undefined
      ? ''
      : `
    or datname = ${quoteLiteral(live)} or starts_with(shobj_description(oid, 'pg_database'), '{"dbFerry":')
      and strpos(shobj_description(oid, 'pg_database'), ${quoteLiteral(`"of":${JSON.stringify(live)}`)}) > 0`
  }`;

/**
 * Functions that whoever owns a thing should not call without knowing: the database's own, those with effects, those that not everybody may call, and those that run what they are given as a text. Of the server's own, none of
 * 15 to 18 that has no effects does that but those that write tables as XML. An extension's may, whatever it says of its effects: only those of `harmless` do not.
 */
const unsafe = (
  loader: string | undefined,
): string => `select p.oid from pg_proc p where p.oid >= 16384 and not exists (
    select from pg_depend d join pg_extension e on e.oid = d.refobjid join pg_language l on l.oid = p.prolang
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass
      and e.extname in (${harmless.map(quoteLiteral).join(', ')}) and (l.lanname in ('c', 'internal') or e.extname = 'citext'))
  or p.oid >= 16384 and ${notOfExtension('pg_proc', 'p.oid', loader)}
  or p.provolatile = 'v' and p.proname not in ('nextval', 'currval', 'lastval', 'random', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'clock_timestamp', 'timeofday',
    'uuid_generate_v4', 'uuid_generate_v1', 'uuid_generate_v1mc')
  or p.proname ~ '_to_xml' or not has_function_privilege('public', p.oid, 'execute')`;

/** Extensions whose functions compute something from what they are given, and run nothing. Those of citext in SQL name everything with its schema. */
const harmless = [
  ...['btree_gin', 'btree_gist', 'citext', 'cube', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'ltree', 'pg_trgm'],
  ...['pgcrypto', 'postgis', 'seg', 'unaccent', 'uuid-ossp', 'vector'],
];

/**
 * One row of `Risk`. In an owner's name the server computes the expressions of indexes, statistics and partitions and the difference of ranges (whenever it gathers statistics), materialized views with the policies and views that they read, what a
 * foreign key does to its table with all that hangs on that (triggers, rules), the views that a materialized one reads, casts: those that compare keys, and those that functions of the server's own look up by their
 * argument's type (to_json, quote_literal); what a function with SECURITY DEFINER does; and views read in it. What the role `loader` owns is the archive's own, also where it put that into an extension.
 */
export function riskSql(live?: string, loader?: string): string {
  const ours = (catalog: string, oid: string): string => `${oid} >= 16384 and ${notOfExtension(catalog, oid, loader)}`;
  return `with own as materialized (${ownOf(live)}), unsafe as materialized (${unsafe(loader)}),
  acting as (select conrelid from pg_constraint where contype = 'f' and (confupdtype not in ('a', 'r') or confdeltype not in ('a', 'r'))),
  computed (what, tree) as (
    select format('index %s', indexrelid::regclass), concat(indexprs, ' ', indpred) from pg_index where (indexprs is not null or indpred is not null) and ${ours('pg_class', 'indrelid')}
    union all select format('statistics %I', stxname), to_jsonb(s) ->> 'stxexprs' from pg_statistic_ext s
    union all select format('table %s', partrelid::regclass), partexprs::text from pg_partitioned_table where partexprs is not null
    union all select format('materialized view %s', ev_class::regclass), ev_action::text from pg_rewrite r join pg_class c on c.oid = ev_class
      where relkind = 'm' and ${ours('pg_class', 'c.oid')}
    union all select format('view %s', ev_class::regclass), ev_action::text from pg_rewrite r join pg_class c on c.oid = ev_class
      where relkind = 'v' and ${ours('pg_class', 'c.oid')} and exists (select from pg_class f where f.relkind = 'm' and ${ours('pg_class', 'f.oid')})
    union all select format('policy %I on %s', polname, polrelid::regclass), concat(polqual, ' ', polwithcheck) from pg_policy
      where ${ours('pg_class', 'polrelid')} and exists (select from pg_class f where f.relkind = 'm' and ${ours('pg_class', 'f.oid')})
    union all select format('domain %s', contypid::regtype), conbin::text from pg_constraint where contypid <> 0 and ${ours('pg_type', 'contypid')}
    union all select format('table %s', conrelid::regclass), conbin::text from pg_constraint where contype = 'c' and conrelid in (select conrelid from acting)
    union all select format('table %s', adrelid::regclass), adbin::text from pg_attrdef where adrelid in (select conrelid from acting)),
  called (what, fn) as (
    select what, m[1]::oid from computed, regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\\d+)', 'g') m
    union select what, oprcode::oid from computed, regexp_matches(tree, ':opno (\\d+)', 'g') m, pg_operator o where o.oid = m[1]::oid),
  risky (what) as (
    select what from called where fn in (select oid from unsafe)
    union select format('function %s', p.oid::regprocedure) from pg_proc p where prosecdef and ${ours('pg_proc', 'p.oid')}
    union select format('view %s', ev_class::regclass) from pg_rewrite r cross join lateral regexp_matches(ev_action::text, ':relid (\\d+)', 'g') m
      join pg_class b on b.oid = m[1]::oid
      where ${ours('pg_class', 'ev_class')} and b.oid < 16384 and (not has_table_privilege('public', b.oid, 'select')
        or b.relkind = 'r' and (ev_type <> '1' or pg_relation_is_updatable(ev_class, true) <> 0))
    union select format('type %s', rngtypid::regtype) from pg_range where rngsubdiff::oid in (select oid from unsafe) or rngcanonical::oid in (select oid from unsafe)
    union select format('table %s', tgrelid::regclass) from pg_trigger where not tgisinternal and tgrelid in (select conrelid from acting)
    union select format('table %s', ev_class::regclass) from pg_rewrite where ev_type <> '1' and ev_class in (select conrelid from acting)
    union select format('cast from %s', castsource::regtype) from pg_cast where castfunc in (select oid from unsafe)
      and (castcontext = 'i' or castfunc not in (select p.oid from pg_proc p join pg_language l on l.oid = prolang where lanname = 'internal')))
select json_build_object('me', current_user, 'powerful', (select coalesce(json_agg(rolname), '[]') from (${powerful}) p),
  'objects', (select coalesce(json_agg(what order by what), '[]') from risky))`;
}
