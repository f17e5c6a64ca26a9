import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStarted } from '../../src/core/job/record/jobEvents';
import { ferry, startFerry, told, type FerrySetting, type Run } from './ferry';
import { compareFingerprints, fingerprint } from './independent';
import { oddDatabase, places, startLab, type Lab, type PlaceName } from './lab';

describe('the main job between two clusters', function () {
  this.timeout(300_000);
  let lab: Lab;
  let setting: FerrySetting;
  let backup: string;

  before(async () => {
    lab = await startLab();
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  it('finds the database pods and nothing else', async () => {
    const run = await expectExit(0, 'pods');
    const names = run.events.map((event) => JSON.stringify(event)).join('\n');
    for (const place of Object.values(places)) assert.ok(names.includes(place.split('/')[2] ?? ''), place);
    for (const decoy of ['pgbouncer', 'deploy', 'build', 'web-'])
      assert.ok(!names.includes(`"${decoy}`) && !names.includes(`${decoy}-6`), decoy);
  });

  it('backs up, and the stock tools of every newer major read the archive', async () => {
    const run = await expectExit(0, 'backup', `${places.source}/shop`, '--reason', 'before the release', '--count');
    backup = String(run.result.data['backup']);
    await knownTo(run);
    const [archive] = await archives();
    assert.ok(archive);
    for (const place of ['source', 'pg16', 'pg18'] as const) {
      const tool = `${lab.server(place).bin}/pg_restore`;
      assert.match((await execa(tool, ['-l', archive])).stdout, /TABLE DATA shop orders/);
      await execa(tool, ['-f', '/dev/null', archive]);
    }
    await expectExit(0, 'verify', backup);
  });

  it('backs up from the standby, as the same rows', async () => {
    const run = await expectExit(0, 'backup', `${places.standby}/shop`);
    const same = await ferry(setting, 'diff', backup, String(run.result.data['backup']));
    // an unlogged table has no rows on a standby; the preflight warned of it
    assert.deepEqual(
      same.result.differences,
      [{ kind: 'rows', table: 'archive.scratch', left: 2, right: 0 }],
      told(same),
    );
    assert.ok(run.result.findings?.some(({ code }) => code === 'source.unlogged'));
  });

  it('says who waits for the locks of a dump, and lets them go on when it is cancelled', async () => {
    lab.clusters['cluster-a'].state.faults.exec.push({ kind: 'slow', match: 'pg_dump -F', bytesPerSecond: 10_000 });
    const run = startFerry(setting, 'backup', `${places.source}/shop`);
    const until = async (holds: () => boolean): Promise<void> => {
      for (let tries = 0; !holds(); tries++)
        assert.ok((await sleep(100, tries)) < 600, JSON.stringify(run.events.at(-1)));
    };
    // with bytes on their way its locks are held
    await until(() =>
      run.events.some((event) => event.type === 'progress' && event.phase === 'dump' && event.bytes > 0),
    );
    const altered = lab.server('source').sql('shop', 'begin; lock table shop.orders; commit');
    await until(() => run.events.some((event) => event.type === 'note' && event.code === 'locks.waiting'));
    run.child.kill('SIGINT');
    await altered;
    const { exitCode } = await run.ended;
    assert.equal(exitCode, 130);
    await nothingLeft('source');
  });

  for (const [target, extra] of [
    ['pg16', ['--create-roles']],
    ['pg18', ['--create-roles']],
    ['bitnami', ['--create-roles']],
  ] as const) {
    it(`restores as a new database into ${target}, identical by SQL`, async () => {
      await expectExit(0, 'restore', backup, `${places[target]}/shop`, '--as', 'new', ...extra);
      assert.deepEqual(await differences('source', 'shop', target, 'shop'), []);
      await nothingLeft(target);
    });
  }

  it('refuses a copy before its dump where the target lacks a role', async () => {
    await lab.server('source').sql('shop', 'create role only_here; grant select on shop.orders to only_here');
    const refused = await ferry(setting, 'copy', `${places.source}/shop`, `${places.pg16}/lacking`);
    await lab.server('source').sql('shop', 'drop owned by only_here; drop role only_here');
    assert.equal(refused.exitCode, 4, told(refused));
    assert.ok(refused.result.findings?.some(({ code }) => code === 'roles.missing'));
    assert.ok(!refused.events.some((event) => event.type === 'phase' && event.phase === 'dump'));
  });

  it('refuses to touch a database that exists, and the one it came from', async () => {
    assert.equal((await ferry(setting, 'restore', backup, `${places.pg16}/shop`)).exitCode, 4);
    assert.equal(
      (await ferry(setting, 'restore', backup, `${places.standby}/shop`, '--as', 'replace', '--yes')).exitCode,
      4,
    );
  });

  it('replaces, keeps the old one, lets the application in, and undoes', async () => {
    const server = lab.server('pg16');
    await server.sql('shop', "update shop.orders set note = 'newer' where id = 1");
    await server.sql(
      'postgres',
      `alter database shop connection limit 33; alter role shop_app login password 'app-secret'; grant shop_reader to shop_app; alter role shop_app in database shop set work_mem = '5MB'; grant connect on database shop to billing`,
    );
    const live = await properties('pg16');
    await expectExit(0, 'restore', backup, `${places.pg16}/shop`, '--as', 'replace', '--yes');
    assert.deepEqual(await differences('source', 'shop', 'pg16', 'shop'), []);
    assert.deepEqual(await properties('pg16'), live, 'properties of the database');
    const app = await server.connect('shop', 'shop_app', 'app-secret');
    assert.equal((await app.query<{ n: number }>('select count(*)::int as n from shop.customers')).rows[0]?.n, 20000);
    await app.end();
    await expectExit(0, 'undo', `${places.pg16}/shop`, '--yes');
    assert.match((await differences('source', 'shop', 'pg16', 'shop')).join(), /rows shop.orders/);
    await nothingLeft('pg16');
  });

  it('releases what it kept', async () => {
    await expectExit(0, 'restore', backup, `${places.pg16}/shop`, '--as', 'replace', '--yes');
    const kept = (): Promise<unknown[]> =>
      lab.server('pg16').sql('postgres', `select datname from pg_database where datname like '%\\_\\_before\\_%'`);
    assert.ok((await kept()).length > 0);
    await expectExit(0, 'release', `${places.pg16}/shop`, '--yes');
    assert.equal((await kept()).length, 0);
    assert.equal((await ferry(setting, 'undo', `${places.pg16}/shop`, '--yes')).exitCode, 1);
  });

  it('copies 15 → 16 → 18 as one job each, an odd name included', async () => {
    const [from, to] = [`${places.source}/${oddDatabase}`, `${places.pg16}/${oddDatabase}`];
    const { events } = await expectExit(0, 'copy', from, to, '--create-roles');
    assert.equal(events.filter(({ type }) => type === 'expected').length, 1, 'what the whole takes, not its parts');
    await expectExit(0, 'copy', `${places.pg16}/${oddDatabase}`, `${places.pg18}/${oddDatabase}`, '--create-roles');
    assert.deepEqual(await differences('source', oddDatabase, 'pg18', oddDatabase), []);
  });

  it('what was restored, also on another major, is the same; what was left out on purpose is told and not counted', async () => {
    for (const target of ['pg16', 'pg18'] as const) {
      const restored = `${places[target]}/compared`;
      const options = ['--create-roles', ...(target === 'pg18' ? ['--no-owner'] : [])];
      await expectExit(0, 'copy', `${places.source}/shop`, restored, ...options);
      const same = await expectExit(0, 'diff', `${places.source}/shop`, restored);
      const leftOut = (same.result.notes ?? []).flatMap((note) => (note.code === 'leftOut' ? [note.data] : []));
      const kinds = target === 'pg18' ? ['OWNER', 'PUBLICATION'] : ['PUBLICATION'];
      assert.deepEqual(leftOut.map(({ kind }) => kind).sort(), kinds, told(same));
      assert.ok(
        leftOut.some(({ names }) => JSON.stringify(names) === '["everything"]'),
        told(same),
      );
      // as soon as somebody makes one there, they are compared
      await lab.server(target).sql('compared', 'create publication mine for table shop.customers');
      const made = await ferry(setting, 'diff', `${places.source}/shop`, restored);
      assert.equal(made.exitCode, 3, told(made));
      assert.match(JSON.stringify(made.result.differences), /"everything".*"missing right"/);
      await lab.server(target).sql('postgres', 'drop database compared');
    }
  });

  it('verifies deeply and gently in another pod and leaves nothing there', async () => {
    await expectExit(0, 'verify', backup, '--deep', places.pg18, '--gentle', '20');
    await nothingLeft('pg18');
  });

  it('will not put an 18 archive into a 16 server, nor letters into LATIN1 that it does not have', async () => {
    const refused = await ferry(setting, 'copy', `${places.pg18}/shop`, `${places.pg16}/downgrade`);
    assert.equal(refused.exitCode, 4, told(refused));
    const phases = refused.events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
    assert.ok(!phases.includes('dump'), 'refused before the dump');
    await lab
      .server('latin')
      .sql('postgres', `create database shop template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`);
    const run = await ferry(
      setting,
      'restore',
      backup,
      `${places.latin}/shop`,
      '--as',
      'replace',
      '--yes',
      '--create-roles',
    );
    assert.ok(run.exitCode === 1 || run.exitCode === 4, told(run));
    assert.deepEqual(
      await lab.server('latin').sql('shop', `select relname from pg_class where relname = 'orders'`),
      [],
      'live as it was',
    );
    await nothingLeft('latin');
  });

  it('carries text that LATIN1 has into LATIN1, under its own locale', async () => {
    const source = lab.server('sclorg');
    await source.sql(
      'app',
      `create table words (w text primary key, at timestamptz); insert into words values ('Übergröße', '2024-07-01 12:00+02'), ('naïve', null)`,
    );
    await expectExit(0, 'copy', `${places.sclorg}/app`, `${places.bitnami}/app`, '--create-roles');
    const bitnami = lab.server('bitnami');
    assert.deepEqual(await bitnami.sql('app', 'select w from words order by 1'), [{ w: 'naïve' }, { w: 'Übergröße' }]);
  });

  it('whatever a job runs in a pod is found by its name, whatever becomes of it', async () => {
    const { api } = lab.clusters['cluster-b'];
    const place = `${places.pg16}/by_name`;
    for (const args of [
      ['restore', backup, place, '--no-owner'],
      ['backup', place, '--count'],
      ['restore', backup, place, '--no-owner', '--as', 'replace', '--yes'],
      ['undo', place, '--yes'],
      ['release', place, '--yes'],
      ['verify', backup, '--deep', places.pg16],
    ]) {
      const before = api.requests.length;
      const run = await expectExit(0, ...args);
      const { job } = run.events.find(({ type }) => type === 'started') as JobStarted;
      const name = `db-ferry-${job}`;
      const commands = api.requests
        .slice(before)
        .filter((request) => request.includes('/exec?'))
        .map((request) => new URL(request.split(' ')[1] ?? '', api.url).searchParams.getAll('command').join(' '));
      // they change nothing, and look before there is a session to be found, or end those that are
      const named = commands.filter((command) => !/db-ferry-(probe|end)\b/.test(command));
      assert.ok(named.length > 0);
      for (const command of named) assert.ok(command.includes(name), `${args.join(' ')}: ${command}`);
    }
    await lab.server('pg16').sql('postgres', 'drop database by_name with (force)');
  });

  it('nobody asks as whom a login is known where nobody is told', async () => {
    const { requests } = lab.clusters['cluster-b'].api;
    const before = requests.length;
    await expectExit(0, 'databases', 'cluster-b/shop-test/pg16-0');
    await expectExit(0, 'clean', '--plan', 'cluster-b/shop-test/pg16-0');
    const asked = requests.slice(before);
    assert.ok(asked.some((request) => request.includes('/exec?')));
    assert.deepEqual(
      asked.filter((request) => request.includes('selfsubjectreviews')),
      [],
    );
  });

  async function expectExit(exitCode: number, ...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, exitCode, `${args.join(' ')}\n${told(run)}`);
    return run;
  }

  /** Who did it is who the cluster says: in the job's events, and in the record of its outcome. */
  async function knownTo(run: Run): Promise<void> {
    const notes = run.events.filter((event) => event.type === 'note' && event.code === 'cluster.knownAs');
    assert.deepEqual(
      notes.map((event) => event.type === 'note' && event.data),
      [{ cluster: 'cluster-a', user: 'dba' }],
    );
    const trail = join(setting.root, 'trail.ndjson');
    await expectExit(0, 'audit', 'export', '--format', 'json', trail);
    const started = run.events.find((event): event is JobStarted & typeof event => event.type === 'started');
    const outcome = (await readFile(trail, 'utf8'))
      .split('\n')
      .find((line) => line.includes('backup.outcome') && line.includes(started?.job ?? '?'));
    assert.match(outcome ?? '', /"as":\{"cluster-a":"dba"\}/);
    await rm(trail);
  }

  async function archives(): Promise<string[]> {
    const files = await readdir(setting.root, { recursive: true });
    return files.filter((file) => file.endsWith('database.dump')).map((file) => join(setting.root, file));
  }

  async function differences(
    left: PlaceName,
    leftDatabase: string,
    right: PlaceName,
    rightDatabase: string,
  ): Promise<string[]> {
    const clients = [
      await lab.server(left).connect(leftDatabase),
      await lab.server(right).connect(rightDatabase),
    ] as const;
    try {
      return compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1]));
    } finally {
      for (const client of clients) await client.end();
    }
  }

  async function properties(place: PlaceName): Promise<unknown> {
    return lab.server(place).sql(
      'postgres',
      `select pg_get_userbyid(datdba) as owner, datacl::text as acl, datconnlimit, datallowconn, shobj_description(d.oid, 'pg_database') as comment,
        (select array_agg(setrole::regrole || ' ' || setconfig::text order by 1) from pg_db_role_setting s where s.setdatabase = d.oid) as settings
       from pg_database d where datname = 'shop'`,
    );
  }

  async function nothingLeft(place: PlaceName): Promise<void> {
    const left = await lab
      .server(place)
      .sql(
        'postgres',
        `select datname as what from pg_database where datname ~ '__restore_' union all select application_name from pg_stat_activity where application_name like 'db-ferry%'`,
      );
    assert.deepEqual(left, []);
  }
});

describe('diff finds what changed', function () {
  this.timeout(120_000);
  let lab: Lab;
  let setting: FerrySetting;
  before(async () => {
    lab = await startLab({ only: ['source'] });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    await lab.server('source').sql('postgres', 'create database twin template shop');
    await lab
      .server('source')
      .sql(
        'postgres',
        `grant connect on database twin to shop_app; alter database twin set statement_timeout = '5min'; alter role shop_app in database twin set search_path = shop, public; comment on database twin is 'the shop'`,
      );
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  it('the same: 0', async () => {
    const run = await diff();
    assert.equal(run.exitCode, 0, told(run));
  });

  for (const [what, sql, undo, expected] of [
    [
      'one changed cent',
      'update shop.orders set total = total + 0.01 where id = 7',
      'update shop.orders set total = total - 0.01 where id = 7',
      'orders',
    ],
    [
      'one missing row',
      'delete from archive.twins where ctid = (select ctid from archive.twins limit 1)',
      `insert into archive.twins values (1, 'same')`,
      'twins',
    ],
    [
      'one doubled row',
      `insert into archive.twins values (1, 'same')`,
      'delete from archive.twins where ctid = (select max(ctid) from archive.twins)',
      'twins',
    ],
    [
      'two doubled rows',
      `insert into archive.twins values (1, 'same'), (1, 'same')`,
      'delete from archive.twins where ctid in (select ctid from archive.twins order by ctid desc limit 2)',
      'twins',
    ],
    [
      'one dropped index',
      'drop index shop.orders_open',
      `create index orders_open on shop.orders (placed) where state = 'new'`,
      'orders_open',
    ],
    [
      'one lost grant',
      'revoke usage on sequence shop.invoice_no from billing',
      'grant usage on sequence shop.invoice_no to billing',
      'invoice_no',
    ],
    [
      'one sequence off by one',
      `select setval('shop.invoice_no', last_value + 1) from shop.invoice_no`,
      `select setval('shop.invoice_no', last_value - 1) from shop.invoice_no`,
      'invoice_no',
    ],
    ['one large object changed', `select lo_put(700003, 0, 'x')`, `select 1`, 'argeObject'],
  ] as const) {
    it(what, async () => {
      await lab.server('source').sql('twin', sql);
      const run = await diff();
      await lab.server('source').sql('twin', undo);
      assert.equal(run.exitCode, 3, told(run));
      assert.ok(JSON.stringify(run.result.differences).includes(expected), told(run));
    });
  }

  function diff(): Promise<Run> {
    return ferry(setting, 'diff', `${places.source}/shop`, `${places.source}/twin`);
  }
});
