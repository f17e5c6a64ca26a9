/**
 * `npm run bench -- --cluster [--size <MB>] [--scale <pgbench's>] [--runs <n>] [--only <pattern>] [--page]`: DB Ferry against kubectl on the
 * two clusters of `npm run test:cluster`, in pairs, medians. `--page` writes the figures into docs/performance.md, and the plot beside it.
 */
import { execa } from 'execa';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { archivePath, findBackup } from '../../../src/core/catalog/catalog';
import { ferry, startFerry, told, type Run } from '../../lab/ferry';
import { KubectlPod } from '../../cluster/kubectl';
import { kubectl, pair } from '../../cluster/setting';
import { drop, makePgbench, makeRealistic, remake } from './databases';
import { JobMeter, processor, used } from './meters';
import { printed, writePage, type Figure, type Cost } from './page';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((one) => one !== '--cluster'),
  options: {
    size: { type: 'string', default: '1000' },
    scale: { type: 'string', default: '80' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    page: { type: 'boolean', default: false },
  },
});
const wanted = new RegExp(options.only, 'i');
const clusters = await pair();
const { root, setting, kubeconfigA, kubeconfigB } = clusters;
const sourceOf: Readonly<Record<15 | 17, KubectlPod>> = {
  15: clusters.source,
  17: new KubectlPod(kubeconfigA, 'demo', await podNamed(kubeconfigA, 'pg17'), 'postgres'),
};
const target = clusters.target;
const [fromAlias = '', toAlias = ''] = [clusters.from, clusters.to].map((reference) => reference.split('/')[0]);
const workload = { 15: 'postgres', 17: 'pg17' } as const;
const figures: Figure[] = [];

try {
  await path();
  await transfers('ferrybench', `${options.size} MB`, (pod) => makeRealistic(pod, 'ferrybench', Number(options.size)));
  await transfers('ferrypgbench', `pgbench ${options.scale}`, (pod) =>
    makePgbench(pod, 'ferrypgbench', Number(options.scale)),
  );
  if (options.page) await writePage(figures, { megabytes: Number(options.size), scale: Number(options.scale) });
} finally {
  await rm(root, { recursive: true, force: true });
  for (const pod of [...Object.values(sourceOf), target])
    for (const name of ['ferrybench', 'ferrypgbench', 'byhand']) await drop(pod, name);
}

/** What the way through exec can carry, and what it costs. */
async function path(): Promise<void> {
  const bytes = 2_000_000_000;
  const argv = ['head', '-c', String(bytes), '/dev/zero'];
  const place = `${target.namespace}/${target.pod}/${await containerOf(target)}`;
  const transport = fileURLToPath(new URL('./readBytes.ts', import.meta.url));
  await compare(
    { what: '2 GB of zeros through exec', pods: [target], bar: 1 },
    () => timedProcess([process.execPath, '--import=tsx', transport, kubeconfigB, place, ...argv]),
    () => timedProcess(target.command(argv), undefined, '/dev/null'),
  );
}

async function transfers(database: string, size: string, make: (pod: KubectlPod) => Promise<void>): Promise<void> {
  for (const major of [15, 17] as const) {
    const pod = sourceOf[major];
    const from = `${fromAlias}/demo/${workload[major]}/${database}`;
    const to = `${toAlias}/demo/pg17/${database}`;
    const labels = [
      `backup of ${major}, ${size}`,
      `backup of ${major}, ${size}, same compression`,
      `restore ${major} → 17, ${size}`,
    ];
    if (!labels.some((label) => wanted.test(label))) continue;
    await make(pod);
    const [plain = '', same = '', restoring = ''] = labels;
    const dump = ['pg_dump', '-U', pod.user, '-Fc', database];
    const compression = major === 15 ? ['-Z', '1'] : ['-Z', 'zstd:1'];
    const pods = [pod];
    const backUp = (): Promise<Spent> => job('backup', from);
    await compare({ what: plain, pods, bar: major === 15 ? 0.45 : 0.3 }, backUp, () => byHand(pod, dump));
    await compare({ what: same, pods, bar: 0.75 }, backUp, () => byHand(pod, [...dump, ...compression]));
    const { result } = well(['backup'], await ferry(setting, 'backup', from));
    const id = String(result.data['backup']);
    const file = archivePath(await findBackup(root, id));
    await compare(
      { what: restoring, pods: [target], bar: 1.3, withoutVerification: 0.8 },
      () => job('restore', id, to, '--no-owner'),
      () => byHand(target, ['pg_restore', '--no-owner', '-U', target.user, '-d', 'byhand'], file),
      () => remake(target, 'byhand'),
      () => drop(target, database),
    );
    await drop(target, 'byhand');
    await drop(pod, database);
  }
}

/** Both in turns, each time on ground that was made anew. */
async function compare(
  row: { what: string; pods: readonly KubectlPod[]; bar: number; withoutVerification?: number },
  ours: () => Promise<Spent>,
  theirs: () => Promise<Spent>,
  ...prepare: (() => Promise<void>)[]
): Promise<void> {
  if (!wanted.test(row.what)) return;
  const { what, pods, bar, withoutVerification } = row;
  const pairs: { ours: Cost; byHand: Cost }[] = [];
  for (let run = 0; run < Number(options.runs); run += 1) {
    const costs: Cost[] = [];
    for (const one of run % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
      for (const step of prepare) await step();
      const before = await processor(pods);
      const cost = await one();
      costs.push({ ...cost, processor: used(before, await processor(pods)) });
    }
    const [first, second] = run % 2 === 0 ? costs : costs.reverse();
    if (first && second) pairs.push({ ours: first, byHand: second });
  }
  const figure = { what, bar, pairs, ...(withoutVerification === undefined ? {} : { withoutVerification }) };
  figures.push(figure);
  console.log(printed(figure));
}

/** Without what the others on the way used. */
type Spent = Omit<Cost, 'processor'>;

async function job(...args: string[]): Promise<Spent> {
  const running = startFerry(setting, ...args);
  const meter = new JobMeter(running.events);
  const { seconds, result } = well(args, await running.ended);
  meter.stop();
  const phases = (result.data['phases'] ?? {}) as Record<string, number>;
  const { megabytes, seconds: client } = meter;
  return { seconds, client, megabytes, verifying: phases['verify'] ?? 0, phases };
}

function well(args: readonly string[], run: Run): Run {
  if (run.exitCode !== 0) throw new Error(`${args.join(' ')}: ${told(run)}`);
  return run;
}

/** kubectl with its output in a file, or its input from one. */
async function byHand(pod: KubectlPod, argv: readonly string[], input?: string): Promise<Spent> {
  return timedProcess(pod.command(argv, ...(input === undefined ? [] : ['-i'])), input);
}

/** Runs it under a shell that says what its child used. */
async function timedProcess(argv: readonly string[], input?: string, output = join(root, 'by-hand')): Promise<Spent> {
  const source = input === undefined ? undefined : await open(input, 'r');
  const out = await open(output, 'w');
  try {
    const started = performance.now();
    const { stderr } = await execa('sh', ['-c', '"$@"; r=$?; times >&2; exit $r', 'sh', ...argv], {
      stdin: source ? (source.fd as 3) : 'ignore',
      stdout: out.fd as 3,
    });
    const seconds = (performance.now() - started) / 1000;
    const spent = [...(stderr.split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
    const client = spent.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
    return { seconds, client };
  } finally {
    await out.close();
    await source?.close();
  }
}

async function podNamed(kubeconfig: string, app: string): Promise<string> {
  return kubectl(
    kubeconfig,
    '-n',
    'demo',
    'get',
    'pods',
    '-l',
    `app=${app}`,
    '-o',
    'jsonpath={.items[0].metadata.name}',
  );
}

async function containerOf({ kubeconfig, namespace, pod }: KubectlPod): Promise<string> {
  return kubectl(kubeconfig, '-n', namespace, 'get', 'pod', pod, '-o', 'jsonpath={.spec.containers[0].name}');
}
