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
  'view of what not everybody may read': { sql: 'create view v as select rolname from pg_authid', object: 'view v' },
};

function keys(more: string): string {
  return `create table pk (id int primary key); create table child (id int references pk on delete cascade); ${more}`;
}

const harmless: Readonly<Record<string, string>> = {
  'a view that nobody computes': 'create view v as select f(1)',
  'a view by which no catalog can be written':
    'create view v as select relname, count(*) from pg_class group by 1; create view u as select tablename from pg_tables',
  'a policy that no materialized view meets': 'create table t (v int); create policy p on t using (f(v) > 0)',
  'a rule on what no key acts on': 'create table t (v int); create rule r as on delete to t do also select f(1)',
  'what the server itself has': `create table t (v text, n int check (n > 0)); create index i on t (lower(v)); create view v as select upper(v) from t;
create materialized view m as select * from v; ${keys('')}`,
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

  async function objects(sql: string): Promise<readonly string[]> {
    await client.query(`begin; ${sql}`);
    try {
      const { rows } = await client.query<{ json_build_object: Risk }>(riskSql());
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
