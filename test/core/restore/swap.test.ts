import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { AppError, isAppError } from '../../../src/core/base/errors';
import { noLog, type Log } from '../../../src/core/base/log';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import type { Work } from '../../../src/core/base/progress';
import { readDatabase, workplace } from '../../../src/core/restore/databaseRow';
import { listElements } from '../../../src/core/restore/side/properties';
import { createSide, dropOurs, listOurs, sideName } from '../../../src/core/restore/side/sideDatabase';
import { swap, type Swapped } from '../../../src/core/restore/side/swap';
import { startServer, type Server } from '../../lab/servers';
import type { LocalExec } from '../localExec';
import { openServer } from '../openServer';

const work: Work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

for (const major of [15, 18] as const) {
  describe(`swap, PostgreSQL ${major}`, function () {
    this.timeout(60_000);
    let server: Server;
    let target: OpenPod & { exec: LocalExec };
    let jobs = 0;

    before(async () => {
      server = await startServer({ major, settings: { max_prepared_transactions: '5', max_connections: '80' } });
      await server.sql('postgres', roles);
    });
    after(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      await server.sql('postgres', 'create database app owner keeper');
      await server.sql('app', `create table version as select 'old' as v; grant select on version to public`);
      target = await openServer(server);
    });
    afterEach(async () => {
      await server.sql('postgres', 'alter database app is_template false');
      const all = await server.sql<{ datname: string }>(
        'postgres',
        `select datname from pg_database where datname like 'app%'`,
      );
      for (const { datname } of all) await server.sql('postgres', `drop database "${datname}" with (force)`);
    });

    /** A side database with another content, and the swap of it. */
    async function prepare(
      database = 'app',
      pod: OpenPod = target,
      waits: { readonly resolveMs?: number; readonly patienceMs?: number; readonly log?: Log } = {},
    ): Promise<() => Promise<Swapped>> {
      const job = `abcdef${++jobs}`;
      const place = workplace(pod, database);
      const live = await readDatabase(place, database);
      const mark = { job, role: 'side', of: database, time: 'now', origin: 'test' } as const;
      const side = await createSide(place, sideName(database, job), mark, live ?? { encoding: 'UTF8' });
      await server.sql(side.name, `create table version as select 'new' as v; grant select on version to public`);
      const input = {
        database,
        side,
        job,
        origin: 'test',
        superuser: pod.facts.role.superuser,
        resolveMs: 3000,
        patienceMs: 2000,
        ...waits,
      };
      return () => swap(place, live ? { ...input, live } : input, { ...work, log: waits.log ?? noLog });
    }
    const version = async (database: string, user?: string): Promise<string> => {
      const client = await server.connect(database, user);
      const { rows } = await client.query<{ v: string }>('select v from public.version');
      await client.end();
      return rows[0]!.v;
    };

    it('a restore in place into the live database keeps it out', async () => {
      const other = await server.connect('app');
      await other.query(`select pg_advisory_lock(hashtext('db-ferry'), hashtext('app'))`);
      const exchange = await prepare();
      await assert.rejects(exchange(), (error) => {
        assert.ok(isAppError(error, 'restore.swap'));
        assert.match(error.data['reason'] ?? '', /another workspace/);
        return true;
      });
      await other.end();
      assert.equal(await version('app'), 'old');
    });

    it('carries every property over, resets what has defaults, and closes the old one', async () => {
      await server.sql('postgres', properties);
      const before = await shape(server, 'app');
      const { kept, method } = await (await prepare())();
      assert.equal(method, 'catalog');
      assert.deepEqual(await shape(server, 'app'), before);
      assert.equal(await version('app', 'visitor'), 'new');
      const ours = await listOurs(workplace(target, 'app'));
      assert.deepEqual(
        ours.map(({ row, mark }) => [row.name, mark.role, row.allowConnections]),
        [[kept, 'kept', false]],
      );
      await dropOurs(workplace(target, 'app'), ours[0]!);
      assert.deepEqual(await listOurs(workplace(target, 'app')), []);
    });

    it('one whose drop was broken off is dropped', async () => {
      await (
        await prepare()
      )();
      const place = workplace(target, 'app');
      const [kept] = await listOurs(place);
      assert.ok(kept);
      await server.sql('postgres', `update pg_database set datconnlimit = -2 where oid = ${kept.row.oid}`);
      await dropOurs(place, kept);
      assert.deepEqual(await listOurs(place), []);
    });

    it('defaults stay defaults: PUBLIC may connect, no limit', async () => {
      const { kept } = await (await prepare())();
      assert.equal(await version('app', 'visitor'), 'new');
      assert.match(kept ?? '', /^app__before_/);
      const many = await Promise.all(Array.from({ length: 8 }, () => server.connect('app', 'visitor')));
      await Promise.all(many.map((client) => client.end()));
    });

    it('a new database is open to all', async () => {
      await server.sql('postgres', 'drop database app');
      const { method, pauseSeconds } = await (await prepare())();
      assert.deepEqual([method, pauseSeconds], ['rename', 0]);
      assert.equal(await version('app', 'visitor'), 'new');
      assert.equal((await readDatabase(workplace(target, 'app'), 'app'))?.comment, undefined);
    });

    it('a new database does not take the name of one that came meanwhile', async () => {
      await server.sql('postgres', 'drop database app');
      const run = await prepare();
      await server.sql('postgres', 'create database app');
      await assert.rejects(run(), (error) => isAppError(error, 'restore.swap'));
    });

    it('as superuser, under 20 clients that come back at once: no login fails', async () => {
      const load = new Load(server, 20);
      const run = await prepare();
      await sleep(500);
      const { pauseSeconds } = await run();
      await sleep(500);
      const { failed, longestMs, last } = await load.stop();
      assert.deepEqual(
        failed.filter((code) => code !== '57P01'),
        [],
      );
      console.log(`      longest gap ${longestMs} ms, pause ${(pauseSeconds * 1000).toFixed(0)} ms`);
      assert.equal(last, 'new');
    });

    it('as owner with CREATEDB and pg_signal_backend: database first', async () => {
      const { facts } = target;
      const role = { ...facts.role, name: 'keeper', superuser: false };
      const pod = {
        ...target,
        facts: { ...facts, access: { ...facts.access, user: 'keeper', superuser: false }, role },
      };
      const run = await prepare('app', pod);
      const load = new Load(server, 8);
      await sleep(300);
      const { method } = await run();
      await sleep(300);
      const { last } = await load.stop();
      assert.deepEqual([method, last], ['database', 'new']);
    });

    it('gives up with the holder when the catalog is locked, and nothing changed', async () => {
      const run = await prepare('app', target, { patienceMs: 1 });
      const client = await server.connect('postgres');
      await client.query(`begin; set application_name = 'monitoring'; select count(*) from pg_database`);
      await assert.rejects(run(), (error) => {
        assert.ok(isAppError(error, 'restore.swap'));
        assert.match(JSON.stringify(error.data['holders']), /monitoring/);
        return true;
      });
      await client.end();
      assert.equal(await version('app'), 'old');
    });

    it('waits for who only holds the catalog for a moment', async () => {
      const client = await server.connect('postgres');
      await client.query(`begin; select count(*) from pg_database`);
      let over: Promise<void> | undefined;
      const log = { ...noLog, info: () => void (over ??= client.end()) };
      const run = await prepare('app', target, { patienceMs: 30_000, log });
      const { tries } = await run();
      await over;
      assert.ok(tries > 1, String(tries));
      assert.equal(await version('app'), 'new');
    });

    it('a prepared transaction keeps the old one', async () => {
      await server.sql('app', `begin; create table p(); prepare transaction 'p1'`);
      const run = await prepare('app', target, { patienceMs: 1 });
      await assert.rejects(run(), (error) => {
        assert.ok(isAppError(error, 'restore.swap'));
        assert.match(JSON.stringify(error.data['holders']), /p1/);
        return true;
      });
      assert.equal(await version('app'), 'old');
      await server.sql('app', `rollback prepared 'p1'`);
    });

    it('another database with the same name is not replaced', async () => {
      const run = await prepare();
      await server.sql('postgres', 'drop database app');
      await server.sql('postgres', 'create database app');
      await assert.rejects(run(), (error) => isAppError(error, 'restore.swap'));
    });

    for (const [what, fault] of [
      ['the answer is lost', { cutAtEnd: true }],
      ['an error that nobody expects comes', { failAtEnd: new TypeError('no such thing') }],
      ['psql does not hear its server', { exitCode: 2 }],
    ] as const) {
      it(`${what} after the COMMIT: found by OID`, async () => {
        const run = await prepare();
        target.exec.faults.push({ match: '-swap-', ...fault });
        const { kept, tries } = await run();
        assert.equal(tries, 1);
        assert.equal(await version('app'), 'new');
        assert.match(kept ?? '', /^app__before_/);
      });
    }

    it('a connection that is lost before the COMMIT is no swap: the name leads to the old one, and it is tried again', async () => {
      const run = await prepare();
      target.exec.faults.push({ match: '-swap-', cutAtStart: true });
      assert.equal((await run()).tries, 2);
      assert.equal(await version('app'), 'new');
    });

    it('a script that runs after its connection was lost, and after it was asked for, is found in the end', async () => {
      const run = await prepare();
      const failAtEnd = new AppError('exec.refused', { status: 500, message: 'too late' });
      target.exec.faults.push({ match: '-swap-1', cutAtStart: true }, { match: '-swap-2', failAtEnd });
      const { kept } = await run();
      assert.deepEqual(target.exec.faults, []);
      assert.equal(await version('app'), 'new');
      assert.match(kept ?? '', /^app__before_/);
    });

    it('an error that nobody expects comes again when it is asked: unknown', async () => {
      const failAtEnd = new TypeError('no such thing');
      const run = await prepare('app', target, { resolveMs: 1 });
      target.exec.faults.push({ match: '-swap-', failAtEnd });
      for (let i = 0; i < 20; i++) target.exec.faults.push({ match: 'db-ferry-end', failAtEnd });
      await assert.rejects(run(), (error) => isAppError(error, 'restore.unknown') && error.cause === failAtEnd);
      target.exec.faults.length = 0;
    });

    it('a connection that is not had is tried again; for how long it is not, nothing changed', async () => {
      const refuse = { status: 500, message: 'error dialing backend' };
      const run = await prepare();
      target.exec.faults.push({ match: '-swap-', refuse });
      assert.equal((await run()).tries, 2);
      assert.equal(await version('app'), 'new');
      const again = await prepare();
      const live = `select oid, datallowconn from pg_database where datname = 'app'`;
      const before = await server.sql('postgres', live);
      for (let i = 0; i < 20; i++) target.exec.faults.push({ match: '-swap-', refuse });
      await assert.rejects(again(), (error) => isAppError(error, 'exec.refused'));
      target.exec.faults.length = 0;
      assert.deepEqual(await server.sql('postgres', live), before);
    });

    it('the server goes and does not come back: unknown', async () => {
      const run = await prepare('app', target, { resolveMs: 1 });
      target.exec.faults.push({ match: '-swap-', cutAtEnd: true });
      for (let i = 0; i < 20; i++)
        target.exec.faults.push({ match: 'db-ferry-end', refuse: { status: 503, message: 'gone' } });
      await assert.rejects(run(), (error) => isAppError(error, 'restore.unknown'));
      target.exec.faults.length = 0;
    });

    it('the database postgres itself, from template1', async () => {
      await server.sql('postgres', `create table version as select 'old' as v`);
      const { kept } = await (await prepare('postgres'))();
      assert.equal(await version('postgres'), 'new');
      await server.sql('postgres', `drop database "${kept}"`);
    });
  });
}

describe('a list as the catalog holds it', () => {
  it('is split at its commas, quotes removed', () => {
    assert.deepEqual(listElements('"$user", public'), ['$user', 'public']);
    assert.deepEqual(listElements('"a, b", "c""d"'), ['a, b', 'c"d']);
    assert.deepEqual(listElements('""'), ['']);
    assert.deepEqual(listElements(''), []);
  });
});

/** Clients that ask again and again, with a new login whenever one is lost. */
class Load {
  private going = true;
  private readonly failed: string[] = [];
  private longestMs = 0;
  private last = '';
  private readonly clients: Promise<void>[];

  constructor(
    private readonly server: Server,
    count: number,
  ) {
    this.clients = Array.from({ length: count }, () => this.run());
  }

  async stop(): Promise<{ failed: string[]; longestMs: number; last: string }> {
    this.going = false;
    await Promise.all(this.clients);
    return { failed: this.failed, longestMs: this.longestMs, last: this.last };
  }

  private async run(): Promise<void> {
    let client: Client | undefined;
    let answered = Date.now();
    while (this.going) {
      try {
        client ??= await this.server.connect('app', 'visitor');
        const { rows } = await client.query<{ v: string }>('select v from public.version');
        this.last = rows[0]!.v;
        this.longestMs = Math.max(this.longestMs, Date.now() - answered);
        answered = Date.now();
        await sleep(10);
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        // the driver tells a connection that the server closed behind its 57P01 in words only
        this.failed.push(code ?? (/terminated|not queryable/.test(message) ? '57P01' : message));
        await client?.end().catch(() => undefined);
        client = undefined;
        await sleep(1);
      }
    }
    await client?.end();
  }
}

async function shape(server: Server, database: string): Promise<unknown> {
  const sql = `select pg_get_userbyid(datdba) as owner, datconnlimit, datallowconn, datistemplate, encoding, datcollate, dattablespace,
    (select array_agg(a order by a) from unnest(datacl::text[]) a) as acl, shobj_description(d.oid, 'pg_database') as comment,
    (select array_agg(setrole || ':' || setconfig::text order by setrole) from pg_db_role_setting s where s.setdatabase = d.oid) as settings
    from pg_database d where datname = '${database}'`;
  return server.sql('postgres', sql);
}

const roles = `create role keeper login createdb; grant pg_signal_backend to keeper; create role visitor login; create role "Odd role"`;

const properties = `
alter database app connection limit 17;
alter database app set search_path to "$user", 'odd schema', public;
alter database app set "my.tenant" to 'it''s = x';
alter database app set work_mem to '5MB';
alter role visitor in database app set search_path to '';
alter role "Odd role" in database app set datestyle to 'German, YMD';
revoke all on database app from public;
grant connect on database app to visitor;
grant create on database app to "Odd role" with grant option;
comment on database app is 'the app''s \\ own';
`;
