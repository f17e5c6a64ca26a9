import assert from 'node:assert/strict';
import { execa } from 'execa';
import { createReadStream } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ferry, startFerry, told, type Run } from '../../lab/ferry';
import { randomFrom } from '../../lab/random';
import { answers } from '../applyPod';
import { kubectlProgram, type KubectlPod } from '../kubectl';
import { faketime, faults, isPossible, killTools, type Fault, type Scene } from './faults';
import { Stage, type Side } from './stage';
import { leaveOut } from '../../tools/leaveOut';

// SEED=… repeats a run, FAULTS_TABLE=… writes the table down.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const random = randomFrom(seed);

/** When a fault strikes: the job that is run, and what of it must have been seen. */
interface Moment {
  readonly name: string;
  readonly job: 'backup' | 'restore';
  readonly phase: 'dump' | 'restore' | 'verify' | 'swap';
  /** part of the archive that has gone through by then */
  readonly part: number;
}
const moments: readonly Moment[] = [
  { name: 'extraction', job: 'backup', phase: 'dump', part: 0 },
  { name: 'transfer', job: 'backup', phase: 'dump', part: 0.1 + random() * 0.5 },
  { name: 'restoration', job: 'restore', phase: 'restore', part: 0.05 + random() * 0.5 },
  { name: 'verification', job: 'restore', phase: 'verify', part: 0.05 + random() * 0.5 },
  { name: 'swap', job: 'restore', phase: 'swap', part: 0 },
];

/** What is written down of a cell. */
interface Row {
  readonly moment: string;
  fault: string;
  reported: string;
  code: string;
  after: string;
  left: string;
  kubectl: string;
}

/** So slow is the way while a fault is aimed at: bytes a second. */
const aimRate = 5_000_000;
/** A failure must be known within. */
const knownWithin = 90;

describe(`fault matrix on two real clusters (seed ${String(seed)})`, function () {
  this.timeout(600_000);
  const rows: Row[] = [];
  let stage: Stage;
  let size: number;

  before(async () => {
    stage = await Stage.set();
    ({ size } = await stat(stage.archive));
  });
  after(async () => {
    await written();
    // undefined where it could not be set
    await (stage as Stage | undefined)?.strike();
  });

  for (const moment of moments) {
    describe(moment.name, () => {
      for (const fault of faults) {
        it(fault.name, async function () {
          if (!(await isPossible(fault, stage.source))) leaveOut(this, 'what makes this fault');
          const row: Row = {
            ...{ moment: moment.name, fault: fault.name, reported: '', code: '', after: '', left: '', kubectl: '' },
          };
          rows.push(row);
          try {
            await cell(moment, fault, row);
            if (fault.withKubectl === true && (moment.name === 'transfer' || moment.name === 'restoration')) {
              row.kubectl = await kubectlMeets(moment, fault);
            }
          } finally {
            console.log(`      ${Object.values(row).slice(2).join(' | ')}`);
            await written();
          }
        });
      }
    });
  }

  /** After every cell: a run of hours that is broken off has not been for nothing. */
  async function written(): Promise<void> {
    const file = process.env['FAULTS_TABLE'];
    if (file !== undefined) await writeFile(file, tableOf(rows));
  }

  /** Runs the job, strikes, heals, and judges by SQL: what was said, what is there, what is left. */
  async function cell(moment: Moment, fault: Fault, row: Row): Promise<void> {
    const isSmall = fault.name === 'disk full';
    const setting = stage.setting({
      small: isSmall && moment.job === 'backup',
      ...(fault.needs === 'faketime' ? { faketime } : {}),
    });
    const target = stage.target(isSmall && moment.job === 'restore');
    const side = moment.job === 'backup' ? stage.sides.a : stage.sides.b;
    const pod = moment.job === 'backup' ? stage.source : target.pod;
    const args =
      moment.job === 'backup'
        ? ['backup', stage.from]
        : ['restore', stage.backup, target.reference, '--as', 'replace', '--yes'];
    side.proxy.rate = aimRate;
    const run = startFerry(setting, ...args);
    await reached(run, moment, side);
    const scene = sceneOf(side, pod, jobProcess(run), moment);
    const struck = Date.now();
    await fault.strike(scene).catch(() => {
      row.fault += ' (came too late)';
    });
    if (fault.name !== 'network silent') side.proxy.heal();
    const ended = await run.ended;
    const seconds = (Date.now() - struck) / 1000;
    note(row, ended, seconds);
    await heal(fault, scene);
    row.left = await cleanUp(setting.root, target.reference, pod, setting);
    await judge(moment, ended, target);
    if (ended.exitCode !== 0) assert.ok(seconds <= knownWithin, `known after ${seconds.toFixed(0)} s`);
  }

  /** An end that is said must be true, and one that is not said must have changed nothing. */
  async function judge(moment: Moment, ended: Run, target: ReturnType<Stage['target']>): Promise<void> {
    assert.equal(await stage.source.fingerprint('ferrytest'), stage.original, 'the source is as it was');
    if (moment.job === 'backup') {
      if (ended.exitCode === 0) await isWhole(join(String(ended.result.data['folder']), 'database.dump'));
      return;
    }
    const now = await target.pod.fingerprint('ferrytest');
    const replaced = now !== target.live;
    if (replaced) assert.equal(now, stage.original, 'either what was live or the whole of the backup');
    if (ended.exitCode === 0) assert.ok(replaced, `says done, and nothing was restored\n${told(ended)}`);
    else if (ended.exitCode !== 5 && !wasKilled(ended))
      assert.ok(!replaced, `says that nothing changed\n${told(ended)}`);
    if (!replaced) return;
    const undone = await ferry(stage.setting(), 'undo', target.reference, '--yes');
    assert.equal(undone.exitCode, 0, told(undone));
    assert.equal(await target.pod.fingerprint('ferrytest'), target.live, 'undone');
  }

  /** The stock pg_restore puts it into a database of its own, which SQL finds the same. */
  async function isWhole(archive: string): Promise<void> {
    await stage.source.sql('postgres', 'drop database if exists ferrytest_whole with (force);');
    await stage.source.sql('postgres', 'create database ferrytest_whole;');
    await execa(
      kubectlProgram,
      [
        ...['--kubeconfig', stage.source.kubeconfig, '-n', 'demo', 'exec', '-i', stage.source.pod, '--'],
        ...['pg_restore', '-U', 'demo', '-d', 'ferrytest_whole'],
      ],
      { inputFile: archive },
    );
    assert.equal(await stage.source.fingerprint('ferrytest_whole'), stage.original, 'says done, and is not whole');
    await stage.source.sql('postgres', 'drop database ferrytest_whole with (force);');
  }

  async function heal(fault: Fault, scene: Scene): Promise<void> {
    await fault.heal?.(scene);
    scene.proxy.heal();
    for (const each of [stage.source, stage.target(false).pod, stage.target(true).pod]) await answers(each);
    if (fault.name === 'token revoked') await stage.renew();
  }

  /** Says what the fault left behind, lets `clean` do its work, and insists that nothing is left then. */
  async function cleanUp(root: string, reference: string, pod: KubectlPod, setting = stage.setting()): Promise<string> {
    const before = await leftForLong(pod, root);
    const cleaned = await ferry({ ...setting, env: { KUBECONFIG: stage.sides.b.kubeconfig } }, 'clean');
    assert.equal(cleaned.exitCode, 0, told(cleaned));
    const there = await ferry(stage.setting(), 'clean', reference.split('/').slice(0, 3).join('/'));
    assert.equal(there.exitCode, 0, told(there));
    const deadline = Date.now() + 60_000;
    let left = await leftBehind(pod, root);
    while (left.length > 0 && Date.now() < deadline) {
      await sleep(500);
      left = await leftBehind(pod, root);
    }
    assert.deepEqual(left, [], 'left behind after clean');
    return before.length === 0 ? 'nothing' : `${before.join(', ')}; nothing after clean`;
  }

  function sceneOf(side: Side, pod: KubectlPod, pid: number, { job }: Moment): Scene {
    const { letter, proxy, account } = side;
    return {
      letter,
      proxy,
      account,
      pod,
      pid,
      disk: stage.disk(job === 'backup' ? 'here' : 'target'),
      clock: stage.clock,
    };
  }

  async function reached(run: ReturnType<typeof startFerry>, { phase, part }: Moment, side: Side): Promise<void> {
    for (;;) {
      // so short that it needs to be held to be met
      if (phase === 'swap' && run.events.some((event) => event.type === 'phase' && event.phase === 'verify')) {
        side.proxy.rate = Infinity;
        if (run.events.some((event) => event.type === 'phase' && event.phase === 'properties'))
          side.proxy.delayMs = 150;
      }
      const isThere = run.events.some(
        (event) =>
          (event.type === 'phase' && event.phase === phase && part === 0) ||
          (event.type === 'progress' && event.phase === phase && event.bytes >= part * size),
      );
      if (isThere) return;
      assert.equal(run.child.exitCode, null, `it ended before: ${JSON.stringify(run.events.at(-1))}`);
      await sleep(10);
    }
  }

  /** What `kubectl exec` says when the same happens to it. */
  async function kubectlMeets(moment: Moment, fault: Fault): Promise<string> {
    const side = moment.job === 'backup' ? stage.sides.a : stage.sides.b;
    const target = stage.target(false).pod;
    const pod = moment.job === 'backup' ? stage.source : target;
    const command = ['--kubeconfig', side.kubeconfig, '-n', 'demo', 'exec', '-i', pod.pod, '--'];
    const file = join(stage.folder, 'kubectl.dump');
    if (moment.job === 'restore') await target.sql('postgres', 'create database ferrytest_kubectl;');
    side.proxy.rate = aimRate;
    const started = Date.now();
    const child =
      moment.job === 'backup'
        ? execa(kubectlProgram, [...command, 'pg_dump', '-U', 'demo', '-Fc', 'ferrytest'], {
            ...{ stdin: 'ignore', stdout: { file }, reject: false, timeout: 150_000 },
          })
        : execa(kubectlProgram, [...command, 'pg_restore', '-U', 'demo', '-d', 'ferrytest_kubectl'], {
            ...{ input: createReadStream(stage.archive), reject: false, timeout: 150_000 },
          });
    // so long as these bytes take at that rate
    await sleep(1000 + (moment.part * size * 1000) / aimRate);
    const scene = sceneOf(side, pod, child.pid ?? 0, moment);
    await fault.strike(scene).catch(() => undefined);
    if (fault.name !== 'network silent') side.proxy.heal();
    const end = await Promise.race([child, sleep(100_000)]);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    if (end === undefined) child.kill('SIGKILL');
    await heal(fault, scene);
    const left = (await leftBehind(pod, stage.folder)).join(', ');
    await pod.exec(killTools);
    if (moment.job === 'restore') await target.sql('postgres', 'drop database ferrytest_kubectl with (force);');
    if (end === undefined) return `silent for 100 s${left === '' ? '' : `; left: ${left}`}`;
    const bytes = moment.job === 'backup' ? (await stat(file)).size : 0;
    const moved = bytes > 0 ? `, ${(bytes / 1e6).toFixed(0)} MB` : '';
    return `exit ${String(end.exitCode)} after ${seconds} s${moved}${left === '' ? '' : `; left: ${left}`}`;
  }
});

function jobProcess(run: ReturnType<typeof startFerry>): number {
  const started = run.events.find((event) => event.type === 'started');
  assert.ok(started?.type === 'started');
  return started.process.pid;
}

/** Its process was ended: nobody is left who could have said more than "interrupted". */
function wasKilled({ result }: Run): boolean {
  return (result as Run['result'] | undefined)?.error?.code === 'job.interrupted';
}

function note(row: Row, run: Run, seconds: number): void {
  const result = run.result as Run['result'] | undefined;
  row.reported = `${result?.outcome ?? 'interrupted'} (${String(run.exitCode)})`;
  row.code = result?.error?.code ?? '';
  row.after = `${seconds.toFixed(0)} s`;
}

/** What `leftBehind` finds, and still finds three seconds later: a command that was told to end takes a moment. */
async function leftForLong(pod: KubectlPod, root: string): Promise<string[]> {
  const now = await leftBehind(pod, root);
  if (now.length === 0) return [];
  await sleep(3000);
  const later = await leftBehind(pod, root);
  return now.filter((one) => later.includes(one));
}

/** Sessions, side databases and processes in the pod, partial folders in the root. Our shells have `db-ferry` among their arguments. */
async function leftBehind(pod: KubectlPod, root: string): Promise<string[]> {
  const scan = `for p in /proc/[0-9]*; do read -r c <$p/comm || continue
case $c in pg_dump|pg_dumpall|pg_restore|psql) echo "$c";;
sh) tr '\\0' '\\n' <$p/cmdline | grep -qx db-ferry && echo shell;; esac; done 2>/dev/null; :`;
  const lines = [...(await pod.leftovers()).split('\n'), ...(await pod.exec(['sh', '-c', scan])).split('\n')];
  const partials = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.partial'));
  const short = lines.map((line) =>
    line.startsWith('database') ? 'side database' : line.replace(/^session .*/, 'session'),
  );
  return [...new Set([...short.filter((line) => line !== ''), ...partials.map(() => 'partial folder')])];
}

function tableOf(rows: readonly Row[]): string {
  const head =
    '| during | fault | reported (exit) | code | known after | left behind | `kubectl exec` |\n|---|---|---|---|---|---|---|\n';
  const lines = rows.map(
    (row) => `| ${[row.moment, row.fault, row.reported, row.code, row.after, row.left, row.kubectl].join(' | ')} |`,
  );
  return `${head}${lines.join('\n')}\n`;
}
