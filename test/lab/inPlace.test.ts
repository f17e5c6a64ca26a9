import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client } from 'pg';
import { ferry, startFerry, told, type FerrySetting, type Run } from './ferry';
import { compareFingerprints, fingerprint, type Fingerprint } from './independent';
import { places, startLab, type Lab, type PlaceName } from './lab';
import type { ExecFault } from './labPod';
import type { JobEvent } from '../../src/core/job/jobEvents';
import { workplace } from '../../src/core/restore/databaseRow';
import { transactionStatus } from '../../src/core/restore/inPlaceSession';
import { openServer } from '../core/openServer';

describe('a restore in place, by an owner who may not create databases', function () {
  this.timeout(180_000);
  let lab: Lab;
  let setting: FerrySetting;
  let backup: string;
  let live: Fingerprint;
  const source = `${places.sclorg}/app`;
  const target = `${places.limited}/app`;
  const inPlace = ['--as', 'replace', '--yes', '--no-owner', '--in-place'];

  before(async () => {
    lab = await startLab({ only: ['sclorg', 'limited'] });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    await lab.server('limited').sql('postgres', 'alter role app_owner nocreatedb');
    await lab.server('sclorg').sql('postgres', 'create role shop_app');
    await lab.server('sclorg').sql('app', wanted);
    backup = String((await expectExit(0, 'backup', source)).result.data['backup']);
  });
  beforeEach(async () => {
    const server = lab.server('limited');
    await server.sql('postgres', 'drop database app with (force)');
    await server.sql('postgres', 'create database app owner app_owner');
    await server.sql('app', 'create extension pg_trgm');
    await asOwner(present);
    live = await seen('limited');
  });
  afterEach(() => {
    for (const { state } of Object.values(lab.clusters)) state.faults.exec = [];
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  it('is not chosen silently: without --in-place refused, and said that it exists', async () => {
    const run = await expectExit(4, 'restore', backup, target, '--as', 'replace', '--yes', '--no-owner');
    const rights = run.result.findings?.find(({ code }) => code === 'role.rights');
    assert.deepEqual(rights?.data['inPlace'], true, told(run));
    await unchanged();
  });

  it('replaces all, equal by SQL; the way back is a backup, which goes the same way', async () => {
    const run = await expectExit(0, 'restore', backup, target, ...inPlace);
    assert.deepEqual(await againstSource(), []);
    const warned = run.result.findings?.find(({ code }) => code === 'inPlace');
    assert.equal(warned?.level, 'warn', told(run));
    assert.equal(run.result.data['rows'], 60_000 + 3 + 2, told(run));
    assert.deepEqual(run.result.differences, []);
    const granted = await lab.server('limited').sql('app', granting);
    assert.deepEqual(granted, [{ name: 'shop' }, { name: 'shop.orders' }], 'rights are those of the backup');
    const before = String(run.result.data['before']);
    assert.equal(run.result.data['undo'], `db-ferry restore ${before} ${target} --as replace --in-place`);
    await expectExit(0, 'verify', before);
    const job = run.events.find((event) => event.type === 'started') as Extract<JobEvent, { type: 'started' }>;
    const undo = await expectExit(1, 'undo', job.job);
    assert.deepEqual(undo.result.error, { code: 'restore.nothingKept', data: { reference: target, before } });
    await expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    await unchanged();
  });

  it('copies as one job', async () => {
    const run = await expectExit(0, 'copy', source, target, ...inPlace);
    assert.deepEqual(await againstSource(), []);
    assert.equal(run.result.data['backupKept'], false);
    assert.ok((await backups()).includes(String(run.result.data['before'])), 'the way back stays');
  });

  it('what is written until the writers are locked out is in the way back', async () => {
    slow('pg_dump -F', 3_000);
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    const client = await lab.server('limited').connect('app', 'app_owner');
    let written = 0;
    const over = new AbortController();
    const loop = (async () => {
      while (!over.signal.aborted) {
        const since = Date.now();
        await client.query(`insert into notes values ('written ${written + 1}')`);
        // it waited for the end, and went into the restored table
        if (Date.now() - since > 1000) return;
        written += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const ended = await run.ended;
    over.abort();
    await loop;
    await client.end();
    assert.equal(ended.exitCode, 0, told(ended));
    assert.ok(written > 0);
    const before = String(ended.result.data['before']);
    await expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    const rows = await lab
      .server('limited')
      .sql<{ n: number }>('app', `select count(*)::int as n from notes where note like 'written%'`);
    assert.equal(rows[0]?.n, written, 'every committed write came back');
  });

  it('a backup that is not what its manifest says is refused before anything', async () => {
    const other = await tampered();
    const run = await expectExit(1, 'restore', other, target, ...inPlace);
    assert.equal(run.result.error?.code, 'backup.damaged', told(run));
    await unchanged();
  });

  it('a table that the server changes while it is filled is rolled back', async () => {
    // a domain's check is called for every value, and its function may do what it wants
    await lab.server('sclorg').sql('app', meddling);
    try {
      const run = await ferry(setting, 'copy', source, target, ...inPlace);
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'restore.differs', told(run));
      assert.match(JSON.stringify(run.result.differences), /public.aaa/);
      await unchanged();
    } finally {
      await lab.server('sclorg').sql('app', 'drop table aaa, meddled; drop domain meddler; drop function meddle(int)');
    }
  });

  it('an error in the middle is rolled back, and said', async () => {
    await lab.server('sclorg').sql('app', `create table forbidden (a int)`);
    await lab
      .server('sclorg')
      .sql(
        'app',
        `create function fails() returns int language plpgsql immutable as 'begin if current_database() = ''app'' and exists (select from pg_roles where rolname = ''app_owner'') then raise ''not here''; end if; return 1; end'; create index fails on forbidden ((a + fails())); insert into forbidden values (-1)`,
      );
    try {
      const run = await ferry(setting, 'copy', source, target, ...inPlace);
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'restore.inPlace', told(run));
      assert.match(String(run.result.error.data['reason']), /not here/);
      await unchanged();
    } finally {
      await lab.server('sclorg').sql('app', 'drop table forbidden; drop function fails()');
    }
  });

  for (const [what, fault] of [
    ['cut (RST) in mid-upload', { kind: 'cut', on: 'stdin', afterBytes: 1_500_000 }],
    ['Status: Success in mid-upload', { kind: 'success', on: 'stdin', afterBytes: 1_500_000 }],
    ['close 1000 in mid-upload', { kind: 'silent', on: 'stdin', afterBytes: 1_500_000 }],
    ['cut while the rows are read back', { kind: 'cut', afterBytes: 500_000 }],
    ['Status: Success while the rows are read back', { kind: 'success', afterBytes: 500_000 }],
  ] as const) {
    it(`${what}: nothing changed`, async () => {
      breakSession(fault);
      await expectExit(1, 'restore', backup, target, ...inPlace);
      await unchanged();
    });
  }

  describe('a COMMIT that does not answer', () => {
    // it waits for a standby that does not exist, and is done all the same
    beforeEach(() => standbys('nobody'));
    afterEach(() => standbys(''));

    it('the connection goes with it: found out', async () => {
      const run = startFerry(setting, 'restore', backup, target, ...inPlace);
      await waiting();
      await lab
        .server('limited')
        .sql(
          'postgres',
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'db-ferry-%' and datname = 'app'`,
        );
      const ended = await run.ended;
      assert.equal(ended.exitCode, 0, told(ended));
      assert.ok(
        ended.result.findings?.some(({ code }) => code === 'inPlace.answerLost'),
        told(ended),
      );
      assert.deepEqual(await againstSource(), []);
    });

    it('the wait is cancelled: what the server warns of is said', async () => {
      const run = startFerry(setting, 'restore', backup, target, ...inPlace);
      await waiting();
      await lab
        .server('limited')
        .sql(
          'postgres',
          `select pg_cancel_backend(pid) from pg_stat_activity where application_name like 'db-ferry-%' and datname = 'app'`,
        );
      await standbys('');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 0, told(ended));
      const warned = ended.result.findings?.find(({ code }) => code === 'inPlace.commitWarned');
      assert.match(JSON.stringify(warned?.data), /synchronous replication/, told(ended));
    });

    it('kill -9 of the job: clean finds out', async () => {
      const run = startFerry(setting, 'restore', backup, target, ...inPlace);
      const pid = await inPhase(run.events, 'commit');
      await waiting();
      process.kill(pid, 'SIGKILL');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 5, told(ended));
      await standbys('');
      await gone();
      const cleaned = await expectExit(0, 'clean');
      assert.match(JSON.stringify(cleaned.result.data['resolved']), /: committed; /, told(cleaned));
      assert.deepEqual(await againstSource(), []);
    });

    /** Until the COMMIT reached the server. */
    async function waiting(): Promise<void> {
      const sql = `select 1 from pg_stat_activity where datname = 'app' and wait_event = 'SyncRep'`;
      const until = Date.now() + 50_000;
      while ((await lab.server('limited').sql('postgres', sql)).length === 0) {
        assert.ok(Date.now() < until, 'no COMMIT waits');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    async function standbys(names: string): Promise<void> {
      const server = lab.server('limited');
      await server.sql('postgres', `alter system set synchronous_standby_names = '${names}'`);
      await server.sql('postgres', 'select pg_reload_conf()');
    }
  });

  it('kill -9 of the job behind the COMMIT: unknown, and clean finds out', async () => {
    slow('--schema-only', 100);
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    process.kill(await inPhase(run.events, 'compare'), 'SIGKILL');
    const ended = await run.ended;
    lab.clusters['cluster-b'].state.faults.exec = [];
    assert.equal(ended.exitCode, 5, told(ended));
    const cleaned = await expectExit(0, 'clean');
    const resolved = JSON.stringify(cleaned.result.data['resolved']);
    assert.match(resolved, /: committed; /, told(cleaned));
    const before = /which is the backup (\S+)"/.exec(resolved)?.[1] ?? '';
    assert.deepEqual(await againstSource(), []);
    await expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    await unchanged();
  });

  it('psql fails behind the COMMIT: what counts is what the server says', async () => {
    await lab.server('limited').sql('app', 'revoke execute on function txid_status(bigint) from public');
    // the right that is missing is a difference, and the only one
    const run = await expectExit(3, 'restore', backup, target, ...inPlace);
    await lab.server('limited').sql('app', 'grant execute on function txid_status(bigint) to public');
    assert.deepEqual(
      run.result.differences?.map((one) => one.kind === 'definition' && one.what),
      ['ACL'],
    );
    const codes = run.result.findings?.map(({ code }) => code);
    assert.ok(codes?.includes('inPlace.answerLost'), told(run));
    assert.deepEqual(await againstSource(), []);
  });

  it('a status of another timeline is none: its number may be another transaction', async () => {
    const server = workplace(await openServer(lab.server('limited')), 'app');
    const [row] = await lab.server('limited').sql<{ id: string }>('app', 'select txid_current()::text as id');
    const id = row?.id ?? '';
    assert.equal(await transactionStatus(server, `${id}@00000001`), 'committed');
    assert.equal(await transactionStatus(server, `${id}@00000002`), undefined);
  });

  it('the session goes while the safety backup is taken: it is stopped and leaves nothing', async () => {
    slow('pg_dump -F', 3_000);
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    await inPhase(run.events, 'dump');
    await lab.server('limited').sql(
      'postgres',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app' and state = 'idle in transaction'
         and application_name like 'db-ferry-%' and application_name not like '%-before'`,
    );
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    assert.notEqual(ended.result.error?.code, 'internal', told(ended));
    await unchanged();
    const files = await readdir(setting.root, { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.partial')),
      [],
    );
  });

  it('cancelled while the safety backup is taken: 130, nothing changed, no session left', async () => {
    slow('pg_dump -F', 3_000);
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    await inPhase(run.events, 'dump');
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.exitCode, 130, told(ended));
    await unchanged();
  });

  for (const [what, sql, named] of [
    ['a function', `create function later() returns int language sql as 'select 1'`, /function public\.later\(\)/],
    ['a label of an enum', `alter type mood add value 'later'`, /type public\.mood/],
    ['a grant', 'revoke select on old from shop_app', /table public\.old/],
  ] as const) {
    it(`${what} that comes while the safety backup is taken is not lost`, async () => {
      slow('pg_dump -F', 20_000);
      const run = startFerry(setting, 'restore', backup, target, ...inPlace);
      await inPhase(run.events, 'dump');
      await asOwner(sql);
      live = await seen('limited');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.match(String(ended.result.error?.data['reason']), named, told(ended));
      await unchanged();
    });
  }

  it('what others do meanwhile that no dump holds is no hindrance', async () => {
    await asOwner('create materialized view counted as select count(*) from old; create sequence drawn');
    slow('pg_dump -F', 20_000);
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    await inPhase(run.events, 'dump');
    await asOwner(
      `create temp table mine (a int); create function pg_temp.f() returns int language sql as 'select 1'; refresh materialized view counted`,
    );
    await asOwner(`analyze counted; select nextval('drawn')`);
    const ended = await run.ended;
    assert.equal(ended.exitCode, 0, told(ended));
    assert.deepEqual(await againstSource(), []);
  });

  it('another workspace that replaces the database keeps it out', async () => {
    const other = await lab.server('limited').connect('postgres');
    await other.query(`select pg_advisory_lock(hashtext('db-ferry'), hashtext('app'))`);
    const run = await ferry(setting, 'restore', backup, target, ...inPlace);
    await other.end();
    assert.equal(run.exitCode, 1, told(run));
    assert.match(String(run.result.error?.data['reason']), /another workspace/, told(run));
    await unchanged();
  });

  it('settings of the role and the database do not count', async () => {
    await lab.server('limited').sql(
      'postgres',
      `alter database app set default_transaction_read_only = on; alter database app set default_transaction_isolation = serializable;
       alter database app set synchronous_commit = off`,
    );
    await expectExit(0, 'restore', backup, target, ...inPlace);
    assert.deepEqual(await againstSource(), []);
  });

  it('kill -9 of the job in mid-restore: nothing changed', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    const pid = await restoring(run.events);
    process.kill(pid, 'SIGKILL');
    await run.ended;
    await gone();
    await unchanged();
  });

  it('cancelled in mid-restore: 130, nothing changed, no session left', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    await restoring(run.events);
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.exitCode, 130, told(ended));
    await unchanged();
  });

  it('the server crashes in mid-restore: nothing changed', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = startFerry(setting, 'restore', backup, target, ...inPlace);
    await restoring(run.events);
    await lab.server('limited').kill();
    await lab.server('limited').restart();
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    // a crash by itself moves a sequence on by what was logged ahead
    const changed = compareFingerprints(live, await seen('limited'));
    assert.deepEqual(
      changed.filter((line) => !line.startsWith('sequence value')),
      [],
    );
  });

  describe('refuses what it cannot do', () => {
    for (const [code, sql] of [
      ['inPlace.foreign', 'create table public.of_others (a int)'],
      ['inPlace.publications', 'create publication of_all for all tables'],
      [
        'inPlace.eventTriggers',
        `create function f() returns event_trigger language plpgsql as 'begin end'; alter function f() owner to app_owner; create event trigger watching on ddl_command_end execute function f()`,
      ],
      ['inPlace.largeObjects', 'select lo_create(4711)'],
      ['inPlace.foreign', 'alter default privileges for role hidden_admin grant select on tables to shop_app'],
      [
        'inPlace.locks',
        `set role app_owner; do $$ begin for i in 1..3000 loop execute format('create table many_%s (a int)', i); end loop; end $$`,
      ],
    ] as const) {
      it(`${code}: ${sql.slice(0, 40)}`, async () => {
        await lab.server('limited').sql('app', sql);
        const run = await expectExit(4, 'restore', backup, target, ...inPlace);
        assert.ok(
          run.result.findings?.some((one) => one.level === 'block' && one.code === code),
          told(run),
        );
      });
    }

    it('owners that our role cannot be', async () => {
      await lab.server('limited').sql('postgres', 'create role appuser');
      const run = await expectExit(4, 'restore', backup, target, '--as', 'replace', '--yes', '--in-place');
      await lab.server('limited').sql('postgres', 'drop role appuser');
      assert.ok(
        run.result.findings?.some(({ code }) => code === 'inPlace.owners'),
        told(run),
      );
      await unchanged();
    });

    it('a database that does not exist', async () => {
      await expectExit(4, 'restore', backup, `${places.limited}/none`, ...inPlace);
    });
  });

  async function expectExit(exitCode: number, ...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, exitCode, `${args.join(' ')}\n${told(run)}`);
    return run;
  }

  async function asOwner(sql: string): Promise<void> {
    const owner = await lab.server('limited').connect('app', 'app_owner');
    await owner.query(sql);
    await owner.end();
  }

  /** A dump of the target, slowed down. */
  function slow(match: string, bytesPerSecond: number): void {
    lab.clusters['cluster-b'].state.faults.exec.push({ kind: 'slow', match, bytesPerSecond });
  }

  /** The session of the restore is the one psql in the database through which much goes. */
  function breakSession(fault: Omit<ExecFault, 'match'>): void {
    lab.clusters['cluster-b'].state.faults.exec.push({ match: `dbname='app' -f -`, ...fault });
  }

  /** Waits until rows go in; the job's pid. */
  async function restoring(events: readonly JobEvent[]): Promise<number> {
    const pid = await inPhase(events, 'restore');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return pid;
  }

  async function inPhase(events: readonly JobEvent[], phase: string): Promise<number> {
    const until = Date.now() + 90_000;
    const isIn = (): boolean => events.some((event) => event.type === 'phase' && event.phase === phase);
    while (!isIn()) {
      assert.ok(Date.now() < until && !events.some(({ type }) => type === 'result'), JSON.stringify(events.slice(-3)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const started = events.find((event) => event.type === 'started');
    assert.ok(started?.type === 'started');
    return started.process.pid;
  }

  async function sessions(): Promise<unknown[]> {
    return lab
      .server('limited')
      .sql(
        'postgres',
        `select application_name, state, query from pg_stat_activity where application_name like 'db-ferry-%'`,
      );
  }

  async function gone(): Promise<void> {
    const until = Date.now() + 30_000;
    while ((await sessions()).length > 0 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 200));
  }

  async function unchanged(): Promise<void> {
    assert.deepEqual(await sessions(), []);
    assert.deepEqual(compareFingerprints(live, await seen('limited')), []);
  }

  async function againstSource(): Promise<string[]> {
    return compareFingerprints(await seen('sclorg', false), await seen('limited', false));
  }

  async function seen(place: PlaceName, owners = true): Promise<Fingerprint> {
    const client: Client = await lab.server(place).connect('app');
    try {
      return await fingerprint(client, { owners });
    } finally {
      await client.end();
    }
  }

  async function backups(): Promise<string> {
    const run = await expectExit(0, 'backups');
    return JSON.stringify(run.events);
  }

  /** A copy of the backup with one digit of a digest changed. */
  async function tampered(): Promise<string> {
    const files = await readdir(setting.root, { recursive: true });
    const manifests = files.filter((file) => file.endsWith('manifest.json'));
    const texts = await Promise.all(
      manifests.map(async (file) => [file, await readFile(join(setting.root, file), 'utf8')] as const),
    );
    const [file = '', text = ''] = texts.find(([, one]) => one.includes(backup)) ?? [];
    const copy = join(setting.root, 'copy');
    await cp(dirname(join(setting.root, file)), copy, { recursive: true });
    await writeFile(
      join(copy, 'manifest.json'),
      text.replace(/"digest": ?"(.)/, (all, digit: string) => all.slice(0, -1) + (digit === '0' ? '1' : '0')),
    );
    return copy;
  }
});

describe('a restore in place, with every kind of object and their owners', function () {
  this.timeout(180_000);
  let lab: Lab;
  let setting: FerrySetting;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16', 'pg18'], scale: 0.2 });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    // what it refuses
    const refused = 'select count(lo_unlink(oid)) from pg_largeobject_metadata; drop event trigger watch_drops';
    await lab.server('source').sql('shop', refused);
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  for (const place of ['pg16', 'pg18'] as const) {
    it(`15 to ${place}: into an empty database, and over itself`, async () => {
      const server = lab.server(place);
      for (const role of ['shop_owner', 'shop_reader', 'billing', '"Ödd ""rôle"""', 'shop_app'])
        await server.sql('postgres', `create role ${role}`);
      await server.sql('postgres', 'create database shop');
      for (const what of ['empty', 'over itself']) {
        const operands = [`${places.source}/shop`, `${places[place]}/shop`];
        // no whole restore is that quick
        if (place === 'pg18') await server.sql('postgres', `alter database shop set transaction_timeout = '500ms'`);
        const run = await ferry(setting, 'copy', ...operands, '--as', 'replace', '--yes', '--in-place');
        await server.sql('postgres', 'alter database shop reset all');
        assert.equal(run.exitCode, 0, `${what}: ${told(run)}`);
        assert.deepEqual(run.result.differences, []);
        const clients = [await lab.server('source').connect('shop'), await server.connect('shop')] as const;
        const seen = [await fingerprint(clients[0]), await fingerprint(clients[1])] as const;
        for (const client of clients) await client.end();
        assert.deepEqual(compareFingerprints(...seen), [], what);
      }
    });
  }
});

const wanted = `create extension pg_trgm;
create schema shop;
create type shop.state as enum ('new', 'paid');
create table shop.orders (id bigint generated always as identity primary key, state shop.state not null default 'new', note text, at timestamptz, data bytea, total money);
insert into shop.orders (note, at, data, total) select 'Zoë' || E'\\t\\\\.\\n' || repeat(md5(i::text), 3), timestamptz '2024-03-31 01:30+00' + i * interval '1 minute', decode(md5(i::text), 'hex'), i::text::money from generate_series(1, 60000) i;
create table shop.parts (id int references shop.orders, a text) partition by hash (id);
create table shop.parts_0 partition of shop.parts for values with (modulus 2, remainder 0);
create table shop.parts_1 partition of shop.parts for values with (modulus 2, remainder 1);
insert into shop.parts values (1, 'one'), (2, E'\\\\.'), (3, null);
create table notes (note text);
insert into notes values (E'\\\\unrestrict \`touch /tmp/x\`'), (E'\\\\! touch /tmp/x');
create table nothing ();
create index on shop.orders using gin (note gin_trgm_ops);
create function shop.add(a int, b int) returns int language sql immutable as 'select a + b';
comment on function shop.add(int, int) is E'it''s $$ and\\n\\\\! touch /tmp/x';
create view shop.paid as select * from shop.orders where state = 'paid';
create materialized view shop.totals as select count(*) from shop.orders;
create aggregate shop.total(int) (sfunc = shop.add, stype = int, initcond = '0');
create sequence shop.tickets start 5 increment 3; select nextval('shop.tickets');
create sequence shop."Zähler ✓ 数"; select nextval('shop."Zähler ✓ 数"');
grant usage on schema shop to shop_app; grant select on shop.orders to shop_app;`;

const present = `create table notes (note text, other int default 7);
insert into notes values ('live', 1);
create type mood as enum ('good', 'bad');
create domain short as varchar(10);
create type pair as (a int, b mood);
create table old (id serial primary key, m mood, s short, p pair, at timestamptz default now());
insert into old (m, s, p) select 'good', 'x' || i, row(i, 'bad')::pair from generate_series(1, 1000) i;
create index on old using gin ((s::text) gin_trgm_ops);
create view seen as select * from old;
create function twice(int) returns int language sql immutable as 'select $1 * 2';
create procedure proceed() language sql as 'select 1';
create aggregate most(int) (sfunc = int4larger, stype = int);
create operator === (leftarg = int, rightarg = int, function = int4eq);
create schema more; create table more.things (a int); insert into more.things values (1);
create statistics old_stats (dependencies) on id, m from old;
create collation plain from "C";
grant select on old to shop_app;
alter default privileges in schema more grant select on tables to shop_app;
alter default privileges grant select on tables to shop_app;
alter default privileges revoke execute on functions from public;
alter default privileges in schema public grant usage on types to shop_app;
grant create on schema public to shop_app;`;

/** What the role shop_app has rights on, and default privileges of anybody. */
const granting = `select name from (select n.nspname as name, n.nspacl as acl from pg_namespace n
  union all select c.oid::regclass::text, c.relacl from pg_class c union all select t.oid::regtype::text, t.typacl from pg_type t
  union all select p.oid::regprocedure::text, p.proacl from pg_proc p) o, aclexplode(o.acl) a
where a.grantee = 'shop_app'::regrole
union all select 'default privileges' from pg_default_acl order by 1`;

const meddling = `create table aaa (a int); insert into aaa values (1);
create function meddle(int) returns boolean language plpgsql as 'begin if current_user = ''app_owner'' then delete from public.aaa; end if; return true; end';
create domain meddler as int check (meddle(value)); create table meddled (a meddler); insert into meddled values (1);`;
