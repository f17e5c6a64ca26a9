import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parsePodReference } from '../../src/core/cluster/reference';
import type { JobKind } from '../../src/core/job/request';
import { requestOf } from '../core/job/requestOf';
import { createJobFolder, jobsFolder } from '../../src/core/job/record/jobFolder';
import { identify } from '../../src/core/job/run/processIdentity';
import { planClean, type CleanPlan } from '../../src/core/job/plan/planClean';
import { readJob, type Job } from '../../src/core/job/record/readJob';
import type { Phase } from '../../src/core/base/progress';
import { fateWords, leftWords } from '../../src/words/cleanWords';
import { sideName, keptName } from '../../src/core/restore/side/sideDatabase';
import type { Exchange } from '../../src/core/restore/side/swap';
import { cleanedBy, ferry, startFerry, told, type FerrySetting } from './ferry';
import { places, startLab, type Lab } from './lab';
import { markSigned } from '../core/restore/signedMark';
import type { Server } from './servers';

describe('clean', function () {
  this.timeout(120_000);
  let lab: Lab;
  let setting: FerrySetting;
  const target = `${places.pg16}/shop`;

  before(async () => {
    lab = await startLab({ only: ['pg16'], seed: false });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    await lab.server('pg16').sql('postgres', 'create database shop');
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });
  afterEach(() => rm(jobsFolder(setting.root), { recursive: true, force: true }));

  describe('a job that was killed while databases were exchanged', () => {
    it('that nothing tells of: 3, told to be unknown, and not cleaned', async () => {
      const { id, folder } = await killed('restore', ['backup1', target], 'swap');
      for (const operands of [[], [id], [places.pg16]]) {
        const run = await ferry(setting, 'clean', ...operands);
        assert.equal(run.exitCode, 3, told(run));
        assert.match(cleanedBy(run), new RegExp(`job ${id} .*unknown: look at ${target}`));
        assert.equal((await readJob(folder)).cleaned, false, 'it must be told again');
      }
    });

    it('whose side database is there: not committed, also when the place is cleaned', async () => {
      for (const operands of [[], [places.pg16]]) {
        const { id, folder } = await killed('restore', ['backup1', target], 'swap');
        await ours(sideName('shop', id), id, 'side');
        const run = await ferry(setting, 'clean', ...operands);
        assert.equal(run.exitCode, 0, told(run));
        assert.match(cleanedBy(run), new RegExp(`job ${id}: not committed`));
        assert.equal((await readJob(folder)).cleaned, true);
        assert.deepEqual(await databases(), ['shop']);
      }
    });

    it('two of them at once: each is told of', async () => {
      const jobs = [await killed('restore', ['b', target], 'swap'), await killed('restore', ['b', target], 'swap')];
      for (const { id } of jobs) await ours(sideName('shop', id), id, 'side');
      const run = await ferry(setting, 'clean');
      assert.equal(run.exitCode, 0, told(run));
      for (const { id } of jobs) {
        assert.match(cleanedBy(run), new RegExp(`job ${id}: not committed`));
      }
    });

    it('a new database, by the OID that got its name', async () => {
      for (const [name, found] of [
        ['shop_new', /: committed; .*\/shop_new is the restored database$/m],
        [undefined, /: not committed, or dropped since; there is no .*\/shop_new$/m],
      ] as const) {
        const oid = name === undefined ? 999_999 : await made(name);
        const side = { database: 'shop_new', oid, side: 'shop_new__restore_x' };
        const { id, folder } = await killed('restore', ['backup1', `${places.pg16}/shop_new`], 'swap', side);
        const run = await ferry(setting, 'clean', id);
        assert.equal(run.exitCode, 0, told(run));
        assert.match(cleanedBy(run), found);
        assert.match(fateOf(await readJob(folder)), found);
        if (name !== undefined) await lab.server('pg16').sql('postgres', `drop database ${name}`);
      }
    });

    it('whose session still lives: it is ended first', async () => {
      const { id } = await killed('restore', ['backup1', target], 'swap');
      await ours(sideName('shop', id), id, 'side');
      const session = await sessionOf(`db-ferry-${id}-swap-1`);
      const run = await ferry(setting, 'clean', id);
      assert.equal(run.exitCode, 0, told(run));
      await assert.rejects(session.query('select 1'), /terminat|not queryable|closed/i);
      assert.match(cleanedBy(run), /not committed/);
    });

    it('what proves something of another one is not taken away', async () => {
      const one = await killed('restore', ['backup1', target], 'swap');
      const other = await killed('restore', ['backup1', target], 'swap');
      await ours(sideName('shop', other.id), other.id, 'side');
      await ferry(setting, 'clean', one.id);
      assert.deepEqual(await databases(), ['shop', sideName('shop', other.id)]);
      // the place named in another way: only the mark leads to the job
      const run = await ferry(setting, 'clean', places.pg16.replace(/-0$/, ''));
      assert.match(fateOf(await readJob(other.folder)), /: not committed; .*\/shop is what it was/, told(run));
      const later = await ferry(setting, 'clean', other.id);
      assert.equal(later.exitCode, 0, told(later));
    });

    it('can be forgotten, without asking anyone', async () => {
      const { id, folder } = await killed('restore', ['backup1', 'gone/with/the-0/wind'], 'swap');
      assert.equal((await ferry(setting, 'clean', id)).exitCode, 3);
      const run = await ferry(setting, 'clean', id, '--forget');
      assert.equal(run.exitCode, 0, told(run));
      assert.match(cleanedBy(run), new RegExp(`job ${id}; what it left in gone/with/the-0/wind`));
      assert.equal((await readJob(folder)).mayHaveLeft, false);
      assert.equal((await ferry(setting, 'clean', '--forget')).exitCode, 2);
    });

    it('an undo that committed is not called a restore', async () => {
      const { id } = await killed('undo', [target], 'swap');
      await ours(keptName('shop', id), id, 'kept');
      const run = await ferry(setting, 'clean', id);
      assert.equal(run.exitCode, 0, told(run));
      assert.match(cleanedBy(run), new RegExp(`job ${id}: committed; .* is what was kept`));
      await lab.server('pg16').sql('postgres', `drop database "${keptName('shop', id)}"`);
    });
  });

  it('a side database that a killed job did not come to mark is gone, and told before', async () => {
    for (const operand of [undefined, places.pg16]) {
      const { id } = await killed('restore', ['backup1', target], 'restore');
      const side = sideName('shop', id);
      await lab.server('pg16').sql('postgres', `create database "${side}" connection limit 5`);
      // not ours: of a job that nobody here knows, and one with a comment of somebody else
      const others = [sideName('shop', 'unknown'), sideName('shop_2', id)];
      for (const other of others)
        await lab.server('pg16').sql('postgres', `create database "${other}" connection limit 5`);
      await lab.server('pg16').sql('postgres', `comment on database "${others[1]}" is 'mine'`);
      assert.deepEqual(removesOf(await plan(operand)), [`${side} in ${places.pg16}`]);
      const run = await ferry(setting, 'clean', ...(operand === undefined ? [] : [operand]));
      assert.equal(run.exitCode, 0, told(run));
      const at = operand ?? target;
      assert.ok(cleanedBy(run).startsWith(`removed ${side} in ${at}`), told(run));
      assert.deepEqual(await databases(), ['shop', ...others].sort());
      for (const other of others) await lab.server('pg16').sql('postgres', `drop database "${other}"`);
    }
  });

  describe('a role that a killed job made', () => {
    it('is dropped; one that is used stays, is told, and told again', async () => {
      const { id, folder } = await killed('verify', ['backup1'], 'restore', undefined, { deep: places.pg16 });
      await saysThatItMade(folder, ['free', 'used']);
      const mark = JSON.stringify({ dbFerry: { job: id, time: new Date().toISOString() } });
      for (const name of ['free', 'used']) {
        await lab.server('pg16').sql('postgres', `create role ${name}; comment on role ${name} is '${mark}'`);
      }
      await lab.server('pg16').sql('shop', 'create table of_used(); alter table of_used owner to used');
      const run = await ferry(setting, 'clean', id);
      assert.equal(run.exitCode, 3, told(run));
      assert.match(cleanedBy(run), /the role used/);
      assert.deepEqual(await roles(), ['used']);
      assert.equal((await readJob(folder)).cleaned, false);
      await lab.server('pg16').sql('shop', 'drop table of_used');
      assert.equal((await ferry(setting, 'clean', id)).exitCode, 0);
      assert.deepEqual(await roles(), []);
      assert.equal((await readJob(folder)).cleaned, true);
    });
  });

  it('a restore with a mapped role that was killed does not keep the next one from it', async () => {
    const server = lab.server('pg16');
    const { faults } = lab.clusters['cluster-b'].state;
    await server.sql('postgres', 'create database tiny');
    await server.sql('postgres', 'create role left_behind');
    await server.sql('tiny', `create table t as select md5(g::text) as v from generate_series(1, 20000) g`);
    await server.sql('tiny', 'alter table t owner to left_behind');
    const place = `${places.pg16}/tiny`;
    const backup = String((await ferry(setting, 'backup', place)).result.data['backup']);
    await server.sql('postgres', 'drop database tiny');
    await server.sql('postgres', 'drop role left_behind; create role heir');
    const args = ['restore', backup, place, '--map-role', 'left_behind=heir'];
    faults.exec.push({ kind: 'slow', match: 'pg_restore -v', bytesPerSecond: 4000, on: 'stdin' });
    const run = startFerry(setting, ...args);
    while ((await server.sql('postgres', `select from pg_roles where rolname = 'left_behind'`)).length === 0) {
      await sleep(50);
    }
    const started = run.events.find((event) => event.type === 'started');
    process.kill(started?.type === 'started' ? started.process.pid : 0, 'SIGKILL');
    await run.ended;
    faults.exec = [];
    const blocked = await ferry(setting, ...args);
    assert.equal(blocked.exitCode, 4, told(blocked));
    const cleaned = await ferry(setting, 'clean');
    assert.equal(cleaned.exitCode, 0, told(cleaned));
    assert.match(cleanedBy(cleaned), /the role left_behind/);
    const again = await ferry(setting, ...args);
    assert.equal(again.exitCode, 0, told(again));
    const [row] = await server.sql<{ oid: number }>('tiny', `select oid::int from pg_database where datname = 'tiny'`);
    const said = again.events.find((event) => 'code' in event && event.code === 'swap.side');
    assert.equal((said as { data?: { oid?: number } } | undefined)?.data?.oid, row?.oid);
    await server.sql('postgres', 'drop database tiny');
    await server.sql('postgres', 'drop role heir');
  });

  describe('a job that this root does not know', () => {
    const old = new Date(Date.now() - 3600_000);

    it('is left alone while it has a session, be it one of a swap, or a young mark', async () => {
      await ours(sideName('shop', 'busy'), 'busy', 'side', old);
      await ours(sideName('shop', 'young'), 'young', 'side');
      await ours(sideName('shop', 'gone'), 'gone', 'side', old);
      const session = await sessionOf('db-ferry-busy-swap-3');
      const run = await ferry(setting, 'clean', places.pg16);
      await session.end();
      assert.equal(run.exitCode, 0, told(run));
      assert.deepEqual(await databases(), ['shop', sideName('shop', 'busy'), sideName('shop', 'young')].sort());
      const spared = cleanedBy(run);
      for (const job of ['busy', 'young']) assert.ok(spared.includes(sideName('shop', job)), told(run));
      for (const job of ['busy', 'young']) {
        await lab.server('pg16').sql('postgres', `drop database "${sideName('shop', job)}"`);
      }
    });
  });

  describe('what a clean would remove', () => {
    it('is told before it, of a job, of a place and of all, and is then what it removes', async () => {
      const { id, folder } = await killed('restore', ['backup1', target], 'restore');
      await saysThatItMade(folder, ['free']);
      await killed('backup', ['gone/with/the-0/wind'], 'dump');
      const side = sideName('shop', id);
      await ours(side, id, 'side');
      await ours(keptName('shop', id), id, 'kept');
      await ours(sideName('shop', 'young'), 'young', 'side');
      const mark = JSON.stringify({ dbFerry: { job: id, time: new Date().toISOString() } });
      await lab.server('pg16').sql('postgres', `create role free; comment on role free is '${mark}'`);
      const session = await sessionOf(`db-ferry-${id}-restore`);
      const before = await databases();

      const left = [`${side} in ${places.pg16}`, `the role free in ${places.pg16}`];
      const sessions = `1 session of job ${id} in ${places.pg16}`;
      const all = await plan();
      assert.deepEqual(removesOf(all), [...left, sessions].sort());
      assert.deepEqual(
        all.notReached.map(({ reference, error }) => [reference, error.code]),
        [['gone/with/the-0/wind', 'cluster.unknown']],
      );
      assert.equal(all.jobs.length, 2);
      const ofJob = await plan(id);
      assert.deepEqual([removesOf(ofJob), ofJob.notReached], [[...left, sessions].sort(), []]);
      assert.deepEqual(removesOf(await plan(places.pg16)), [...left, sessions].sort());
      assert.deepEqual([await databases(), await roles()], [before, ['free']], 'nothing changed');
      await session.query('select 1');

      assert.equal((await ferry(setting, 'clean', id)).exitCode, 0);
      const after = await plan(places.pg16);
      assert.deepEqual([after.jobs, after.removes, after.notReached], [[], [], []]);
      assert.deepEqual(
        await databases(),
        before.filter((name) => name !== side),
      );
      for (const name of [keptName('shop', id), sideName('shop', 'young')])
        await lab.server('pg16').sql('postgres', `drop database "${name}"`);
    });

    it('is nothing where nothing is left', async () => {
      assert.deepEqual(await plan(), { jobs: [], removes: [], claims: [], findings: [], notReached: [] });
    });
  });

  async function plan(operand?: string): Promise<CleanPlan> {
    const asked = {
      root: setting.root,
      kubeconfigs: [lab.kubeconfig],
      ...(operand === undefined ? {} : { of: operand.includes('/') ? parsePodReference(operand) : { job: operand } }),
    };
    return planClean(asked, new AbortController().signal);
  }

  /** A job of this root whose process is gone. */
  async function killed(
    kind: JobKind,
    operands: readonly string[],
    phase: Phase,
    exchange?: Exchange,
    options: object = {},
  ): Promise<{ id: string; folder: string }> {
    const { root } = setting;
    const made = await createJobFolder(
      root,
      requestOf(kind, operands, { options, kubeconfigs: [lab.kubeconfig], root }),
    );
    const own = identify();
    assert.ok(own);
    const time = new Date().toISOString();
    const events = [
      { time, type: 'started', job: made.id, kind, process: { ...own, startTime: '1' } },
      ...(exchange ? [{ time, type: 'note', code: 'swap.side', data: exchange }] : []),
      { time, type: 'phase', phase },
    ];
    await appendFile(join(made.folder, 'events.ndjson'), events.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return made;
  }

  async function saysThatItMade(folder: string, roles: readonly string[]): Promise<void> {
    const note = { time: new Date().toISOString(), type: 'note', code: 'roles.made', data: { roles } };
    await appendFile(join(folder, 'events.ndjson'), `${JSON.stringify(note)}\n`);
  }

  async function ours(name: string, job: string, role: 'side' | 'kept', time = new Date()): Promise<void> {
    await lab.server('pg16').sql('postgres', `create database "${name}" connection limit 5`);
    await markSigned(lab.server('pg16'), name, { job, role, of: 'shop', time: time.toISOString(), origin: 'backup1' });
  }

  async function made(name: string): Promise<number> {
    await lab.server('pg16').sql('postgres', `create database ${name}`);
    const sql = `select oid::int from pg_database where datname = '${name}'`;
    const [row] = await lab.server('pg16').sql<{ oid: number }>('postgres', sql);
    return row!.oid;
  }

  /** A session of that name, which may be ended. */
  async function sessionOf(application: string): Promise<Awaited<ReturnType<Server['connect']>>> {
    const client = await lab.server('pg16').connect('postgres');
    client.on('error', () => undefined);
    await client.query(`set application_name = '${application}'`);
    return client;
  }

  async function roles(): Promise<string[]> {
    const sql = `select rolname from pg_roles where rolname in ('free', 'used')`;
    return (await lab.server('pg16').sql<{ rolname: string }>('postgres', sql)).map(({ rolname }) => rolname);
  }

  async function databases(): Promise<string[]> {
    const sql = `select datname from pg_database where datname like 'shop%' order by 1`;
    return (await lab.server('pg16').sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
  }
});

function fateOf({ resolved }: Job): string {
  return resolved === undefined ? '' : fateWords(resolved);
}

function removesOf({ removes }: CleanPlan): string[] {
  return removes.map(leftWords).sort();
}
