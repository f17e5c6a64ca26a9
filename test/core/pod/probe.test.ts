import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { isAppError } from '../../../src/core/base/errors';
import { endSessions } from '../../../src/core/pod/server/endSessions';
import { probe } from '../../../src/core/pod/server/probe';
import { execute, query } from '../../../src/core/pod/server/sql';
import { startServer, type Server } from '../../lab/servers';
import { LocalExec } from '../localExec';
import { execIn } from '../openServer';

const known = { serverVersion: 160015, superuser: true };

describe('probe', function () {
  this.timeout(60_000);
  let trusting: Server;
  let strict: Server;
  before(async () => {
    trusting = await startServer({ major: 16 });
    strict = await startServer({ major: 15, auth: 'password', superuser: 'boss', password: 'p"a ss$1' });
    await strict.sql('postgres', "create role app login createdb password 'app''s'");
    await strict.sql('postgres', 'create database shop owner app');
    await strict.sql('postgres', 'revoke connect on database postgres from public');
  });
  after(async () => {
    await trusting.stop();
    await strict.stop();
  });

  it('finds tools, login, role, databases, disk and cores', async () => {
    await trusting.sql('postgres', 'create database "odd\tname"');
    await trusting.sql('postgres', `comment on database "odd\tname" is E'two\\nlines'`);
    const facts = await probe(execIn(trusting));
    assert.equal(Math.floor(facts.serverVersion / 10000), 16);
    assert.deepEqual([facts.pgDump.major, facts.pgRestore.major, facts.zstd, facts.lz4], [16, 16, true, true]);
    assert.deepEqual(facts.access, { bin: '', user: 'postgres', ...known });
    assert.deepEqual([facts.role.superuser, facts.standby], [true, false]);
    assert.match(facts.systemId ?? '', /^\d+$/);
    const odd = facts.databases.find((one) => one.name === 'odd\tname');
    assert.deepEqual([odd?.comment, odd?.encoding, odd?.allowConnections], ['two\nlines', 'UTF8', true]);
    assert.ok((odd?.bytes ?? 0) > 1_000_000);
    assert.ok((facts.free?.data ?? 0) > 0);
    assert.ok(facts.cores > 0);
    assert.ok('plpgsql' in facts.availableExtensions);
  });

  it('finds the socket where the server wrote it down', async () => {
    const facts = await probe(execIn(trusting, { PGHOST: '', PGPORT: '' }));
    assert.deepEqual(facts.access, {
      bin: '',
      user: 'postgres',
      host: trusting.socketDir,
      port: trusting.port,
      ...known,
    });
  });

  it('never follows PGHOST out of the pod', async () => {
    const exec = execIn(trusting, { PGHOST: 'db.example.com', PGHOSTADDR: '203.0.113.1' });
    const facts = await probe(exec);
    assert.equal(facts.access.host, trusting.socketDir);
    assert.deepEqual(await query({ exec, access: facts.access }, 'postgres', 'select to_json(1)'), [1]);
  });

  it('uses a password of the environment inside the pod alone', async () => {
    const exec = execIn(strict, { PGUSER: '', POSTGRES_USER: 'boss', POSTGRES_PASSWORD: 'p"a ss$1' });
    const facts = await probe(exec);
    assert.deepEqual(facts.access.password, { env: 'POSTGRES_PASSWORD' });
    assert.equal(facts.role.superuser, true);
    assert.doesNotMatch(JSON.stringify([facts, exec.ran]), /p\\?"a ss/);
    assert.deepEqual(await query({ exec, access: facts.access }, 'postgres', 'select to_json(1)'), [1]);
  });

  it('takes an ordinary role where there is no other, also when it may not enter postgres', async () => {
    const facts = await probe(execIn(strict, { PGUSER: '', POSTGRESQL_USERNAME: 'app', POSTGRESQL_PASSWORD: "app's" }));
    assert.equal(facts.access.user, 'app');
    assert.deepEqual([facts.role.superuser, facts.role.createDb], [false, true]);
    assert.equal(facts.databases.find((one) => one.name === 'postgres')?.bytes, undefined);
  });

  it('reads a password file inside the pod', async () => {
    await writeFile(`${strict.folder}/pw`, strict.password, { mode: 0o644 });
    const facts = await probe(
      execIn(strict, { PGUSER: '', POSTGRES_USER: 'boss', POSTGRES_PASSWORD_FILE: `${strict.folder}/pw` }),
    );
    assert.deepEqual(facts.access.password, { fileEnv: 'POSTGRES_PASSWORD_FILE' });
  });

  it('says what is missing: a login, a server, the tools', async () => {
    await assert.rejects(probe(execIn(strict)), (error) => isAppError(error, 'pod.noLogin'));
    await assert.rejects(probe(execIn(strict, { PGHOST: '/nowhere', PGPORT: '1', PGDATA: '' })), (error) =>
      isAppError(error, 'pod.noServer'),
    );
    const bare = new LocalExec({ env: { PATH: '/nowhere' } });
    await assert.rejects(probe(bare), (error) => isAppError(error, 'exec.refused'));
  });

  it('ends sessions by name and sees them gone', async () => {
    const server = { exec: execIn(trusting), access: { bin: '', user: 'postgres' } };
    const sleep = async (application: string): Promise<void> =>
      assert.rejects(execute(server, 'postgres', 'select pg_sleep(60)', { application }), { code: 'exec.failed' });
    const asleep = Promise.all(["it's", "it's-swap-1", "it's2"].map(sleep));
    for (let seen = 0; seen < 3;) {
      [seen = 0] = await query<number>(
        server,
        'postgres',
        `select to_json(count(*)) from pg_stat_activity where query like 'select pg_sleep%' and application_name like 'it''s%'`,
      );
    }
    const none = { ended: 0, remaining: 0 };
    assert.deepEqual(await endSessions(server, "it's"), { ended: 2, remaining: 0, commands: none });
    assert.deepEqual(await endSessions(server, "it's2"), { ended: 1, remaining: 0, commands: none });
    await asleep;
    assert.deepEqual(await endSessions(server, "it's"), { ended: 0, remaining: 0, commands: none });
  });
});
