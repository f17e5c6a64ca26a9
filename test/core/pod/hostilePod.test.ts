import assert from 'node:assert/strict';
import fc from 'fast-check';
import { startCounting } from '../../../src/core/pod/server/countRows';
import { AppError, isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { kubePodExec } from '../../../src/core/exec/kubePodExec';
import { capture, type PodExec, type ProcessEnd } from '../../../src/core/exec/podExec';
import type { OpenPod, PodFacts } from '../../../src/core/pod/databasePod';
import { probe } from '../../../src/core/pod/server/probe';
import { readAnswer } from '../../../src/core/pod/server/probeAnswer';
import { query } from '../../../src/core/pod/server/sql';
import { startExecServer } from '../exec/execServer';

const code =
  (expected: ErrorCode) =>
  (error: unknown): true => {
    assert.ok(isAppError(error), String(error));
    assert.equal(error.code, expected);
    return true;
  };

/** A pod that answers whatever it is asked with the same chunks; `taken`: the bytes that somebody took. */
function answering(chunks: () => Iterable<Buffer>): { readonly exec: PodExec; readonly taken: () => number } {
  let taken = 0;
  const answer = async (sink: ((chunk: Buffer) => void | Promise<void>) | undefined): Promise<ProcessEnd> => {
    for (const chunk of chunks()) {
      taken += chunk.length;
      await sink?.(chunk);
    }
    return { exitCode: 0, stderr: '', bytes: taken };
  };
  const exec: PodExec = {
    place: { namespace: 'n', pod: 'p', container: 'c' },
    read: async (_argv, sink) => answer(sink),
    feed: async (_argv, source, _length, options) => {
      source.destroy();
      return answer(options?.sink);
    },
  };
  return { exec, taken: () => taken };
}

function* endless(piece = Buffer.alloc(1 << 20, 'x')): Generator<Buffer> {
  for (;;) yield piece;
}

const said = (text: string): PodExec => answering(() => [Buffer.from(text)]).exec;

const whole = [
  'tool\t\t16.3\t16.3\t16.3\t16.3\tyes\tyes',
  'login\tpostgres\t-\t-\tno\t-\tpostgres\tt',
  '{"kind":"server","version":160003,"standby":false,"name":"postgres","superuser":true,"createDb":true,"createRole":true}',
  '{"kind":"system","id":"7412345"}',
  '{"kind":"database","name":"shop","oid":16385,"owner":"o","bytes":null,"encoding":"UTF8","collate":"C","ctype":"C","connectionLimit":-1,"allowConnections":true,"isTemplate":false,"comment":null}',
  '{"kind":"extensions","versions":{"plpgsql":"1.0"}}',
  'df\tdata\t/dev/my disk 100 20 80 20% /var/lib/my data',
  'df\twal\toverlay 100 20 -80 - /',
  'cpu\tmax\t200000 100000',
  'cpu\tnproc\t8',
];

describe('a pod that is not what it says', () => {
  it('answers without end are ended, whoever asks', async () => {
    const pod = { access: { bin: '', user: 'postgres' } };
    const asking: readonly [most: number, ask: (exec: PodExec) => Promise<unknown>][] = [
      [64, async (exec) => capture(exec, ['x'])],
      [64, async (exec) => capture(exec, ['x'], { input: 'y' })],
      [32, async (exec) => probe(exec)],
      [64, async (exec) => query({ exec, ...pod }, 'shop', 'select 1')],
    ];
    for (const [most, ask] of asking) {
      const { exec, taken } = answering(() => endless());
      await assert.rejects(ask(exec), code('exec.tooMuch'));
      assert.equal(taken(), (most + 1) << 20);
    }
    const source = (exec: PodExec): OpenPod => ({ exec, facts: pod as PodFacts, pod: {} as OpenPod['pod'] });
    const mute = answering(() => endless(Buffer.alloc(100, 'x')));
    const counting = startCounting(
      source(mute.exec),
      'shop',
      { application: 'test', rows: true },
      new AbortController().signal,
    );
    await assert.rejects(counting.seen, code('exec.answer'));
    await assert.rejects(counting.snapshot, code('exec.answer'));
    const lines = answering(() => endless(Buffer.alloc(1 << 20, 'x\n')));
    const more = startCounting(
      source(lines.exec),
      'shop',
      { application: 'test', rows: true },
      new AbortController().signal,
    );
    await assert.rejects(more.seen, code('exec.tooMuch'));
    assert.equal(lines.taken(), 65 << 20);
  });

  it('over a real connection, too: the command is ended with it', async () => {
    const server = await startExecServer();
    try {
      const exec = kubePodExec(server.client, { namespace: 'n', pod: 'p', container: 'c' });
      await assert.rejects(capture(exec, ['cat', '/dev/zero'], { most: 1 << 20 }), code('exec.tooMuch'));
    } finally {
      // waits for the process
      await server.stop();
    }
  });

  it('what a probe answers is read by its grammar', () => {
    const { df, cpu, databases, login, systemId } = readAnswer(whole.join('\n'));
    assert.deepEqual(df.get('data'), { fileSystem: '/dev/my disk /var/lib/my data', free: 80 * 1024 });
    assert.deepEqual(df.get('wal'), { fileSystem: 'overlay /', free: 0 });
    assert.deepEqual([cpu, login?.user, systemId], [{ limit: 2, online: 8 }, 'postgres', '7412345']);
    assert.deepEqual(Object.keys(databases[0] ?? {}), [
      ...['name', 'oid', 'owner', 'encoding', 'collate', 'ctype'],
      ...['allowConnections', 'isTemplate', 'connectionLimit'],
    ]);
  });

  it('facts that are none end it, with a code of their own', async () => {
    const instead = (from: string, to: string): string => whole.map((line) => line.replace(from, to)).join('\n');
    const wrong = [
      instead('"version":160003', '"version":"160003"'),
      instead('"version":160003', '"version":1e300'),
      instead('"name":"postgres"', '"name":{"a":1}'),
      instead('"name":"shop"', '"name":null'),
      instead('"name":"shop"', `"name":"${'x'.repeat(5000)}"`),
      instead('"name":"shop"', '"name":"a\\u0000b"'),
      instead('"oid":16385', '"oid":-1'),
      instead('"encoding":"UTF8"', '"encoding":[]'),
      instead('{"kind":"system"', '{"kind":"system'),
      instead('login\tpostgres\t-', 'login\t$(id)\t-'),
      instead('login\tpostgres\t-\t-', 'login\tpostgres\t-\t99999'),
      instead('login\tpostgres\t-\t-\tno\t-', 'login\tpostgres\t-\t-\tenv\tA;id'),
      `${whole.join('\n')}\n${`${whole[4] ?? ''}\n`.repeat(50_001)}`,
    ];
    for (const text of wrong) await assert.rejects(probe(said(text)), code('exec.answer'), text.slice(0, 200));
    await assert.rejects(probe(said(instead('tool\t\t16.3', 'tool\t\tx'))), code('pod.noTools'));
    assert.equal((await probe(said(whole.join('\n')))).databases[0]?.name, 'shop');
    // lines that are none of a `df` say nothing of the disk, however long they are
    for (const line of [
      `df\tdata\t${' '.repeat(1 << 20)}`,
      `df\tdata\t${'1 '.repeat(7000)}`,
      'df\tdata\tx 1 2 3 4% ',
    ]) {
      assert.equal((await probe(said(`${whole.slice(0, 6).join('\n')}\n${line}`))).free, undefined);
    }
  });

  it('any answer is read, or refused as one: never a fault of ours', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e300, 0.5, '', '\0', 'x'.repeat(2000), null, [], {}));
    const key = fc.constantFrom('version', 'name', 'oid', 'owner', 'encoding', 'bytes', 'versions', 'id', 'comment');
    const kind = fc.constantFrom('server', 'system', 'extensions', 'database', 'other');
    const row = fc.tuple(kind, fc.dictionary(key, value)).map(([of, data]) => JSON.stringify({ ...data, kind: of }));
    const tag = fc.constantFrom('tool', 'tried', 'login', 'df', 'cpu', 'x');
    const line = fc.tuple(tag, fc.array(fc.string({ unit: 'binary' }))).map((parts) => parts.flat().join('\t'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(row, line, fc.constantFrom(...whole))), async (lines) => {
        await probe(said(lines.join('\n'))).catch((error: unknown) => {
          assert.ok(error instanceof AppError && error.code !== 'internal', String(error));
        });
      }),
    );
  });

  it('rows that are none are not quoted', async () => {
    const server = { exec: said('{"a":1}\ncard 4111 1111\n'), access: { bin: '', user: 'postgres' } };
    await assert.rejects(query(server, 'shop', 'select 1'), (error) => {
      code('exec.answer')(error);
      assert.doesNotMatch(String((error as Error).stack), /4111/);
      return true;
    });
  });
});
