// The main job on two real clusters: backup, verify, copy A -> B, compare by SQL, undo; then the same with real faults.
//   tsx test/cluster/mainJob.ts <kubeconfigA> <kubeconfigB> [<command that makes a fault: FAULT a kubelet | FAULT b heal>]
// Expects namespace demo with StatefulSet postgres (15, user demo) on A and Deployment pg17 (17, user postgres) on B.
import { execa } from 'execa';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { ferry, startFerry, told, type FerrySetting, type Run } from '../lab/ferry';
import { KubectlPod } from './kubectl';

const [kubeconfigA, kubeconfigB, faultCommand] = process.argv.slice(2);
if (kubeconfigA === undefined || kubeconfigB === undefined) throw new Error('two kubeconfigs, please');

const root = await mkdtemp(join(tmpdir(), 'db-ferry-cluster-'));
const setting: FerrySetting = { kubeconfig: kubeconfigA, root };
const both = ['--kubeconfig', kubeconfigB];
const aliasA = await contextOf(kubeconfigA);
const aliasB = await contextOf(kubeconfigB);
const source = new KubectlPod(kubeconfigA, 'demo', 'postgres-0', 'demo');
const target = new KubectlPod(kubeconfigB, 'demo', await podOf(kubeconfigB, 'app=pg17'), 'postgres');
const from = `${aliasA}/demo/postgres/ferrytest`;
const to = `${aliasB}/demo/pg17/ferrytest`;

try {
  await seed();
  await mainJob();
  if (faultCommand !== undefined) await faults(faultCommand);
  console.log('all as expected');
} finally {
  await rm(root, { recursive: true, force: true });
}

async function seed(): Promise<void> {
  await source.sql('postgres', 'drop database if exists ferrytest with (force);');
  await source.sql('postgres', 'create database ferrytest;');
  await target.sql(
    'postgres',
    `select format('drop database %I with (force);', datname) from pg_database where datname like 'ferrytest%' \\gexec`,
  );
  await source.sql(
    'ferrytest',
    `create table orders (id bigint generated always as identity primary key, customer int not null, paid numeric(12,2), at timestamptz, note text);
     insert into orders (customer, paid, at, note) select i % 5000, (i * 37 % 100000) / 100.0, timestamptz '2024-01-01' + i * interval '1 minute',
       md5(i::text) || md5((i * 7)::text) || md5((i * 13)::text) from generate_series(1, 1500000) i;
     create index on orders (customer); create index on orders (at);
     create table events (id uuid default gen_random_uuid(), payload jsonb);
     insert into events (payload) select jsonb_build_object('n', i, 'h', md5(i::text), 'list', jsonb_build_array(i, i * 2)) from generate_series(1, 400000) i;
     select lo_from_bytea(0, decode(md5(i::text), 'hex')) from generate_series(1, 50) i \\g /dev/null
     create materialized view totals as select customer, sum(paid) from orders group by 1; analyze;`,
  );
}

async function mainJob(): Promise<void> {
  const backup = await expectExit(0, 'backup', from);
  const id = String(backup.result.data['backup']);
  await expectExit(0, 'verify', id);
  const before = await source.fingerprint('ferrytest');
  await expectExit(0, 'copy', from, to);
  assert.equal(await target.fingerprint('ferrytest'), before, 'source and copy, by SQL');
  await expectExit(0, 'diff', from, to);
  await target.sql('ferrytest', 'update orders set paid = paid + 0.01 where id = 777;');
  const changed = await target.fingerprint('ferrytest');
  await expectExit(3, 'diff', from, to);
  await expectExit(4, 'restore', id, to);
  await expectExit(0, 'restore', id, to, '--as', 'replace', '--yes');
  assert.equal(await target.fingerprint('ferrytest'), before, 'replaced');
  await expectExit(0, 'undo', to);
  assert.equal(await target.fingerprint('ferrytest'), changed, 'undone');
  assert.equal((await target.leftovers()).trim(), '', 'nothing left on the target');
}

async function faults(command: string): Promise<void> {
  const live = await target.fingerprint('ferrytest');
  const backups = (await ferry(setting, ...both, 'backups')).events.length;
  const dump = await withFault(command, 'a', 'dump', ['backup', from]);
  assert.equal((await ferry(setting, ...both, 'backups')).events.length, backups, 'no new backup after a cut dump');
  assert.equal((await source.leftovers()).trim(), '', 'nothing left on the source');
  const latest = String((await expectExit(0, 'backup', from)).result.data['backup']);
  const restored = await withFault(command, 'b', 'restore', ['restore', latest, to, '--as', 'replace', '--yes']);
  assert.equal(await target.fingerprint('ferrytest'), live, 'live database as it was');
  await ferry(setting, ...both, 'clean', to.split('/').slice(0, 3).join('/'));
  assert.equal((await target.leftovers()).trim(), '', 'nothing left on the target');
  const partials = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.partial'));
  assert.deepEqual(partials, [], 'nothing left here');
  console.log(JSON.stringify({ dump: dump.result, restored: restored.result }));
}

/** Runs a command, kills the kubelet of `cluster` once the phase moved some megabytes, heals, and wants "failed". */
async function withFault(command: string, cluster: string, phase: string, args: string[]): Promise<Run> {
  const run = startFerry(setting, ...both, ...args);
  const moved = (): boolean =>
    run.events.some((event) => event.type === 'progress' && event.phase === phase && event.bytes > 5_000_000);
  while (!moved() && run.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(run.child.exitCode === null, `${args[0] ?? ''} ended before the fault`);
  await execa(command, [cluster, 'kubelet']);
  const healing = (async () => {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await execa(command, [cluster, 'heal']);
  })();
  const ended = await run.ended;
  await healing;
  console.log(
    `kubelet killed in mid-${phase}: exit ${ended.exitCode} ${ended.result.error?.code ?? ''} after ${ended.seconds.toFixed(1)} s`,
  );
  assert.equal(ended.exitCode, 1, told(ended));
  return ended;
}

async function expectExit(exitCode: number, ...args: string[]): Promise<Run> {
  const run = await ferry(setting, ...both, ...args);
  console.log(`${args.join(' ')}  → exit ${run.exitCode}, ${run.seconds.toFixed(1)} s`);
  assert.equal(run.exitCode, exitCode, told(run));
  return run;
}

async function contextOf(kubeconfig: string): Promise<string> {
  const { stdout } = await execa(process.env['KUBECTL'] ?? 'kubectl', [
    '--kubeconfig',
    kubeconfig,
    'config',
    'current-context',
  ]);
  return stdout.trim();
}

async function podOf(kubeconfig: string, label: string): Promise<string> {
  const { stdout } = await execa(process.env['KUBECTL'] ?? 'kubectl', [
    ...[
      '--kubeconfig',
      kubeconfig,
      '-n',
      'demo',
      'get',
      'pods',
      '-l',
      label,
      '-o',
      'jsonpath={.items[0].metadata.name}',
    ],
  ]);
  return stdout.trim();
}
