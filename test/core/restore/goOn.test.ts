import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Difference } from '../../../src/core/postgres/archive/reading';
import type { Progress, Work } from '../../../src/core/base/progress';
import { restore, type RestoreRequest, type RestoreResult } from '../../../src/core/restore/restore';
import type { RestoreFailure } from '../../../src/core/restore/restoreFailures';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

/** What a database holds that a target refuses, in parts. */
interface Input {
  readonly name: string;
  readonly sql: string;
  /** of these majors of the target alone; default: any */
  readonly from?: number;
  /** every difference afterwards, in a line each, sorted */
  readonly missing: readonly string[];
  /** why, of what was refused, each once, sorted */
  readonly causes: readonly string[];
  /** tables that are there, and how many rows they have */
  readonly there: Readonly<Record<string, number>>;
  /** found while the definitions are made, before a row moved */
  readonly early?: boolean;
}

const inputs: readonly Input[] = [
  {
    name: 'a generated column by a function that finds another one by search_path',
    sql: `create function plain(v text) returns text language sql immutable as 'select lower(v)';
create function slug(v text) returns text language plpgsql immutable as 'begin return replace(plain(v), '' '', ''-''); end';
create table places (id int primary key, name text, slug text generated always as (slug(name)) stored);
insert into places values (1, 'A B'), (2, 'C'); create table other (id int); insert into other values (1)`,
    missing: ['rows public.places 2 0'],
    causes: ['searchPath'],
    there: { places: 0, other: 1 },
  },
  {
    name: 'an index and a materialized view by such a function, and a CHECK that reads a table which comes later',
    sql: `create table zcodes (code text primary key); insert into zcodes values ('x'), ('y');
create function norm(v text) returns text language plpgsql immutable as 'begin return lower(v) || (select count(*) from zcodes where code = ''zzz'')::text; end';
create function known(v text) returns boolean language sql stable as 'select exists (select from public.zcodes where code = v)';
create table place (id int primary key, code text); insert into place values (1, 'x'), (2, 'y');
create index place_u on place (norm(code)); create materialized view mv as select id, norm(code) as n from place;
create table checked (code text check (known(code))); insert into checked values ('x'), ('y'), ('y')`,
    missing: [
      'definition INDEX public.place_u missing right',
      'definition MATERIALIZED VIEW DATA public.mv missing right',
      'rows public.checked 3 0',
    ],
    causes: ['check', 'searchPath'],
    there: { place: 2, zcodes: 2, checked: 0 },
  },
  {
    name: 'rows that break a foreign key, twice the same in a unique index',
    sql: `create table parent (id int primary key); create table child (id int primary key, up int references parent); insert into parent values (1);
insert into child values (1, 1); set session_replication_role = replica; insert into child values (2, 99); set session_replication_role = origin;
create table twice (v int); create index twice_v on twice (v); insert into twice values (1), (1);
update pg_index set indisunique = true where indexrelid = 'twice_v'::regclass`,
    missing: [
      'definition FK CONSTRAINT public.child child_up_fkey missing right',
      'definition INDEX public.twice_v missing right',
    ],
    causes: ['foreignKey', 'unique'],
    there: { parent: 1, child: 2, twice: 2 },
  },
  {
    name: 'a materialized view over a server that nobody reaches',
    sql: `create extension postgres_fdw; create server gone foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'x', connect_timeout '2');
create user mapping for public server gone; create foreign table far (id int) server gone;
create materialized view mv as select id from far with no data; update pg_class set relispopulated = true where relname = 'mv';
create table own (id int); insert into own values (1)`,
    missing: ['definition MATERIALIZED VIEW DATA public.mv missing right'],
    causes: ['server'],
    there: { own: 1 },
  },
  {
    name: 'a collation of another image, with its table and what needs that',
    sql: `do $$ begin perform set_config('allow_system_table_mods', 'on', false); end $$;
create collation pg_catalog."xx_XX.utf8" from "C";
create table sorted (id serial primary key, v text collate "xx_XX.utf8"); insert into sorted (v) values ('a'), ('b');
create view over as select v from sorted; create table own (id int); insert into own values (1)`,
    missing: [
      'definition CONSTRAINT public.sorted sorted_pkey missing right',
      'definition DEFAULT public.sorted id missing right',
      'definition SEQUENCE OWNED BY public.sorted_id_seq missing right',
      'definition TABLE public.sorted missing right',
      'definition VIEW public.over missing right',
      'table public.sorted right 2',
    ],
    causes: ['collation', 'follows'],
    there: { own: 1 },
    early: true,
  },
  {
    name: 'the login at a foreign server, which its wrapper refuses to take',
    sql: `create function known(options text[]) returns boolean language sql as 'select true';
create function valid(options text[], catalog oid) returns void language plpgsql as 'begin if catalog = ''pg_catalog.pg_user_mapping''::regclass then perform known(options); end if; end';
create foreign data wrapper strict validator valid; create server far foreign data wrapper strict;
create user mapping for public server far options (password 'x'); create user mapping for postgres server far;
create table own (id int); insert into own values (1)`,
    missing: [
      'definition USER MAPPING USER MAPPING postgres SERVER far missing right',
      'definition USER MAPPING USER MAPPING public SERVER far missing right',
    ],
    causes: ['searchPath'],
    there: { own: 1 },
    early: true,
  },
  {
    name: 'views over what the next major has no more',
    from: 17,
    sql: `create view mon as select checkpoints_timed, buffers_checkpoint from pg_stat_bgwriter; create view over_mon as select * from mon;
create table own (id int); insert into own values (1), (2)`,
    missing: ['definition VIEW public.mon missing right', 'definition VIEW public.over_mon missing right'],
    causes: ['follows', 'systemView'],
    there: { own: 2 },
    early: true,
  },
  {
    name: 'an extension that went away',
    from: 17,
    sql: `create extension adminpack; create table own (id int); insert into own values (1)`,
    missing: ['definition COMMENT EXTENSION adminpack missing right', 'definition EXTENSION adminpack missing right'],
    causes: ['extension'],
    there: { own: 1 },
    early: true,
  },
];

/** As many bytes as are worth two streams. */
const filler = `create table filler as select repeat(md5(i::text), 64) as v from generate_series(1, 4200) i`;

for (const [from, to] of [
  [15, 15],
  [16, 18],
  [15, 18],
] as const) {
  describe(`what a target refuses in parts, PostgreSQL ${from} to ${to}`, function () {
    this.timeout(240_000);
    let origin: Server;
    let server: Server;
    let root: string;
    let jobs = 0;
    let ran: readonly (readonly string[])[] = [];
    const backups = new Map<Input, BackupEntry>();
    const here = inputs.filter((input) => from < (input.from ?? 99) && to >= (input.from ?? 0));

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      origin = await startServer({ major: from });
      server = await startServer({ major: to });
      for (const [index, input] of here.entries()) {
        await origin.sql('postgres', `create database d${index}`);
        await origin.sql(`d${index}`, input.sql);
        await origin.sql(`d${index}`, filler);
      }
      const pod = await openServer(origin);
      for (const [index, input] of here.entries()) {
        const options = {
          ...{ root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none' },
          ...{ job: `backup${index}`, asked: { by: 'me' } },
        };
        backups.set(input, (await backUp(pod, `d${index}`, options, recorder().work)).entry);
      }
    });
    after(async () => {
      await origin.stop();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    afterEach(async () => {
      await server.sql('postgres', 'drop database if exists shop with (force)');
      const sql = `select datname from pg_database where datname ~ '__' order by 1`;
      const left = (await server.sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
      for (const name of left) await server.sql('postgres', `drop database "${name}" with (force)`);
      assert.deepEqual(
        left.filter((name) => name.includes('__restore_')),
        [],
      );
    });

    async function run(input: Input, more: Partial<RestoreRequest>, work = recorder().work): Promise<RestoreResult> {
      const backup = backups.get(input);
      assert.ok(backup);
      const open = await openServer(server);
      const target = { ...open, facts: { ...open.facts, cores: 3 } };
      ran = open.exec.ran;
      return restore({ backup, target, database: 'shop', job: `abc${++jobs}`, cluster: 'b', ...more }, work);
    }
    async function fails(promise: Promise<unknown>): Promise<AppError> {
      let caught: AppError | undefined;
      await assert.rejects(promise, (error) => {
        assert.ok(isAppError(error), String(error));
        caught = error;
        return true;
      });
      assert.ok(caught);
      return caught;
    }
    /** the pg_restores of the last run that fill a database */
    const restores = (): number => ran.filter((argv) => argv.join(' ').includes('pg_restore -v')).length;
    const count = async (table: string): Promise<number> =>
      Number((await server.sql<{ n: string }>('shop', `select count(*)::text as n from ${table}`))[0]?.n);

    for (const input of here) {
      // both ways with the farthest target, the longer one with those between
      for (const streams of from === 15 && to === 18 ? [1, 3] : [3]) {
        it(`${input.name}, ${streams === 1 ? 'in one stream' : 'in several'}`, async () => {
          const { work, events } = recorder();
          const error = await fails(run(input, { streams }, work));
          if (error.code === 'restore.refused') assert.ok(input.early, JSON.stringify(error.data));
          else {
            assert.equal(error.code, 'restore.cannotMake', JSON.stringify(error.data));
            const failures = error.data['failures'] as RestoreFailure[];
            assert.ok(
              failures.every(({ cause }) => input.causes.includes(cause)),
              JSON.stringify(failures),
            );
            assert.ok(failures.length > 0 && failures.every(({ kind }) => kind !== ''));
            const moved = events.some(
              (event) =>
                (event.type === 'phase' && event.phase === 'indexes') ||
                (event.type === 'progress' && event.phase === 'restore' && event.bytes > 0),
            );
            if (input.early) {
              assert.ok(!moved);
              assert.deepEqual([...new Set(failures.map(({ cause }) => cause))].sort(), input.causes);
            }
          }

          const result = await run(input, { streams, goOn: true });
          // what the rows need, rows at least twice, indexes: how many more depends on who makes what
          if (streams > 1) assert.ok(restores() >= 4, `${restores()} of pg_restore`);
          assert.equal(result.outcome, 'differences');
          assert.deepEqual(result.differences.map(lineOf).sort(), input.missing);
          const causes = result.differences.flatMap(({ because }) => (because === undefined ? [] : [because.cause]));
          assert.deepEqual([...new Set(causes)].sort(), input.causes);
          for (const [table, rows] of Object.entries(input.there)) assert.equal(await count(table), rows, table);
        });
      }
    }

    it('replaces a database by what lacks something only where that is accepted', async () => {
      const [input] = here;
      assert.ok(input);
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', 'create table live (id int)');
      const error = await fails(run(input, { as: 'replace', goOn: true }));
      assert.equal(error.code, 'restore.missing');
      assert.deepEqual((error.data['differences'] as Difference[]).map(lineOf), input.missing);
      assert.equal(await count('live'), 0);
      const result = await run(input, { as: 'replace', acceptMissing: true });
      assert.equal(result.outcome, 'differences');
      assert.equal(await count('places'), 0);
      assert.ok(result.kept);
    });
  });
}

function lineOf(difference: Difference): string {
  switch (difference.kind) {
    case 'definition':
      return `definition ${difference.what} ${difference.name} ${difference.change}`;
    case 'rows':
      return `rows ${difference.table} ${difference.left} ${difference.right}`;
    case 'table':
      return `table ${difference.table} ${difference.missing} ${difference.rows}`;
    default:
      return JSON.stringify({ ...difference, because: undefined });
  }
}

function recorder(): { work: Work; events: Progress[] } {
  const events: Progress[] = [];
  const report = (event: Progress): void => void events.push(event);
  return { events, work: { report, signal: new AbortController().signal, log: noLog } };
}
