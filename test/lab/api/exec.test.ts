import assert from 'node:assert/strict';
import type { ExecFault, LabClusterState } from '../labPod';
import { startApiServer, type LabApiServer } from './apiServer';
import { fakeCluster, fakePod, Session, until } from './fakeCluster';

const v4 = { protocols: ['v4.channel.k8s.io'] };
const v5 = { protocols: ['v5.channel.k8s.io'] };
const zeros = (bytes: number): string[] => ['head', '-c', String(bytes), '/dev/zero'];

describe('lab API server: pods/exec', () => {
  let state: LabClusterState;
  let server: LabApiServer;

  const run = async (argv: readonly string[], options = {}): Promise<Session> => {
    const session = new Session(server, argv, options);
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

  for (const protocol of [v4, v5]) {
    describe(protocol.protocols.join(), () => {
      it('carries both outputs and the exit code, in frames of 32 KiB at most', async () => {
        const session = await run(['sh', '-c', 'head -c 3000000 /dev/zero; echo e >&2; exit 3'], protocol);
        assert.equal(session.bytes, 3_000_000);
        assert.equal(Buffer.concat(session.err).toString(), 'e\n');
        assert.equal(session.status?.reason, 'NonZeroExitCode');
        assert.equal(session.status.details?.causes[0]?.message, '3');
        assert.equal(session.closeCode, 1000);
        assert.ok(session.largest <= (32 << 10) + 1);
      });

      it('says 137 for a killed process and Success for a good one', async () => {
        const killed = await run(['sh', '-c', 'kill -9 $$'], protocol);
        assert.equal(killed.status?.details?.causes[0]?.message, '137');
        const good = await run(['true'], protocol);
        assert.deepEqual(good.status, { metadata: {}, status: 'Success' });
      });

      it('upgrades for a missing program, then says InternalError', async () => {
        const session = await run(['no-such-program'], protocol);
        assert.equal(session.status?.reason, 'InternalError');
        assert.match(session.status.message ?? '', /executable file not found/);
        assert.equal(session.closeCode, 1000);
      });

      it('does not read output faster than the client', async () => {
        const session = await new Session(server, zeros(200_000_000), protocol).opened();
        session.ws.pause();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const rss = process.memoryUsage().rss;
        await new Promise((resolve) => setTimeout(resolve, 700));
        assert.ok(process.memoryUsage().rss - rss < 50_000_000);
        session.ws.resume();
        await session.ended;
        assert.equal(session.bytes, 200_000_000);
        assert.equal(session.status?.status, 'Success');
      });

      it('answers no ping while the process does not read its stdin', async () => {
        const session = await new Session(server, ['sh', '-c', 'sleep 1; wc -c; exit 0'], protocol).opened();
        const piece = Buffer.alloc(32 << 10);
        for (let sent = 0; sent < 4 << 20; sent += piece.length) session.send(piece);
        session.ws.ping();
        await new Promise((resolve) => setTimeout(resolve, 500));
        assert.equal(session.pongs, 0);
        await session.until(({ pongs }) => pongs === 1);
        session.ws.close();
        await session.ended;
      });

      it('leaves the process when the client goes: stdin ends, output is not read', async () => {
        const session = await new Session(server, ['sh', '-c', 'yes'], protocol).opened();
        await session.until(({ bytes }) => bytes > 1_000_000);
        session.ws.terminate();
        await until(() => server.metrics().execs === 0);
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.equal(server.metrics().processes, 1);
        server.killProcesses('x');
        await until(() => server.metrics().processes === 0);
        const reader = await new Session(server, ['cat'], protocol).opened();
        await until(() => server.metrics().processes === 1);
        reader.ws.terminate();
        await until(() => server.metrics().processes === 0);
      });

      it('keeps the tail for a client that is silent, and loses it for one that pings while it does not read', async () => {
        for (const pings of [false, true]) {
          const session = await new Session(server, zeros(3_000_000), protocol).opened();
          session.ws.pause();
          const timer = setInterval(() => {
            if (pings) session.ws.ping();
          }, 20);
          await new Promise((resolve) => setTimeout(resolve, 1000));
          clearInterval(timer);
          session.ws.resume();
          await session.ended;
          const told = [session.bytes === 3_000_000, session.status?.status, session.closeCode];
          assert.deepEqual(told, pings ? [false, undefined, 1006] : [true, 'Success', 1000]);
        }
      });

      it('ends the processes of a pod that is deleted', async () => {
        const session = await new Session(server, ['sleep', '60'], protocol).opened();
        await until(() => server.metrics().processes === 1);
        state.pods.length = 0;
        await session.ended;
        assert.equal(session.status?.details?.causes[0]?.message, '137');
        assert.equal(server.metrics().processes, 0);
      });
    });
  }

  it('prefers v5, whatever the order offered; refuses others with an empty 403', async () => {
    const session = await new Session(server, ['true'], { protocols: [...v4.protocols, ...v5.protocols] }).opened();
    assert.equal(session.ws.protocol, 'v5.channel.k8s.io');
    state.faults.protocols = ['v4.channel.k8s.io'];
    const refused = await run(['true'], v5);
    assert.deepEqual(refused.refused, { code: 403, type: undefined, body: '' });
    assert.equal((await run(['true'], v4)).status?.status, 'Success');
  });

  it('ends stdin at frame 255 on v5 and ignores it on v4', async () => {
    for (const protocol of [v5, v4]) {
      const session = await new Session(server, ['sh', '-c', 'cat; echo end'], protocol).opened();
      session.send('abc');
      await session.until(({ text }) => text === 'abc');
      session.ws.send(Buffer.from([255, 0]));
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(session.text, protocol === v5 ? 'abcend\n' : 'abc');
      session.ws.terminate();
    }
  });

  it('gives no stdin where none was asked for', async () => {
    const session = await run(['wc', '-c'], { query: 'stdout=true' });
    assert.equal(session.text.trim(), '0');
    const none = await run(['true'], { query: '' });
    assert.deepEqual(none.refused?.code, 400);
  });

  it('refuses in the words of a real server', async () => {
    const said = async (options: object): Promise<[number | undefined, string]> => {
      const { refused } = await run(['true'], options);
      return [refused?.code, (JSON.parse(refused?.body ?? '{}') as { message: string }).message];
    };
    const cannot =
      'pods "x" is forbidden: User "@" cannot get resource "pods/exec" in API group "" in the namespace "demo"';
    assert.deepEqual(await said({ token: 'reader' }), [403, cannot.replace('@', 'reader')]);
    assert.deepEqual(await said({ token: 'creator' }), [403, cannot.replace('@', 'creator')]);
    assert.deepEqual(await said({ token: 'getter' }), [403, 'pods "x" is forbidden: ']);
    assert.deepEqual(await said({ token: 'nobody' }), [401, 'Unauthorized']);
    assert.deepEqual(await said({ pod: 'nope' }), [404, 'pods "nope" not found']);
    const query = 'stdout=true&container=nope';
    assert.deepEqual(await said({ query }), [400, 'container nope is not valid for pod x']);
  });

  it('lets a running session live on when its token expires', async () => {
    const session = await new Session(server, ['cat']).opened();
    state.users.get('admin')!.expired = true;
    session.send('abc');
    await session.until(({ text }) => text === 'abc');
    assert.equal((await run(['true'])).refused?.code, 401);
    session.ws.terminate();
  });

  it('resets running sessions with all connections', async () => {
    const session = await new Session(server, ['cat']).opened();
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
      const session = await new Session(server, zeros(5_000_000)).opened();
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
      assert.ok(seconds > 0.5 && seconds < 2, `${seconds} s`);
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
        const session = await new Session(server, ['wc', '-c']).opened();
        for (let at = 0; at < 20; at++) session.send(Buffer.alloc(10_000));
        await session.ended;
        assert.equal(session.closeCode, kind === 'cut' ? 1006 : 1000);
        assert.equal(session.status?.status, kind === 'success' ? 'Success' : undefined);
      }
    });

    it('stall on stdin: the client cannot send on', async () => {
      state.faults.exec.push({ kind: 'stall', on: 'stdin', afterBytes: 50_000 });
      const session = await new Session(server, ['cat']).opened();
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

  it('runs many sessions at once', async () => {
    state.pods.push(fakePod('demo', 'y'));
    const sessions = Array.from({ length: 20 }, (_, at) => run(zeros(500_000), { pod: at % 2 ? 'x' : 'y' }));
    for (const session of await Promise.all(sessions)) assert.equal(session.bytes, 500_000);
  });
});
