// Against `kubectl exec` on the embedded clusters: what `npm run bench` runs.
import { execa } from 'execa';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ferry, told, type FerrySetting } from '../lab/ferry';
import { oddDatabase, places, startLab, type Lab, type PlaceName } from '../lab/lab';
import { startPgBouncer } from '../lab/pgbouncer';
import { startLoad } from '../lab/load';

const runs = Number(process.env['BENCH_RUNS'] ?? 3);
const scale = Number(process.env['BENCH_SCALE'] ?? 8);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const lab = await startLab({ only: ['source', 'pg16', 'pg18', 'limited'], scale });
const folder = await mkdtemp(join(tmpdir(), 'dbf-bench-'));
const setting: FerrySetting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root') };
try {
  print(['what', 'ours', 'by hand', 'ratio', 'bar']);
  await transfers(lab);
  print(['', '', '', '', '']);
  print(['swap under 40 clients', 'longest gap', 'failed logins', '', 'bar']);
  await gaps();
} finally {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
}
for (const part of ['reader.ts', 'mask.ts', 'editor.ts'])
  await execa(process.execPath, ['--import=tsx', here(part)], { stdio: 'inherit' });

async function transfers(running: Lab): Promise<void> {
  await must('copy', `${places.source}/shop`, `${places.pg18}/shop`, '--create-roles');
  for (const [place, user, bar] of [
    ['source', 'postgres', '0.45'],
    ['pg18', 'postgres', '0.3'],
  ] as const) {
    const major = running.server(place).major;
    await compare(
      `backup, ${major}, against pg_dump -Fc`,
      bar,
      () => ours('backup', `${places[place]}/shop`),
      () => kubectlDump(place, ['-Fc'], user),
    );
    const same = place === 'source' ? ['-Fc', '-Z', '1'] : ['-Fc', '-Z', 'zstd:1'];
    await compare(
      `backup, ${major}, same compression`,
      '0.75',
      () => ours('backup', `${places[place]}/shop`),
      () => kubectlDump(place, same, user),
    );
  }
  const archive = join(folder, 'by-hand.dump');
  await kubectlDump('source', ['-Fc', '-Z', '1'], 'postgres', archive);
  const { result } = await must('backup', `${places.source}/shop`);
  const id = String(result.data['backup']);
  const pg16 = running.server('pg16');
  await must('restore', id, `${places.pg16}/roles`, '--create-roles');
  const fresh = (name: string) => async () => {
    await pg16.sql('postgres', `drop database if exists ${name} with (force)`);
  };
  await compare(
    'restore with verification, 15 → 16',
    '1.3',
    () => ours('restore', id, `${places.pg16}/bench`),
    () => kubectlRestore('byhand', archive),
    [
      fresh('bench'),
      async () => {
        await fresh('byhand')();
        await pg16.sql('postgres', 'create database byhand');
      },
    ],
  );
}

async function gaps(): Promise<void> {
  const { result } = await must('backup', `${places.source}/${oddDatabase}`);
  const id = String(result.data['backup']);
  await must('restore', id, `${places.pg16}/app`, '--create-roles');
  const pg16 = lab.server('pg16');
  await gap('superuser, direct', 'pg16', pg16.port, 'postgres', id, '≤ 200 ms, 0');
  const bouncer = await startPgBouncer(pg16);
  if (bouncer) {
    await gap('superuser, behind PgBouncer', 'pg16', bouncer.port, 'postgres', id, '≤ 200 ms, 0');
    await bouncer.stop();
  } else print(['superuser, behind PgBouncer', 'pgbouncer is not installed', '', '', '']);
  const limited = lab.server('limited');
  await limited.sql(
    'app',
    'create table t as select i from generate_series(1, 1000) i; grant select on t to public; alter table t owner to app_owner',
  );
  const small = await must('backup', `${places.limited}/app`);
  const smallId = String(small.result.data['backup']);
  await gap('without superuser, direct', 'limited', limited.port, 'shop_app', smallId, 'said');
  const second = await startPgBouncer(limited);
  if (second) {
    await gap('without superuser, PgBouncer', 'limited', second.port, 'shop_app', smallId, 'said');
    await second.stop();
  }
}

async function gap(what: string, place: PlaceName, port: number, user: string, id: string, bar: string): Promise<void> {
  const load = startLoad({ port, user, database: 'app', clients: 40 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const run = await ferry(setting, 'restore', id, `${places[place]}/app`, '--as', 'replace', '--yes', '--no-owner');
  await new Promise((resolve) => setTimeout(resolve, what.includes('without superuser, Pg') ? 17_000 : 1000));
  const seen = await load.stop();
  if (run.exitCode !== 0) throw new Error(told(run));
  print([
    what,
    `${seen.longestGap} ms`,
    JSON.stringify(seen.failedLogins),
    `said: ${JSON.stringify(run.result.data['pauseSeconds'])} s`,
    bar,
  ]);
  await must('release', `${places[place]}/app`, '--yes');
}

/** A B A B …, each with its own preparation that is not counted; the ratio pair by pair, its median printed. */
async function compare(
  what: string,
  bar: string,
  a: () => Promise<void>,
  b: () => Promise<void>,
  [beforeA, beforeB]: readonly (() => Promise<void>)[] = [],
): Promise<void> {
  const pairs: { a: number; b: number }[] = [];
  for (let index = 0; index < runs; index += 1) {
    await beforeA?.();
    const first = await timed(a);
    await beforeB?.();
    pairs.push({ a: first, b: await timed(b) });
  }
  print([
    what,
    `${median(pairs.map((pair) => pair.a)).toFixed(2)} s`,
    `${median(pairs.map((pair) => pair.b)).toFixed(2)} s`,
    median(pairs.map((pair) => pair.a / pair.b)).toFixed(2),
    `≤ ${bar}`,
  ]);
}

async function ours(...args: string[]): Promise<void> {
  await must(...args);
}

async function must(...args: string[]): ReturnType<typeof ferry> {
  const run = await ferry(setting, ...args);
  if (run.exitCode !== 0) throw new Error(`${args.join(' ')}: ${told(run)}`);
  return run;
}

async function kubectlDump(
  place: PlaceName,
  options: string[],
  user: string,
  file = join(folder, 'dump'),
): Promise<void> {
  const out = await open(file, 'w');
  await execa('kubectl', [...podArguments(place), '--', 'pg_dump', ...options, '-U', user, 'shop'], {
    stdout: out.fd as 3,
    stdin: 'ignore',
  });
  await out.close();
}

async function kubectlRestore(database: string, file: string): Promise<void> {
  const input = await open(file, 'r');
  await execa('kubectl', [...podArguments('pg16', '-i'), '--', 'pg_restore', '-U', 'postgres', '-d', database], {
    stdin: input.fd as 3,
  });
  await input.close();
}

function podArguments(place: PlaceName, ...flags: string[]): string[] {
  const [cluster = '', namespace = '', pod = ''] = places[place].split('/');
  return ['--kubeconfig', lab.kubeconfig, '--context', cluster, '-n', namespace, 'exec', ...flags, pod];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print([what = '', ...cells]: string[]): void {
  console.log(`${what.padEnd(42)}${cells.map((cell) => cell.padEnd(16)).join('')}`);
}
