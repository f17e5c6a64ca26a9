import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { noLog } from '../../../src/core/base/log';
import type { Comparison } from '../../../src/core/postgres/archive/reading';
import { compareDatabases, type Comparable } from '../../../src/core/compare/diff';
import { restore, type RestoreResult } from '../../../src/core/restore/restore';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

/** A value that hangs on the locale, one that does not, a name that is hard to quote, a child, and casts of the database's own that must not be called. */
const contents = (major: number): string => `
create schema "od""d%s";
create type pair as (a int, b text);
create function lie(pair) returns text language plpgsql as $$ begin raise exception 'called'; end $$;
create cast (pair as text) with function lie(pair);
create table "od""d%s"."t'a%I" (id int, v text, "up'%s" text generated always as (upper(v)) stored, twice int generated always as (id * 2) stored,
  p pair, q pair generated always as (p) stored);
insert into "od""d%s"."t'a%I" (id, v, p) select g, 'äé ' || g, (g, 'x')::pair from generate_series(1, 500) g;
create table child (more int) inherits ("od""d%s"."t'a%I"); insert into child (id, v) values (1, 'é'), (1, 'é');
create table plain as select 1 as i;
${
  major < 18
    ? ''
    : `create table virtual (i int, v text, w text generated always as (upper(v)) virtual, x int generated always as (1 / i) virtual);
create table broken (i int, x int generated always as (1 / i) virtual); insert into virtual values (1, 'ö'); insert into broken values (0);`
}`;

for (const [from, to] of [
  [15, 16],
  [16, 18],
  [18, 18],
] as const) {
  describe(`generated columns, from PostgreSQL ${from} to ${to}`, function () {
    this.timeout(240_000);
    let origin: Server;
    let server: Server;
    let root: string;
    let backup: BackupEntry;
    let jobs = 0;
    const tables = (): string[] => [`od"d%s.t'a%I`, 'public.child', ...(from < 18 ? [] : ['public.virtual'])];

    /** that of which no value can be computed, on neither side */
    const unread = from < 18 ? [] : ['public.broken'];

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      origin = await startServer({ major: from });
      server = await startServer({ major: to });
      await origin.sql('postgres', `create database shop template template0 lc_collate 'C' lc_ctype 'C'`);
      await origin.sql('shop', contents(from));
      const options = {
        ...{ root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none' },
        ...{ job: 'b1', asked: { by: 'me' } },
      };
      backup = (await backUp(await openServer(origin), 'shop', options, work)).entry;
    });
    after(async () => {
      await origin.stop();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    afterEach(async () => {
      const sql = `select datname from pg_database where datname like 'shop%'`;
      for (const { datname } of await server.sql<{ datname: string }>('postgres', sql))
        await server.sql('postgres', `drop database "${datname}" with (force)`);
    });

    const put = async (as: 'new' | 'replace', entry = backup): Promise<RestoreResult> =>
      restore(
        { backup: entry, target: await openServer(server), database: 'shop', as, job: `r${++jobs}`, cluster: 'b' },
        work,
      );
    const compare = async (left: Comparable, right: Comparable): Promise<Comparison> =>
      compareDatabases(left, right, `d${++jobs}`, work);
    const generated = ({ differences }: Pick<Comparison, 'differences'>): unknown[] =>
      differences.flatMap((one) => (one.kind === 'generated' ? [`${one.table}: ${one.columns.join(', ')}`] : []));
    const unproven = ({ notes }: Pick<Comparison, 'notes'>): unknown[] =>
      notes.flatMap(({ code, data }) => (code === 'generatedUnproven' ? (data['tables'] as string[]) : []));

    it('are in the manifest, as the source had them in the moment of the dump', () => {
      const { generated: found = [] } = backup.manifest;
      assert.deepEqual(found.map(({ schema, name }) => `${schema}.${name}`).sort(), [...tables(), ...unread].sort());
      assert.equal(found.find(({ name }) => name === 'child')?.rows, 2);
    });

    it('in the locale they had they are the same, and compared', async () => {
      const { outcome, differences, notes } = await put('new');
      assert.deepEqual([outcome, differences, unproven({ notes })], ['done', [], unread]);
      const live = { pod: await openServer(server), database: 'shop' };
      for (const other of [{ backup }, { pod: await openServer(origin), database: 'shop' }]) {
        const same = await compare(other, live);
        assert.deepEqual([generated(same), unproven(same)], [[], unread]);
      }
    });

    it('in another locale what differs is told, in a restore and by a comparison', async () => {
      await server.sql('postgres', `create database shop`);
      const replaced = await put('replace');
      const differing = [`od"d%s.t'a%I: q, twice, up'%s`, `public.child: q, twice, up'%s`];
      // a virtual column is in no file: it is computed in the database's locale, too
      const all = from < 18 ? differing : [...differing, 'public.virtual: w, x'];
      assert.equal(replaced.outcome, 'differences');
      assert.deepEqual(generated(replaced).sort(), all.sort());
      const live = { pod: await openServer(server), database: 'shop' };
      for (const other of [{ backup }, { pod: await openServer(origin), database: 'shop' }]) {
        assert.deepEqual(generated(await compare(other, live)).sort(), generated(replaced).sort());
      }
    });

    it('a backup that does not say them: that they were not compared is said', async () => {
      const { generated: _, ...manifest } = backup.manifest;
      assert.ok(_);
      const old: BackupEntry = { ...backup, manifest };
      const { outcome, notes } = await put('new', old);
      assert.equal(outcome, 'done');
      assert.deepEqual(unproven({ notes }).sort(), [...tables(), ...unread].sort());
    });
  });
}
