import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { kubePodExec, type TransportOptions } from '../../../src/core/exec/kubePodExec';
import type { Sink } from '../../../src/core/exec/podExec';
import { frame, place, startExecServer, status, trailerOf, type Served, type ServerBehaviour } from './execServer';

type Server = Awaited<ReturnType<typeof startExecServer>>;

const drop: Sink = () => undefined;
const success = status({ status: 'Success' });

/** Waits for a line of stdin that begins with this letter. */
function heard({ ws, nonce }: Served, letter: 'A' | 'E'): Promise<void> {
  return new Promise((resolve) => {
    ws.on('message', (data: Buffer) => data.includes(`${letter}${nonce}\n`) && resolve());
  });
}

function code(expected: ErrorCode, data: Readonly<Record<string, unknown>> = {}): (error: unknown) => true {
  return (error) => {
    assert.ok(isAppError(error), String(error));
    assert.equal(error.code, expected);
    for (const [name, value] of Object.entries(data))
      assert.deepEqual((error.data as Record<string, unknown>)[name], value, name);
    return true;
  };
}

async function withServer(behaviour: ServerBehaviour, use: (server: Server) => Promise<void>): Promise<void> {
  const server = await startExecServer(behaviour);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

/** Reads from a server that sends what `serve` says. */
async function read(
  serve: (served: Served) => void,
  options: TransportOptions & { sink?: Sink; signal?: AbortSignal; onStderrLine?: (line: string) => void } = {},
): Promise<{ data: string; exitCode: number; stderr: string }> {
  const chunks: Buffer[] = [];
  const { sink = (chunk: Buffer) => void chunks.push(chunk), signal, onStderrLine, ...transport } = options;
  const server = await startExecServer({ serve });
  try {
    const exec = kubePodExec(server.client, place, transport);
    const end = await exec.read(['x'], sink, {
      ...(signal ? { signal } : {}),
      ...(onStderrLine ? { onStderrLine } : {}),
    });
    return { data: Buffer.concat(chunks).toString('latin1'), exitCode: end.exitCode, stderr: end.stderr };
  } finally {
    await server.stop();
  }
}

describe('kubePodExec: only a trailer proves the end', () => {
  it('Success without a trailer is a cut', async () => {
    const serve = ({ ws }: Served): void => {
      ws.send(frame(1, 'half of it'));
      ws.send(success);
      ws.close(1000);
    };
    await assert.rejects(read(serve), code('exec.cut', { bytes: 10 }));
  });

  it('a close with 1000 and no status is a cut', async () => {
    await assert.rejects(
      read(({ ws }) => ws.close(1000)),
      code('exec.cut', { bytes: 0, message: 'connection closed (1000)' }),
    );
  });

  it('a reset in mid-stream is a cut', async () => {
    const serve = ({ ws, socket }: Served): void =>
      ws.send(frame(1, Buffer.alloc(5000)), () => socket.resetAndDestroy());
    await assert.rejects(read(serve), code('exec.cut'));
  });

  it('a trailer with a part missing is a cut', async () => {
    const serve = (served: Served): void => {
      served.ws.send(frame(1, trailerOf(served).subarray(0, -1)));
      served.ws.send(success);
      served.ws.close(1000);
    };
    await assert.rejects(read(serve), code('exec.cut'));
  });

  it('bytes behind the acknowledged trailer are a cut', async () => {
    const serve = (served: Served): void => {
      void heard(served, 'A').then(() => served.ws.send(frame(1, 'more')));
      served.ws.send(frame(1, trailerOf(served)));
    };
    await assert.rejects(read(serve), code('exec.cut'));
  });

  it('says what the API server said, and which shell is missing', async () => {
    const failure = (message: string) => (served: Served) => {
      served.ws.send(status({ status: 'Failure', reason: 'InternalError', message }));
      served.ws.close(1000);
    };
    await assert.rejects(read(failure('ttrpc: closed')), code('exec.cut', { message: 'ttrpc: closed' }));
    const message = 'failed to exec in container: exec: "sh": executable file not found in $PATH: unknown';
    await assert.rejects(read(failure(message)), code('exec.noShell', { message }));
  });

  it('the trailer decides, with the status before it, after it, contrary to it or missing', async () => {
    for (const [before, after] of [
      [success, undefined],
      [undefined, success],
      [undefined, status({ status: 'Failure', message: 'exit code 1' })],
      [undefined, undefined],
    ]) {
      const end = await read((served) => {
        served.ws.send(frame(1, 'data'));
        if (before) served.ws.send(before);
        void heard(served, 'A').then(() => {
          if (after) served.ws.send(after);
          served.ws.close(1000);
        });
        served.ws.send(frame(1, trailerOf(served, 3)));
      });
      assert.deepEqual(end, { data: 'data', exitCode: 3, stderr: '' });
    }
  });

  it('takes a server that closes right behind the trailer, before the acknowledgement', async () => {
    const sink: Sink = () => new Promise((resolve) => setTimeout(resolve, 100));
    const serve = (served: Served): void => {
      for (let i = 0; i < 40; i++) served.ws.send(frame(1, Buffer.alloc(100_000)));
      served.ws.send(frame(1, trailerOf(served)));
      served.ws.close(1000);
    };
    assert.equal((await read(serve, { sink })).exitCode, 0);
  });
});

describe('kubePodExec: what may be in a stream', () => {
  it('a trailer split across frames at each offset', async () => {
    for (let cut = 0; cut <= 38; cut += 1) {
      const end = await read((served) => {
        void heard(served, 'A').then(() => served.ws.close(1000));
        const trailer = trailerOf(served, 9);
        served.ws.send(frame(1, Buffer.concat([Buffer.from('data'), trailer.subarray(0, cut)])));
        served.ws.send(frame(1, trailer.subarray(cut)));
      });
      assert.deepEqual([end.data, end.exitCode], ['data', 9]);
    }
  });

  it('unknown channels, the close frame of v5, empty frames, text, large frames, a trailer-like text', async () => {
    let like = '';
    const end = await read((served) => {
      const { ws } = served;
      void heard(served, 'A').then(() => ws.close(1000));
      like = trailerOf(served).toString();
      for (const message of [Buffer.from([255, 1]), Buffer.from([255]), frame(7, 'x'), frame(0, 'x'), frame(4, '{}')]) {
        ws.send(message);
      }
      for (const channel of [1, 2, 3]) ws.send(frame(channel, ''));
      ws.send(Buffer.alloc(0));
      ws.send('text');
      ws.send(frame(3, 'not JSON'));
      ws.send(frame(1, Buffer.alloc(3_000_000, 'x')));
      ws.send(Buffer.concat([frame(1, like), Buffer.from('y'), trailerOf(served)]));
    });
    assert.equal(end.data.length, 3_000_000 + like.length + 1);
    assert.ok(end.data.endsWith(`${like}y`));
  });

  it('heartbeats inside the characters of stderr', async () => {
    const lines: string[] = [];
    const text = Buffer.from('größer: 日本\nEnde');
    const serve = (served: Served): void => {
      void heard(served, 'A').then(() => served.ws.close(1000));
      for (const byte of text) {
        served.ws.send(frame(2, Buffer.from([byte])));
        served.ws.send(frame(2, Buffer.from([0])));
      }
      served.ws.send(frame(1, trailerOf(served)));
    };
    const end = await read(serve, { onStderrLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ['größer: 日本', 'Ende']);
    assert.equal(end.stderr, text.toString());
  });
});

describe('kubePodExec: back-pressure', () => {
  it('holds a fast server back for a slow sink, in flat memory', async function () {
    this.timeout(60_000);
    const total = 256 * 1024 * 1024;
    await withServer({}, async ({ client }) => {
      let [peak, sinceBreak] = [0, 0];
      const before = process.memoryUsage().rss;
      const end = await kubePodExec(client, place).read(['head', '-c', String(total), '/dev/zero'], async (chunk) => {
        peak = Math.max(peak, process.memoryUsage().rss);
        sinceBreak += chunk.length;
        if (sinceBreak < 8 * 1024 * 1024) return;
        sinceBreak = 0;
        await new Promise((resolve) => setTimeout(resolve, 30));
      });
      assert.equal(end.bytes, total);
      assert.ok(peak - before < 150 * 1024 * 1024, `grew by ${Math.round((peak - before) / 1024 / 1024)} MB`);
    });
  });

  it('takes little from the source when the server does not read', async () => {
    const serve = ({ ws }: Served): void => ws.pause();
    await withServer({ serve }, async ({ client }) => {
      let taken = 0;
      const source = Readable.from(
        (function* () {
          for (;;) {
            taken += 65_536;
            yield Buffer.alloc(65_536);
          }
        })(),
        { highWaterMark: 1 },
      );
      const controller = new AbortController();
      const feeding = kubePodExec(client, place).feed(['x'], source, 2 ** 33, { signal: controller.signal });
      feeding.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const atRest = taken;
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(taken, atRest, 'it still takes');
      // our window, and what two kernels keep for a loopback connection
      assert.ok(taken < 16 * 1024 * 1024, `${taken} bytes`);
      controller.abort();
      await assert.rejects(feeding, code('cancelled'));
      assert.ok(source.destroyed);
    });
  });

  it('ends with the error of the sink, also while paused', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const sink: Sink = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw full;
    };
    await withServer({}, async ({ client }) => {
      await assert.rejects(kubePodExec(client, place).read(['yes'], sink), full);
    });
  });
});

describe('kubePodExec: liveness and cancelling', () => {
  it('notices a silent server, but not while its own sink is slow', async () => {
    await assert.rejects(
      read(({ ws }) => ws.send(frame(1, 'x')), { stallSeconds: 0.2 }),
      code('exec.stalled'),
    );
    const sink: Sink = () => new Promise((resolve) => setTimeout(resolve, 600));
    const serve = (served: Served): void => {
      void heard(served, 'A').then(() => served.ws.close(1000));
      served.ws.send(frame(1, Buffer.alloc(2_000_000)));
      served.ws.send(frame(1, trailerOf(served)));
    };
    assert.equal((await read(serve, { sink, stallSeconds: 0.2 })).exitCode, 0);
  });

  it('stays alive by heartbeats alone', async () => {
    await withServer({}, async ({ client }) => {
      const exec = kubePodExec(client, place, { heartbeatSeconds: 1, stallSeconds: 1.8 });
      assert.equal((await exec.read(['sleep', '3.5'], drop)).exitCode, 0);
    });
  });

  it('is cancelled before, in the handshake, in mid-stream and waiting for the close', async () => {
    await assert.rejects(
      read(() => undefined, { signal: AbortSignal.abort() }),
      code('cancelled'),
    );
    await withServer({ refuse: () => true }, async ({ client }) => {
      const signal = AbortSignal.timeout(100);
      await assert.rejects(kubePodExec(client, place).read(['x'], drop, { signal }), code('cancelled'));
    });
    const middle = ({ ws }: Served): void => ws.send(frame(1, 'x'));
    await assert.rejects(read(middle, { signal: AbortSignal.timeout(100) }), code('cancelled'));
    const noClose = (served: Served): void => served.ws.send(frame(1, trailerOf(served)));
    await assert.rejects(read(noClose, { signal: AbortSignal.timeout(200) }), code('cancelled'));
  });

  it('ends the process of a command that is cancelled', async () => {
    await withServer({}, async ({ client, served }) => {
      const signal = AbortSignal.timeout(300);
      await assert.rejects(kubePodExec(client, place).read(['yes'], drop, { signal }), code('cancelled'));
      const { child } = served[0] ?? assert.fail();
      if (child?.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once('exit', resolve));
      // the heartbeat's last sleep takes up to 2 s, on a machine that has nothing else to do
      const deadline = Date.now() + 30_000;
      while (groupLives(child?.pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(!groupLives(child?.pid), 'its group is still there');
    });
  });
});

function groupLives(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

describe('kubePodExec: feeding', () => {
  it('stops at an early trailer and gives its exit code', async () => {
    const serve = (served: Served): void => {
      served.ws.once('message', () => served.ws.send(frame(1, trailerOf(served, 4))));
      void heard(served, 'A').then(() => served.ws.close(1000));
    };
    await withServer({ serve }, async ({ client }) => {
      const endless = Readable.from(
        (function* () {
          for (let i = 0; i < 10_000; i++) yield Buffer.alloc(65_536);
        })(),
      );
      const end = await kubePodExec(client, place).feed(['x'], endless, 2 ** 33);
      assert.equal(end.exitCode, 4);
      assert.ok(end.bytes < 2 ** 33 && endless.destroyed);
    });
  });

  it('never announces the end of a source that is short, long or broken', async () => {
    const broken = new Error('read error');
    for (const [source, expected] of [
      [Readable.from([Buffer.alloc(99)]), code('internal')],
      [Readable.from([Buffer.alloc(101)]), code('internal')],
      [
        Readable.from(
          (function* () {
            yield Buffer.alloc(10);
            throw broken;
          })(),
        ),
        broken,
      ],
    ] as const) {
      const announced: true[] = [];
      const serve = (served: Served): void => void heard(served, 'E').then(() => announced.push(true));
      await withServer({ serve }, async ({ client }) => {
        await assert.rejects(kubePodExec(client, place).feed(['x'], source, 100), expected);
      });
      assert.deepEqual(announced, []);
      assert.ok(source.destroyed);
    }
  });

  it('sends whole frames of at most 32 KiB', async () => {
    const sizes: number[] = [];
    const serve = (served: Served): void => {
      served.ws.on('message', (data: Buffer) => sizes.push(data.length));
      void heard(served, 'E').then(() => served.ws.send(frame(1, trailerOf(served))));
      void heard(served, 'A').then(() => served.ws.close(1000));
    };
    await withServer({ serve }, async ({ client }) => {
      await kubePodExec(client, place).feed(['x'], Readable.from([Buffer.alloc(100_000)]), 100_000);
    });
    assert.deepEqual(sizes.slice(0, 4), [32_769, 32_769, 32_769, 1697]);
  });
});

describe('kubePodExec: a refused upgrade', () => {
  const answer =
    (statusLine: string, body: string): NonNullable<ServerBehaviour['refuse']> =>
    (_request, socket) => {
      socket.end(`HTTP/1.1 ${statusLine}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return true;
    };
  const json = (status: number, message: string): string =>
    JSON.stringify({ kind: 'Status', status: 'Failure', code: status, message });

  for (const [statusLine, body, expected, data] of [
    ['403 Forbidden', json(403, 'pods "p" is forbidden: '), 'cluster.forbidden', { message: 'pods "p" is forbidden' }],
    ['404 Not Found', json(404, 'pods "p" not found'), 'exec.refused', { status: 404, message: 'pods "p" not found' }],
    ['500 Internal', 'container is gone\n', 'exec.refused', { status: 500, message: 'container is gone' }],
    ['500 Internal', 'x'.repeat(200_000), 'exec.refused', { message: 'x'.repeat(300) }],
    ['500 Internal', 'no: Bearer abc.def, sha256~secret', 'exec.refused', { message: 'no: Bearer …, …' }],
  ] as const) {
    it(`is told with its reason: ${statusLine}, ${body.slice(0, 20)}`, async () => {
      await withServer({ refuse: answer(statusLine, body) }, async ({ client, upgrades }) => {
        await assert.rejects(kubePodExec(client, place).read(['x'], drop), code(expected, data));
        assert.equal(upgrades.length, 1);
      });
    });
  }

  it('offers v4 alone, v5 where v4 is refused, and remembers', async () => {
    await withServer({}, async ({ client, served }) => {
      await kubePodExec(client, place).read(['true'], drop);
      assert.deepEqual(
        served.map(({ protocol }) => protocol),
        ['v4.channel.k8s.io'],
      );
    });
    await withServer({ protocols: ['v5.channel.k8s.io'] }, async ({ client, served, upgrades }) => {
      const exec = kubePodExec(client, place);
      for (let i = 0; i < 2; i++) assert.equal((await exec.read(['true'], drop)).exitCode, 0);
      assert.deepEqual(
        served.map(({ protocol }) => protocol),
        ['v5.channel.k8s.io', 'v5.channel.k8s.io'],
      );
      assert.equal(upgrades.length, 3);
    });
    await withServer({ protocols: ['v3.channel.k8s.io'] }, async ({ client }) => {
      await assert.rejects(kubePodExec(client, place).read(['x'], drop), code('exec.refused', { status: 403 }));
    });
  });

  it('asks for a fresh token once after a 401', async () => {
    const refuseOld: NonNullable<ServerBehaviour['refuse']> = (request, socket) =>
      request.headers['x-fresh'] === 'true'
        ? false
        : answer('401 Unauthorized', json(401, 'Unauthorized'))(request, socket);
    await withServer({ refuse: refuseOld }, async ({ client, upgrades }) => {
      assert.equal((await kubePodExec(client, place).read(['true'], drop)).exitCode, 0);
      assert.deepEqual(upgrades, [{ fresh: false }, { fresh: true }]);
    });
    await withServer(
      { refuse: answer('401 Unauthorized', json(401, 'Unauthorized')) },
      async ({ client, upgrades }) => {
        await assert.rejects(kubePodExec(client, place).read(['x'], drop), code('cluster.unauthorized'));
        assert.equal(upgrades.length, 2);
      },
    );
  });

  it('says that nobody listens', async () => {
    const server = await startExecServer();
    await server.stop();
    await assert.rejects(kubePodExec(server.client, place).read(['x'], drop), code('cluster.unreachable'));
  });
});
