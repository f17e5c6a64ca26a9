import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Session, until, type ExecServer, type SessionOptions } from './session';

/** A cluster that `pods/exec` is asked of: the lab's or a real one. */
export interface ExecPlace {
  readonly server: ExecServer;
  /** who may less, and what the server calls them: pods only, also `get` on pods/exec, also `create` */
  readonly accounts: Readonly<
    Record<'reader' | 'getter' | 'creator', { readonly token: string; readonly user: string }>
  >;
}

export const v4 = { protocols: ['v4.channel.k8s.io'] };
export const v5 = { protocols: ['v5.channel.k8s.io'] };
export const zeros = (bytes: number): string[] => ['head', '-c', String(bytes), '/dev/zero'];

/**
 * What DB Ferry relies on, or guards against, in `pods/exec`: the same tests for the lab's API server and for a real one, so that the lab cannot
 * behave as no cluster does.
 */
export function execContract(place: () => ExecPlace): void {
  const open = async (argv: readonly string[], options: SessionOptions = {}): Promise<Session> =>
    new Session(place().server, argv, options).opened();
  const run = async (argv: readonly string[], options: SessionOptions = {}): Promise<Session> => {
    const session = new Session(place().server, argv, options);
    await session.ended;
    return session;
  };
  /** How many processes of the pod have this mark in their command line, when it has been done to each. */
  const processes = async (mark: readonly [string, string], act = ':'): Promise<number> => {
    // in two words, so that this very command does not find itself
    const scan = `m=$1$2; n=0; for p in /proc/[0-9]*; do tr '\\0' ' ' <"$p/cmdline" | grep -q "$m" && n=$((n + 1)) && ${act} "\${p#/proc/}"; done 2>/dev/null; echo $n`;
    return Number((await run(['sh', '-c', scan, 'scan', ...mark])).text);
  };

  for (const protocol of [v4, v5]) {
    describe(protocol.protocols.join(), () => {
      it('carries both outputs and the exit code, in frames of 32 KiB at most', async () => {
        const session = await run(['sh', '-c', 'head -c 3000000 /dev/zero; echo e >&2; exit 3'], protocol);
        assert.equal(session.bytes, 3_000_000);
        assert.equal(Buffer.concat(session.err).toString(), 'e\n');
        assert.equal(session.status?.reason, 'NonZeroExitCode');
        assert.equal(session.status.details?.causes[0]?.message, '3');
        assert.equal(session.closeCode, 1000);
        assert.ok(session.largest <= (32 << 10) + 1, String(session.largest));
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

      it('loses nothing for a client that rests', async () => {
        const session = await open(zeros(200_000_000), protocol);
        session.ws.pause();
        await sleep(1000);
        session.ws.resume();
        await session.ended;
        assert.equal(session.bytes, 200_000_000);
        assert.equal(session.status?.status, 'Success');
      });

      it('answers no ping while the process does not read its stdin', async () => {
        const session = await open(['sh', '-c', 'sleep 3; wc -c; exit 0'], protocol);
        // the buffers on the way of a real one take about 20 MB (v4 19, v5 23)
        const piece = Buffer.alloc(32 << 10);
        for (let sent = 0; sent < 64 << 20; sent += piece.length) session.send(piece);
        session.ws.ping();
        await sleep(1000);
        assert.equal(session.pongs, 0);
        await session.until(({ pongs }) => pongs === 1);
        session.ws.close();
        await session.ended;
      });

      it('leaves the process when the client goes: its output is not read on, its stdin ends', async () => {
        const mark = ['ferry', String(Math.floor(Math.random() * 1e9))] as const;
        const session = await open(['yes', mark.join('')], protocol);
        await session.until(({ bytes }) => bytes > 1_000_000);
        session.ws.terminate();
        await sleep(2000);
        assert.equal(await processes(mark), 1, 'it is still there');
        await processes(mark, 'kill -9');
        await until(async () => (await processes(mark)) === 0);
        const reader = await open(['sh', '-c', 'cat; :', mark.join('')], protocol);
        // the upgrade may be answered a moment before the process is seen
        await until(async () => (await processes(mark)) === 1);
        reader.ws.terminate();
        await until(async () => (await processes(mark)) === 0);
      });

      it('keeps the tail for a client that is silent, and loses it for one that pings while it does not read', async () => {
        for (const pings of [false, true]) {
          const session = await open(zeros(3_000_000), protocol);
          session.ws.pause();
          const timer = setInterval(() => {
            if (pings) session.ws.ping();
          }, 20);
          await sleep(1000);
          clearInterval(timer);
          session.ws.resume();
          await session.ended;
          const told = [session.bytes === 3_000_000, session.status?.status, session.closeCode];
          assert.deepEqual(told, pings ? [false, undefined, 1006] : [true, 'Success', 1000]);
        }
      });
    });
  }

  it('prefers v5, whatever the order offered; refuses others with an empty 403', async () => {
    const session = await open(['true'], { protocols: [...v4.protocols, ...v5.protocols] });
    assert.equal(session.ws.protocol, 'v5.channel.k8s.io');
    const { refused } = await run(['true'], { protocols: ['v3.channel.k8s.io'] });
    assert.deepEqual([refused?.code, refused?.body], [403, '']);
  });

  it('ends stdin at frame 255 on v5 and ignores it on v4', async () => {
    for (const protocol of [v5, v4]) {
      const session = await open(['sh', '-c', 'cat; echo end'], protocol);
      session.send('abc');
      await session.until(({ text }) => text === 'abc');
      session.ws.send(Buffer.from([255, 0]));
      await sleep(300);
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

  it('refuses in these words', async () => {
    const { server, accounts } = place();
    const [namespace = '', pod = ''] = server.place.split('/');
    const said = async (options: object): Promise<[number | undefined, string]> => {
      const { refused } = await run(['true'], options);
      const { message } = JSON.parse(refused?.body ?? '{}') as { message: string };
      // a binding of somebody else to a role that is gone is told to everybody it would be for
      return [refused?.code, message.replace(/(?:(?<=is forbidden: )|(?<!is forbidden): )RBAC: .* not found$/, '')];
    };
    const cannot = (user: string): string =>
      `pods "${pod}" is forbidden: User "${user}" cannot get resource "pods/exec" in API group "" in the namespace "${namespace}"`;
    const { reader, getter, creator } = accounts;
    assert.deepEqual(await said({ token: reader.token }), [403, cannot(reader.user)]);
    assert.deepEqual(await said({ token: creator.token }), [403, cannot(creator.user)]);
    assert.deepEqual(await said({ token: getter.token }), [403, `pods "${pod}" is forbidden: `]);
    assert.deepEqual(await said({ token: 'nobody' }), [401, 'Unauthorized']);
    assert.deepEqual(await said({ pod: 'nope' }), [404, 'pods "nope" not found']);
    const query = 'stdout=true&container=nope';
    assert.deepEqual(await said({ query }), [400, `container nope is not valid for pod ${pod}`]);
  });

  it('runs many sessions at once', async () => {
    const sessions = Array.from({ length: 20 }, () => run(zeros(500_000)));
    for (const session of await Promise.all(sessions)) assert.equal(session.bytes, 500_000);
  });
}
