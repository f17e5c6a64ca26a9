/**
 * `npm run bench -- --large [--gigabytes <n>] [--root <folder>]`: one backup of a database of 52 GiB on a real cluster, uncompressed, so that all of it
 * goes the whole way. The table is one segment of 1 GiB under many names, so the pod needs little disk; `--root` needs room for all.
 */
import { execa } from 'execa';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { kubectlProgram, type KubectlPod } from '../../cluster/kubectl';
import { pair } from '../../cluster/setting';
import { startFerry, told } from '../../lab/ferry';
import { drop, remake } from './databases';
import { JobMeter } from './meters';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((one) => one !== '--large'),
  options: { gigabytes: { type: 'string', default: '52' }, root: { type: 'string' } },
});
const gigabytes = Number(options.gigabytes);
const database = 'ferrylarge';
/** Pages in a file of a table, as PostgreSQL is built by default. */
const segmentPages = 131_072;

const clusters = await pair();
const { source, setting } = clusters;
if (options.root !== undefined) await mkdir(options.root, { recursive: true });
const root = await mkdtemp(join(options.root ?? tmpdir(), 'dbf-large-'));
try {
  const rows = await makeLarge(source);
  await measure(rows);
} finally {
  for (const folder of [root, clusters.root]) await rm(folder, { recursive: true, force: true });
  await drop(source, database);
}

async function measure(rows: number): Promise<void> {
  const [alias = ''] = clusters.from.split('/');
  const args = ['backup', `${alias}/demo/postgres/${database}`, '--compress', 'none'];
  const running = startFerry({ ...setting, root }, ...args);
  const meter = new JobMeter(running.events);
  const podPeak = watchPod(source);
  const run = await running.ended;
  meter.stop();
  const megabytesOfPod = podPeak.stop();
  if (run.exitCode !== 0) throw new Error(told(run));
  const { rows: read, archiveBytes } = run.result.data;
  if (read !== rows) throw new Error(`the backup has ${String(read)} rows, the table ${rows}`);
  console.log(
    `${(Number(archiveBytes) / 1e9).toFixed(1)} GB, ${rows} rows as in the table, in ${run.seconds.toFixed(0)} s`,
  );
  console.log(`peak memory: job ${meter.megabytes.toFixed(0)} MB, tools in the pod ${megabytesOfPod.toFixed(0)} MB`);
  console.log(`processor seconds of the job: ${meter.seconds.toFixed(0)}`);
  for (const line of endTimes(run.events as JobEvent[])) console.log(line);
}

/** How far the end that was told, minute by minute, lay from the end that came. */
function endTimes(events: readonly JobEvent[]): string[] {
  const dumping = events.filter((event) => event.type === 'progress' && event.phase === 'dump');
  const [first, last] = [dumping[0], dumping.at(-1)];
  if (first === undefined || last === undefined) return ['no progress was told'];
  const began = Date.parse(first.time);
  const whole = Date.parse(last.time) - began;
  const lines: string[] = [];
  let worst = { miss: 0, elapsed: 0 };
  for (const event of dumping) {
    const elapsed = Date.parse(event.time) - began;
    if (elapsed < 60_000 || event.type !== 'progress' || event.secondsLeft === undefined) continue;
    const miss = (elapsed + event.secondsLeft * 1000) / whole - 1;
    if (Math.abs(miss) > Math.abs(worst.miss)) worst = { miss, elapsed };
    if (elapsed >= (lines.length + 1) * 60_000)
      lines.push(
        `after ${(elapsed / 1000).toFixed(0)} s: ${(event.percent ?? 0).toFixed(1)} %, ${(event.bytes / 1e9).toFixed(1)} GB, end told ${(miss * 100).toFixed(1)} % off`,
      );
  }
  return [
    ...lines,
    `dump took ${(whole / 1000).toFixed(0)} s; the end told was at most ${(worst.miss * 100).toFixed(1)} % off, after ${(worst.elapsed / 1000).toFixed(0)} s`,
  ];
}

/** Makes the database; how many rows its table shows. */
async function makeLarge(pod: KubectlPod): Promise<number> {
  await remake(pod, database);
  await pod.sql(
    database,
    `set synchronous_commit = off;
create table ledger (id bigint, placed timestamptz, note text) with (autovacuum_enabled = off);
insert into ledger select i, timestamptz '2024-01-01' + i * interval '1 second', repeat(md5(i::text), 30) from generate_series(1, 1060000) i;
vacuum (freeze) ledger; checkpoint;`,
  );
  const path = await pod.sql(
    database,
    `select current_setting('data_directory') || '/' || pg_relation_filepath('ledger');`,
  );
  const inFirst = Number(await pod.sql(database, `select count(*) from ledger where ctid < '(${segmentPages},0)';`));
  if (!(inFirst > 0) || Number(await pod.sql(database, `select pg_relation_size('ledger') / 8192;`)) <= segmentPages)
    throw new Error('the first segment is not full');
  // nobody may write to the table from here on: its pages are in many places at once
  const link = `f=$1; rm "$f.1"; n=1; while [ $n -lt $2 ]; do ln "$f" "$f.$n"; n=$((n + 1)); done`;
  await pod.sql('postgres', `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}';`);
  await pod.exec(['sh', '-ec', link, 'link', path.trim(), String(gigabytes)]);
  await pod.sql(database, 'analyze ledger;');
  return inFirst * gigabytes;
}

/** The memory of the tools that work in the pod for a dump, the server left out: looked at every five seconds. */
function watchPod(pod: KubectlPod): { stop(): number } {
  const script = `for p in /proc/[0-9]*; do read -r c <$p/comm && case $c in postgres) ;; *) sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' $p/status;; esac; done 2>/dev/null`;
  let peak = 0;
  const look = async (): Promise<void> => {
    const { stdout } = await execa(
      kubectlProgram,
      ['--kubeconfig', pod.kubeconfig, '-n', pod.namespace, 'exec', pod.pod, '--', 'sh', '-c', script],
      { reject: false },
    );
    const kilobytes = stdout.split('\n').reduce((sum, line) => sum + Number(line || 0), 0);
    peak = Math.max(peak, kilobytes / 1024);
  };
  const timer = setInterval(() => void look(), 5000);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}
