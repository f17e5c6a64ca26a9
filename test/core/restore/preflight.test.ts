import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/core/base/finding';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { workplace } from '../../../src/core/restore/databaseRow';
import { originOfDatabase, type RestoreOrigin } from '../../../src/core/restore/preflight/origin';
import { preflight, type PreflightInput } from '../../../src/core/restore/preflight/preflight';
import { planUndo } from '../../../src/core/restore/side/undo';
import { keptName } from '../../../src/core/restore/side/sideDatabase';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { markSigned } from './signedMark';

for (const major of [15, 18] as const) {
  describe(`what is said before a swap, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    const { signal } = new AbortController();
    let server: Server;
    let target: OpenPod;
    let origin: RestoreOrigin;

    before(async () => {
      server = await startServer({ major, superuser: 'hidden', settings: { max_wal_senders: '10' } });
      await server.sql('postgres', 'create role app_owner login createdb; grant pg_signal_backend to app_owner');
      await server.sql('postgres', 'create database app owner app_owner');
      await server.sql('postgres', 'create database other');
      target = await openServer(server, { PGUSER: 'hidden' });
      origin = await originOfDatabase(target, 'other', { signal });
    });
    after(() => server.stop());

    async function seen(more: Partial<PreflightInput> = {}): Promise<readonly Finding[]> {
      const input = { origin, target, database: 'app', as: 'replace', cluster: 'b' } as const;
      const roles = { createRoles: false, mapRoles: {} };
      const found = await preflight(workplace(target, 'app'), { ...input, roles, ...more }, { signal });
      return found.findings;
    }
    const one = (findings: readonly Finding[], code: string): Finding | undefined =>
      findings.find((finding) => finding.code === code);

    it('sessions of a pooler are known by the address of its pod', async () => {
      const poolers = [
        { name: 'pgbouncer-1', addresses: ['127.0.0.1'] },
        { name: 'pgbouncer-2', addresses: ['192.0.2.7'] },
      ];
      assert.deepEqual(one(await seen({ poolers }), 'pooler'), undefined);
      const clients = [await server.connect('app'), await server.connect('app')];
      try {
        const findings = await seen({ poolers });
        const connected = { names: ['pgbouncer-1'], sessions: 2 };
        assert.deepEqual(one(findings, 'pooler'), { level: 'note', code: 'pooler', data: connected });
        assert.deepEqual(one(findings, 'pooler.idle')?.data, { names: ['pgbouncer-2'] });
        const limited = await openServer(server, { PGUSER: 'app_owner' });
        // who is no superuser sees where sessions of others come from with pg_read_all_stats only
        await server.sql('postgres', 'grant pg_read_all_stats to app_owner');
        const warned = one(await seen({ poolers, target: limited, noOwner: true }), 'pooler');
        assert.equal(warned?.level, 'warn');
      } finally {
        for (const client of clients) await client.end();
      }
    });

    it('that the database tools log in to by default is replaced stands out', async () => {
      assert.equal(one(await seen(), 'target.maintenance'), undefined);
      const found = await preflight(
        workplace(target, 'postgres'),
        {
          origin,
          target,
          database: 'postgres',
          as: 'replace',
          cluster: 'b',
          roles: { createRoles: false, mapRoles: {} },
        },
        { signal },
      );
      assert.equal(one(found.findings, 'target.maintenance')?.level, 'warn');
    });

    it('whose it becomes is said where that is a superuser: everything without owners, a part beside others', async () => {
      const mixed = { ...origin, owners: ['app_owner', 'hidden', 'postgres'] };
      const said = async (more: Partial<PreflightInput>): Promise<unknown> =>
        (await seen({ origin: mixed, ...more })).filter(({ code }) => /^owners\.(ours|powerful)$/.test(code));
      const ours = { level: 'warn', code: 'owners.ours', data: { role: 'hidden' } };
      const powerful = { level: 'note', code: 'owners.powerful', data: { owners: ['hidden'] } };
      assert.deepEqual(await said({ noOwner: true }), [ours]);
      assert.deepEqual(await said({ noOwner: true, inPlace: true }), [ours]);
      assert.deepEqual(await said({}), [powerful]);
      assert.deepEqual(await said({ origin: { ...mixed, owners: ['app_owner'] } }), []);
      assert.deepEqual(await said({ origin: { ...mixed, owners: ['hidden'] } }), []);
      const mapped = { createRoles: false, mapRoles: { app_owner: 'hidden' } };
      assert.deepEqual(await said({ origin: { ...mixed, owners: ['app_owner', 'other'] }, roles: mapped }), [powerful]);
      // what nobody vouches for goes to an ordinary role, or is refused
      const unproven = { ...mixed, isProven: false };
      assert.deepEqual(await said({ origin: unproven, noOwner: true }), []);
      assert.deepEqual(await said({ origin: unproven, noOwner: true, trustArchive: true }), [ours]);
      const limited = await openServer(server, { PGUSER: 'app_owner' });
      assert.deepEqual(await said({ target: limited, noOwner: true }), []);
    });

    it('what comes from before 15: that nobody may create in public any more, unless the archive says who may', async () => {
      const said = async (dumped: string, more: Partial<RestoreOrigin> = {}): Promise<Finding | undefined> => {
        const from = { ...origin, ofPublic: false, serverVersion: dumped, dumpVersion: dumped, ...more };
        return one(await seen({ origin: from }), 'public.create');
      };
      const note = { level: 'note', code: 'public.create', data: { database: 'app' } };
      for (const old of ['10.23', '14.18']) assert.deepEqual(await said(old), note, old);
      assert.deepEqual(await said('14.18', { dumpVersion: '15.18' }), undefined, 'a newer pg_dump says who may');
      assert.deepEqual(await said('14.18', { ofPublic: true }), undefined);
      assert.deepEqual(await said('15.18'), undefined);
    });

    it('security labels stay behind: said with the labels', async () => {
      assert.equal(one(await seen(), 'securityLabels'), undefined);
      // no provider of labels comes with the server
      await server.sql(
        'postgres',
        `set allow_system_table_mods = on; insert into pg_shseclabel select oid, 'pg_database'::regclass, 'guard', 'top secret' from pg_database where datname = 'app'`,
      );
      const found = one(await seen(), 'securityLabels');
      assert.equal(found?.level, 'warn');
      assert.deepEqual(factOf(found, 'labels'), [{ provider: 'guard', label: 'top secret' }]);
    });

    it('the same database is known by its place where a server keeps its identifier to itself', async () => {
      const facts = { ...target.facts };
      delete (facts as { systemId?: string }).systemId;
      const place = 'alpha/demo/pg';
      const same = async (more: Partial<PreflightInput>): Promise<unknown> =>
        factOf(one(await seen(more), 'wrongTarget.same'), 'by');
      const from = { ...origin, database: 'app', place };
      assert.equal(await same({ origin: from }), 'server');
      assert.equal(await same({ origin: from, target: { ...target, facts } }), 'place');
      const elsewhere = { ...from, place: 'alpha/test/pg' };
      assert.equal(await same({ origin: elsewhere, target: { ...target, facts } }), undefined);
      assert.equal(await same({ origin: { ...from, systemId: '7' } }), undefined, 'identifiers that differ say more');
      assert.equal(await same({ origin: { ...origin, place }, target: { ...target, facts } }), undefined);
    });

    it('what comes into a protected place from one that is not stands out', async () => {
      const guard = async (more: Partial<PreflightInput>): Promise<unknown> =>
        one(await seen(more), 'wrongTarget.protected')?.data;
      const sides = (from: boolean, to: boolean): Partial<PreflightInput> => ({
        protection: { origin: from, target: to },
      });
      assert.deepEqual(await guard(sides(false, true)), { source: origin.place });
      assert.deepEqual(await guard({ ...sides(false, true), origin: { ...origin, isForeign: true } }), {});
      for (const other of [sides(true, true), sides(true, false), sides(false, false), {}])
        assert.equal(await guard(other), undefined);
      assert.equal(await guard({ ...sides(false, true), database: 'absent' }), undefined, 'nothing is replaced');
    });

    it('a replica is told of, also before an undo', async () => {
      assert.equal(one(await seen(), 'replicas'), undefined);
      const standby = await startServer({ major, standbyOf: server });
      try {
        assert.deepEqual(one(await seen(), 'replicas')?.data, { count: 1 });
        const job = 'abc1';
        const kept = keptName('app', job);
        await server.sql('postgres', `create database ${kept}`);
        await markSigned(server, kept, { job, role: 'kept', of: 'app', time: '2026-01-01T00:00:00Z', origin: 'x' });
        const plan = await planUndo({ target, database: 'app', cluster: 'b' }, signal);
        assert.deepEqual(one(plan.findings, 'replicas')?.data, { count: 1 });
      } finally {
        await standby.stop();
      }
    });
  });
}
