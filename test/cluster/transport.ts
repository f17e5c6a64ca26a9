/**
 * The transport on a real cluster: tsx test/cluster/transport.ts <kubeconfig> [namespace/pod/container [user]]
 * The pod must run PostgreSQL and let `user` in without a password. Prints what was measured; exits 1 when a check fails.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../src/core/base/errors';
import { capture, type PodExec } from '../../src/core/exec/podExec';
import { kubeExec } from './kubeExec';

const [file, where = 'demo/postgres-0/postgres', user = 'demo'] = process.argv.slice(2);
const database = 'ferry_transport';
const gigabyte = 1_000_000_000;

async function main(): Promise<void> {
  if (file === undefined) throw new Error('usage: transport.ts <kubeconfig> [namespace/pod/container [user]]');
  const exec = await kubeExec(file, where, 'v4.channel.k8s.io');
  const server = new Server(exec);
  const alive = await server.backgroundSince();
  await server.prepare();
  try {
    for (const protocol of ['v4.channel.k8s.io', 'v5.channel.k8s.io'] as const) {
      const each = await kubeExec(file, where, protocol);
      await throughput(each, protocol);
      await dumpAndRestore(each, protocol);
      await cancelled(each, server, protocol);
    }
  } finally {
    await server.sql('postgres', `drop database if exists ${database} with (force);`);
  }
  assert.equal(await server.backgroundSince(), alive, 'the server recovered from a crash in between');
  console.log('the server was not disturbed');
}

class Server {
  constructor(readonly exec: PodExec) {}

  async sql(name: string, text: string): Promise<string> {
    const argv = ['psql', '-X', '-q', '-At', '-U', user, '-v', 'ON_ERROR_STOP=1', '-d', name, '-f', '-'];
    const end = await capture(this.exec, argv, { input: text });
    assert.equal(end.exitCode, 0, end.stderr);
    return end.stdout.trim();
  }

  async prepare(): Promise<void> {
    await this.sql('postgres', `drop database if exists ${database} with (force);`);
    await this.sql('postgres', `create database ${database};`);
    await this.sql(
      database,
      'create table t as select i, md5(i::text) a, repeat(md5((i * 7)::text), 5) b from generate_series(1, 1000000) i;',
    );
  }

  /** Starts anew only when the postmaster has ended all processes after a crash. */
  async backgroundSince(): Promise<string> {
    return this.sql('postgres', "select backend_start from pg_stat_activity where backend_type = 'checkpointer';");
  }

  /** Sessions and processes that belong to a command of ours. */
  async left(): Promise<string> {
    const sessions = await this.sql(
      'postgres',
      `select count(*) from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid();`,
    );
    const script =
      'for p in /proc/[0-9]*; do read -r c < $p/comm; case $c in pg_dump|pg_restore|dd|head|cat) echo $c;; esac; done 2>/dev/null';
    const processes = await capture(this.exec, ['sh', '-c', script]);
    // one dd carries the answer itself
    const names = processes.stdout.split('\n').filter((name) => name !== '');
    if (names.includes('dd')) names.splice(names.indexOf('dd'), 1);
    return [...(sessions === '0' ? [] : [`${sessions} sessions`]), ...names].join(', ');
  }
}

async function throughput(exec: PodExec, protocol: string): Promise<void> {
  await timed(`${protocol} read 1 GB of zeros`, gigabyte, () =>
    exec.read(['head', '-c', String(gigabyte), '/dev/zero'], () => undefined),
  );
  const zeros = Buffer.alloc(1_000_000);
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < 300; i++) yield zeros;
    })(),
  );
  await timed(`${protocol} feed 300 MB of zeros`, 300_000_000, () => exec.feed(['wc', '-c'], source, 300_000_000));
  console.log(`  peak memory so far ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

async function dumpAndRestore(exec: PodExec, protocol: string): Promise<void> {
  const archive: Buffer[] = [];
  const dump = ['pg_dump', '-U', user, '-Fc', '-Z1', '-d', database];
  await timed(`${protocol} pg_dump -Fc -Z1`, undefined, () => exec.read(dump, (chunk) => void archive.push(chunk)));
  const bytes = Buffer.concat(archive);
  const restore = ['pg_restore', '-U', user, '--clean', '--exit-on-error', '-d', database];
  await timed(`${protocol} pg_restore`, bytes.length, () => exec.feed(restore, Readable.from([bytes]), bytes.length));
  const half = bytes.subarray(0, bytes.length / 2);
  const cut = await exec.feed(['pg_restore', '-f', '/dev/null'], Readable.from([half]), half.length);
  assert.equal(cut.exitCode, 1);
  assert.match(cut.stderr, /end of file/);
  const noise = Buffer.alloc(50_000_000, 'x');
  const early = await timed(`${protocol} pg_restore of no archive`, undefined, () =>
    exec.feed(['pg_restore', '-f', '/dev/null'], Readable.from([noise]), noise.length),
  );
  assert.equal(early.exitCode, 1);
}

async function cancelled(exec: PodExec, server: Server, protocol: string): Promise<void> {
  const dump = ['pg_dump', '-U', user, '-Fc', '-Z0', '-d', database];
  await cancelling('mid-dump', (signal) => exec.read(dump, () => undefined, { signal }));
  await cancelling('mid-dump, sink stuck', (signal) => exec.read(dump, () => new Promise(() => undefined), { signal }));
  const sleeper = ['psql', '-U', user, '-d', database, '-c', 'select pg_sleep(60)'];
  await cancelling('silent', (signal) => exec.read(sleeper, () => undefined, { signal }));
  await cancelling('upload', (signal) => {
    const endless = Readable.from(
      (function* () {
        yield 'copy t from stdin;\n';
        for (;;) yield Buffer.alloc(100_000, '1\tx\ty\n');
      })(),
    );
    return exec.feed(['psql', '-q', '-U', user, '-d', database, '-f', '-'], endless, 10 * gigabyte, { signal });
  });

  async function cancelling(what: string, start: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    const running = start(controller.signal);
    running.catch(() => undefined);
    await sleep(700);
    controller.abort();
    await assert.rejects(running, (error) => isAppError(error, 'cancelled'));
    const since = performance.now();
    let left = await server.left();
    while (left !== '' && performance.now() - since < 10_000) {
      await sleep(200);
      left = await server.left();
    }
    assert.equal(left, '', `${what}: left behind`);
    console.log(`${protocol} cancelled (${what}): nothing left after ${seconds(since)} s`);
  }
}

async function timed<T extends { exitCode: number; stderr: string; bytes: number }>(
  what: string,
  bytes: number | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const since = performance.now();
  const end = await run();
  if (bytes !== undefined) assert.equal(end.bytes, bytes, what);
  if (bytes !== undefined || what.includes('pg_dump')) assert.equal(end.exitCode, 0, end.stderr);
  const rate = end.bytes / 1e6 / ((performance.now() - since) / 1000);
  console.log(`${what}: ${seconds(since)} s, ${Math.round(end.bytes / 1e6)} MB, ${Math.round(rate)} MB/s`);
  return end;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

await main();
