import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepAwake } from '../../../src/core/job/run/keepAwake';
import type { Progress } from '../../../src/core/base/progress';

describe('keepAwake', () => {
  let server: Server;
  let asked: string[];
  let status: number;
  before((done) => {
    server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1', done);
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
    status = 204;
  });

  async function awake(env: NodeJS.ProcessEnv, ms = 150): Promise<Progress[]> {
    const said: Progress[] = [];
    const stop = keepAwake((progress) => said.push(progress), env, 30);
    await new Promise((resolve) => setTimeout(resolve, ms));
    // on a busy machine the first answers come late
    const ticking = Number(env['MACHINE_EXEC_PORT']) > 1 && env['DB_FERRY_KEEP_AWAKE'] !== '0';
    for (let turn = 0; ticking && asked.length < 2 && turn < 200; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop();
    return said;
  }

  const port = (): string => String((server.address() as AddressInfo).port);

  it('ticks while it runs, says so once, and stops', async () => {
    const said = await awake({ MACHINE_EXEC_PORT: port() });
    assert.ok(asked.length >= 2);
    assert.ok(asked.every((one) => one === 'POST /activity/tick'));
    assert.deepEqual(said, [{ type: 'note', code: 'keepAwake', data: {} }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(asked.length, before);
  });

  it('does nothing where it is turned off, or outside of a workspace', async () => {
    for (const env of [{}, { MACHINE_EXEC_PORT: '' }, { MACHINE_EXEC_PORT: port(), DB_FERRY_KEEP_AWAKE: '0' }]) {
      assert.deepEqual(await awake(env), []);
    }
    assert.deepEqual(asked, []);
  });

  it('is silent where nobody answers, or answers otherwise', async () => {
    assert.deepEqual(await awake({ MACHINE_EXEC_PORT: '1' }), []);
    status = 401;
    assert.deepEqual(await awake({ MACHINE_EXEC_PORT: port() }), []);
  });
});
