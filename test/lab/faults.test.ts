import assert from 'node:assert/strict';
import { execa } from 'execa';
import { chmod, mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, startFerry, told, type FerrySetting, type Run } from './ferry';
import { compareFingerprints, fingerprint, type Fingerprint } from './independent';
import { places, startLab, type Lab, type PlaceName } from './lab';
import type { JobEvent, JobResult } from '../../src/core/job/jobEvents';
import type { ExecFault } from './labPod';
import { dockerLibrary } from './pods';
import { randomFrom } from './random';
import { startServer } from './servers';

// KILLS=40 SEED=… FAULTS_TABLE=docs/faults-lab.md widen this suite and write down what it saw.
const kills = Number(process.env['KILLS'] ?? 6);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const table: string[] = [];

describe(`faults, each judged by SQL afterwards (seed ${seed})`, function () {
  this.timeout(180_000);
  let lab: Lab;
  let setting: FerrySetting;
  let backup: string;
  let live: Fingerprint;
  const source = `${places.source}/shop`;
  const target = `${places.pg16}/shop`;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'] });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    const made = await ferry(setting, 'backup', source);
    assert.equal(made.exitCode, 0, told(made));
    backup = String(made.result.data['backup']);
    const first = await ferry(setting, 'restore', backup, target, '--create-roles');
    assert.equal(first.exitCode, 0, told(first));
    await lab.server('pg16').sql('shop', `update shop.orders set note = 'live' where id < 100`);
    live = await seen('pg16');
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
    const file = process.env['FAULTS_TABLE'];
    if (file !== undefined) await writeFile(file, `${tableHead}${table.join('\n')}\n`);
  });

  describe('the stream of a backup', () => {
    for (const [what, fault] of [
      ['cut (RST) in mid-dump', { kind: 'cut', afterBytes: 1_500_000 }],
      ['cut in the first bytes', { kind: 'cut', afterBytes: 10 }],
      ['Status: Success and close 1000, without the tail', { kind: 'success', afterBytes: 1_500_000 }],
      ['close 1000 without a status', { kind: 'silent', afterBytes: 1_500_000 }],
      [
        'refused: 403 with a JSON body',
        {
          kind: 'refuse',
          status: 403,
          body: '{"kind":"Status","status":"Failure","message":"pods \\"postgres-0\\" is forbidden: no","code":403}',
        },
      ],
      [
        'refused: 500 in plain text',
        { kind: 'refuse', status: 500, body: 'error dialing backend', contentType: 'text/plain' },
      ],
      [
        'refused: 429',
        {
          kind: 'refuse',
          status: 429,
          body: '{"kind":"Status","message":"too many requests","code":429}',
          sticky: true,
        },
      ],
    ] as const) {
      it(what, async () => {
        const run = await withFault('cluster-a', { match: 'pg_dump -F', ...fault }, 'backup', source);
        assert.equal(run.exitCode, 1, told(run));
        assert.equal((await archives()).length, 1, 'no new backup');
        await nothingLeft(`backup: ${what}`, run);
      });
    }

    it('an expired token', async () => {
      const user = lab.clusters['cluster-a'].state.users.get('admin-token');
      assert.ok(user);
      user.expired = true;
      const run = await ferry(setting, 'backup', source);
      user.expired = false;
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'cluster.unauthorized');
      await nothingLeft('backup: token expired', run);
    });
  });

  describe('the stream of a restore', () => {
    for (const [what, fault] of [
      ['cut (RST) in mid-upload', { match: 'pg_restore -e', kind: 'cut', on: 'stdin', afterBytes: 1_000_000 }],
      [
        'Status: Success in mid-upload',
        { match: 'pg_restore -e', kind: 'success', on: 'stdin', afterBytes: 1_000_000 },
      ],
      ['close 1000 in mid-upload', { match: 'pg_restore -e', kind: 'silent', on: 'stdin', afterBytes: 1_000_000 }],
      ['cut while the copy is compared', { match: 'pg_dump -F', kind: 'cut', afterBytes: 300_000 }],
      ['Status: Success while the copy is compared', { match: 'pg_dump -F', kind: 'success', afterBytes: 300_000 }],
    ] as const) {
      it(what, async () => {
        const run = await withFault('cluster-b', fault, 'restore', backup, target, '--as', 'replace', '--yes');
        assert.equal(run.exitCode, 1, told(run));
        assert.deepEqual(compareFingerprints(live, await seen('pg16')), [], 'live database unchanged');
        await nothingLeft(`restore: ${what}`, run);
      });
    }

    it('the target server is lost in mid-restore', async () => {
      const server = lab.server('pg16');
      const run = startFerry(setting, 'restore', backup, target, '--as', 'replace', '--yes');
      await until(() => run.events.some((event) => event.type === 'phase' && event.phase === 'restore'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.restart();
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.deepEqual(compareFingerprints(live, await seen('pg16')), []);
      await nothingLeft('restore: target server restarted', ended);
    });

    it('the connection goes with the COMMIT: resolved by OID', async () => {
      const run = await withFault(
        'cluster-b',
        { match: 'swap', kind: 'cut', afterBytes: 0 },
        'restore',
        backup,
        target,
        '--as',
        'replace',
        '--yes',
      );
      const changed = compareFingerprints(live, await seen('pg16')).length > 0;
      assert.ok(run.exitCode === 5 || (run.exitCode === 0) === changed, `what is said must be true\n${told(run)}`);
      if (changed) assert.equal((await ferry(setting, 'undo', target)).exitCode, 0);
      await nothingLeft('restore: connection lost in the swap', run);
    });
  });

  describe('one of several streams of a restore', () => {
    const wide = `${places.pg16}/wide`;
    let large: string;
    let liveWide: Fingerprint;

    before(async () => {
      await lab.server('source').sql('postgres', 'create database wide');
      await lab.server('source').sql('wide', wideTables);
      const made = await ferry(setting, 'backup', `${places.source}/wide`);
      assert.equal(made.exitCode, 0, told(made));
      large = String(made.result.data['backup']);
      const first = await ferry(setting, 'restore', large, wide);
      assert.equal(first.exitCode, 0, told(first));
      await lab.server('pg16').sql('wide', 'delete from a where id < 100');
      liveWide = await seen('pg16', 'wide');
    });

    for (const [what, fault] of [
      ['cut (RST) in one stream of rows', { kind: 'cut', afterBytes: 2_000_000 }],
      ['Status: Success in one stream of rows', { kind: 'success', afterBytes: 2_000_000 }],
      ['close 1000 in one stream of rows', { kind: 'silent', afterBytes: 2_000_000 }],
    ] as const) {
      it(what, async () => {
        // what the rows need is shorter; of the streams it meets the one that is there first
        const inStream = { match: 'pg_restore -e', on: 'stdin', ...fault } as const;
        const run = await withFault('cluster-b', inStream, 'restore', large, wide, '--as', 'replace', '--yes');
        assert.equal(run.exitCode, 1, told(run));
        assert.deepEqual(compareFingerprints(liveWide, await seen('pg16', 'wide')), [], 'live database unchanged');
        await nothingLeft(`restore in streams: ${what}`, run);
      });
    }

    it('cancelled, and killed, among the streams', async () => {
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const { exec } = lab.clusters['cluster-b'].state.faults;
        exec.push({ kind: 'slow', match: 'pg_restore -e', bytesPerSecond: 1_000_000, on: 'stdin', sticky: true });
        const run = startFerry(setting, 'restore', large, wide, '--as', 'replace', '--yes');
        await until(() => run.events.some((event) => event.type === 'progress' && event.phase === 'restore'));
        await until(async () => (await lab.server('pg16').sql('postgres', streamSessions)).length === 2);
        if (signal === 'SIGINT') run.child.kill(signal);
        else killJob(run.events);
        const ended = await run.ended;
        lab.clusters['cluster-b'].state.faults.exec = [];
        assert.ok(signal === 'SIGINT' ? ended.exitCode === 130 : ended.exitCode !== 0, told(ended));
        assert.deepEqual(compareFingerprints(liveWide, await seen('pg16', 'wide')), [], 'live database unchanged');
        await nothingLeft(`restore in streams: ${signal}`, ended);
      }
    });
  });

  describe('disks', () => {
    let mounted: string | undefined;
    afterEach(async () => {
      if (mounted !== undefined) await execa('umount', [mounted], { reject: false });
      mounted = undefined;
    });

    it('full here', async function () {
      mounted = await tmpfs('8m');
      if (mounted === undefined) this.skip();
      const run = await ferry({ ...setting, root: mounted }, 'backup', source);
      assert.ok(run.exitCode === 4 || run.exitCode === 1, told(run));
      assert.ok(
        run.result.findings?.some(({ level, code }) => level === 'block' && code === 'disk.full'),
        told(run),
      );
      const left = (await readdir(mounted, { recursive: true })).filter((name) => /\.dump$|\.partial$/.test(name));
      assert.deepEqual(left, []);
      note('backup: disk full here', run, 'nothing');
    });

    it('fills up here in mid-dump', async function () {
      mounted = await tmpfs('1500m');
      if (mounted === undefined) this.skip();
      const folder = mounted;
      lab.clusters['cluster-a'].state.faults.exec.push({ kind: 'slow', match: 'pg_dump -F', bytesPerSecond: 400_000 });
      const run = startFerry({ ...setting, root: folder }, 'backup', source);
      await until(() =>
        run.events.some((event) => event.type === 'progress' && event.phase === 'dump' && event.bytes > 0),
      );
      await execa('sh', ['-c', 'cat /dev/zero > "$1/ballast"', 'fill', folder], { reject: false });
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.equal(ended.result.error?.code, 'disk.full', told(ended));
      const left = (await readdir(folder, { recursive: true })).filter((name) => /\.dump$|\.partial$/.test(name));
      assert.deepEqual(left, []);
      lab.clusters['cluster-a'].state.faults.exec = [];
      await nothingLeft('backup: disk fills up here in mid-dump', ended);
    });

    it('fills up in the target in mid-restore', async function () {
      mounted = await tmpfs('2500m');
      if (mounted === undefined) this.skip();
      const folder = mounted;
      await chmod(folder, 0o755);
      const before = process.env['TMPDIR'];
      process.env['TMPDIR'] = folder;
      const small = await startServer({ major: 16 }).finally(() => {
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      });
      const { state } = lab.clusters['cluster-b'];
      state.namespaces.push('small');
      state.pods.push(dockerLibrary(small, { namespace: 'small', name: 'small-0' }));
      state.faults.exec.push({ kind: 'slow', match: 'pg_restore -e', bytesPerSecond: 200_000, on: 'stdin' });
      const run = startFerry(setting, 'restore', backup, 'cluster-b/small/small-0/shop', '--create-roles');
      try {
        await until(() => run.events.some((event) => event.type === 'phase' && event.phase === 'restore'));
        // below the reserve, which is 5 % of it, and not so far that the server itself stops
        const { bavail, bsize } = await statfs(folder);
        const bytes = bavail * bsize - 100 * 1024 ** 2;
        await execa('sh', ['-c', 'head -c "$2" /dev/zero > "$1/ballast"', 'fill', folder, String(bytes)]);
        const ended = await run.ended;
        assert.equal(ended.exitCode, 1, told(ended));
        assert.equal(ended.result.error?.code, 'disk.targetFull', told(ended));
        assert.deepEqual(await small.sql('postgres', `select 1 from pg_database where datname = 'shop'`), []);
        const left = await small.sql('postgres', `select datname from pg_database where datname ~ '__restore_'`);
        assert.deepEqual(left, []);
        note('restore: disk of the target fills up', ended, 'nothing');
      } finally {
        state.faults.exec = [];
        await small.stop();
      }
    });
  });

  describe(`kill -9 of the job process at ${kills} random points`, () => {
    const random = randomFrom(seed);
    for (let index = 0; index < kills; index += 1) {
      const kind = (['backup', 'restore', 'copy', 'restore'] as const)[Math.floor(random() * 4)] ?? 'restore';
      // a little short of the whole time, so that few come too late
      const moment = random() * 0.8;
      it(`${kind}, at ${(moment * 100).toFixed(0)} % of its time`, async () => {
        const args = {
          backup: ['backup', source],
          restore: ['restore', backup, target, '--as', 'replace', '--yes'],
          copy: ['copy', source, target, '--as', 'replace', '--yes'],
        }[kind];
        const before = (await archives()).length;
        const run = startFerry(setting, ...args);
        await until(() => run.events.some((event) => event.type === 'started'));
        await new Promise((resolve) => setTimeout(resolve, moment * { backup: 2200, restore: 4500, copy: 6500 }[kind]));
        const late = run.events.some((event) => event.type === 'result');
        killJob(run.events);
        const ended = await run.ended;
        const differences = compareFingerprints(live, await seen('pg16'));
        if (!late) assert.notEqual(ended.exitCode, 0, `said done, was killed\n${told(ended)}`);
        if (differences.length > 0) {
          // the swap was committed before the kill: then the whole of the backup must be there, and undo must work
          assert.deepEqual(compareFingerprints(await seen('source'), await seen('pg16')), []);
          const undone = await ferry(setting, 'undo', target);
          assert.equal(undone.exitCode, 0, told(undone));
        }
        assert.deepEqual(compareFingerprints(live, await seen('pg16')), []);
        const complete = (await archives()).length;
        assert.ok(complete === before || kind !== 'restore');
        for (const archive of await archives()) assert.ok(!archive.includes('.partial/'), archive);
        await nothingLeft(
          `kill -9 of ${kind} at ${(moment * 100).toFixed(0)} %${differences.length > 0 ? ' (after the swap)' : ''}`,
          ended,
        );
      });
    }
  });

  describe('a restore in place', () => {
    const desk = `${places.pg16}/desk`;
    const session: Pick<ExecFault, 'match'> = { match: `dbname='desk' -f -` };
    let args: string[];
    let was: Fingerprint;
    let wanted: Fingerprint;

    before(async () => {
      await lab.server('source').sql('postgres', 'create database desk');
      await lab.server('source').sql('desk', letters);
      const made = await ferry(setting, 'backup', `${places.source}/desk`);
      assert.equal(made.exitCode, 0, told(made));
      args = ['restore', String(made.result.data['backup']), desk, '--as', 'replace', '--yes', '--in-place'];
      wanted = await seen('source', 'desk');
    });
    beforeEach(async () => {
      const server = lab.server('pg16');
      await server.sql('postgres', 'drop database if exists desk with (force)');
      await server.sql('postgres', 'create database desk');
      await server.sql('desk', olderLetters);
      was = await seen('pg16', 'desk');
    });
    afterEach(async () => {
      lab.clusters['cluster-b'].state.faults.exec = [];
      await standbys('');
    });

    for (const [what, fault] of [
      ['cut (RST) in mid-stream', { kind: 'cut', on: 'stdin', afterBytes: 1_500_000 }],
      ['Status: Success in mid-stream', { kind: 'success', on: 'stdin', afterBytes: 1_500_000 }],
      ['close 1000 in mid-stream', { kind: 'silent', on: 'stdin', afterBytes: 1_500_000 }],
      ['cut while the rows are read back', { kind: 'cut', afterBytes: 500_000 }],
      ['Status: Success while the rows are read back', { kind: 'success', afterBytes: 500_000 }],
    ] as const) {
      it(what, async () => {
        const run = await withFault('cluster-b', { ...session, ...fault }, ...args);
        assert.equal(run.exitCode, 1, told(run));
        await judge(what, run);
      });
    }

    for (const phase of ['dump', 'restore'] as const) {
      it(`its backend is terminated in phase ${phase}`, async () => {
        slowly();
        const run = startFerry(setting, ...args);
        await inPhase(run, phase);
        await endBackend();
        const ended = await run.ended;
        assert.equal(ended.exitCode, 1, told(ended));
        await judge(`backend terminated in phase ${phase}`, ended);
      });
    }

    it('its backend is terminated in COMMIT', async () => {
      await standbys('nobody');
      const run = startFerry(setting, ...args);
      await inPhase(run, 'commit');
      await endBackend();
      await judge('backend terminated in COMMIT', await run.ended);
    });

    it('the connection is lost in COMMIT', async () => {
      await standbys('nobody');
      const run = startFerry(setting, ...args);
      await inPhase(run, 'commit');
      lab.clusters['cluster-b'].api.killConnections();
      await standbys('');
      await judge('connection lost in COMMIT', await run.ended);
    });

    for (const phase of ['dump', 'restore', 'verify', 'commit', 'compare'] as const) {
      it(`kill -9 in phase ${phase}`, async () => {
        if (phase === 'commit') await standbys('nobody');
        else slowly(phase);
        const run = startFerry(setting, ...args);
        process.kill(await inPhase(run, phase), 'SIGKILL');
        const ended = await run.ended;
        await standbys('');
        await judge(`kill -9 in phase ${phase}`, ended);
      });
    }

    const random = randomFrom(seed + 1);
    for (let index = 0; index < Math.ceil(kills / 3); index += 1) {
      const moment = random() * 0.9;
      it(`kill -9 at ${(moment * 100).toFixed(0)} % of its time`, async () => {
        const run = startFerry(setting, ...args);
        await until(() => run.events.some((event) => event.type === 'started'));
        await new Promise((resolve) => setTimeout(resolve, moment * 4000));
        try {
          process.kill(pidOf(run.events), 'SIGKILL');
        } catch {
          // it was done before
        }
        await judge(`kill -9 at ${(moment * 100).toFixed(0)} %`, await run.ended);
      });
    }

    /** Makes it last: the safety backup, what goes in, or what comes back. */
    function slowly(phase = 'restore'): void {
      const { exec } = lab.clusters['cluster-b'].state.faults;
      if (phase === 'dump') exec.push({ kind: 'slow', match: 'pg_dump -F', bytesPerSecond: 20_000 });
      if (phase === 'restore') {
        exec.push({ ...session, kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
      }
    }

    /** Waits until the job is there; its pid. */
    async function inPhase(run: ReturnType<typeof startFerry>, phase: string): Promise<number> {
      await until(() => run.events.some((event) => event.type === 'phase' && event.phase === phase));
      return pidOf(run.events);
    }

    function pidOf(events: readonly JobEvent[]): number {
      const started = events.find((event) => event.type === 'started');
      assert.ok(started?.type === 'started');
      return started.process.pid;
    }

    async function endBackend(): Promise<void> {
      await lab
        .server('pg16')
        .sql(
          'postgres',
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'desk' and application_name like 'db-ferry-%'`,
        );
    }

    /** With one that does not exist a COMMIT waits, and is done all the same. */
    async function standbys(names: string): Promise<void> {
      await lab.server('pg16').sql('postgres', `alter system set synchronous_standby_names = '${names}'`);
      await lab.server('pg16').sql('postgres', 'select pg_reload_conf()');
    }

    /** The database is wholly one or wholly the other, and what was said, or is found out by clean, is true. */
    async function judge(what: string, run: Run): Promise<void> {
      const resolved = await nothingLeft(`in place: ${what}`, run);
      const now = await seen('pg16', 'desk');
      const isNew = compareFingerprints(wanted, now).length === 0;
      if (!isNew) assert.deepEqual(compareFingerprints(was, now), [], 'neither what it was nor the backup');
      assert.ok(
        (isNew ? [0, 3, 5] : [1, 5, 130]).includes(run.exitCode),
        `${isNew ? 'committed' : 'not committed'}\n${told(run)}`,
      );
      if (run.exitCode === 5) assert.match(resolved, isNew ? /: committed; / : /: not committed; /);
    }
  });

  async function withFault(cluster: 'cluster-a' | 'cluster-b', fault: ExecFault, ...args: string[]): Promise<Run> {
    const { faults } = lab.clusters[cluster].state;
    faults.exec.push({ ...fault });
    try {
      return await ferry(setting, ...args);
    } finally {
      faults.exec = [];
    }
  }

  async function seen(place: PlaceName, database = 'shop'): Promise<Fingerprint> {
    const client = await lab.server(place).connect(database);
    try {
      return await fingerprint(client);
    } finally {
      await client.end();
    }
  }

  async function archives(): Promise<string[]> {
    const files = await readdir(setting.root, { recursive: true });
    return files.filter((file) => file.endsWith('database.dump') && !file.includes('.partial'));
  }

  /** What stays after a clean-up must be nothing: side databases, sessions, partial folders. Returns what it found out. */
  async function nothingLeft(what: string, run: Run): Promise<string> {
    const before = await leftovers();
    const cleaned = await ferry(setting, 'clean', places.pg16);
    assert.equal(cleaned.exitCode, 0, told(cleaned));
    const here = await ferry(setting, 'clean');
    assert.equal(here.exitCode, 0, told(here));
    await until(async () => (await leftovers()).length === 0, 15_000).catch(() => undefined);
    assert.deepEqual(await leftovers(), [], 'left behind after clean');
    note(what, run, before.length === 0 ? 'nothing' : `${before.join(', ')}; nothing after clean`);
    return JSON.stringify([cleaned.result.data['resolved'], here.result.data['resolved']]);
  }

  async function leftovers(): Promise<string[]> {
    const left: string[] = [];
    for (const place of ['source', 'pg16'] as const) {
      const rows = await lab.server(place).sql<{ what: string }>(
        'postgres',
        `select 'side database' as what from pg_database where datname ~ '__restore_' union all
         select 'session ' || application_name from pg_stat_activity where application_name like 'db-ferry%'`,
      );
      left.push(...rows.map((row) => row.what));
    }
    const files = await readdir(setting.root, { recursive: true });
    return [...left, ...files.filter((file) => file.endsWith('.partial')).map(() => 'partial folder')];
  }

  function note(what: string, run: Run, left: string): void {
    const last = run.events.at(-1);
    const result = last?.type === 'result' ? (last as JobResult) : undefined;
    const outcome = `${result?.outcome ?? 'interrupted'} (${run.exitCode})`;
    table.push(`| ${what} | ${outcome} | ${result?.error?.code ?? ''} | ${left} | ${run.seconds.toFixed(1)} s |`);
  }
});

const letters = `create table letters as select i as id, repeat(md5(i::text), 4) as text from generate_series(1, 30000) i;
alter table letters add primary key (id); create index on letters (text); create sequence numbers; select nextval('numbers');
create view short as select id, left(text, 10) as text from letters`;

const olderLetters = `create table letters as select i as id, repeat(md5(i::text), 3) as older from generate_series(1, 2000) i;
create table torn (id int primary key); insert into torn values (1)`;

const tableHead = `| fault | reported (exit) | code | left behind | known after |\n|---|---|---|---|---|\n`;

async function until(condition: () => boolean | Promise<boolean>, timeout = 60_000): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function killJob(events: readonly JobEvent[]): void {
  const started = events.find((event) => event.type === 'started');
  assert.ok(started?.type === 'started');
  try {
    process.kill(started.process.pid, 'SIGKILL');
  } catch {
    // it was done before
  }
}

/** Three tables, and more bytes than one stream takes. */
const wideTables = ['a', 'b', 'c']
  .map(
    (name) => `create table ${name} (id serial primary key, note text, more text);
insert into ${name} (note, more) select md5(random()::text) || md5(random()::text), md5(random()::text) || md5(random()::text) from generate_series(1, 60000);
create index on ${name} (note);`,
  )
  .join('\n');

const streamSessions = `select pid from pg_stat_activity where application_name like 'db-ferry%' and query like 'COPY%'`;

async function tmpfs(size: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-full-'));
  await mkdir(folder, { recursive: true });
  const { exitCode } = await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { reject: false });
  return exitCode === 0 ? folder : undefined;
}
