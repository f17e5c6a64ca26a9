import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { ferry, resultOf, withoutKubeconfig } from './ferry';
import { requestOf } from '../job/requestOf';

describe('the command line', () => {
  let root: string;
  let kubeconfig: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'db-ferry-main-'));
    kubeconfig = join(root, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf('dead', 'https://127.0.0.1:1')));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('help: 0', async () => {
    for (const argv of [['--help'], ['help'], ['help', 'copy'], ['copy', '--help']]) {
      const { exitCode, out } = await ferry(...argv);
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
      const { exitCode, out, err } = await ferry(...argv, '--root', root, '--kubeconfig', kubeconfig);
      assert.equal(exitCode, 2, argv.join(' '));
      assert.equal(out, '');
      assert.notEqual(err, '');
    }
    const told = await ferry('nothing', '--json');
    assert.equal(told.exitCode, 2);
    assert.deepEqual(
      [resultOf(told)['type'], resultOf(told)['outcome'], resultOf(told)['exitCode']],
      ['result', 'usage', 2],
    );
    assert.equal(told.err, '');
  });

  it('the name alone shows what there is; a slip of the pen what was meant, and where its help is', async () => {
    assert.match((await ferry()).err, /Usage: db-ferry <command>/);
    for (const [argv, said] of [
      [['restroe', 'a'], /Did you mean restore\?\n.*db-ferry --help/],
      [['backup', 'a/b/c/d', '--gentel', '3'], /Did you mean --gentle\?\n.*db-ferry help backup/],
      [['jobs', '--foo'], /--foo[^]*db-ferry help jobs/],
      [
        ['restore', 'x'],
        /restore takes 2 operands, and 1 was given: db-ferry restore <backup>[^]*db-ferry help restore/,
      ],
      [['verify', 'x', '--count'], /takes no --count[^]*db-ferry help verify/],
      [['databases', 'a/b/c/d'], /"a\/b\/c\/d" names a database\.\nA pod is wanted/],
      [['backup', 'a/b/c'], /"a\/b\/c" names a pod\.\nA database is wanted/],
    ] as const) {
      const { err, exitCode } = await ferry(...argv);
      assert.match(err, said);
      assert.equal(exitCode, 2);
    }
  });

  it('the version: 0', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
      version: string;
    };
    for (const argv of [['--version'], ['-V'], ['version'], ['backup', '--version']]) {
      assert.deepEqual(await ferry(...argv), { exitCode: 0, out: `${version}\n`, err: '' });
    }
  });

  it('names that are not known here make no job', async () => {
    const own = join(root, 'slips');
    for (const argv of [
      ['backup', 'daed/shop/postgres-0/shop'],
      ['copy', 'dead/a/b/c', 'nowhere/a/b/c'],
      ['restore', '20260101T000000Z-abcdef', 'dead/a/b/c'],
      ['verify', '2026'],
      ['verify', join(root, 'nothing.dump')],
      ['verify', join(root, 'nothing.dump'), '--deep', 'nowhere/a/b'],
      ['diff', 'dead/a/b/c', '2026'],
      ['undo', 'nowhere/a/b/c'],
      ['release', 't3kq0v1x9z'],
      ['clean', 'nowhere/a/b'],
    ]) {
      const { exitCode, err } = await ferry(...argv, '--root', own, '--kubeconfig', kubeconfig);
      assert.equal(exitCode, 1, argv.join(' '));
      assert.match(err, /There is no (cluster|backup|job)/);
    }
    assert.match((await ferry('jobs', '--root', own)).err, /^No jobs/);
  });

  it('a job that is not there is named as it was asked for', async () => {
    assert.match((await ferry('job', 'nosuch', '--root', root)).err, /There is no job "nosuch"/);
  });

  it('replacing without a person and without --yes: 2, and no job', async () => {
    for (const argv of [
      ['restore', 'b1', 'a/b/c/d'],
      ['copy', 'a/b/c/d', 'e/f/g/h'],
    ]) {
      const told = await ferry(...argv, '--as', 'replace', '--root', root);
      assert.equal(told.exitCode, 2);
      assert.match(told.err, /--yes/);
    }
    assert.equal(resultOf(await ferry('jobs', '--json', '--root', root))['outcome'], 'done');
  });

  it('lists of nothing: 0', async () => {
    for (const command of ['jobs', 'backups']) {
      const { exitCode, out, err } = await ferry(command, '--root', join(root, 'empty'));
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
      assert.equal((await ferry(...argv, '--root', root)).exitCode, 1, argv.join(' '));
    }
  });

  it('a job whose process never came is shown', async () => {
    const asked = { by: 'a test', reason: 'to see' };
    const { id } = await createJobFolder(root, requestOf('backup', ['a/b/c/d'], { root, asked }));
    const { exitCode, out } = await ferry('job', id, '--root', root);
    assert.equal(exitCode, 0);
    assert.match(out, /what +a\/b\/c\/d[^]*reason +to see[^]*state +starting/);
    const rows = (await ferry('jobs', '--json', '--root', root)).out.trimEnd().split('\n');
    assert.equal(rows.length, 2);
    assert.match(rows[0] ?? '', new RegExp(`"type":"job","id":"${id}"`));
  });

  it('clusters of the files that were named', async () => {
    const { exitCode, out } = await withoutKubeconfig(() => ferry('clusters', '--kubeconfig', kubeconfig));
    assert.equal(exitCode, 0);
    assert.match(out, /^dead +https:\/\/127\.0\.0\.1:1 /m);
  });

  it('pods of a cluster that is dead: a line for it, and 1', async () => {
    const told = await withoutKubeconfig(() => ferry('pods', '--kubeconfig', kubeconfig));
    assert.equal(told.exitCode, 1);
    assert.match(told.err, /^dead: cannot be reached at https:\/\/127\.0\.0\.1:1/m);
    const json = await withoutKubeconfig(() => ferry('pods', '--json', '--kubeconfig', kubeconfig));
    assert.match(json.out, /"type":"error","cluster":"dead","error":\{"code":"cluster.unreachable"/);
    assert.equal(resultOf(json)['exitCode'], 1);
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
