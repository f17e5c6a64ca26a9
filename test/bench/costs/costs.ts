/**
 * `npm run bench -- --costs [--size <MB>] [--runs <n>] [--only <what>] [--page]`: where the processor seconds of a backup, a restore and a copy go, against what one would type, on the embedded clusters, in
 * interleaved pairs, medians. It counts processor seconds alone, so that a machine with other work gives the same figures. `--page` writes them into docs/performance.md. Linux only.
 */
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { archivePath, findBackup } from '../../../src/core/catalog/catalog';
import { KubectlPod } from '../../cluster/kubectl';
import { ferry, told, type FerrySetting } from '../../lab/ferry';
import { places } from '../../lab/lab';
import { drop, makeRealistic, remake } from '../cluster/databases';
import { costOfJob } from './jobCost';
import { serverSeconds, ticksOf } from './processor';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((one) => one !== '--costs'),
  options: {
    size: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    page: { type: 'boolean', default: false },
  },
});

/** Processor seconds of one run. `cluster` is the API server and the kubelet in one; `tools` what ran in the pods beside the servers. */
interface Cost {
  readonly client: number;
  readonly cluster: number;
  readonly tools: number;
  readonly server: number;
  readonly megabytes?: number;
  /** from its start to its last line; says something only beside others of the same run */
  readonly wall?: number;
}

const folder = await mkdtemp(join(tmpdir(), 'dbf-costs-'));
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const clusters = spawn(process.execPath, ['--import=tsx', here('clusters.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
const ended = once(clusters, 'close');
try {
  const { kubeconfig, servers } = await started();
  const setting = { kubeconfig, root: join(folder, 'root') };
  const [source, target] = [await podOf('source', kubeconfig), await podOf('pg18', kubeconfig)];
  await makeRealistic(source, 'bench', Number(options.size));
  const rows: string[][] = [];
  const [from, to] = [`${places.source}/bench`, `${places.pg18}/bench`];
  const archive = join(folder, 'by-hand.dump');
  const dump = (pod: KubectlPod, ...more: string[]): string[] => ['pg_dump', '-U', pod.user, ...more, 'bench'];

  const job = (...args: string[]) => ours(setting, servers, args);
  const hand = (script: string, ...argv: string[]) => byHand(servers, script, argv);
  const backUp = (): Promise<Cost> => job('backup', from);
  await compare(rows, 'backup of 15', backUp, {
    'pg_dump -Fc': () => hand(`"$@" > ${archive}`, ...source.command(dump(source, '-Fc'))),
    'pg_dump -Fc -Z 1': () => hand(`"$@" > ${archive}`, ...source.command(dump(source, '-Fc', '-Z', '1'))),
    'pg_dump -Fd -j 2, tar': () => {
      const words = dump(source, '-Fd', '-j', '2', '-Z', '1', '-f', '$d/d').join(' ');
      const script = `d=$(mktemp -d) && ${words} && tar -C $d -cf - d; r=$?; rm -rf $d; exit $r`;
      return hand(`"$@" > ${archive}.tar`, ...source.command(['sh', '-c', script]));
    },
  });
  await byHand(servers, `"$@" > ${archive}`, source.command(dump(source, '-Fc', '-Z', '1')));
  const made = await well('backup', from);
  const id = String(made.result.data['backup']);
  archivePath(await findBackup(setting.root, id));
  const fresh = async (): Promise<void> => {
    await drop(target, 'bench');
    await remake(target, 'byhand');
  };
  const restoring = ['pg_restore', '--no-owner', '-U', target.user, '-d', 'byhand'];
  await compare(
    rows,
    'restore 15 → 18, with proof',
    () => job('restore', id, to, '--no-owner'),
    { pg_restore: () => hand(`"$@" < ${archive}`, ...target.command(restoring, '-i')) },
    fresh,
  );
  await compare(
    rows,
    'copy 15 → 18, with proof',
    () => job('copy', from, to, '--no-owner'),
    {
      'pg_dump -Fc -Z 1 | pg_restore': () => {
        const [left, right] = [source.command(dump(source, '-Fc', '-Z', '1')), target.command(restoring, '-i')];
        return hand(`${left.join(' ')} | ${right.join(' ')}`);
      },
      'copy --pipeline': () => job('copy', from, to, '--no-owner', '--pipeline'),
    },
    fresh,
  );
  if (options.page) await writeRows(rows);

  async function well(...args: string[]): ReturnType<typeof ferry> {
    const run = await ferry(setting, ...args);
    if (run.exitCode !== 0) throw new Error(told(run));
    return run;
  }
} finally {
  clusters.stdin.end();
  await ended;
  await rm(folder, { recursive: true, force: true });
}

async function started(): Promise<{ kubeconfig: string; servers: number[] }> {
  let said = '';
  for await (const text of clusters.stdout.setEncoding('utf8')) {
    said += String(text);
    if (said.endsWith('}\n'))
      return JSON.parse(said.slice(said.indexOf('{'))) as { kubeconfig: string; servers: number[] };
  }
  throw new Error('the clusters did not start');
}

/** kubectl by the current context of a file of its own. */
async function podOf(name: 'source' | 'pg18', kubeconfig: string): Promise<KubectlPod> {
  const [context = '', namespace = '', pod = ''] = places[name].split('/');
  const { stdout } = await execa('kubectl', [
    ...['--kubeconfig', kubeconfig, '--context', context],
    ...['config', 'view', '--minify', '--flatten'],
  ]);
  const file = join(folder, `${context}.yaml`);
  await writeFile(file, stdout);
  return new KubectlPod(file, namespace, pod, 'postgres');
}

interface Account {
  readonly cluster: number;
  readonly tools: number;
  readonly server: number;
}

async function account(servers: readonly number[]): Promise<Account> {
  const { own, ended } = await ticksOf(clusters.pid ?? 0);
  const all = await Promise.all(servers.map(serverSeconds));
  return { cluster: own, tools: ended, server: all.reduce((sum, one) => sum + one, 0) };
}

async function spent(servers: readonly number[], client: () => Promise<number>): Promise<Cost> {
  const before = await account(servers);
  const began = performance.now();
  const seconds = await client();
  const wall = (performance.now() - began) / 1000;
  // a session is counted when it is gone
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await account(servers);
  return {
    ...{ client: seconds, wall },
    cluster: after.cluster - before.cluster,
    tools: after.tools - before.tools,
    server: after.server - before.server,
  };
}

async function ours(setting: FerrySetting, servers: readonly number[], args: readonly string[]): Promise<Cost> {
  let megabytes = 0;
  const cost = await spent(servers, async () => {
    const job = await costOfJob(setting, args);
    megabytes = job.megabytes;
    return job.processor;
  });
  return { ...cost, megabytes };
}

/** A script of sh, whose children's processor seconds it tells itself. */
async function byHand(servers: readonly number[], script: string, argv: readonly string[]): Promise<Cost> {
  return spent(servers, async () => {
    const { stderr } = await execa('sh', ['-c', `${script}; r=$?; times >&2; exit $r`, 'sh', ...argv], {
      stdin: 'ignore',
      stdout: 'ignore',
    });
    const told = [
      ...stderr
        .split('\n')
        .slice(-2)
        .join('\n')
        .matchAll(/(\d+)m([\d.]+)s/g),
    ];
    return told.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  });
}

/** Ours before each of the others, in turns; a line for each of the others. */
async function compare(
  rows: string[][],
  what: string,
  job: () => Promise<Cost>,
  others: Readonly<Record<string, () => Promise<Cost>>>,
  prepare: () => Promise<void> = async () => undefined,
): Promise<void> {
  if (!what.includes(options.only)) return;
  const costs = new Map<string, { ours: Cost; theirs: Cost }[]>();
  for (let run = 0; run < Number(options.runs); run += 1) {
    for (const [name, other] of Object.entries(others)) {
      await prepare();
      const first = await job();
      await prepare();
      costs.set(name, [...(costs.get(name) ?? []), { ours: first, theirs: await other() }]);
    }
  }
  for (const [name, pairs] of costs) {
    const both = (pick: (cost: Cost) => number): string =>
      `${median(pairs.map(({ ours }) => pick(ours))).toFixed(2)} / ${median(pairs.map(({ theirs }) => pick(theirs))).toFixed(2)}`;
    const ratio = median(pairs.map(({ ours, theirs }) => sum(ours) / sum(theirs))).toFixed(2);
    const memory = median(pairs.map(({ ours }) => ours.megabytes ?? 0)).toFixed(0);
    const parts = [both(({ client }) => client), both(({ tools }) => tools), both(({ server }) => server)];
    const row = [what, name, both(sum), ratio, ...parts, both(({ cluster }) => cluster), memory];
    rows.push(row);
    console.log(`time of ${what} / ${name}: ${pairs.map(({ ours, theirs }) => timeRatio(ours, theirs)).join(', ')}`);
    console.log(row.join(' | '));
  }
}

function timeRatio(ours: Cost, theirs: Cost): string {
  const [one = Number.NaN, other = Number.NaN] = [ours.wall, theirs.wall];
  return `${one.toFixed(1)} s / ${other.toFixed(1)} s = ${(one / other).toFixed(2)}`;
}

function sum({ client, cluster, tools, server }: Cost): number {
  return client + cluster + tools + server;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function writeRows(rows: readonly (readonly string[])[]): Promise<void> {
  const page = new URL('../../../docs/performance.md', import.meta.url);
  const text = await readFile(page, 'utf8');
  const [begin, end] = [`<!-- costs ${options.size} -->`, `<!-- end of costs ${options.size} -->`];
  const [at, to] = [text.indexOf(begin), text.indexOf(end)];
  if (at < 0 || to < 0) throw new Error(`docs/performance.md has no place for ${options.size} MB`);
  const heads = [
    'what',
    'by hand',
    'all',
    'ratio',
    'client',
    'tools in pods',
    'servers',
    'API server and kubelet',
    'MB',
  ];
  const lines = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  await writeFile(page, `${text.slice(0, at)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
}
