import { defined } from '../../base/defined';
import { AppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import { definitionOf, type TableOfContents } from '../../postgres/archive/format/readTableOfContents';
import { query, type SqlOptions } from '../../pod/server/sql';
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';
import type { RestoreFailure } from '../restoreFailures';
import type { Loader } from './loader';
import { notOfExtension } from './ofExtension';
import { riskSql, type Risk } from './risk';

export interface OwnersAsked {
  readonly side: string;
  /** the database that the side replaces: what is its owner's there is no power elsewhere */
  readonly live?: string | undefined;
  readonly loader: Loader;
  readonly toc: TableOfContents;
  /** who owns what is not ours to give as the archive says; default: our own role */
  readonly fallback?: string;
  /** all belong to that one */
  readonly noOwner: boolean;
  /** somebody we trust signed it: superusers get what was theirs. What nobody vouches for, they get only where nothing in it is ever run in their name */
  readonly isSigned: boolean;
}

/**
 * Gives everything that was loaded to whom the archive says, and dismisses the loader: its rights go, and then itself. Names stand in data, never in a statement: the server words those from its
 * own catalog. Nothing of the archive runs. Returns what could not be given, and stays ours. Throws `exec.*`.
 */
export async function giveOwners(
  server: Workplace,
  asked: OwnersAsked,
  options: SqlOptions,
): Promise<readonly RestoreFailure[]> {
  return giveSaid(server, asked, asked.noOwner ? [] : wantedOwners(asked.toc), options);
}

/**
 * Looks whether it could be given, as far as what is there by now tells: what comes with and behind the rows is only ever more code. Changes nothing. Throws `restore.refused` where nobody may have it.
 */
export async function mayGiveOwners(server: Workplace, asked: OwnersAsked, options: SqlOptions): Promise<void> {
  if (asked.isSigned) return;
  const said = asked.noOwner ? [] : wantedOwners(asked.toc);
  await heirOf(server, asked, [...new Set(said.map(({ owner }) => owner))], options);
}

/** The same of what says by itself whose everything is. */
export async function giveSaid(
  server: Workplace,
  asked: Omit<OwnersAsked, 'toc'>,
  said: readonly Wanted[],
  options: SqlOptions,
): Promise<readonly RestoreFailure[]> {
  const { loader, noOwner, side, isSigned } = asked;
  const heir = isSigned
    ? undefined
    : await heirOf(server, asked, [...new Set(said.map(({ owner }) => owner))], options);
  const wanted = said.map((one) =>
    heir?.insteadOf(one.owner) === true && one.kind !== 'SCHEMA' ? { ...one, owner: heir.name } : one,
  );
  // a name that reads otherwise here than there: in most databases everything belongs to one
  const [only, another] = new Set(wanted.map(({ owner }) => owner));
  const rest = noOwner || another !== undefined ? undefined : only;
  const last = heir?.name ?? asked.fallback;
  const given = ownersSql({ loader, ...defined({ fallback: last }) }, wanted, rest);
  const [left] = await query<readonly Left[]>(server, side, given, options);
  await query(server, side, dismissSql(loader, last), options);
  return (left ?? []).map(({ kind, schema, name, owner, says }) => {
    const isMissing = /^42704/.test(says);
    const cause = isMissing ? ('role' as const) : ('rights' as const);
    return { kind, schema, name, cause, subject: owner, says: says.slice(7) };
  });
}

/**
 * What nobody vouches for does not go to one who can do more than the database holds, where something of it would then be computed in that one's name: who gets it instead. Undefined where there is no need.
 * Throws `restore.refused` where that is such a one as well.
 */
async function heirOf(
  server: Workplace,
  { side, live, fallback, loader }: Pick<OwnersAsked, 'side' | 'live' | 'fallback' | 'loader'>,
  owners: readonly string[],
  options: SqlOptions,
): Promise<{ readonly name: string; readonly insteadOf: (owner: string) => boolean } | undefined> {
  const [risk] = await query<Risk>(server, side, riskSql(live, loader.name), options);
  if (!risk || risk.objects.length === 0) return undefined;
  const { me, powerful, objects } = risk;
  const name = fallback ?? me;
  const others = owners.filter((owner) => powerful.includes(owner));
  if (!powerful.includes(name)) return { name, insteadOf: (owner) => powerful.includes(owner) };
  // what nobody is said to own goes to one who is said to own something here
  const known = others.length > 0 ? [] : await query<string>(server, side, knownSql(owners), options);
  const [first] = known;
  if (first !== undefined) return { name: first, insteadOf: () => false };
  const data = { owners: others.length > 0 ? others : [name], objects: objects.slice(0, 20), count: objects.length };
  const finding: Finding = { level: 'block', code: 'archive.owners', data };
  throw new AppError('restore.refused', { findings: [finding] });
}

/** A row for each of the roles that there is. */
function knownSql(owners: readonly string[]): string {
  return `select to_json(rolname) from pg_roles where rolname in (select jsonb_array_elements_text(${quoteLiteral(JSON.stringify(owners))}::jsonb)) order by rolname`;
}

/** Whose something is: kind and name as pg_dump has them. */
export interface Wanted {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
}

interface Left extends Wanted {
  readonly says: string;
}

/** Whose each object is. Large objects of one owner may share an entry. */
function wantedOwners(toc: TableOfContents): Wanted[] {
  return toc.entries.flatMap((entry): Wanted[] => {
    const { schema, owner } = entry;
    const kind = sameKind[entry.kind] ?? entry.kind;
    if (owner === '' || !owned.has(kind)) return [];
    if (kind !== 'BLOB') return [{ kind, schema, owner, name: entry.name }];
    const numbers = definitionOf(toc, entry).toString('latin1').match(/\d+/g) ?? [];
    return numbers.map((name) => ({ kind, schema: '', name, owner }));
  });
}

const sameKind: Readonly<Record<string, string>> = { 'BLOB METADATA': 'BLOB', 'FOREIGN SERVER': 'SERVER' };

const owned: ReadonlySet<string> = new Set([
  ...['SCHEMA', 'TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE', 'FOREIGN TABLE', 'TYPE', 'DOMAIN', 'BLOB'],
  ...['FUNCTION', 'PROCEDURE', 'AGGREGATE', 'OPERATOR', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'COLLATION', 'CONVERSION'],
  ...['STATISTICS', 'TEXT SEARCH DICTIONARY', 'TEXT SEARCH CONFIGURATION', 'FOREIGN DATA WRAPPER', 'SERVER'],
  ...['PROCEDURAL LANGUAGE'],
]);

/** As many locks are held at once. */
const batch = 200;

function ownersSql(
  { loader, fallback }: Pick<OwnersAsked, 'loader' | 'fallback'>,
  wanted: readonly Wanted[],
  rest: string | undefined,
): string {
  const list = JSON.stringify(wanted.map(({ kind, schema, name, owner }) => [kind, schema, name, owner]));
  const others = fallback === undefined ? 'current_user::text' : quoteLiteral(fallback);
  const me = quoteLiteral(loader.name);
  const ofPublic = loader.ofPublic === undefined ? 'null' : quoteLiteral(loader.ofPublic);
  return `set statement_timeout = 0; set lock_timeout = 0;
create temporary table ferry_wanted as select one ->> 0 as kind, one ->> 1 as schema, one ->> 2 as name, min(one ->> 3) as owner
  from jsonb_array_elements(${quoteLiteral(list)}::jsonb) one group by 1, 2, 3;
create temporary table ferry_left (what jsonb);
create temporary table ferry_given as select o.kind, o.schema, o.name, o.called, o.place,
  case when o.kind = 'SCHEMA' and o.name = 'public' then coalesce(w.owner, ${ofPublic})
    else coalesce(w.owner, ${rest === undefined ? 'null' : quoteLiteral(rest)}, ${others}) end as owner
  from (${objectsOf((catalog, oid) => notOfExtension(catalog, oid, loader.name))}) o left join ferry_wanted w using (kind, schema, name)
  where pg_get_userbyid(o.owner) = ${me} or w.owner is not null and pg_get_userbyid(o.owner) <> w.owner;
analyze ferry_given;
do $ferry$ declare one record; done int := 0; begin
  for one in select * from ferry_given order by place loop
    begin
      execute format('alter %s owner to %I', one.called, one.owner);
    exception when others then
      insert into ferry_left values (jsonb_build_object('kind', one.kind, 'schema', one.schema, 'name', one.name, 'owner', one.owner,
        'says', sqlstate || ': ' || sqlerrm));
      execute format('alter %s owner to %I', one.called, ${others});
    end;
    done := done + 1;
    if done % ${batch} = 0 then commit; end if;
  end loop;
end $ferry$;
select coalesce(json_agg(what), '[]') from ferry_left;`;
}

/** Everything that has an owner, with what pg_dump calls it, and what ALTER does. Sequences of columns follow their tables. `isOwn`: a condition that it is no extension's. */
const objectsOf = (isOwn: (catalog: string, oid: string) => string): string =>
  [
    `select 'SCHEMA' as kind, '' as schema, nspname::text as name, format('schema %I', nspname) as called, nspowner as owner, 0 as place
    from pg_namespace o where (o.oid >= 16384 or nspname = 'public') and nspname !~ '^pg_' and ${isOwn('pg_namespace', 'o.oid')}`,
    `select case relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE' when 'f' then 'FOREIGN TABLE' else 'TABLE' end,
    nspname, relname, format('%s %I.%I', case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
      when 'f' then 'foreign table' else 'table' end, nspname, relname), relowner, case relkind when 'S' then 2 else 1 end
    from pg_class o join pg_namespace n on n.oid = relnamespace
    where o.oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'S', 'f') and relpersistence <> 't' and nspname !~ '^pg_toast' and ${isOwn('pg_class', 'o.oid')}
      and not exists (select from pg_depend d where relkind = 'S' and d.classid = 'pg_class'::regclass and d.objid = o.oid
        and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i'))`,
    `select case prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end, nspname,
    proname || '(' || case when prokind = 'a' and pronargs = 0 then '*' else array_to_string(array(
      select format_type(t.type, null) from unnest(proargtypes) with ordinality t(type, at) order by at), ', ') end || ')',
    format('routine %s', o.oid::regprocedure), proowner, 3
    from pg_proc o join pg_namespace n on n.oid = pronamespace where o.oid >= 16384 and ${isOwn('pg_proc', 'o.oid')}`,
    `select case typtype when 'd' then 'DOMAIN' else 'TYPE' end, nspname, typname, format('%s %I.%I', case typtype when 'd' then 'domain' else 'type' end, nspname, typname), typowner, 3
    from pg_type o join pg_namespace n on n.oid = typnamespace
    where o.oid >= 16384 and typtype <> 'm' and (typrelid = 0 or (select relkind = 'c' from pg_class where oid = typrelid))
      and not exists (select from pg_type e where e.typarray = o.oid) and nspname !~ '^pg_toast' and ${isOwn('pg_type', 'o.oid')}`,
    `select 'OPERATOR', nspname, oprname, format('operator %s', o.oid::regoperator), oprowner, 3
    from pg_operator o join pg_namespace n on n.oid = oprnamespace where o.oid >= 16384 and ${isOwn('pg_operator', 'o.oid')}`,
    `select 'OPERATOR CLASS', nspname, opcname, format('operator class %I.%I using %I', nspname, opcname, amname), opcowner, 3
    from pg_opclass o join pg_namespace n on n.oid = opcnamespace join pg_am a on a.oid = opcmethod where o.oid >= 16384 and ${isOwn('pg_opclass', 'o.oid')}`,
    `select 'OPERATOR FAMILY', nspname, opfname, format('operator family %I.%I using %I', nspname, opfname, amname), opfowner, 3
    from pg_opfamily o join pg_namespace n on n.oid = opfnamespace join pg_am a on a.oid = opfmethod where o.oid >= 16384 and ${isOwn('pg_opfamily', 'o.oid')}`,
    ...[
      ['COLLATION', 'collation', 'pg_collation', 'coll'],
      ['CONVERSION', 'conversion', 'pg_conversion', 'con'],
      ['STATISTICS', 'statistics', 'pg_statistic_ext', 'stx'],
      ['TEXT SEARCH DICTIONARY', 'text search dictionary', 'pg_ts_dict', 'dict'],
      ['TEXT SEARCH CONFIGURATION', 'text search configuration', 'pg_ts_config', 'cfg'],
    ].map((named) => namedSql(named, isOwn, true)),
    ...[
      ['FOREIGN DATA WRAPPER', 'foreign data wrapper', 'pg_foreign_data_wrapper', 'fdw'],
      ['SERVER', 'server', 'pg_foreign_server', 'srv'],
      ['PROCEDURAL LANGUAGE', 'language', 'pg_language', 'lan'],
    ].map((named) => namedSql(named, isOwn, false)),
    `select 'BLOB', '', o.oid::text, format('large object %s', o.oid), lomowner, 4 from pg_largeobject_metadata o`,
  ].join('\n  union all ');

/** Those of a catalog that are called by their name alone, or by that and a schema's: what pg_dump calls them, what ALTER does, the catalog, and what its columns begin with. */
function namedSql(
  [kind = '', word = '', catalog = '', prefix = '']: readonly string[],
  isOwn: (catalog: string, oid: string) => string,
  isInSchema: boolean,
): string {
  const [schema, called] = isInSchema ? ['nspname', `'${word} %I.%I', nspname,`] : [`''`, `'${word} %I',`];
  const join = isInSchema ? `join pg_namespace n on n.oid = ${prefix}namespace ` : '';
  return `select '${kind}', ${schema}, ${prefix}name, format(${called} ${prefix}name), ${prefix}owner, 3
    from ${catalog} o ${join}where o.oid >= 16384 and ${isOwn(catalog, 'o.oid')}`;
}

/** What is left of it: what the server made beside something else (the multirange of a range), default privileges, rights. */
function dismissSql({ name }: Loader, fallback: string | undefined): string {
  const role = quoteIdentifier(name);
  return `begin;
reassign owned by ${role} to ${fallback === undefined ? 'current_user' : quoteIdentifier(fallback)};
drop owned by ${role};
drop role ${role};
commit;
select to_json(true);`;
}
