/**
 * `npm run bench -- --load [--size <MB>]`: what an application notices on two real clusters while its database, or another one on its server, is
 * backed up and restored: by hand, by DB Ferry, and gently. It writes in eight sessions, through a port-forward; while its database is replaced, in
 * the pod, since a port-forward ends with the first session that is ended, and with a login for each write.
 */
import { execa, ExecaError } from 'execa';
import { open, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { archivePath, findBackup } from '../../../src/core/catalog/catalog';
import { kubectlProgram, type KubectlPod } from '../../cluster/kubectl';
import { pair } from '../../cluster/setting';
import { ferry, told, type Run } from '../../lab/ferry';
import { startLoad, type LoadResult } from '../../lab/load';
import { drop, makeRealistic, remake } from './databases';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((one) => one !== '--load'),
  options: { size: { type: 'string', default: '300' } },
});
const clusters = await pair();
const { root, setting, source, target } = clusters;
const [fromAlias = '', toAlias = ''] = [clusters.from, clusters.to].map((reference) => reference.split('/')[0]);
const database = 'ferrybench';
const from = `${fromAlias}/demo/postgres/${database}`;
const to = `${toAlias}/demo/pg17/${database}`;
const dumped = join(root, 'by-hand');
/** Writes one row of a small table of its own, as an application does all day; chosen once, not for each row. */
const query = 'update app set n = n + 1 where id = (select 1 + floor(random() * 10000)::int)';

try {
  await makeRealistic(source, database, Number(options.size));
  await source.sql(database, 'create table app as select i as id, 0 as n from generate_series(1, 10000) i;');
  await source.sql(database, 'alter table app add primary key (id);');
  const backup = await whileBackedUp();
  await whileRestored(backup);
} finally {
  await rm(root, { recursive: true, force: true });
  for (const pod of [source, target]) await drop(pod, database);
  await drop(target, 'byhand');
}

/** The application is in the database that is dumped. Returns the id of a backup. */
async function whileBackedUp(): Promise<string> {
  print(['in the database that is backed up', 'seconds', 'writes/s', 'of alone', 'longest wait', 'refused']);
  const { port, close } = await forward(source);
  try {
    const connect = (): Application => startLoad({ port, user: source.user, database, clients: 8, query });
    const alone = await notice('alone', connect, () => sleep(10_000));
    await notice('kubectl exec pg_dump', connect, () => byHand(source, ['pg_dump', '-Fc'], database), alone);
    await notice('backup', connect, () => must('backup', from), alone);
    await notice('backup --gentle 10', connect, () => must('backup', from, '--gentle', '10'), alone);
  } finally {
    await close();
  }
  const { result } = await must('backup', from);
  return String(result.data['backup']);
}

/** The application is in another database of the server, then in the one that is replaced. */
async function whileRestored(backup: string): Promise<void> {
  await must('restore', backup, to, '--no-owner');
  const archive = archivePath(await findBackup(root, backup));
  const restore = async (into: string, ...more: string[]): Promise<Run> =>
    must('restore', backup, into, '--no-owner', ...more);
  const byHandInto = async (name: string, ...more: string[]): Promise<void> =>
    byHand(target, ['pg_restore', '--no-owner', ...more], name, archive);
  const { port, close } = await forward(target);
  try {
    const beside = to.replace(database, 'byhand');
    const connect = (): Application => startLoad({ port, user: target.user, database, clients: 8, query });
    print(['on the server that is restored to']);
    const alone = await notice('alone', connect, () => sleep(10_000));
    await remake(target, 'byhand');
    await notice('kubectl exec pg_restore', connect, () => byHandInto('byhand'), alone);
    await drop(target, 'byhand');
    await notice('restore', connect, () => restore(beside), alone);
    await drop(target, 'byhand');
    await notice('restore --gentle 10', connect, () => restore(beside, '--gentle', '10'), alone);
  } finally {
    await close();
  }
  print(['in the database that is replaced']);
  const inPod = (): Application => startInPod(target);
  const alone = await notice('alone', inPod, () => sleep(10_000));
  await notice('restore --as replace', inPod, () => restore(to, '--as', 'replace', '--yes'), alone);
  // it goes on after errors, and ends with 1
  const clean = async (): Promise<void> =>
    byHandInto(database, '--clean', '--if-exists').catch((error: unknown) => {
      if (!(error instanceof ExecaError) || error.exitCode !== 1) throw error;
    });
  await notice('kubectl exec pg_restore --clean', inPod, clean, alone);
}

interface Application {
  stop(): Promise<LoadResult>;
}

/** Four clients in the pod, each of which logs in for every write, until told to stop. */
function startInPod(pod: KubectlPod): Application {
  const script = `f=$(mktemp); for client in 1 2 3 4; do ( while [ -e "$f" ]; do
psql -XqAt -U "$1" -d "$2" -c "$3 returning $client, round(extract(epoch from clock_timestamp()) * 1000)" 2>&1 || sleep 0.02; done ) & done
cat >/dev/null; rm "$f"; wait`;
  const [program = '', ...args] = pod.command(['sh', '-c', script, 'app', pod.user, database, query], '-i');
  const running = execa(program, args, { stdin: 'pipe' });
  return {
    async stop() {
      running.stdin.end();
      const { stdout } = await running;
      return readWrites(stdout.split('\n'));
    },
  };
}

/** Lines `client|milliseconds` of what was written, errors between them. */
function readWrites(lines: readonly string[]): LoadResult {
  const last = new Map<string, number>();
  const failedLogins: Record<string, number> = {};
  let [queries, longestGap] = [0, 0];
  for (const line of lines) {
    const [, client, time] = /^(\d)\|(\d+)$/.exec(line) ?? [];
    if (client === undefined) {
      const reason = /(FATAL|ERROR): .*/.exec(line)?.[0];
      if (reason !== undefined) failedLogins[reason] = (failedLogins[reason] ?? 0) + 1;
      continue;
    }
    queries += 1;
    longestGap = Math.max(longestGap, Number(time) - (last.get(client) ?? Number(time)));
    last.set(client, Number(time));
  }
  const end = Math.max(...last.values());
  for (const time of last.values()) longestGap = Math.max(longestGap, end - time);
  return { queries, longestGap, failedLogins, ended: 0 };
}

/** What the application sees from a second before the work to a second after it. */
async function notice(
  what: string,
  begin: () => Application,
  work: () => Promise<unknown>,
  alone?: LoadResult & { readonly rate: number },
): Promise<LoadResult & { readonly rate: number }> {
  const started = performance.now();
  const application = begin();
  await sleep(1000);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  await sleep(1000);
  const rate = (result: LoadResult): number => result.queries / ((performance.now() - started) / 1000);
  const seen = await application.stop();
  const noticed = { ...seen, rate: rate(seen) };
  const share = alone === undefined ? '' : `${((100 * noticed.rate) / alone.rate).toFixed(0)} %`;
  const cells = [seconds.toFixed(1), noticed.rate.toFixed(0), share, `${seen.longestGap} ms`];
  print([what, ...cells, JSON.stringify(seen.failedLogins)]);
  return noticed;
}

async function byHand(pod: KubectlPod, tool: readonly string[], name: string, input?: string): Promise<void> {
  const [file, out] = [input === undefined ? undefined : await open(input, 'r'), await open(dumped, 'w')];
  const argv = [...tool, '-U', pod.user, '-d', name];
  const [program = '', ...args] = pod.command(argv, ...(file === undefined ? [] : ['-i']));
  try {
    await execa(program, args, { stdin: file ? (file.fd as 3) : 'ignore', stdout: out.fd as 3 });
  } finally {
    await file?.close();
    await out.close();
  }
}

async function must(...args: string[]): Promise<Run> {
  const run = await ferry(setting, ...args);
  if (run.exitCode !== 0) throw new Error(`${args.join(' ')}: ${told(run)}`);
  return run;
}

/** A port of this machine that leads to the server in the pod. */
async function forward(pod: KubectlPod): Promise<{ port: number; close: () => Promise<void> }> {
  const port = await freePort();
  const place = ['--kubeconfig', pod.kubeconfig, '-n', pod.namespace];
  const forwarding = execa(kubectlProgram, [...place, 'port-forward', pod.pod, `${String(port)}:5432`], {
    reject: false,
  });
  for (let tries = 0; !(await answers(port, pod.user)); tries += 1) {
    if (tries === 50) throw new Error(`the port-forward to ${pod.pod} does not answer`);
    await sleep(200);
  }
  return {
    port,
    close: async () => {
      forwarding.kill();
      await forwarding;
    },
  };
}

async function answers(port: number, user: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user, password: 'x', database: 'template1' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function print([what = '', ...cells]: string[]): void {
  console.log(`${what.padEnd(36)}${cells.map((cell) => cell.padEnd(14)).join('')}`);
}
