import assert from 'node:assert/strict';
import type { Client } from 'pg';
import { riskSql, type Risk } from '../../../src/core/restore/load/risk';
import { startServer, type Server } from '../../lab/servers';

/** Ways in which a function of somebody else's, `f`, is called in the name of who owns something, and which object that is. */
const ways: Readonly<Record<string, { readonly sql: string; readonly object: string }>> = {
  index: { sql: 'create table t (v int); create index i on t (f(v))', object: 'index i' },
  statistics: {
    sql: 'create table t (v int, w int); create statistics st on (f(v)), w from t',
    object: 'statistics st',
  },
  'materialized view': { sql: 'create materialized view m as select f(1)', object: 'materialized view m' },
  'view that a materialized one reads': {
    sql: 'create view v as select f(1); create view w as select * from v; create materialized view m as select * from w',
    object: 'view v',
  },
  'policy that a materialized view meets': {
    sql: 'create table t (v int); alter table t enable row level security; create policy p on t using (f(v) > 0); create materialized view m as select v from t',
    object: 'policy p on t',
  },
  'trigger of a key': {
    sql: `${keys(`create function tr() returns trigger language plpgsql as 'begin return old; end'`)}; create trigger t before delete on child for each row execute function tr()`,
    object: 'table child',
  },
  'rule of a key': { sql: keys('create rule r as on delete to child do also select f(1)'), object: 'table child' },
  'check of a key': { sql: keys('alter table child add check (f(id) > 0)'), object: 'table child' },
  'function with SECURITY DEFINER': {
    sql: `create function d() returns int language sql security definer as 'select 1'`,
    object: 'function d()',
  },
  'view by which a catalog is written': {
    sql: 'create view v as select roleid, member, grantor, admin_option from pg_auth_members',
    object: 'view v',
  },
  'view of a view by which a catalog is written': {
    sql: 'create view w as select oid, proowner, prosecdef from pg_proc; create view v as select * from w',
    object: 'view w',
  },
  'rule that writes a catalog': {
    sql: 'create table t (v int); create rule r as on insert to t do also update pg_proc set prosecdef = true',
    object: 'view t',
  },
  'explicit cast, which to_json looks up': {
    sql: `create type e as enum ('a'); create function e_json(e) returns json language sql as 'select to_json(f(1))'; create cast (e as json) with function e_json(e);
create materialized view m as select to_json('a'::e)`,
    object: 'cast from e',
  },
  'explicit cast, which quote_literal looks up': {
    sql: `create type e as enum ('a'); create function e_text(e) returns text language sql as 'select f(1)::text'; create cast (e as text) with function e_text(e);
create materialized view m as select quote_literal('a'::e)`,
    object: 'cast from e',
  },
  'view of what not everybody may read': { sql: 'create view v as select rolname from pg_authid', object: 'view v' },
};

/** What runs a text in which `f` is called, without naming it; `X` is that text. */
const texts: Readonly<Record<string, string>> = {
  crosstab: 'create extension tablefunc; V * from crosstab(X) as c (a int, b int)',
  'crosstab of categories': 'create extension tablefunc; V * from crosstab(X, X) as c (a int, b int)',
  connectby: `create extension tablefunc; V * from connectby('v', 'a', 'b', '1', 0) as c (a int, b int, l int)`,
  xpath_table: `create extension xml2; V * from xpath_table('a', 'b', 'v', '/c', 'f(1) > 0') as c (a int, b text)`,
  dblink: `create extension dblink; V * from dblink('dbname=shop', X) as c (a int)`,
  query_to_xml: 'V query_to_xml(X, true, true, text $$$$)',
  query_to_xmlschema: 'V query_to_xmlschema(X, true, true, text $$$$)',
  query_to_xml_and_xmlschema: 'V query_to_xml_and_xmlschema(X, true, true, text $$$$)',
  cursor_to_xml: `V cursor_to_xml('c', 1, true, true, '')`,
  table_to_xml: `V table_to_xml('w', true, true, '')`,
  schema_to_xml: `V schema_to_xml('public', true, true, '')`,
  database_to_xml: `V database_to_xml(true, true, '')`,
  ts_stat: 'V * from ts_stat(X)',
  'ts_stat of weights': `V * from ts_stat(X, 'a')`,
  ts_rewrite: `V ts_rewrite('a'::tsquery, X)`,
  // its functions in SQL look up what they call by their reader's search_path
  earthdistance: `create extension cube; create extension earthdistance; V earth_distance(ll_to_earth(1, 1), ll_to_earth(1, 2))`,
};

/** The objects that a role owns, put into an extension that it made. */
const intoExtension = `do $do$ declare one text; begin
  for one in select format('alter extension hstore add %s %s', o.type, o.identity) from pg_shdepend s, pg_identify_object(s.classid, s.objid, 0) o
      where s.dbid = (select oid from pg_database where datname = current_database()) and s.refobjid = 'loader'::regrole and s.deptype = 'o'
        and o.type in ('function', 'table', 'view', 'materialized view', 'type')
    union all select format('alter extension hstore add cast (%s as %s)', castsource::regtype, casttarget::regtype) from pg_cast where castsource = to_regtype('e') loop
    execute one;
  end loop;
end $do$`;

function keys(more: string): string {
  return `create table pk (id int primary key); create table child (id int references pk on delete cascade); ${more}`;
}

const harmless: Readonly<Record<string, string>> = {
  'a view that nobody computes': 'create view v as select f(1)',
  'a view by which no catalog can be written':
    'create view v as select relname, count(*) from pg_class group by 1; create view u as select tablename from pg_tables',
  'a policy that no materialized view meets': 'create table t (v int); create policy p on t using (f(v) > 0)',
  'a rule on what no key acts on': 'create table t (v int); create rule r as on delete to t do also select f(1)',
  'what harmless extensions have': `create extension hstore; create extension citext; create extension pg_trgm; create extension pgcrypto; create extension unaccent;
create extension btree_gist; create extension ltree; create table t (v text, c citext, h hstore, l ltree, w int); create index on t (digest(v, 'sha256')); create index on t (lower(c));
create index on t using gist (v gist_trgm_ops, w); create index on t ((h -> 'a')); create index on t (subpath(l, 0, 1)); create statistics st on (h -> 'b'), v from t;
create materialized view m as select unaccent(v), similarity(v, 'a'), replace(c, 'a', 'b'), c = 'a' as same, h || 'a=>1', gen_random_uuid(), l @> 'a' as below from t`,
  'what the server itself has': `create table t (v text, n int check (n > 0)); create index i on t (lower(v)); create view v as select upper(v) from t;
create materialized view m as select * from v; create type r as range (subtype = int); ${keys('')}`,
};

describe('what would be computed in the name of an owner', function () {
  this.timeout(60_000);
  let server: Server;
  let client: Client;
  before(async () => {
    server = await startServer({ major: 16 });
    client = await server.connect('postgres');
    await client.query('create database shop');
    await client.end();
    client = await server.connect('shop');
    await client.query(`create function f(v int) returns int language plpgsql immutable as 'begin return v; end'`);
  });
  after(async () => {
    await client.end();
    await server.stop();
  });

  async function objects(sql: string, loader?: string): Promise<readonly string[]> {
    await client.query(`begin; ${sql}`);
    try {
      const { rows } = await client.query<{ json_build_object: Risk }>(riskSql(undefined, loader));
      return rows[0]?.json_build_object.objects ?? ['no answer'];
    } finally {
      await client.query('rollback');
    }
  }

  for (const [way, { sql, object }] of Object.entries(ways)) {
    it(`is found: ${way}`, async () => {
      const found = await objects(sql);
      assert.ok(found.includes(object), JSON.stringify(found));
    });
  }
  it('is found where who owns it put it, and all that it calls, into an extension', async () => {
    for (const [way, { sql, object }] of Object.entries(ways)) {
      const found = await objects(
        `create role loader; grant create on database shop to loader; create schema l authorization loader; set local search_path = l; set local role loader; create extension hstore schema l;
create function f(v int) returns int language plpgsql immutable as 'begin return v; end'; ${sql}; ${intoExtension}; reset role`,
        'loader',
      );
      assert.ok(found.includes(object), `${way}: ${JSON.stringify(found)}`);
    }
  });
  it('is found where a text is run that calls it', async () => {
    for (const [what, sql] of Object.entries(texts)) {
      const view = sql.replace('V ', 'create materialized view m as select ').replaceAll('X', `text 'select 1, f(1)'`);
      const found = await objects(`create table a (v int, b text); create table w (v int); ${view} with no data`);
      assert.ok(found.includes('materialized view m'), `${what}: ${JSON.stringify(found)}`);
    }
  });
  it('is found in what makes a value of a range its own', async () => {
    const sql = `create type r as range (subtype = int); update pg_range set rngcanonical = 'f(int)'::regprocedure where rngtypid = 'r'::regtype`;
    assert.deepEqual(await objects(sql), ['type r']);
  });
  for (const [what, sql] of Object.entries(harmless)) {
    it(`is not seen in ${what}`, async () => assert.deepEqual(await objects(sql), []));
  }

  it('whose name gives more than the database: what each role has elsewhere', async () => {
    const names = [...Object.keys(elsewhere), ...Object.keys(here)];
    try {
      await server.sql('postgres', `create role member_of; ${names.map((name) => `create role ${name}`).join('; ')}`);
      for (const database of ['live', 'other', 'kept', 'claimed'])
        await server.sql('postgres', `create database ${database}`);
      await server.sql(
        'postgres',
        `comment on database kept is '{"dbFerry":{"job":"t1","role":"kept","of":"live","time":"2026-01-01T00:00:00Z","origin":"b"}}';
comment on database claimed is '{"dbFerry":{"job":"t1","of":"another'`,
      );
      for (const [name, [database, sql]] of Object.entries({ ...elsewhere, ...here }))
        await server.sql(database, sql.replaceAll('ROLE', name));
      const { rows } = await client.query<{ json_build_object: Risk }>(riskSql('live'));
      const powerful = rows[0]?.json_build_object.powerful ?? [];
      assert.deepEqual(powerful.filter((name) => names.includes(name)).sort(), Object.keys(elsewhere).sort());
    } finally {
      for (const database of ['live', 'other', 'kept', 'claimed'])
        await server.sql('postgres', `drop database if exists ${database}`);
      for (const name of [...names, 'member_of'])
        await server.sql('postgres', `drop owned by ${name}; drop role ${name}`).catch(() => undefined);
    }
  });
});

/** In which database what is said of whom. */
const elsewhere: Readonly<Record<string, readonly [database: string, sql: string]>> = {
  makes_roles: ['postgres', 'alter role ROLE createrole'],
  makes_databases: ['postgres', 'alter role ROLE createdb'],
  replicates: ['postgres', 'alter role ROLE replication'],
  sees_all: ['postgres', 'alter role ROLE bypassrls'],
  reads_all: ['postgres', 'grant pg_read_all_data to ROLE'],
  ends_sessions: ['postgres', 'grant pg_signal_backend to ROLE'],
  owns_another: ['postgres', 'alter database other owner to ROLE'],
  owns_a_claimed: ['postgres', 'alter database claimed owner to ROLE'],
  enters_another: ['postgres', 'grant connect on database other to ROLE'],
  owns_a_table_there: ['other', 'create table t (v int); alter table t owner to ROLE'],
  reads_a_table_there: ['other', 'create table r (v int); grant select on r to ROLE'],
  may_set: ['postgres', 'grant set on parameter log_min_messages to ROLE'],
  becomes_one: ['other', 'create table m (v int); alter table m owner to member_of; grant member_of to ROLE'],
};
const here: Readonly<Record<string, readonly [database: string, sql: string]>> = {
  has_nothing: ['postgres', 'alter role ROLE login'],
  owns_what_is_replaced: ['postgres', 'alter database live owner to ROLE'],
  owns_what_is_kept_of_it: ['postgres', 'alter database kept owner to ROLE'],
  owns_a_table_of_it: ['live', 'create table t (v int); alter table t owner to ROLE'],
  owns_a_table_kept_of_it: ['kept', 'create table t (v int); alter table t owner to ROLE'],
  may_use_a_tablespace: ['postgres', 'grant create on tablespace pg_default to ROLE'],
  is_granted_to_another: ['postgres', 'grant ROLE to owns_another'],
};
