/**
 * A database whose owner, no superuser, put something of the same name before everything of pg_catalog: a function with the same signature, one that fits better,
 * an operator, an aggregate, a type, a relation; and casts from and to a type of its own. Whoever reaches one of them writes a line into the server's log, which
 * neither a rollback nor a read-only transaction takes back. All of it is enumerated from the server's own catalogs.
 */

/** How a line of the server's log begins that says what was reached. */
export const alarm = 'FERRY-ALARM';

/** Run by the owner in the database, with `search_path = pg_catalog`. `ferry.names`: only things of these names, and operators of the types of our statements; '' for all; `ferry.words`: better fitting ones only of these. */
export const shadowsSql = `
create schema evil;
create function evil.alarm(what text) returns boolean language plpgsql as
  $$ begin raise log '${alarm} % reached by %', what, current_user; return true; end $$;
create table evil.made (kind text, name text, is_made boolean);

do $do$
declare
  wanted text[] := string_to_array(current_setting('ferry.names'), ' ');
  words text[] := string_to_array(current_setting('ferry.words'), ' ');
  is_all boolean := current_setting('ferry.names') = '';
  f record; o record; args text; call text; body text; result text; name text; variant text; i int; t text; u text;
  plain text[] := case when is_all then array['text', 'name', 'oid', 'integer', 'bigint', '"char"', 'regclass', 'json', 'xid', 'boolean']
    else array['text', 'name', 'oid', 'integer', '"char"'] end;
  ours oid[] := array['int2', 'int4', 'int8', 'oid', 'name', 'text', 'char', 'bool', 'xid', 'json', 'jsonb', 'timestamptz', 'interval', 'numeric', 'float8', 'regclass', 'anyarray', 'anycompatiblearray', 'anynonarray', 'pg_lsn', 'aclitem']::regtype[]::oid[];
begin
  perform set_config('check_function_bodies', 'off', false);

  -- functions and procedures of the same signature; where a signature has a type that no language of ours takes, one that fits the same calls
  for f in select p.oid, p.proname, p.prokind, p.proretset, p.prorettype, p.provariadic, p.proargmodes, p.proargtypes::oid[] as types, p.pronargs,
      format_type(p.prorettype, null) as returns
    from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'p') and (is_all or p.proname = any (wanted)) loop
    args := (select string_agg(case when f.provariadic <> 0 and n = f.pronargs then 'variadic ' else '' end ||
      case when a = '"any"'::regtype then case when f.provariadic <> 0 and n = f.pronargs then 'anycompatiblearray' when n % 2 = 1 then 'anyelement' else 'anycompatible' end
      else format_type(a, null) end, ', ' order by n) from unnest(f.types) with ordinality x(a, n));
    call := (select string_agg(case when f.provariadic <> 0 and n = f.pronargs then 'variadic ' else '' end || '$' || n, ', ' order by n)
      from unnest(f.types) with ordinality x(a, n));
    body := format('begin perform evil.alarm(%L); ', 'function ' || f.proname);
    result := case when f.prokind = 'p' then '' when f.proretset then 'returns setof ' || f.returns else 'returns ' || f.returns end;
    if f.proargmodes is not null and f.proargmodes <> array_fill('i'::"char", array[cardinality(f.proargmodes)]) and f.provariadic = 0 then
      args := pg_get_function_arguments(f.oid); body := body || 'return; end';
    elsif f.prokind = 'p' then body := body || 'end';
    elsif f.prorettype = 'void'::regtype then body := body || format('perform pg_catalog.%I(%s); end', f.proname, call);
    elsif f.proretset then body := body || format('return query select * from pg_catalog.%I(%s); end', f.proname, call);
    else body := body || format('return pg_catalog.%I(%s); end', f.proname, call); end if;
    begin
      execute format('create %s evil.%I(%s) %s language plpgsql as %L', case f.prokind when 'p' then 'procedure' else 'function' end, f.proname, args, result, body);
      insert into evil.made values ('function', f.proname, true);
    exception when others then insert into evil.made values ('function', f.proname || '(' || coalesce(args, '') || ')', false); end;

    -- what fits a call better, in schemas that stand behind pg_catalog: another type at each place
    continue when f.proname <> all (words);
    for i in 1 .. least(f.pronargs, 4) loop
      foreach t in array plain loop
        begin
          execute format('create function public.%I(%s) returns %s language plpgsql as %L', f.proname,
            (select string_agg(case when n = i then t when a = '"any"'::regtype then 'text' else format_type(a, null) end, ', ' order by n) from unnest(f.types) with ordinality x(a, n)),
            case when f.proretset then 'setof ' else '' end || f.returns, format('begin perform evil.alarm(%L); return%s; end', 'overload ' || f.proname, case when f.proretset or f.prorettype = 'void'::regtype then '' else ' null' end));
          insert into evil.made values ('overload', f.proname, true);
        exception when others then null; end;
      end loop;
    end loop;
  end loop;

  -- aggregates, and such that fit better
  for f in select p.oid, p.proname, p.proargtypes::oid[] as types, p.pronargs, format_type(p.prorettype, null) as returns
    from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid
    where p.pronamespace = 'pg_catalog'::regnamespace and a.aggkind = 'n' and (is_all or p.proname = any (wanted)) loop
    foreach variant in array array['', 'text', 'name', 'json', 'bigint', 'oid', 'boolean'] loop
      args := (select string_agg(case when n = 1 and variant <> '' then variant when a = '"any"'::regtype then case when n = 1 then 'anyelement' else 'anycompatible' end
        else format_type(a, null) end, ', ' order by n) from unnest(f.types) with ordinality x(a, n));
      continue when variant <> '' and f.pronargs = 0;
      begin
        name := format('%s_of_%s_%s', 'agg', f.oid, variant);
        execute format('create function evil.%I(%s) returns %s language plpgsql as %L', name, concat_ws(', ', f.returns, args), f.returns,
          format('begin perform evil.alarm(%L); return $1; end', 'aggregate ' || f.proname));
        execute format('create aggregate %s.%I(%s) (sfunc = evil.%I, stype = %s)', case variant when '' then 'evil' else 'public' end, f.proname, coalesce(args, '*'), name, f.returns);
        insert into evil.made values ('aggregate', f.proname, true);
      exception when others then if variant = '' then insert into evil.made values ('aggregate', f.proname || '(' || coalesce(args, '') || ')', false); end if; end;
    end loop;
  end loop;

  -- operators, and such for pairs of types that have none
  for o in select oid, oprname, oprkind, nullif(oprleft, 0) as l, oprright as r, oprresult from pg_operator where oprnamespace = 'pg_catalog'::regnamespace
      and (is_all or (oprleft = 0 or oprleft = any (ours)) and oprright = any (ours)) loop
    begin
      execute format('create function evil.%I(%s) returns %s language plpgsql as %L', 'op_' || o.oid, concat_ws(', ', format_type(o.l, null), format_type(o.r, null)), format_type(o.oprresult, null),
        format('begin perform evil.alarm(%L); return %s operator(pg_catalog.%s) %s; end', 'operator ' || o.oprname, case when o.l is null then '' else '$1' end, o.oprname, case when o.l is null then '$1' else '$2' end));
      execute format('create operator evil.%s (%s function = evil.%I, rightarg = %s)', o.oprname, 'leftarg = ' || format_type(o.l, null) || ',', 'op_' || o.oid, format_type(o.r, null));
      insert into evil.made values ('operator', o.oprname, true);
    exception when others then insert into evil.made values ('operator', format('%s (%s, %s)', o.oprname, format_type(o.l, null), format_type(o.r, null)), false); end;
  end loop;
  foreach name in array array['=', '<>', '||', '~', '~~', '->>', '>'] loop
    foreach t in array plain loop foreach u in array plain loop
      begin
        execute format('create function evil.%I(%s, %s) returns %s language plpgsql as %L', format('pair_%s_%s_%s', name, t, u), t, u, case when name in ('||', '->>') then 'text' else 'boolean' end,
          format('begin perform evil.alarm(%L); return null; end', 'pair ' || name));
        execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = evil.%I)', name, t, u, format('pair_%s_%s_%s', name, t, u));
        insert into evil.made values ('operator for two types', name, true);
      exception when others then null; end;
    end loop; end loop;
  end loop;

  -- a type of ours, with casts from and to all that stands in our statements, and functions that take it
  create type evil.own as (x text);
  foreach t in array array['text', 'name', 'oid', 'integer', 'bigint', '"char"', 'regclass', 'json', 'xid', 'jsonb', 'timestamptz', 'interval', 'numeric'] loop
    begin
      execute format('create function evil.%I(evil.own) returns %s language plpgsql as %L', 'from_own_' || t, t, format('begin perform evil.alarm(%L); return null; end', 'cast to ' || t));
      execute format('create function evil.%I(%s) returns evil.own language plpgsql as %L', 'to_own_' || t, t, format('begin perform evil.alarm(%L); return null; end', 'cast from ' || t));
      execute format('create cast (evil.own as %s) with function evil.%I(evil.own) as implicit', t, 'from_own_' || t);
      execute format('create cast (%s as evil.own) with function evil.%I(%s) as implicit', t, 'to_own_' || t, t);
      insert into evil.made values ('cast', t, true), ('cast', t, true);
    exception when others then insert into evil.made values ('cast', t, false); end;
  end loop;

  -- relations
  for f in select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v') and (is_all or relname = any (wanted)) loop
    execute format('create view evil.%I as select 1 as shadow where evil.alarm(%L)', f.relname, 'relation ' || f.relname);
    insert into evil.made values ('relation', f.relname, true);
  end loop;

  -- types, last: from here on a name of one means ours; json is a keyword since 17, and worded otherwise
  for f in select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r') and typelem = 0 and typname <> 'json' and (is_all or typname = any (wanted)) loop
    begin
      execute format('create domain evil.%I as pg_catalog.%I check (evil.alarm(%L))', f.typname, f.typname, 'type ' || f.typname);
      insert into evil.made values ('type', f.typname, true);
    exception when others then insert into evil.made values ('type', f.typname, false); end;
  end loop;
end $do$;
`;

/** What the owner of a database may set for all who come into it, and what bites. */
export function settingsSql(database: string, owner: string): string {
  const settings: Readonly<Record<string, string>> = {
    search_path: `evil, ${owner}, public, pg_catalog`,
    role: owner,
    statement_timeout: '1ms',
    lock_timeout: '1ms',
    idle_in_transaction_session_timeout: '1ms',
    default_transaction_read_only: 'on',
    default_transaction_isolation: 'serializable',
    row_security: 'on',
    client_encoding: 'LATIN1',
    datestyle: 'German',
    intervalstyle: 'sql_standard',
    timezone: 'Asia/Tokyo',
    bytea_output: 'escape',
    array_nulls: 'off',
    quote_all_identifiers: 'on',
    standard_conforming_strings: 'off',
    transform_null_equals: 'on',
    exit_on_error: 'on',
    xmloption: 'document',
    client_min_messages: 'debug1',
  };
  return Object.entries(settings)
    .map(([name, value]) => {
      const words = name === 'search_path' ? value : `'${value}'`;
      return `alter database ${database} set ${name} = ${words};`;
    })
    .join('\n');
}
