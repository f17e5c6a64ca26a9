import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { appendFile } from 'node:fs/promises';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { recordsOf } from '../../../src/core/job/record/records';
import { noLog } from '../../../src/core/base/log';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { clean } from '../../../src/core/restore/side/clean';
import { workplace } from '../../../src/core/restore/databaseRow';
import type { Records } from '../../../src/core/restore/side/marks';
import { planRelease, release } from '../../../src/core/restore/side/release';
import { createSide, keptName, markText, sideName } from '../../../src/core/restore/side/sideDatabase';
import { swap } from '../../../src/core/restore/side/swap';
import { planUndo, undo, type KeptRequest } from '../../../src/core/restore/side/undo';
import { signingKey, trustKey } from '../../../src/core/state/keys';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { markSigned, noRecords } from './signedMark';
import { requestOf } from '../job/requestOf';

const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

for (const major of [15, 16, 18] as const) {
  describe(`what a tenant says was kept, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    let target: OpenPod;
    let folder: string;
    const state = process.env['XDG_STATE_HOME'];
    const far = { time: '2099-01-01T00:00:00Z', origin: 'the best one' };

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dbf-hijack-'));
      server = await startServer({ major });
      await server.sql('postgres', `create role owner_of_shop; create role tenant createdb login`);
      target = await openServer(server);
    });
    after(async () => {
      process.env['XDG_STATE_HOME'] = state;
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      process.env['XDG_STATE_HOME'] = join(folder, 'mine');
      await server.sql('postgres', 'create database shop owner owner_of_shop');
      await server.sql('shop', `create table whose as select 'ours, now' as whose`);
    });
    afterEach(async () => {
      const sql = `select datname from pg_database where datname like 'shop%'`;
      for (const { datname } of await server.sql<{ datname: string }>('postgres', sql)) {
        await server.sql('postgres', `drop database "${datname}" with (force)`);
      }
    });

    const common = { database: 'shop', cluster: 'alpha' };
    const request = (more: Partial<KeptRequest> = {}): KeptRequest => ({
      ...common,
      target,
      records: noRecords,
      ...more,
    });
    const isClaim = (error: unknown): boolean => isAppError(error, 'restore.claimed');
    const whose = async (): Promise<string> =>
      (await server.sql<{ whose: string }>('shop', 'select whose from whose'))[0]!.whose;
    const oidOf = async (name: string): Promise<number> =>
      (await server.sql<{ oid: number }>('postgres', `select oid::int from pg_database where datname = '${name}'`))[0]!
        .oid;

    /** As the tenant alone may. */
    async function asTenant(...statements: string[]): Promise<void> {
      const client = await server.connect('postgres');
      try {
        await client.query('set session authorization tenant');
        for (const statement of statements) await client.query(statement);
      } finally {
        await client.end();
      }
    }

    /** What a swap of ours keeps: signed, owned by who owns the live one. */
    async function keptByUs(job: string): Promise<{ name: string; oid: number; comment: string }> {
      const place = workplace(target, 'shop');
      const mark = { job, role: 'side', of: 'shop', time: 'now', origin: 'x' } as const;
      const side = await createSide(place, sideName('shop', job), mark, { encoding: 'UTF8' });
      await server.sql(side.name, `create table whose as select 'ours, restored' as whose`);
      const live = { ...side, oid: await oidOf('shop'), name: 'shop', owner: 'owner_of_shop' };
      await swap(place, { database: 'shop', live, side, job, origin: 'x', superuser: true }, work);
      const name = keptName('shop', job);
      const [row] = await server.sql<{ comment: string; oid: number }>(
        'postgres',
        `select oid::int, shobj_description(oid, 'pg_database') as comment from pg_database where datname = '${name}'`,
      );
      return { name, ...row! };
    }

    const forged = markText({ job: 'zzzzzzzzzz', role: 'kept', of: 'shop', ...far });

    it('what a swap kept is put back, from this workspace and from one that trusts its key', async () => {
      await keptByUs('aaa1');
      assert.equal(await whose(), 'ours, restored');
      const plan = await planUndo(request(), work.signal);
      assert.deepEqual(
        [plan.kept.proof.how, plan.findings.some(({ code }) => code === 'kept.claims')],
        ['signed', false],
      );
      const { key } = await signingKey();
      process.env['XDG_STATE_HOME'] = join(folder, `other${major}`);
      await assert.rejects(planUndo(request(), work.signal), isClaim);
      await trustKey(key, 'the first');
      const done = await undo({ ...request(), job: 'aaa2' }, work);
      assert.deepEqual([await whose(), done.owner], ['ours, now', 'owner_of_shop']);
    });

    const hijacks: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
      'made by hand': async (name) => asTenant(`create database ${name}`, `comment on database ${name} is '${forged}'`),
      'with the mark of another database copied onto it': async (name) => {
        const { comment } = await keptByUs('aaa1');
        await asTenant(`create database ${name}`, `comment on database ${name} is '${comment}'`);
      },
      'with a mark signed by a key of its own': async (name) => {
        await asTenant(`create database ${name}`);
        process.env['XDG_STATE_HOME'] = join(folder, 'theirs');
        await markSigned(server, name, { job: 'zzzzzzzzzz', role: 'kept', of: 'shop', ...far });
        process.env['XDG_STATE_HOME'] = join(folder, 'mine');
      },
      'with a mark that is signed, and changed': async (name) => {
        await asTenant(`create database ${name}`);
        const text = await markSigned(server, name, { job: 'zzzzzzzzzz', role: 'kept', of: 'other', ...far });
        await asTenant(`comment on database ${name} is '${text.replace('"of":"other"', '"of":"shop"')}'`);
      },
    };
    for (const [what, hijack] of Object.entries(hijacks)) {
      it(`a database ${what} is neither put back nor dropped, and hides nothing`, async () => {
        const name = keptName('shop', 'zzzzzzzzzz');
        await hijack(name);
        const own = await server.sql('postgres', `select from pg_database where datname = 'shop__before_aaa1'`);
        const before = await whose();
        if (own.length === 0) {
          await assert.rejects(undo({ ...request(), job: 'u1' }, work), isClaim);
          await assert.rejects(release({ ...request(), job: 'r1' }, work), isClaim);
          assert.equal(await whose(), before);
        } else {
          const plan = await planUndo(request(), work.signal);
          assert.equal(plan.kept.row.name, 'shop__before_aaa1');
          const { removed } = await release({ ...request(), job: 'r1' }, work);
          assert.deepEqual(removed, ['shop__before_aaa1']);
        }
        assert.ok((await oidOf(name)) > 0);
      });
    }

    it('one that was ours, dropped and made anew under its name, number and mark is another one', async () => {
      const { name, oid, comment } = await keptByUs('aaa1');
      await server.sql('postgres', `drop database ${name}`);
      // from 15 on whoever makes a database may choose its number
      await asTenant(`create database ${name} oid = ${oid}`, `comment on database ${name} is '${comment}'`);
      await assert.rejects(undo({ ...request(), job: 'u1' }, work), isClaim);
      await assert.rejects(release({ ...request(), job: 'r1' }, work), isClaim);
      assert.equal(await whose(), 'ours, restored');
    });

    it('one that was renamed is nobody’s', async () => {
      const { name } = await keptByUs('aaa1');
      await server.sql('postgres', `alter database ${name} rename to ${keptName('shop', 'bbb2')}`);
      await assert.rejects(undo({ ...request(), job: 'u1' }, work), (error) =>
        isAppError(error, 'restore.nothingKept'),
      );
    });

    it('the error tells owner, size and since when, and one that is confirmed by its name is taken', async () => {
      const name = keptName('shop', 'zzzzzzzzzz');
      await asTenant(`create database ${name}`, `comment on database ${name} is '${forged}'`);
      const error: unknown = await undo({ ...request(), job: 'u1' }, work).catch((thrown: unknown) => thrown);
      assert.ok(isAppError(error, 'restore.claimed'));
      const [told] = error.data.databases;
      assert.deepEqual([told!.name, told!.owner], [name, 'tenant']);
      assert.ok(told!.bytes! > 1e6 && Math.abs(Date.parse(told!.made!) - Date.now()) < 3600_000, JSON.stringify(told));
      const oid = await oidOf(name);
      // another one took its place after it was shown
      await assert.rejects(undo({ ...request({ only: [{ name, oid: oid + 1, confirmed: true }] }), job: 'u1' }, work), {
        code: 'restore.nothingKept',
      });
      await assert.rejects(undo({ ...request({ only: [{ name, oid, confirmed: false }] }), job: 'u1' }, work), isClaim);
      const { removed } = await release({ ...request({ only: [{ name, oid, confirmed: true }] }), job: 'r1' }, work);
      assert.deepEqual(removed, [name]);
    });

    it('our own record proves one without a signature, where nobody else could have made it', async () => {
      const name = keptName('shop', 'old1');
      const mark = markText({ job: 'old1', role: 'kept', of: 'shop', ...far });
      await server.sql('postgres', `create database ${name} owner owner_of_shop; `.trim());
      await server.sql('postgres', `comment on database ${name} is '${mark}'`);
      const records: Records = {
        ...noRecords,
        kept: async (job, of, oid) => job === 'old1' && of === 'shop' && oid === kept,
      };
      const kept = await oidOf(name);
      assert.equal((await planUndo(request({ records }), work.signal)).kept.proof.how, 'record');
      await server.sql('postgres', `alter database ${name} owner to tenant`);
      await assert.rejects(planUndo(request({ records }), work.signal), isClaim);
    });

    it('a record is that of a job of this very place and database', async () => {
      const root = join(folder, 'root');
      const place = 'alpha/demo/pg-0/shop';
      const asked = requestOf('restore', ['b', place], { root });
      const note = (code: string, data: object): string =>
        `${JSON.stringify({ time: '2026-11-23T05:15:14.000Z', type: 'note', code, data })}\n`;
      const { id, folder: job } = await createJobFolder(root, asked);
      const exchange = { database: 'shop', oid: 2, side: 'x', live: 1 };
      await appendFile(join(job, 'events.ndjson'), note('swap.side', exchange) + note('roles.made', { roles: ['r1'] }));
      const records = recordsOf(root, target.pod);
      assert.deepEqual([await records.kept(id, 'shop', 1), await records.kept(id, 'shop', 3)], [true, false]);
      assert.deepEqual([await records.kept(id, 'other', 1), await records.kept('nobody', 'shop', 1)], [false, false]);
      assert.deepEqual([await records.madeRole(id, 'r1'), await records.madeRole(id, 'r2')], [true, false]);
      const elsewhere = recordsOf(root, { ...target.pod, namespace: 'another' });
      assert.deepEqual([await elsewhere.kept(id, 'shop', 1), await elsewhere.worked(id)], [false, false]);
      const result = { time: '2026-11-23T05:15:14.000Z', type: 'result', outcome: 'done', exitCode: 0, data: {} };
      await appendFile(join(job, 'events.ndjson'), `${JSON.stringify(result)}\n`);
      assert.equal(await recordsOf(root, target.pod).madeRole(id, 'r1'), false, 'they are needed by now');
    });

    it('a clean drops no database and no role on a claim alone; by its name it does', async () => {
      const side = sideName('shop', 'zzz1');
      const mark = markText({ job: 'zzz1', role: 'side', of: 'shop', time: '2020-01-01T00:00:00Z', origin: 'x' });
      await asTenant(`create database ${side}`, `comment on database ${side} is '${mark}'`);
      await server.sql(
        'postgres',
        `create role claimed_role; comment on role claimed_role is '{"dbFerry":{"job":"zzz1","time":"2020"}}'`,
      );
      const asked = {
        target,
        jobs: ['zzz1'],
        records: noRecords,
        isDead: () => true,
        onRemoved: async () => undefined,
      };
      const { removed, claims } = await clean(asked, work);
      assert.deepEqual([removed, claims.map(({ name }) => name).sort()], [[], ['claimed_role', side]]);
      const confirmed = await clean({ ...asked, confirmed: [side, 'claimed_role'] }, work);
      assert.deepEqual(confirmed.removed.map(({ name }) => name).sort(), ['claimed_role', side]);
    });

    it('several that are ours go one by one, each with its size; the last job’s is put back', async () => {
      const first = await keptByUs('aaa1');
      const second = await keptByUs('aaa2');
      const plan = await planRelease(request(), work.signal);
      assert.deepEqual(
        plan.kept.map(({ row }) => row.name),
        [first.name, second.name],
      );
      assert.equal((await planUndo(request(), work.signal)).kept.row.name, second.name);
      const only = [{ name: first.name, oid: first.oid, confirmed: false }];
      const { dropped, bytes } = await release({ ...request({ only }), job: 'r1' }, work);
      assert.deepEqual(
        dropped.map(({ name }) => name),
        [first.name],
      );
      assert.ok(bytes > 1e6 && dropped[0]?.bytes === bytes);
      assert.ok((await oidOf(second.name)) > 0);
    });
  });
}
