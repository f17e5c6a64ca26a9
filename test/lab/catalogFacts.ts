// What the catalogs say, as rows of (key, value), worded alike by every major version from 14 on; with `search_path` empty.

const ours = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** not made by an extension */
const own = (catalog: string, oid: string): string =>
  `not exists (select from pg_catalog.pg_depend x where x.classid = 'pg_catalog.${catalog}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;

/** an ACL with its built-in default filled in; MAINTAIN exists from 17 on and comes with ownership */
const grants = (acl: string, kind: string, owner: string): string =>
  `coalesce((select string_agg(pg_catalog.pg_get_userbyid(g.grantee) || ':' || g.privilege_type || ':' || g.is_grantable, ', '
     order by pg_catalog.pg_get_userbyid(g.grantee), g.privilege_type, g.is_grantable)
   from pg_catalog.aclexplode(coalesce(${acl}, pg_catalog.acldefault(${kind}, ${owner}))) g where g.privilege_type <> 'MAINTAIN'), 'nobody')`;

const ownerAnd = (owner: string, acl: string, kind: string): string =>
  `pg_catalog.pg_get_userbyid(${owner}) || ' grants ' || ${grants(acl, kind, owner)}`;

/** Tables and materialized views with rows of their own: name, persistence, quoted relation, columns by name. */
export const tablesQuery = `select n.nspname || '.' || c.relname as name, c.relpersistence::text as persistence,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname) as relation,
    (select string_agg('t.' || quote_ident(a.attname), ', ' order by a.attname) from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and c.relpersistence <> 't' and (c.relkind <> 'm' or c.relispopulated) and ${ours} and ${own('pg_class', 'c.oid')}
  order by 1`;

/** One statement that reads where each sequence stands: `pg_sequences` cannot tell `setval(…, false)` from an unused one. */
export const sequencesQuery = `select string_agg(format('select %L as key, last_value || %L || is_called as value from %I.%I',
    'sequence value ' || n.nspname || '.' || c.relname, ' called ', n.nspname, c.relname), ' union all ') as sql
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${ours} and ${own('pg_class', 'c.oid')} and (c.relpersistence = 'p' or not pg_catalog.pg_is_in_recovery())`;

export const publicationQuery = `select 'publication ' || p.pubname as key, concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
    (select string_agg(t.schemaname || '.' || t.tablename, ', ' order by 1) from pg_catalog.pg_publication_tables t where t.pubname = p.pubname)) as value
  from pg_catalog.pg_publication p`;

const relations = `select 'relation ' || n.nspname || '.' || c.relname as key,
    concat_ws(' ', c.relkind, c.relpersistence, 'rls', c.relrowsecurity, c.relforcerowsecurity, 'populated', c.relispopulated, 'identity', c.relreplident, c.reloptions,
      pg_catalog.pg_get_expr(c.relpartbound, c.oid), 'by ' || pg_catalog.pg_get_partkeydef(c.oid),
      'under ' || (select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno) from pg_catalog.pg_inherits i where i.inhrelid = c.oid)) as value
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') and c.relpersistence <> 't' and ${ours} and ${own('pg_class', 'c.oid')}`;

const columns = `select 'column ' || n.nspname || '.' || c.relname || '.' || a.attname as key,
    concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, a.attcompression,
      nullif(a.attstattarget::int, -1), a.attoptions, case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
      'default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)) as value
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_type t on t.oid = a.atttypid left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and ${ours} and ${own('pg_class', 'c.oid')}`;

const sequences = `select 'sequence ' || n.nspname || '.' || c.relname as key,
    concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
      (select 'of ' || string_agg(d.refobjid::regclass || '.' || a.attname, ', ') from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0)) as value
  from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${ours}`;

const largeObjects = `select 'large object ' || oid as key, md5(pg_catalog.lo_get(oid)) as value from pg_catalog.pg_largeobject_metadata`;

// not-null constraints are rows of their own from 18 on; foreign keys to partitions repeat their parent's under invented names
const constraints = `select 'constraint ' || n.nspname || '.' || c.conname || ' on ' || case when c.conrelid = 0 then c.contypid::regtype::text else c.conrelid::regclass::text end as key,
    pg_catalog.pg_get_constraintdef(c.oid) || ' valid ' || c.convalidated as value
  from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace
  where c.contype not in ('n', 't') and (c.contype <> 'f' or c.conparentid = 0) and ${ours} and ${own('pg_constraint', 'c.oid')}`;

const indexes = `select 'index ' || i.indexrelid::regclass as key,
    concat_ws(' ', pg_catalog.pg_get_indexdef(i.indexrelid), 'valid', i.indisvalid, 'clustered', i.indisclustered, 'identity', i.indisreplident) as value
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${ours} and ${own('pg_class', 'i.indrelid')}`;

const triggers = `select 'trigger ' || t.tgrelid::regclass || '.' || t.tgname as key, pg_catalog.pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text as value
  from pg_catalog.pg_trigger t where not t.tgisinternal and ${own('pg_trigger', 't.oid')}`;

const eventTriggers = `select 'event trigger ' || e.evtname as key, concat_ws(' ', e.evtevent, e.evtfoid::regprocedure, e.evtenabled, e.evttags) as value
  from pg_catalog.pg_event_trigger e where ${own('pg_event_trigger', 'e.oid')}`;

const policies = `select 'policy ' || schemaname || '.' || tablename || '.' || policyname as key, concat_ws(' ', permissive, cmd, roles, 'using', qual, 'check', with_check) as value
  from pg_catalog.pg_policies`;

const functions = `select 'function ' || p.oid::regprocedure as key,
    concat_ws(' ', p.prokind, l.lanname, p.provolatile, p.proparallel, 'strict', p.proisstrict, 'definer', p.prosecdef, p.proleakproof, p.procost, p.prorows, p.proconfig,
      pg_catalog.pg_get_function_arguments(p.oid), 'returns', pg_catalog.pg_get_function_result(p.oid), md5(convert_to(p.prosrc, 'UTF8')),
      (select concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.agginitval) from pg_catalog.pg_aggregate a where a.aggfnoid = p.oid)) as value
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_language l on l.oid = p.prolang
  where ${ours} and ${own('pg_proc', 'p.oid')} and not exists (select from pg_catalog.pg_depend i
    where i.classid = 'pg_catalog.pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`;

const types = `select 'type ' || n.nspname || '.' || t.typname as key,
    concat_ws(' ', t.typtype, (select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid),
      case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) || ' not null ' || t.typnotnull end, t.typdefault,
      (select r.rngsubtype::regtype from pg_catalog.pg_range r where r.rngtypid = t.oid)) as value
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype in ('e', 'd', 'r') and ${ours} and ${own('pg_type', 't.oid')}`;

const statistics = `select 'statistics ' || n.nspname || '.' || s.stxname as key, pg_catalog.pg_get_statisticsobjdef(s.oid) as value
  from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace where ${ours}`;

// versions of extensions belong to the server
const extensions = `select 'extension ' || e.extname as key, 'in ' || n.nspname as value from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace`;

const schemas = `select 'schema ' || n.nspname as key, 'is there' as value from pg_catalog.pg_namespace n where ${ours} and ${own('pg_namespace', 'n.oid')}`;

/** What is rare is known by name alone. The first oid of a user's object is 16384. */
const others = [
  'cast',
  'operator',
  'opclass',
  'opfamily',
  'conversion',
  'collation',
  'ts_config',
  'ts_dict',
  'language',
  'foreign_data_wrapper',
  'foreign_server',
  'user_mapping',
  'transform',
  'am',
]
  .map((kind) => `pg_${kind}`)
  .map(
    (catalog) => `select 'object ' || i.type || ' ' || i.identity as key, 'is there' as value
  from pg_catalog.${catalog} o, pg_catalog.pg_identify_object('pg_catalog.${catalog}'::regclass, o.oid, 0) i where o.oid >= 16384 and ${own(catalog, 'o.oid')}`,
  );

// 2200 is the schema public; the comment of an extension comes with its version
const comments = `select 'comment ' || i.type || ' ' || i.identity as key, d.description as value
  from pg_catalog.pg_description d, pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  where (d.objoid >= 16384 or d.objoid = 2200 or d.classoid = 'pg_catalog.pg_largeobject'::regclass) and d.classoid <> 'pg_catalog.pg_extension'::regclass
    and not exists (select from pg_catalog.pg_depend x where x.classid = d.classoid and x.objid = d.objoid and x.deptype = 'e')`;

const views = `select 'wording ' || n.nspname || '.' || c.relname as key, md5(convert_to(pg_catalog.pg_get_viewdef(c.oid), 'UTF8')) as value
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and ${ours} and ${own('pg_class', 'c.oid')}`;

const rules = `select 'rule ' || r.ev_class::regclass || '.' || r.rulename as key, concat_ws(' ', r.ev_type, r.ev_enabled, r.is_instead) as value
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class join pg_catalog.pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${ours}`;

const ruleWordings = `select 'wording rule ' || r.ev_class::regclass || '.' || r.rulename as key, md5(convert_to(pg_catalog.pg_get_ruledef(r.oid), 'UTF8')) as value
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class join pg_catalog.pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${ours}`;

const sqlBodies = `select 'wording function ' || p.oid::regprocedure as key, md5(convert_to(pg_catalog.pg_get_function_sqlbody(p.oid), 'UTF8')) as value
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where p.prosqlbody is not null and ${ours} and ${own('pg_proc', 'p.oid')}`;

export const factQueries: readonly string[] = [
  ...[relations, columns, sequences, largeObjects, constraints, indexes, triggers, eventTriggers, policies, functions],
  ...[types, statistics, extensions, schemas, comments, rules, views, ruleWordings, sqlBodies, ...others],
];

/** Owners and grants; left out where a restore leaves owners out. */
export const ownershipQueries: readonly string[] = [
  `select 'owner and grants ' || n.nspname || '.' || c.relname as key, ${ownerAnd('c.relowner', 'c.relacl', `case c.relkind when 'S' then 's'::"char" else 'r'::"char" end`)} as value
   from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't' and ${ours} and ${own('pg_class', 'c.oid')}`,
  `select 'column grants ' || n.nspname || '.' || c.relname || '.' || a.attname as key, ${grants('a.attacl', `'c'::"char"`, 'c.relowner')} as value
   from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where a.attacl is not null and a.attnum > 0 and not a.attisdropped and ${ours}`,
  `select 'function owner and grants ' || p.oid::regprocedure as key, ${ownerAnd('p.proowner', 'p.proacl', `'f'::"char"`)} as value
   from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
   where ${ours} and ${own('pg_proc', 'p.oid')} and not exists (select from pg_catalog.pg_depend i
     where i.classid = 'pg_catalog.pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`,
  `select 'type owner and grants ' || n.nspname || '.' || t.typname as key, ${ownerAnd('t.typowner', 't.typacl', `'T'::"char"`)} as value
   from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace left join pg_catalog.pg_class c on c.oid = t.typrelid
   where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c') and ${ours} and ${own('pg_type', 't.oid')}`,
  `select 'schema owner and grants ' || n.nspname as key, ${ownerAnd('n.nspowner', 'n.nspacl', `'n'::"char"`)} as value
   from pg_catalog.pg_namespace n where ${ours} and ${own('pg_namespace', 'n.oid')}`,
  `select 'large object owner and grants ' || l.oid as key, ${ownerAnd('l.lomowner', 'l.lomacl', `'L'::"char"`)} as value from pg_catalog.pg_largeobject_metadata l`,
  `select 'statistics owner ' || n.nspname || '.' || s.stxname as key, pg_catalog.pg_get_userbyid(s.stxowner)::text as value
   from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace where ${ours}`,
  `select concat_ws(' ', 'default privileges', pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype) as key,
     ${grants('d.defaclacl', `'r'::"char"`, 'd.defaclrole')} as value
   from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace`,
];
