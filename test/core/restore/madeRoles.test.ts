import assert from 'node:assert/strict';
import { isAppError } from '../../../src/core/errors';
import { workplace, type Workplace } from '../../../src/core/restore/databaseRow';
import { dropMadeRoles, keepRoles, listMadeRoles, makeRoles } from '../../../src/core/restore/madeRoles';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

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
      assert.deepEqual(await dropMadeRoles(place, 'job1'), []);
      assert.deepEqual(await roles(), ['r3']);
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
      assert.deepEqual(await dropMadeRoles(place, 'job1'), all.slice(1));
      assert.deepEqual(await roles(), [...all.slice(1), 'rx']);
    });

    it("are no longer a job's once they are kept", async () => {
      await makeRoles(place, ['r1'], 'job1', {});
      await server.sql('postgres', keepRoles(['r1']).join('\n'));
      assert.deepEqual(await marked(), []);
      assert.deepEqual(await dropMadeRoles(place, 'job1'), []);
      assert.deepEqual(await roles(), ['r1']);
    });
  });
}
