import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';

/**
 * A DO block that gives all that the role `from` has in this database to `to`. Ownership goes by REASSIGN OWNED. A grant names its role in the catalogs,
 * so each is read with aclexplode and made anew; the old ones go with DROP OWNED. Policies are altered first: DROP OWNED would drop
 * one that has no other role. What was granted *by* the role on things it does not own cannot be carried over: it raises then.
 */
export function settleStatement(from: string, to: string): string {
  return `do $ferry$
declare f oid; t oid; s text; begin
  select oid into strict f from pg_roles where rolname = ${quoteLiteral(from)};
  select oid into strict t from pg_roles where rolname = ${quoteLiteral(to)};
  perform set_config('search_path', 'pg_catalog', true);
  reassign owned by ${quoteIdentifier(from)} to ${quoteIdentifier(to)};
  for s in ${policies} loop execute s; end loop;
  for s in ${defaults} loop execute s; end loop;
  if exists (select from (${grants}) g where g.grantor = f) then
    raise exception 'the role % granted rights on objects it does not own', ${quoteLiteral(from)}; end if;
  for s in select format('grant %s%s on %s %s to %I%s', g.privilege, g.col, g.kind, g.name, ${quoteLiteral(to)},
    case when g.grantable then ' with grant option' else '' end) from (${grants}) g where g.grantee = f loop execute s; end loop;
  drop owned by ${quoteIdentifier(from)};
end $ferry$;`;
}

/** What ALTER DEFAULT PRIVILEGES calls a kind of object that pg_default_acl has a letter for. */
export function kindOfDefault(letter: string): string {
  return `case ${letter} when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
    when 'n' then 'schemas' else 'large objects' end`;
}

const role = (oid: string): string =>
  `case when ${oid} = 0 then 'public' else quote_ident(pg_get_userbyid(case when ${oid} = f then t else ${oid} end)) end`;

const policies = `select format('alter policy %I on %s to %s', p.polname, p.polrelid::regclass,
    (select string_agg(distinct ${role('r')}, ', ') from unnest(p.polroles) r))
  from pg_policy p where f = any (p.polroles)`;

/** A role's default privileges for all schemas are a whole list of grants; those for one schema are added to it. */
const defaults = `select format('alter default privileges for role %s%s %s', ${role('d.defaclrole')},
    case when d.defaclnamespace = 0 then '' else format(' in schema %I', (select nspname from pg_namespace where oid = d.defaclnamespace)) end, x.what)
  from pg_default_acl d,
  lateral (select ${kindOfDefault('d.defaclobjtype')} as kind) k,
  lateral (
    select 0 as place, format('revoke all on %s from public, %s', k.kind, ${role('d.defaclrole')}) as what
      where d.defaclrole = f and d.defaclnamespace = 0
    union all
    select 1, format('grant %s on %s to %s%s', a.privilege_type, k.kind, ${role('a.grantee')},
      case when a.is_grantable then ' with grant option' else '' end)
      from aclexplode(d.defaclacl) a where d.defaclrole = f or a.grantee = f) x
  order by d.oid, x.place`;

/** Every grant on what a database holds: one row for each right of each role. */
const grants = (
  [
    ['pg_class', 'relacl', `case o.relkind when 'S' then 'sequence' else 'table' end`, 'o.oid::regclass::text'],
    ['pg_namespace', 'nspacl', `'schema'`, 'quote_ident(o.nspname)'],
    ['pg_proc', 'proacl', `'routine'`, 'o.oid::regprocedure::text'],
    ['pg_type', 'typacl', `'type'`, 'o.oid::regtype::text'],
    ['pg_language', 'lanacl', `'language'`, 'quote_ident(o.lanname)'],
    ['pg_foreign_data_wrapper', 'fdwacl', `'foreign data wrapper'`, 'quote_ident(o.fdwname)'],
    ['pg_foreign_server', 'srvacl', `'foreign server'`, 'quote_ident(o.srvname)'],
    ['pg_largeobject_metadata', 'lomacl', `'large object'`, 'o.oid::text'],
  ] as const
)
  .map(
    ([catalog, acl, kind, name]) =>
      `select a.grantor, a.grantee, a.privilege_type as privilege, '' as col, ${kind} as kind, ${name} as name, a.is_grantable as grantable
    from ${catalog} o, aclexplode(o.${acl}) a`,
  )
  .concat(
    `select a.grantor, a.grantee, a.privilege_type, format(' (%I)', o.attname), 'table', o.attrelid::regclass::text, a.is_grantable
    from pg_attribute o, aclexplode(o.attacl) a where not o.attisdropped`,
  )
  .join('\n    union all ');
