import { parseDatabaseReference } from '../../src/core/cluster/reference';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBackup } from '../../src/core/catalog/catalog';
import { listJobs } from '../../src/core/job/record/listJobs';
import { Places, type DatabasePlace } from '../../src/core/job/plan/places';
import { planRestore, type PlanRequest, type RestorePlan } from '../../src/core/job/plan/planRestore';
import { findPoolers } from '../../src/core/pod/discover/findPoolers';
import { ferry, told, type FerrySetting } from './ferry';
import { podOf } from './pods';
import { places, startLab, type Lab, type PlaceName } from './lab';

describe('what a restore would meet', function () {
  this.timeout(300_000);
  const never = new AbortController().signal;
  let lab: Lab;
  let setting: FerrySetting;
  let backup: string;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16', 'limited'], scale: 0.2 });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    const run = await ferry(setting, 'backup', `${places.source}/shop`);
    assert.equal(run.exitCode, 0, told(run));
    backup = String(run.result.data['backup']);
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  const open = (place: PlaceName, database: string): Promise<DatabasePlace> =>
    new Places([lab.kubeconfig]).database(parseDatabaseReference(`${places[place]}/${database}`), never);
  const codes = ({ findings }: RestorePlan): string[] => findings.map(({ level, code }) => `${level} ${code}`);

  async function plan(
    place: PlaceName,
    database: string,
    options: PlanRequest['options'],
    from?: PlanRequest['from'],
  ): Promise<RestorePlan> {
    const { pod, client } = await open(place, database);
    return planRestore(
      {
        from: from ?? { backup: await findBackup(setting.root, backup) },
        target: pod,
        ...{ database, options, reference: `${places[place]}/${database}` },
        poolers: await findPoolers(client, pod.pod.namespace, never),
        ...{ cluster: client.cluster.alias, environment: 'production', root: setting.root },
      },
      never,
    );
  }

  it('restore and copy --plan say it all, with each role that will be made; nothing is changed, and there is no job', async () => {
    const target = `${places.pg16}/shop`;
    const server = lab.server('pg16');
    const seenBefore = await server.sql(
      'postgres',
      'select datname from pg_database union select rolname from pg_roles',
    );
    const jobs = (await listJobs(setting.root)).length;
    for (const [command, from] of [
      ['restore', backup],
      ['copy', `${places.source}/shop`],
    ] as const) {
      const blocked = await ferry(setting, command, from, target, '--plan');
      assert.equal(blocked.exitCode, 4, told(blocked));
      const planned = await ferry(setting, command, from, target, '--plan', '--create-roles');
      assert.equal(planned.exitCode, 0, told(planned));
      const [said] = planned.events.filter(({ type }) => type === 'plan') as unknown as RestorePlan[];
      assert.ok(said?.roles.create.includes('shop_owner'), JSON.stringify(said?.roles));
      assert.ok((said?.expected.seconds ?? 0) > 0);
    }
    assert.equal((await listJobs(setting.root)).length, jobs);
    assert.deepEqual(
      await server.sql('postgres', 'select datname from pg_database union select rolname from pg_roles'),
      seenBefore,
    );
  });

  it('a name that is not known over there leaves no job either', async () => {
    const jobs = (await listJobs(setting.root)).length;
    for (const argv of [
      ['backup', `${places.source}/shpo`],
      ['backup', 'cluster-a/shop-prod/postgers-0/shop'],
      ['copy', `${places.source}/shpo`, `${places.pg16}/x`],
      ['diff', `${places.source}/shop`, `${places.pg16}/nothing`],
      ['verify', backup, '--deep', 'cluster-b/nowhere/pg16-0'],
    ]) {
      const run = await ferry(setting, ...argv);
      assert.equal(run.exitCode, 1, told(run));
      assert.match(String(run.result.error?.code), /^(pod|database)\.unknown$/);
    }
    assert.equal((await listJobs(setting.root)).length, jobs);
  });

  it('a new database: nothing is replaced, missing roles block, room and time are said', async () => {
    const seen = await plan('pg16', 'shop', {});
    assert.equal(seen.target.exists, false);
    assert.equal(seen.target.lastWrite, undefined);
    assert.equal(seen.loginWait, undefined);
    assert.ok(seen.roles.missing.length > 0);
    // who is missing blocks until it is made: only who goes on without it leaves behind what is its
    assert.deepEqual([seen.isBlocked, codes(seen)], [true, ['block roles.missing', 'note owners.powerful']]);
    assert.ok(seen.disk && seen.disk.free > seen.disk.needed);
    assert.equal(seen.expected.basis, 'size');
    assert.ok((seen.from.rows ?? 0) > 1000);
    const made = await plan('pg16', 'shop', { createRoles: true });
    assert.deepEqual([made.isBlocked, made.roles.create], [false, seen.roles.missing]);
    assert.equal((await listJobs(setting.root)).length, 1);
    assert.deepEqual(await databases('pg16'), []);
  });

  it('one that is replaced: what it is, who is in it, when it was written to, how long logins wait', async () => {
    const restored = await ferry(setting, 'restore', backup, `${places.pg16}/shop`, '--create-roles');
    assert.equal(restored.exitCode, 0, told(restored));
    const server = lab.server('pg16');
    const { pods } = lab.clusters['cluster-b'].state;
    const bouncer = { namespace: 'shop-test', name: 'bouncer-0', image: 'bitnami/pgbouncer:1', address: '127.0.0.1' };
    pods.push(podOf(bouncer));
    const client = await server.connect('shop');
    try {
      await client.query("set application_name = 'the shop'");
      await client.query('create table public.written as select 1 as x');
      const before = Date.now();
      const seen = await plan('pg16', 'shop', { as: 'replace' });
      assert.deepEqual(
        [seen.target.exists, seen.target.sessions, seen.target.applications],
        [true, 1, [{ name: 'the shop', count: 1 }]],
      );
      assert.ok((seen.target.bytes ?? 0) > 1e6);
      assert.equal(seen.target.lastWrite?.basis, 'files');
      isSince(before, seen.target.lastWrite.time);
      assert.deepEqual(seen.loginWait, { method: 'catalog', seconds: 0.2 });
      assert.deepEqual([seen.isBlocked, seen.target.environment], [false, 'production']);
      assert.ok(codes(seen).includes('warn wrongTarget.environment'));
      const pooler = seen.findings.find(({ code }) => code === 'pooler');
      assert.deepEqual(pooler?.data, { names: ['bouncer-0'], sessions: 1 });
      assert.equal(seen.expected.basis, 'last run');
      assert.ok(Math.abs(seen.expected.seconds - Number(restored.result.data['seconds'])) < 0.01);
    } finally {
      await client.end();
      pods.pop();
    }
    assert.deepEqual(codes(await plan('pg16', 'shop', {})), ['block target.exists', 'note owners.powerful']);
  });

  it('what the plan finds, the job finds', async () => {
    const seen = await plan('pg16', 'shop', { as: 'replace' });
    const run = await ferry(setting, 'restore', backup, `${places.pg16}/shop`, '--as', 'replace', '--yes');
    assert.equal(run.exitCode, 0, told(run));
    // the job reads the namespace's own labels, which name no environment
    const shared = codes(seen).filter((one) => !one.endsWith('wrongTarget.environment'));
    assert.deepEqual(
      run.result.findings?.map(({ level, code }) => `${level} ${code}`),
      shared,
    );
    const again = await plan('pg16', 'shop', { as: 'replace' });
    assert.deepEqual(
      again.target.kept.map(({ name }) => name),
      [run.result.data['kept']],
    );
  });

  it('a copy: the source is asked, and named as what it is', async () => {
    const source = await open('source', 'shop');
    const before = Date.now();
    const from = { pod: source.pod, database: 'shop', environment: 'test' };
    const seen = await plan('limited', 'app', { as: 'replace' }, from);
    assert.equal(seen.from.kind, 'database');
    assert.equal(seen.from.environment, 'test');
    isSince(before, seen.from.snapshot);
    const { roles } = await plan('limited', 'app', { as: 'replace' });
    for (const role of roles.missing) assert.ok(seen.roles.missing.includes(role), role);
  });

  it('without a superuser: what cannot be seen is left out, what fails is said', async () => {
    await lab.server('limited').sql('app', 'create table t as select 1 as x; analyze t');
    const seen = await plan('limited', 'app', { as: 'replace', createRoles: true });
    assert.equal(seen.disk, undefined);
    assert.equal(seen.target.lastWrite, undefined);
    assert.deepEqual(seen.loginWait, { method: 'database', seconds: 1, pooler: 15 });
    assert.ok(codes(seen).includes('note disk.unknown'));
    assert.ok(codes(seen).includes('block role.rights'));
  });

  it('the last commit of the server is an answer where it keeps their times', async () => {
    const server = lab.server('limited');
    await server.sql('postgres', 'alter system set track_commit_timestamp = on');
    await server.kill();
    await server.restart();
    const before = Date.now();
    await server.sql('app', 'insert into t values (2)');
    const seen = await plan('limited', 'app', { as: 'replace' });
    assert.equal(seen.target.lastWrite?.basis, 'commit');
    isSince(before, seen.target.lastWrite.time);
  });

  async function databases(place: PlaceName): Promise<string[]> {
    const sql = `select datname from pg_database where datname ~ 'shop'`;
    return (await lab.server(place).sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
  }
});

/** Times of files have whole seconds in places, and two clocks may be a moment apart. */
function isSince(before: number, time: string): void {
  const at = Date.parse(time);
  assert.ok(at >= before - 2000 && at <= Date.now() + 2000, time);
}
