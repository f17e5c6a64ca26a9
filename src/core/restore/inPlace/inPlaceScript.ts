import { definitionsSql, ofUsers } from './inPlaceCatalog';
import { kindOfDefault } from '../side/settleStatement';
import { aloneWith, raisedByUs } from '../side/swapScript';

/** How long one lock is waited for: a session that holds one in an open transaction ends the attempt. */
export const lockWait = '30s';

/** Remembers the definitions as they were when the writers were locked out: a cursor keeps its snapshot. */
const heldCursor = 'ferry_held';

/**
 * Begins the transaction and keeps every writer out of the database, while readers still read: what a safety backup sees now stays
 * all there is. `mark` begins each line that is meant for us; nobody can guess it.
 */
export function openingSql(database: { readonly name: string; readonly oid: number }, mark: string): string {
  return `set lock_timeout = '${lockWait}';
do $ferry$ begin
  if current_setting('synchronous_commit') = 'off' then perform set_config('synchronous_commit', 'on', false); end if;
end $ferry$;
begin isolation level read committed read write;
select txid_current() as ferry_transaction, ${timelineSql} as ferry_timeline \\gset
${said(mark, "begun ' || :ferry_transaction || '@' || :'ferry_timeline' || ' ' || :'VERSION_NUM' || '")}${aloneWith(database.name)}
do $ferry$ begin
  if (select oid from pg_database where datname = current_database()) <> ${database.oid} then
    raise exception '${raisedByUs}the database is not the one that was looked at before'; end if;
end $ferry$;
do $ferry$ declare t text; begin
  for t in select format('%I.%I', n.nspname, c.relname) ${userTables()} order by c.oid loop
    execute 'lock table only ' || t || ' in share row exclusive mode';
  end loop;
end $ferry$;
declare ${heldCursor} no scroll cursor for select array_agg(concat_ws(' ', classid::oid, objid, objsubid, version)) from (${definitionsSql}) d;
${said(mark, 'held')}`;
}

/**
 * From here on psql obeys no command of its own but the one that takes this back, whose key nobody can guess; a comment for a psql that does not
 * know it. The same length both times.
 */
export function restrictSql(versionNumber: number, key: string): string {
  const { [Math.floor(versionNumber / 10_000)]: since = 0 } = restrictsSince;
  return versionNumber % 10_000 >= since && versionNumber >= 130_000 ? `\\restrict ${key}\n` : `--estrict ${key}\n`;
}

/** The minor version of psql that knows `\restrict`; 0 for majors that always did. */
const restrictsSince: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

/**
 * Drops all that a restore makes: schemas with all in them, and in schemas that stay (public, and those of extensions) what does not belong to
 * an extension. The rights that stay with them, and default privileges, become what they are in a new database. Raises for what was made or
 * changed after the writers were locked out: the safety backup may not hold it.
 */
export const droppingSql = `do $ferry$ declare s text; drops text[]; held text[]; remembered refcursor := '${heldCursor}'; begin
  fetch remembered into held;
  close remembered;
  select string_agg(coalesce(pg_describe_object(split_part(one, ' ', 1)::oid, split_part(one, ' ', 2)::oid, split_part(one, ' ', 3)::int), '?'), ', ') into s from (
    select concat_ws(' ', classid::oid, objid, objsubid, version) as one from (${definitionsSql}) d except select unnest(held) limit 20) later;
  if s is not null then raise exception '${raisedByUs}made or changed while the safety backup was taken: %', s; end if;
  select string_agg(format('%I.%I', n.nspname, c.relname), ', ') into s ${userTables()}
    and not exists (select from pg_locks l where l.pid = pg_backend_pid() and l.relation = c.oid and l.mode = 'ShareRowExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database()));
  if s is not null then raise exception '${raisedByUs}made while the safety backup was taken: %', s; end if;
  select array_agg(format('drop schema %I cascade', n.nspname)) into drops from pg_namespace n where ${userSchema()} and not (${staying('n')});
  foreach s in array coalesce(drops, '{}') loop execute s; end loop;
  select array_agg(format('drop %s if exists %s cascade', case
      when o.type in ('function', 'procedure', 'aggregate') then 'routine'
      when o.type = 'composite type' then 'type' when o.type = 'statistics object' then 'statistics' else replace(o.type, '-', ' ') end, o.identity))
    into drops from (${looseObjects()}) x, lateral pg_identify_object(x.classid, x.objid, 0) o;
  foreach s in array coalesce(drops, '{}') loop execute s; end loop;
  select array_agg(what order by place) into drops from (${initialRights()}) r;
  foreach s in array coalesce(drops, '{}') loop execute s; end loop;
end $ferry$;
`;

/** Prints what the sequences hold, one JSON array a line. */
export const sequencesSql = `do $ferry$ declare s text; lines text[] := '{}'; line text; printed refcursor := 'ferry_sequences'; begin
  for s in select format('select json_build_array(%L, %L, last_value::text, is_called) from %I.%I', n.nspname, c.relname, n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${userSchema()} and ${notOfExtension('pg_class', 'c')} order by 1 loop
    execute s into line;
    lines := lines || line;
  end loop;
  open printed for select unnest(lines);
end $ferry$;
fetch all from ferry_sequences;
`;

/**
 * Says a word that is waited for. psql lets go of what it printed after a query only, and the transport keeps the last bytes back, since they might
 * be its trailer.
 */
export function said(mark: string, word: string): string {
  return `select '${mark} ${word}'; select repeat('-', 128);\n`;
}

/** The line of history that the server writes: another one after it was promoted. A standby raises. */
export const timelineSql = `substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)`;

/** The end of the transaction, and what the server says became of it. */
export function commitSql(mark: string): string {
  return `commit;
select '${mark} ' || txid_status(:ferry_transaction);
`;
}

/** What the schemas hold that our role does not own, and what else it could not drop or make again; a JSON object. */
export const rightsSql = `select json_build_object(
  'foreign', (select coalesce(json_agg(name order by name), '[]') from (
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${userSchema()} and not pg_has_role(c.relowner, 'usage') and ${notOfExtension('pg_class', 'c')}
    union all select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${userSchema()} and not pg_has_role(p.proowner, 'usage') and ${notOfExtension('pg_proc', 'p')}
    union all select t.oid::regtype::text from pg_type t join pg_namespace n on n.oid = t.typnamespace
      where t.typtype in ('d', 'e', 'r') and ${userSchema()} and not pg_has_role(t.typowner, 'usage') and ${notOfExtension('pg_type', 't')}
    union all select format('schema %I', n.nspname) from pg_namespace n
      where n.nspname <> 'public' and ${userSchema()} and not pg_has_role(n.nspowner, 'usage')
    union all select format('default privileges of role %I', pg_get_userbyid(d.defaclrole)) from pg_default_acl d where not pg_has_role(d.defaclrole, 'usage')
    union all select format('user mapping of %I for server %I', m.usename, m.srvname) from pg_user_mappings m, pg_roles r
      where r.rolname = current_user and not r.rolsuper and m.umuser not in (0, r.oid)
    union all select format('server %I', s.srvname) from pg_foreign_server s
      where not pg_has_role(s.srvowner, 'usage') and ${notOfExtension('pg_foreign_server', 's')} limit 20) f),
  'extensions', (select coalesce(json_object_agg(extname, pg_has_role(extowner, 'usage')), '{}') from pg_extension),
  'untrusted', (select coalesce(json_agg(distinct v.name), '[]') from pg_available_extension_versions v, pg_roles r
    where r.rolname = current_user and not r.rolsuper and v.superuser and not coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)
      and not exists (select from pg_available_extension_versions o where o.name = v.name and coalesce((to_jsonb(o) ->> 'trusted')::boolean, false))),
  'eventTriggers', (select coalesce(json_agg(evtname), '[]') from pg_event_trigger e where ${notOfExtension('pg_event_trigger', 'e')}),
  'publications', (select coalesce(json_agg(pubname), '[]') from pg_publication),
  'largeObjects', (select count(*) from pg_largeobject_metadata),
  'mayCreate', coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = 'public'), true)
    and has_database_privilege(current_database(), 'create'),
  'publicRights', (select case when pg_has_role(n.nspowner, 'usage') then 'ours'
      when n.nspacl is not distinct from ${initialAcl('n')} then 'initial' else 'others' end from pg_namespace n where n.nspname = 'public'),
  'locks', json_build_object('most', (select current_setting('max_locks_per_transaction')::bigint
      * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)), 'live', ${droppedObjects()}),
  'owners', (select coalesce(json_agg(rolname), '[]') from pg_roles where pg_has_role(oid, 'member')),
  'schemas', (select coalesce(json_agg(n.nspname), '[]') from pg_namespace n where ${staying('n')}));`;

function userSchema(): string {
  return `${ofUsers('n')} and ${notOfExtension('pg_namespace', 'n')}`;
}

function notOfExtension(catalog: string, row: string): string {
  return `not exists (select from pg_depend member where member.classid = 'pg_catalog.${catalog}'::regclass and member.objid = ${row}.oid and member.deptype = 'e')`;
}

/** Schemas that are not dropped: public belongs to the database, and an extension would go with its schema. */
function staying(schema: string): string {
  return `${schema}.nspname = 'public' or exists (select from pg_extension x where x.extnamespace = ${schema}.oid)`;
}

function userTables(): string {
  return `from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and ${userSchema()} and ${notOfExtension('pg_class', 'c')}`;
}

/** What stands in a schema that stays, and what stands in none. An object's own schema is the one it depends on in the normal way. */
function looseObjects(): string {
  const outside = ['pg_foreign_server', 'pg_foreign_data_wrapper', 'pg_cast', 'pg_language'].map(
    (catalog) => `select '${catalog}'::regclass::oid as classid, o.oid as objid from ${catalog} o`,
  );
  const inside = `select d.classid, d.objid from pg_depend d join pg_namespace n on n.oid = d.refobjid
      where d.refclassid = 'pg_namespace'::regclass and d.deptype = 'n' and d.classid <> 'pg_extension'::regclass and ${userSchema()} and (${staying('n')})`;
  return `select o.classid, o.objid from (${[inside, ...outside].join(' union ')}) o
    where o.objid >= 16384 and not exists (select from pg_depend e where e.classid = o.classid and e.objid = o.objid and e.deptype = 'e')`;
}

/** Statements that leave of the rights on schemas that stay, and of default privileges, what a new database has. What is not ours the preflight knows. */
function initialRights(): string {
  const role = (oid: string): string =>
    `case when ${oid} = 0 then 'public' else quote_ident(pg_get_userbyid(${oid})) end`;
  const ofSchema = `from pg_namespace n`;
  const isOurs = `${userSchema()} and (${staying('n')}) and pg_has_role(n.nspowner, 'usage')`;
  const ofDefault = `from pg_default_acl d, lateral (select ${kindOfDefault('d.defaclobjtype')} as kind,
      format('alter default privileges for role %I%s', pg_get_userbyid(d.defaclrole),
        case when d.defaclnamespace = 0 then '' else format(' in schema %s', d.defaclnamespace::regnamespace) end) as alter) k`;
  return `select 0 as place, format('revoke all on schema %I from %s cascade', n.nspname, ${role('a.grantee')}) as what
      ${ofSchema}, aclexplode(n.nspacl) a where ${isOurs} and a.grantee <> n.nspowner
    union all select 1, format('grant all on schema %I to %I', n.nspname, pg_get_userbyid(n.nspowner)) ${ofSchema} where ${isOurs}
    union all select 1, format('grant %s on schema %I to public', a.privilege_type, n.nspname)
      ${ofSchema}, aclexplode(${initialAcl('n')}) a where ${isOurs} and a.grantee = 0
    union all select 0, format('%s revoke all on %s from %s', k.alter, k.kind, ${role('a.grantee')}) ${ofDefault}, aclexplode(d.defaclacl) a
    union all select 1, format('%s grant %s on %s to %s', k.alter, a.privilege_type, k.kind, ${role('a.grantee')})
      ${ofDefault}, aclexplode(acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)) a where d.defaclnamespace = 0`;
}

/** The rights on a schema that came with the database. */
function initialAcl(schema: string): string {
  return `(select i.initprivs from pg_init_privs i where i.classoid = 'pg_namespace'::regclass and i.objoid = ${schema}.oid)`;
}

/** How many objects go one by one, each with a lock of its own. */
function droppedObjects(): string {
  const catalogs = [
    'pg_class',
    'pg_type',
    'pg_constraint',
    'pg_trigger',
    'pg_rewrite',
    'pg_attrdef',
    'pg_policy',
    'pg_proc',
    'pg_operator',
    'pg_statistic_ext',
  ];
  return catalogs
    .map((catalog) => `(select count(*) from ${catalog} o where o.oid >= 16384 and ${notOfExtension(catalog, 'o')})`)
    .join(' + ');
}
