import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { planRestore } from '../../../src/core/job/plan/planRestore';
import { expectRestore } from '../../../src/core/job/plan/expectRestore';
import type { RestoreOptions } from '../../../src/core/restore/options';
import type { Job } from '../../../src/core/job/record/readJob';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { requestOf } from './requestOf';

for (const major of [15, 16, 17, 18] as const) {
  describe(`the plan of a copy, PostgreSQL ${major}`, function () {
    this.timeout(60_000);
    let server: Server;
    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', 'create role keeper; create role reader; create role nobody');
      await server.sql('postgres', 'create database "a ""b"" c"');
      await server.sql('a "b" c', 'create table t as select 1 as x; alter table t owner to keeper');
      await server.sql('a "b" c', 'grant select on t to reader; create extension pg_trgm');
      // who made an extension is not dumped
      await server.sql('a "b" c', 'create role maker superuser; set role maker; create extension hstore');
    });
    after(() => server.stop());

    it('needs one exec for the source, three for the target, and names what is in them', async () => {
      const pod = await openServer(server);
      const before = pod.exec.ran.length;
      const seen = await planRestore(
        {
          from: { pod, database: 'a "b" c' },
          target: pod,
          database: 'a "b" c',
          reference: 'b/demo/pg-0/a "b" c',
          options: { as: 'replace' },
          cluster: 'b',
          root: '/nothing/here',
        },
        new AbortController().signal,
      );
      assert.equal(pod.exec.ran.length - before, 4);
      assert.deepEqual(seen.roles.missing, []);
      assert.ok(seen.findings.some(({ code }) => code === 'wrongTarget.same'));
      assert.equal(seen.target.lastWrite?.basis, 'files');
      assert.ok(seen.disk);
    });

    it('warns of a login that ends before', async () => {
      const pod = await openServer(server);
      const plan = async (ends: string): Promise<readonly string[]> => {
        const place = {
          target: pod,
          database: 'new',
          reference: 'b/demo/pg-0/new',
          cluster: 'b',
          root: '/nothing/here',
        };
        const logins = [undefined, { cluster: 'b', ends }];
        const from = { pod, database: 'a "b" c' };
        const { findings } = await planRestore({ from, ...place, logins, options: {} }, new AbortController().signal);
        return findings.map(({ code }) => code);
      };
      assert.ok((await plan(new Date(Date.now() + 1000).toISOString())).includes('login.ends'));
      assert.ok(!(await plan(new Date(Date.now() + 3_600_000).toISOString())).includes('login.ends'));
    });

    it('knows the very database that it came from by its place where the server does not say who it is', async () => {
      const pod = await openServer(server);
      const { systemId, ...facts } = pod.facts;
      assert.ok(systemId);
      const request = {
        ...{ target: { ...pod, facts }, reference: 'b/demo/pg-0/a "b" c', cluster: 'b', root: '/nothing/here' },
        ...{ from: { pod, database: 'a "b" c' }, database: 'a "b" c', options: { as: 'replace' } as const },
      };
      const seen = await planRestore(request, new AbortController().signal);
      assert.ok(seen.findings.some(({ code }) => code === 'wrongTarget.same'));
      const elsewhere = { ...pod, facts, pod: { ...pod.pod, namespace: 'elsewhere' } };
      const other = await planRestore({ ...request, target: elsewhere }, new AbortController().signal);
      assert.ok(!other.findings.some(({ code }) => code === 'wrongTarget.same'));
    });

    it('roles that the target lacks: owners, and those that are named; without owners only these', async () => {
      const empty = await startServer({ major });
      try {
        const missing = async (noOwner: boolean): Promise<readonly string[]> => {
          const seen = await planRestore(
            {
              from: { pod: await openServer(server), database: 'a "b" c' },
              target: await openServer(empty),
              database: 'new',
              reference: 'b/demo/pg-0/new',
              options: { noOwner },
              cluster: 'b',
              root: '/nothing/here',
            },
            new AbortController().signal,
          );
          assert.equal(seen.target.exists, false);
          return seen.roles.missing;
        };
        assert.deepEqual(await missing(false), ['keeper', 'reader']);
        assert.deepEqual(await missing(true), ['reader']);
        // what will be made is not left behind for want of it; who goes on without it is told
        await server.sql('postgres', 'alter database "a ""b"" c" owner to keeper');
        await server.sql('postgres', 'alter role reader in database "a ""b"" c" set work_mem to 1000');
        const left = async (options: RestoreOptions): Promise<unknown> => {
          const target = await openServer(empty);
          const place = { database: 'new', reference: 'b/demo/pg-0/new', cluster: 'b', root: '/nothing/here' };
          const from = { pod: await openServer(server), database: 'a "b" c' };
          const { findings } = await planRestore({ from, target, ...place, options }, new AbortController().signal);
          return factOf(
            findings.find(({ code }) => code === 'database.left'),
            'left',
          );
        };
        assert.equal(await left({}), undefined);
        assert.equal(await left({ createRoles: true }), undefined);
        const without = (await left({ goOn: true })) as readonly { what: string; why: string }[];
        assert.deepEqual(
          without.map(({ what, why }) => [what, why]),
          [
            ['owner', 'role'],
            ['setting', 'role'],
          ],
        );
      } finally {
        await empty.stop();
      }
    });
  });
}

describe('how long a restore will take', () => {
  const done = (kind: 'restore' | 'copy', target: string, seconds: number, rows: number): Job => ({
    ...{ id: 'x', folder: '', state: 'done', cleaned: false, mayHaveLeft: false },
    request: requestOf(kind, ['b/b/b/b', target]),
    result: { type: 'result', outcome: 'done', exitCode: 0, data: { seconds, rows } },
  });
  const jobs = [
    done('copy', 'a/b/c/d', 900, 100),
    done('restore', 'a/b/c/d', 60, 1000),
    done('restore', 'x/x/x/x', 1, 1),
  ];

  it('as long as the last one into this database, by its rows', () => {
    const what = { kind: 'restore', target: 'a/b/c/d', bytes: 1e9 } as const;
    assert.deepEqual(expectRestore(jobs, { ...what, rows: 2000 }), { seconds: 120, basis: 'last run' });
    assert.deepEqual(expectRestore(jobs, what), { seconds: 60, basis: 'last run' });
    const copy = { kind: 'copy', target: 'a/b/c/d', bytes: 1e9 } as const;
    assert.deepEqual(expectRestore(jobs, copy), { seconds: 900, basis: 'last run' });
    // that one did not restore while it dumped
    assert.equal(expectRestore(jobs, { ...copy, follows: true }).basis, 'size');
  });

  it('else by its size; one that failed says nothing', () => {
    const failed: Job = {
      ...done('restore', 'n/n/n/n', 1, 1),
      result: { type: 'result', outcome: 'failed', exitCode: 1, data: { seconds: 1 } },
    };
    const expected = expectRestore([failed], { kind: 'restore', target: 'n/n/n/n', bytes: 1.5e9 });
    assert.deepEqual(expected, { seconds: 105, basis: 'size' });
  });
});
