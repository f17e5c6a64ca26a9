import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from '../../../src/core/cluster/connect';
import { readLines } from '../../../src/core/cluster/httpCall';
import type { KubeClient } from '../../../src/core/cluster/kubeClient';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { findPods } from '../../../src/core/pod/discover/findPods';
import { answer, startApi } from './apiDouble';

const code =
  (...expected: readonly ErrorCode[]) =>
  (error: unknown): true => {
    assert.ok(isAppError(error), String(error));
    assert.ok(expected.includes(error.code), error.code);
    return true;
  };

describe('an API server that is not what it says', function () {
  this.timeout(180_000);
  let api: Awaited<ReturnType<typeof startApi>>;
  let handler: (request: IncomingMessage, response: ServerResponse) => void;
  let client: KubeClient;
  /** what the server got rid of, in bytes */
  let sent = 0;
  before(async () => {
    api = await startApi((request, response) => handler(request, response));
    const [cluster] = (await readClusters({ env: { KUBECONFIG: api.kubeconfig } })).clusters;
    client = connect(cluster ?? assert.fail(), {});
  });
  after(() => api.stop());
  beforeEach(() => (sent = 0));

  /** Sends for ever, as fast as it is taken; `piece` begins it. */
  function endless(response: ServerResponse, begin: string, status = 200): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.write(begin);
    const piece = Buffer.alloc(256 * 1024, 'x');
    const more = (): void => {
      while (!response.destroyed && !response.writableNeedDrain) {
        response.write(piece);
        sent += piece.length;
      }
    };
    response.on('drain', more);
    more();
  }

  const megabytes = (): number => Math.round(sent / 2 ** 20);

  it('an answer without end is ended: a get, a page, a watched line, a refusal', async () => {
    const calls: readonly [most: number, call: () => Promise<unknown>, begin: string, status?: number][] = [
      [16, async () => client.get('/x'), '{"a":"'],
      [64, async () => client.list('/x'), '{"items":["'],
      [16, async () => client.post('/x', {}), '{"a":"'],
      [16, async () => client.watch('/x', '1', {})[Symbol.asyncIterator]().next(), '{"type":"ADDED","object":"'],
      [1, async () => client.get('/x'), '{"message":"', 404],
      [1, async () => client.get('/x'), '<html>', 500],
    ];
    for (const [most, call, begin, status] of calls) {
      sent = 0;
      let ended = false;
      handler = (_request, response) => {
        response.on('close', () => (ended = true));
        endless(response, begin, status);
      };
      await assert.rejects(call(), code(status === undefined ? 'cluster.tooMuch' : 'cluster.api'));
      // what the system holds of a connection comes on top; a refusal of 500 is asked for three times
      assert.ok(megabytes() <= most + 48, `${megabytes()} MB of ${begin}`);
      await api.idle();
      assert.equal(ended, true);
    }
  });

  it('a list whose pages never end is ended, by their number and by what is held of them', async () => {
    let pages = 0;
    handler = (_request, response) => answer(response, 200, { items: [], metadata: { continue: `c${++pages}` } });
    await assert.rejects(client.list('/x'), code('cluster.tooMuch'));
    assert.equal(pages, 1000);
    pages = 0;
    const big = 'x'.repeat(30 << 20);
    handler = (_request, response) => answer(response, 200, { items: [big], metadata: { continue: `c${++pages}` } });
    await assert.rejects(client.list('/x'), code('cluster.tooMuch'));
    assert.ok(pages <= 9, String(pages));
    pages = 0;
    handler = (_request, response) =>
      answer(response, 200, { items: [big], metadata: ++pages < 9 ? { continue: `c${pages}` } : {} });
    // what nobody holds does not count
    assert.deepEqual((await client.list('/x', { onPage: () => [] })).items, []);
  });

  it('a long line of a watch is looked at once, however it is cut', async () => {
    const looked = async (count: number): Promise<number> => {
      const piece = Buffer.alloc(1024, 'x');
      let bytes = 0;
      const indexOf = piece.indexOf.bind(piece);
      piece.indexOf = ((value: number, from?: number) => {
        bytes += piece.length - (from ?? 0);
        return indexOf(value, from);
      }) as typeof piece.indexOf;
      const chunks = (async function* () {
        for (let at = 0; at < count; at++) yield piece;
        yield Buffer.from('\n');
      })();
      const lines = [];
      for await (const line of readLines(chunks as unknown as IncomingMessage, 1 << 30)) lines.push(line.length);
      assert.deepEqual(lines, [count * 1024]);
      return bytes;
    };
    assert.equal(await looked(8000), 8 * (await looked(1000)));
  });

  it('answers that are no answers are told as such, and never as a fault of ours', async () => {
    const bodies = ['', 'null', '[]', '"x"', '3', '{', '<html>', '{"items":3}', '{"items":{"length":1e9}}', '\u0000'];
    for (const body of bodies) {
      handler = (_request, response) => response.writeHead(200).end(body);
      await assert.rejects(client.list('/x'), code('cluster.api'), body);
      handler = (_request, response) => response.writeHead(200).end(`${body}\n`);
      const watched = client.watch('/x', '1', {})[Symbol.asyncIterator]();
      if (body !== '') await assert.rejects(watched.next(), code('cluster.api'), body);
    }
  });

  it('pods that are no pods hide none that is one', async () => {
    const pod = (name: unknown, namespace: unknown = 'shop'): object => ({
      metadata: { name, namespace, uid: `u-${String(name)}`, labels: { a: 3 }, ownerReferences: 'x' },
      spec: { containers: [{ name: 'postgres', image: 'postgres:16', env: null }] },
    });
    const wrong: unknown[] = [
      null,
      3,
      'x',
      [],
      {},
      { metadata: {} },
      { metadata: { name: 'a', namespace: 'b', uid: 'c' } },
      { metadata: { name: 'a', namespace: 'b', uid: 'c' }, spec: { containers: 'x' } },
      { metadata: { name: 'a', namespace: 'b', uid: 'c' }, spec: { containers: [null, 3, {}] } },
      ...['', 'a/b', '../x', 'A', 'x'.repeat(300), 'a\u001b[2J', 'a\nb', 3, null, '-a'].flatMap((name) => [
        pod(name),
        pod('ok', name),
      ]),
    ];
    handler = (_request, response) => answer(response, 200, { items: [...wrong, pod('postgres-0')], metadata: {} });
    const { pods } = await findPods(client, { namespace: 'shop' });
    assert.deepEqual(
      pods.map(({ name }) => name),
      ['postgres-0'],
    );
  });
});
