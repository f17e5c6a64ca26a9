import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { backUp } from '../../../src/core/backup/backUp';
import { adopt } from '../../../src/core/catalog/adopt';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import { restore, type RestoreResult } from '../../../src/core/restore/restore';
import { chooseStreams } from '../../../src/core/restore/restoreIn';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

describe('restore in several streams', function () {
  this.timeout(120_000);
  let server: Server;
  let target: Awaited<ReturnType<typeof openServer>>;
  let backup: BackupEntry;
  let root: string;
  let others: string[];
  let jobs = 0;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    others = await files();
    server = await startServer({ major: 15 });
    await server.sql('postgres', 'create database origin');
    await server.sql('origin', contents);
    const cluster = { alias: 'a', server: 'https://a' };
    const options = { root, cluster, compress: 'auto', job: 'backup1', asked: { by: 'me' } };
    ({ entry: backup } = await backUp(await openServer(server), 'origin', options, watching()));
  });
  after(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const open = await openServer(server);
    target = { ...open, facts: { ...open.facts, cores: 3 } };
  });
  afterEach(async () => {
    await server.sql('postgres', 'drop database if exists copied');
    // a session is in the list of the server for a moment after its client is gone
    for (let tries = 0; tries < 50 && (await left()).length > 0; tries++) await setTimeout(100);
    assert.deepEqual(await left(), []);
  });

  it('is the same database, indexes and grants included', async () => {
    const phases: string[] = [];
    const { outcome, differences } = await run(watching((event) => event.type === 'phase' && phases.push(event.phase)));
    assert.equal(outcome, 'done', JSON.stringify(differences));
    assert.equal(restores(), 7, 'what the rows need, three times rows, indexes, values of sequences, the last');
    assert.deepEqual(await server.sql('copied', digest), await server.sql('origin', digest));
    assert.deepEqual(phases, [
      'read',
      'read',
      'preflight',
      'definitions',
      'definitions',
      'restore',
      'indexes',
      'analyze',
      'verify',
      'properties',
      'swap',
    ]);
  });

  it('takes as many for a file that is no backup of ours', async () => {
    const file = path.join(root, 'foreign.dump');
    await execa(path.join(server.bin, 'pg_dump'), [
      ...['-h', '127.0.0.1', '-p', String(server.port), '-U', server.superuser],
      ...['-Fc', '-Z1', '-d', 'origin', '-f', file],
    ]);
    const foreign = await adopt(file);
    const request = { backup: foreign, target, database: 'copied', job: `abc${++jobs}`, cluster: 'b' };
    const { outcome, differences } = await restore(request, watching());
    assert.equal(outcome, 'done', JSON.stringify(differences));
    assert.equal(restores(), 8, 'what the rows need, three times rows, indexes, values, views, grants');
    assert.deepEqual(await server.sql('copied', digest), await server.sql('origin', digest));
  });

  it('takes one stream where no more are allowed', async () => {
    await run(watching(), 1);
    assert.equal(restores(), 3, 'what the rows need, the rows and what comes after them, and what is said of all');
  });

  for (const [at, place] of [
    [0, 'what the rows need'],
    [1, 'the first stream of rows'],
    [3, 'the third stream of rows'],
    [4, 'the indexes'],
    [5, 'the values of sequences'],
    [6, 'the last'],
  ] as const) {
    it(`a cut in ${place} leaves nothing`, async () => {
      const whole = Array.from({ length: at }, () => ({ match: 'pg_restore -v' }));
      target.exec.faults.push(...whole, { match: 'pg_restore -v', cutAfterBytes: 500 });
      await fails('exec.cut', run());
    });
  }

  it('an error of one stream ends the others, and is the one that is told', async () => {
    const feed = target.exec.feed.bind(target.exec);
    target.exec.feed = async (argv, ...rest) => {
      const [side] = await server.sql<{ datname: string }>(
        'postgres',
        `select datname from pg_database where datname like 'copied__restore%'`,
      );
      if (side && restores() === 1) await server.sql(side.datname, 'alter table b drop column if exists note');
      return feed(argv, ...rest);
    };
    const { failures } = await fails('restore.cannotMake', run());
    assert.match(JSON.stringify(failures).replaceAll('\\"', '"'), /column "note" of relation "b" does not exist/);
  });

  it('cancelled among the rows: nothing is left', async () => {
    const stop = new AbortController();
    const work = watching((event) => event.type === 'progress' && event.phase === 'restore' && stop.abort());
    await fails('cancelled', run({ ...work, signal: stop.signal }));
  });

  it('takes no more streams than cores, nor for less than is worth a start', () => {
    assert.equal(chooseStreams(2, 1e9), 2);
    assert.equal(chooseStreams(64, 1e9), 4);
    assert.equal(chooseStreams(64, 1e6), 1);
    assert.equal(chooseStreams(64, 1e9, 3), 3);
  });

  /** What the jobs left: databases and sessions of the server, files in the folders for such. */
  async function left(): Promise<string[]> {
    const query = `select datname as left from pg_database where datname like 'copied%' union all select application_name from pg_stat_activity where application_name like 'db-ferry%'`;
    const rows = await server.sql<{ left: string }>('postgres', query);
    return [...rows.map((row) => row.left), ...(await files()).filter((file) => !others.includes(file))];
  }

  async function run(work = watching(), streams?: number): Promise<RestoreResult> {
    const more = streams === undefined ? {} : { streams };
    return restore({ backup, target, database: 'copied', job: `abc${++jobs}`, cluster: 'b', ...more }, work);
  }

  function restores(): number {
    return target.exec.ran.filter((argv) => argv.join(' ').includes('pg_restore -v')).length;
  }

  async function fails(code: ErrorCode, promise: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
    const error = await promise.then(
      () => assert.fail('it did not fail'),
      (reason: unknown) => reason,
    );
    if (!isAppError(error, code)) throw error;
    return error.data;
  }
});

async function files(): Promise<string[]> {
  const folders = ['/tmp', '/dev/shm'];
  const names = await Promise.all(folders.map(async (folder) => readdir(folder)));
  return names.flatMap((list, at) =>
    list.filter((name) => /^db-ferry-\d+$/.test(name)).map((name) => `${folders[at]}/${name}`),
  );
}

function watching(also: (event: Progress) => unknown = () => undefined): Work {
  return { report: (event) => void also(event), signal: new AbortController().signal, log: noLog };
}

const table = (name: string): string => `
  create table ${name} (id serial primary key, note text, more text, owner int);
  insert into ${name} (note, more, owner) select md5(random()::text) || md5(random()::text), md5(random()::text) || md5(random()::text), i % 9 from generate_series(1, 60000) i;
  create index on ${name} (note);`;

const contents = `${['a', 'b', 'c'].map(table).join('')}
  alter table a add foreign key (id) references b; alter table b add foreign key (id) references c; alter table c add foreign key (id) references a;
  create materialized view sums as select owner, count(*) from a group by 1; create unique index on sums (owner);
  select lo_from_bytea(0, decode(md5(i::text), 'hex')) from generate_series(1, 20) i;
  create role streams_reader; grant select on a to streams_reader;`;

const digest = `select 'a' as t, count(*)::int as n, md5(string_agg(a::text, ',' order by id)) as d from a union all select 'b', count(*)::int, md5(string_agg(b::text, ',' order by id)) from b
  union all select 'c', count(*)::int, md5(string_agg(c::text, ',' order by id)) from c union all select 'sums', count(*)::int, sum(count)::text from sums
  union all select 'objects', count(*)::int, '' from pg_largeobject_metadata union all select 'sequence', last_value::int, '' from a_id_seq
  union all select 'indexes', count(*)::int, '' from pg_indexes where schemaname = 'public' union all select 'keys', count(*)::int, '' from pg_constraint where contype = 'f'
  union all select 'grant', has_table_privilege('streams_reader', 'a', 'select')::int, '' order by 1`;
