import assert from 'node:assert/strict';
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer, type Server } from './servers';

describe('lab: servers', function () {
  this.timeout(60_000);
  let server: Server | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('answers, ends with everything it made', async () => {
    const own = await startServer({ major: 16, settings: { timezone: "'Europe/Berlin'" } });
    assert.deepEqual(await own.sql('postgres', 'show timezone'), [{ TimeZone: 'Europe/Berlin' }]);
    await own.stop();
    assert.ok(!existsSync(own.folder));
    await assert.rejects(own.connect(), { code: 'ECONNREFUSED' });
  });

  it('comes back after a kill -9 that no session survives', async () => {
    server = await startServer({ major: 15 });
    await server.sql('postgres', 'create table kept ()');
    const client = await server.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const busy = client.query('select pg_sleep(60)').catch(() => 'gone');
    await server.kill();
    assert.equal(await busy, 'gone');
    const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(rows[0]?.pid)], { reject: false });
    assert.match(stdout, /^(Z.*)?$/, 'the session has ended too');
    await server.restart();
    assert.equal((await server.sql('postgres', 'select from kept')).length, 0);
  });

  it('is not left behind by a process that was killed', async () => {
    const script = `import { startServer } from './servers.ts'; const s = await startServer({ major: 16 }); console.log(s.folder); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const folder = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
      child.once('exit', () => reject(new Error('it ended early')));
    });
    assert.ok(existsSync(`${folder}/data/postmaster.pid`));
    child.kill('SIGKILL');
    for (let turn = 0; existsSync(folder) && turn < 100; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!existsSync(folder));
  });

  it('has a standby that follows, with the libraries of its own major', async () => {
    server = await startServer({ major: 18, auth: 'password', password: 'wörd "x"' });
    const standby = await startServer({ major: 18, standbyOf: server });
    try {
      await server.sql('postgres', 'create table followed (); create extension postgres_fdw');
      let found: unknown[] = [];
      for (let turn = 0; found.length === 0 && turn < 100; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        found = await standby.sql('postgres', `select from pg_class where relname = 'followed'`);
      }
      assert.equal(found.length, 1);
      assert.deepEqual(await standby.sql('postgres', 'select pg_is_in_recovery() as standby'), [{ standby: true }]);
    } finally {
      await standby.stop();
    }
  });

  it('says what the server said when it cannot start', async () => {
    await assert.rejects(startServer({ major: 16, settings: { shared_buffers: "'nonsense'" } }), /shared_buffers/);
  });
});
