import assert from 'node:assert/strict';
import { isAppError } from '../../../src/core/base/errors';
import { workplace, type Workplace } from '../../../src/core/restore/databaseRow';
import { dropMadeRoles, keepRoles, listMadeRoles, makeRoles } from '../../../src/core/restore/side/madeRoles';
import type { Records } from '../../../src/core/restore/side/marks';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { noRecords } from './signedMark';

for (const major of [15, 18] as const) {
  describe(`roles that a job made, PostgreSQL ${major}`, function () {
    this.timeout(60_000);
    let server: Server;
    let place: Workplace;

    before(async () => {
      server = await startServer({ major });
      const target = await openServer(server);
      const access = { ...target.facts.access, user: 'maker', superuser: false };
      await server.sql('postgres', 'create role maker login createrole');
      place = workplace({ ...target, facts: { ...target.facts, access } }, '');
    });
    after(() => server.stop());
    afterEach(async () => {
      for (const name of await roles()) await server.sql('postgres', `drop owned by "${name}"; drop role "${name}"`);
    });

    const roles = async (): Promise<string[]> => {
      const sql = `select rolname from pg_roles where rolname like 'r%' order by 1`;
      return (await server.sql<{ rolname: string }>('postgres', sql)).map(({ rolname }) => rolname);
    };
    const marked = async (): Promise<string[]> => (await listMadeRoles(place)).map(({ name, job }) => `${job} ${name}`);

    it('are found by their job, and dropped', async () => {
      await makeRoles(place, ['r1', 'r"2'], 'job1', {});
      await makeRoles(place, ['r3'], 'job12', {});
      assert.deepEqual(await marked(), ['job1 r"2', 'job1 r1', 'job12 r3']);
      assert.deepEqual(await dropMadeRoles(place, 'job1', ['r1', 'r"2', 'r3']), []);
      assert.deepEqual(await roles(), ['r3']);
    });

    it('are proven by their marks, which are good for one role, on one server', async () => {
      await makeRoles(place, ['r1'], 'job1', {});
      const proofs = async (records?: Records): Promise<unknown[]> =>
        (await listMadeRoles(place, undefined, records)).map(({ name, proof }) => [name, proof.how]);
      assert.deepEqual(await proofs(), [['r1', 'signed']]);
      const sql = `select shobj_description(oid, 'pg_authid') as text from pg_roles where rolname = 'r1'`;
      const [mark] = await server.sql<{ text: string }>('postgres', sql);
      await server.sql('postgres', `create role r2; comment on role r2 is '${mark!.text}'`);
      await server.sql('postgres', `create role r3; comment on role r3 is '{"dbFerry":{"job":"job1","time":"2099"}}'`);
      const all = [
        ['r1', 'signed'],
        ['r2', 'claim'],
        ['r3', 'claim'],
      ];
      assert.deepEqual(await proofs(), all);
      // of one whose mark could not be signed any more our own record tells
      const madeRole = async (job: string, role: string): Promise<boolean> => job === 'job1' && role === 'r3';
      assert.deepEqual(await proofs({ ...noRecords, madeRole }), [...all.slice(0, 2), ['r3', 'record']]);
      const elsewhere = { ...place, system: '1' };
      assert.deepEqual(
        (await listMadeRoles(elsewhere)).map(({ proof }) => proof.how),
        ['claim', 'claim', 'claim'],
      );
      await server.sql('postgres', 'drop role r1; create role r1');
      await server.sql('postgres', `comment on role r1 is '${mark!.text}'`);
      assert.deepEqual((await proofs())[0], ['r1', 'claim'], 'another role of that name');
    });

    it('all or none', async () => {
      await server.sql('postgres', 'create role r2');
      await assert.rejects(makeRoles(place, ['r1', 'r2'], 'job1', {}), (error) => isAppError(error, 'exec.failed'));
      assert.deepEqual(await roles(), ['r2']);
      assert.deepEqual(await marked(), []);
    });

    it('stay where something belongs to them or somebody uses them', async () => {
      const all = ['r_free', 'r_granted', 'r_login', 'r_member', 'r_owner'];
      await makeRoles(place, all, 'job1', {});
      await server.sql('postgres', 'create table of_r(); alter table of_r owner to r_owner; alter role r_login login');
      await server.sql('postgres', 'create role rx; grant r_granted to rx; grant rx to r_member');
      assert.deepEqual(await dropMadeRoles(place, 'job1', all), all.slice(1));
      assert.deepEqual(await roles(), [...all.slice(1), 'rx']);
    });

    it("are no longer a job's once they are kept", async () => {
      await makeRoles(place, ['r1'], 'job1', {});
      await server.sql('postgres', keepRoles(['r1']).join('\n'));
      assert.deepEqual(await marked(), []);
      assert.deepEqual(await dropMadeRoles(place, 'job1', ['r1']), []);
      assert.deepEqual(await roles(), ['r1']);
    });
  });
}
