import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../../src/cli/main';
import { createJobFolder } from '../../../src/core/job/jobFolder';

interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

describe('the command line', () => {
  let root: string;
  let kubeconfig: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'db-ferry-main-'));
    kubeconfig = join(root, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf('dead', 'https://127.0.0.1:1')));
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function run(...argv: string[]): Promise<Told> {
    const out = new PassThrough();
    const err = new PassThrough();
    const exitCode = await main(argv, { in: new PassThrough(), out, err });
    return { exitCode, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
  }

  const last = ({ out }: Told): Record<string, unknown> =>
    JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;

  it('help: 0', async () => {
    for (const argv of [['--help'], ['help'], ['help', 'copy'], ['copy', '--help']]) {
      const { exitCode, out } = await run(...argv);
      assert.equal(exitCode, 0);
      assert.match(out, /Exit codes/);
    }
  });

  it('bad usage: 2, said on stderr, and as a result for scripts', async () => {
    for (const argv of [
      [],
      ['nothing'],
      ['restore', 'x'],
      ['backup', 'a/b/c'],
      ['databases', 'a/b/c/d'],
      ['pods', 'a/b/c'],
    ]) {
      const { exitCode, out, err } = await run(...argv, '--root', root, '--kubeconfig', kubeconfig);
      assert.equal(exitCode, 2, argv.join(' '));
      assert.equal(out, '');
      assert.notEqual(err, '');
    }
    const told = await run('nothing', '--json');
    assert.equal(told.exitCode, 2);
    assert.deepEqual([last(told)['type'], last(told)['outcome'], last(told)['exitCode']], ['result', 'usage', 2]);
    assert.equal(told.err, '');
  });

  it('replacing without a person and without --yes: 2, and no job', async () => {
    for (const argv of [
      ['restore', 'b1', 'a/b/c/d'],
      ['copy', 'a/b/c/d', 'e/f/g/h'],
    ]) {
      const told = await run(...argv, '--as', 'replace', '--root', root);
      assert.equal(told.exitCode, 2);
      assert.match(told.err, /--yes/);
    }
    assert.equal(last(await run('jobs', '--json', '--root', root))['outcome'], 'done');
  });

  it('lists of nothing: 0', async () => {
    for (const command of ['jobs', 'backups']) {
      const { exitCode, out, err } = await run(command, '--root', join(root, 'empty'));
      assert.deepEqual([exitCode, out], [0, '']);
      assert.match(err, /No /);
    }
  });

  it('a job that is not there: 1', async () => {
    for (const argv of [
      ['job', 'nothere'],
      ['cancel', '../..'],
      ['undo', 'nothere'],
      ['clean', 'nothere'],
    ]) {
      assert.equal((await run(...argv, '--root', root)).exitCode, 1, argv.join(' '));
    }
  });

  it('a job whose process never came is shown', async () => {
    const request = { kind: 'backup', operands: ['a/b/c/d'], options: {}, kubeconfigs: [], root } as const;
    const { id } = await createJobFolder(root, { ...request, asked: { by: 'a test', reason: 'to see' } });
    const { exitCode, out } = await run('job', id, '--root', root);
    assert.equal(exitCode, 0);
    assert.match(out, /what +a\/b\/c\/d[^]*reason +to see[^]*state +starting/);
    const rows = (await run('jobs', '--json', '--root', root)).out.trimEnd().split('\n');
    assert.equal(rows.length, 2);
    assert.match(rows[0] ?? '', new RegExp(`"type":"job","id":"${id}"`));
  });

  it('clusters of the files that were named', async () => {
    const { exitCode, out } = await withoutKubeconfig(() => run('clusters', '--kubeconfig', kubeconfig));
    assert.equal(exitCode, 0);
    assert.match(out, /^dead +https:\/\/127\.0\.0\.1:1 /m);
  });

  it('pods of a cluster that is dead: a line for it, and 1', async () => {
    const told = await withoutKubeconfig(() => run('pods', '--kubeconfig', kubeconfig));
    assert.equal(told.exitCode, 1);
    assert.match(told.err, /^dead: cannot be reached at https:\/\/127\.0\.0\.1:1/m);
    const json = await withoutKubeconfig(() => run('pods', '--json', '--kubeconfig', kubeconfig));
    assert.match(json.out, /"type":"error","cluster":"dead","error":\{"code":"cluster.unreachable"/);
    assert.equal(last(json)['exitCode'], 1);
  });
});

function kubeconfigOf(name: string, server: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: 'x' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** The files of whoever runs the tests are no part of them. */
async function withoutKubeconfig<T>(action: () => Promise<T>): Promise<T> {
  const before = { KUBECONFIG: process.env['KUBECONFIG'], HOME: process.env['HOME'] };
  process.env['KUBECONFIG'] = '';
  process.env['HOME'] = tmpdir();
  try {
    return await action();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
