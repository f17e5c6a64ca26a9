import assert from 'node:assert/strict';
import type { ExecFault, LabClusterState } from '../labPod';
import { startApiServer, type LabApiServer } from './apiServer';
import { execContract, v4, v5, zeros } from '../../contract/execContract';
import { Session, until, type SessionOptions } from '../../contract/session';
import { fakeCluster, onFake } from './fakeCluster';

describe('lab API server: pods/exec', () => {
  let state: LabClusterState;
  let server: LabApiServer;

  const open = async (argv: readonly string[], options: SessionOptions = {}): Promise<Session> =>
    new Session(onFake(server), argv, options).opened();
  const run = async (argv: readonly string[], options: SessionOptions = {}): Promise<Session> => {
    const session = new Session(onFake(server), argv, options);
    await session.ended;
    return session;
  };
  const broken = async (fault: ExecFault, argv: readonly string[], options = {}): Promise<Session> => {
    state.faults.exec.push(fault);
    const session = await run(argv, options);
    assert.equal(state.faults.exec.length, 0);
    return session;
  };

  beforeEach(async () => {
    state = fakeCluster({
      reader: { name: 'reader', allow: ['list pods demo'] },
      getter: { name: 'getter', allow: ['get pods/exec demo'] },
      creator: { name: 'creator', allow: ['create pods/exec demo'] },
    });
    server = await startApiServer(state);
  });
  afterEach(() => server.close());

  execContract(() => ({
    server: onFake(server),
    accounts: {
      reader: { token: 'reader', user: 'reader' },
      getter: { token: 'getter', user: 'getter' },
      creator: { token: 'creator', user: 'creator' },
    },
  }));

  it('does not read output faster than the client', async () => {
    const session = await open(zeros(200_000_000));
    session.ws.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const rss = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.ok(process.memoryUsage().rss - rss < 50_000_000);
    session.ws.terminate();
    server.killProcesses('x');
  });

  it('ends the processes of a pod that is deleted', async () => {
    for (const protocol of [v4, v5]) {
      const [pod] = state.pods;
      assert.ok(pod);
      const session = await open(['sleep', '60'], protocol);
      await until(() => server.metrics().processes === 1);
      state.pods.length = 0;
      await session.ended;
      assert.equal(session.status?.details?.causes[0]?.message, '137');
      assert.equal(server.metrics().processes, 0);
      state.pods.push(pod);
    }
  });

  it('refuses a protocol that a server of another age does not know', async () => {
    state.faults.protocols = ['v4.channel.k8s.io'];
    assert.deepEqual((await run(['true'], v5)).refused, { code: 403, type: undefined, body: '' });
    assert.equal((await run(['true'], v4)).status?.status, 'Success');
  });

  it('lets a running session live on when its token expires', async () => {
    const session = await open(['cat']);
    state.users.get('admin')!.expired = true;
    session.send('abc');
    await session.until(({ text }) => text === 'abc');
    assert.equal((await run(['true'])).refused?.code, 401);
    session.ws.terminate();
  });

  it('resets running sessions with all connections', async () => {
    const session = await open(['cat']);
    server.killConnections();
    await session.ended;
    assert.equal(session.closeCode, 1006);
    await until(() => server.metrics().processes === 0);
  });

  describe('faults', () => {
    it('cut: a reset after so many bytes', async () => {
      const session = await broken({ kind: 'cut', afterBytes: 100_000 }, zeros(5_000_000));
      assert.equal(session.closeCode, 1006);
      assert.equal(session.status, undefined);
      assert.equal(session.bytes, 100_000);
    });

    it('success: Status Success without the rest', async () => {
      const session = await broken({ kind: 'success', afterBytes: 100_000 }, zeros(5_000_000), v5);
      assert.deepEqual([session.closeCode, session.status?.status, session.bytes], [1000, 'Success', 100_000]);
    });

    it('silent: close 1000 without a status', async () => {
      const session = await broken({ kind: 'silent', afterBytes: 100_000 }, zeros(5_000_000));
      assert.deepEqual([session.closeCode, session.status, session.bytes], [1000, undefined, 100_000]);
    });

    it('strikes at once without a number of bytes', async () => {
      const session = await broken({ kind: 'silent' }, ['sleep', '60']);
      assert.deepEqual([session.closeCode, session.bytes], [1000, 0]);
      server.killProcesses();
    });

    it('stall: nothing more, and the socket stays open', async () => {
      state.faults.exec.push({ kind: 'stall', afterBytes: 100_000 });
      const session = await open(zeros(5_000_000));
      session.ws.ping();
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.deepEqual([session.bytes, session.ws.readyState], [100_000, session.ws.OPEN]);
      session.ws.terminate();
    });

    it('slow: bytes per second', async () => {
      const started = Date.now();
      const session = await broken({ kind: 'slow', bytesPerSecond: 500_000 }, zeros(400_000));
      assert.equal(session.bytes, 400_000);
      const seconds = (Date.now() - started) / 1000;
      assert.ok(seconds > 0.5, `${seconds} s`);
    });

    it('refuse: an answer instead of the upgrade; a match picks the command', async () => {
      state.faults.exec.push({ kind: 'refuse', match: 'pg_dump', status: 500, body: 'no', contentType: 'text/plain' });
      assert.equal((await run(['true'])).status?.status, 'Success');
      const session = await run(['sh', '-c', 'pg_dump']);
      assert.deepEqual(session.refused, { code: 500, type: 'text/plain', body: 'no' });
    });

    it('on stdin: after so many bytes the process gets no more', async () => {
      for (const kind of ['cut', 'success', 'silent'] as const) {
        state.faults.exec.push({ kind, on: 'stdin', afterBytes: 50_000 });
        const session = await open(['wc', '-c']);
        for (let at = 0; at < 20; at++) session.send(Buffer.alloc(10_000));
        await session.ended;
        assert.equal(session.closeCode, kind === 'cut' ? 1006 : 1000);
        assert.equal(session.status?.status, kind === 'success' ? 'Success' : undefined);
      }
    });

    it('stall on stdin: the client cannot send on', async () => {
      state.faults.exec.push({ kind: 'stall', on: 'stdin', afterBytes: 50_000 });
      const session = await open(['cat']);
      for (let at = 0; at < 2000; at++) session.send(Buffer.alloc(10_000));
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.ok(session.ws.bufferedAmount > 5_000_000);
      session.ws.terminate();
    });

    it('waits for the session that it can strike, and tells that it did', async () => {
      state.faults.exec.push({ kind: 'cut', match: 'head', afterBytes: 100_000 });
      assert.equal((await run(['head', '--version'])).status?.status, 'Success');
      assert.equal(server.struck.length, 0);
      assert.equal((await run(zeros(5_000_000))).closeCode, 1006);
      assert.deepEqual(server.struck[0]?.argv, zeros(5_000_000));
      assert.equal((await run(zeros(5_000_000))).bytes, 5_000_000);
    });

    it('sticky: again and again', async () => {
      state.faults.exec.push({ kind: 'silent', sticky: true });
      assert.equal((await run(['true'])).status, undefined);
      assert.equal((await run(['true'])).status, undefined);
    });

    it('of HTTP: strikes upgrades too', async () => {
      state.faults.http.push({ pathMatch: '/exec', status: 503, body: 'busy', headers: { 'Content-Type': 'text/x' } });
      assert.deepEqual((await run(['true'])).refused, { code: 503, type: 'text/x', body: 'busy' });
      assert.equal((await run(['true'])).status?.status, 'Success');
    });
  });
});
