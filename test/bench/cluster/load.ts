/**
 * `npm run bench -- --load [--size <MB>]`: what an application notices on two real clusters while its database, or another one on its server, is
 * backed up and restored: by hand, by DB Ferry, and gently. It writes, in eight sessions that come back when they are ended, through a port-forward.
 */
import { execa } from 'execa';
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
/** Writes somewhere in a small table of its own, as an application does all day. */
const query = 'update app set n = n + 1 where id = 1 + floor(random() * 10000)';

try {
  await makeRealistic(source, database, Number(options.size));
  await source.sql(database, 'create table app as select i as id, 0 as n from generate_series(1, 10000) i;');
  await source.sql(database, 'alter table app add primary key (id);');
  const backup = await whileBackedUp();
  await whileRestored(backup);
} finally {
  for (const pod of [source, target]) await drop(pod, database);
  await drop(target, 'byhand');
  await rm(root, { recursive: true, force: true });
}

/** The application is in the database that is dumped. Returns the id of a backup. */
async function whileBackedUp(): Promise<string> {
  print(['in the database that is backed up', 'seconds', 'writes/s', 'of alone', 'longest wait', 'refused logins']);
  const { port, close } = await forward(source);
  try {
    const alone = await notice('alone', port, source.user, () => sleep(10_000));
    await notice('kubectl exec pg_dump', port, source.user, () => byHand(source, ['pg_dump', '-Fc'], database), alone);
    await notice('backup', port, source.user, () => must('backup', from), alone);
    await notice('backup --gentle 10', port, source.user, () => must('backup', from, '--gentle', '10'), alone);
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
  const { port, close } = await forward(target);
  const restored = (name: string): string => to.replace(database, name);
  const fresh = async (): Promise<void> => remake(target, 'byhand');
  try {
    print(['on the server that is restored to']);
    const alone = await notice('alone', port, target.user, () => sleep(10_000));
    await fresh();
    const restoreByHand = async (): Promise<void> => byHand(target, ['pg_restore', '--no-owner'], 'byhand', archive);
    await notice('kubectl exec pg_restore', port, target.user, restoreByHand, alone);
    await drop(target, 'byhand');
    const restore = async (...more: string[]): Promise<Run> =>
      must('restore', backup, restored('byhand'), '--no-owner', ...more);
    await notice('restore', port, target.user, restore, alone);
    await drop(target, 'byhand');
    await notice('restore --gentle 10', port, target.user, () => restore('--gentle', '10'), alone);
    print(['in the database that is replaced']);
    const replace = async (): Promise<Run> => must('restore', backup, to, '--as', 'replace', '--yes', '--no-owner');
    await notice('restore --as replace', port, target.user, replace, alone);
    const clean = ['pg_restore', '--no-owner', '--clean', '--if-exists'];
    await notice(
      'kubectl exec pg_restore --clean',
      port,
      target.user,
      () => byHand(target, clean, database, archive),
      alone,
    );
  } finally {
    await close();
  }
}

/** What the application sees from a second before the work to a second after it. */
async function notice(
  what: string,
  port: number,
  user: string,
  work: () => Promise<unknown>,
  alone?: LoadResult & { readonly rate: number },
): Promise<LoadResult & { readonly rate: number }> {
  const started = performance.now();
  const load = startLoad({ port, user, database, clients: 8, query });
  await sleep(1000);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  await sleep(1000);
  const rate = (result: LoadResult): number => result.queries / ((performance.now() - started) / 1000);
  const seen = await load.stop();
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
