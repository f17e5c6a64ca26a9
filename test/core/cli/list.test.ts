import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { List, type Listing } from '../../../src/cli/list';
import type { Options } from '../../../src/cli/options';
import { Terminal } from '../../../src/cli/terminal';
import { commands } from '../../../src/cli/commands/commands';
import { isAppError } from '../../../src/core/base/errors';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { putBackup } from '../catalog/putBackup';
import { ferry, resultOf, withoutKubeconfig } from './ferry';
import { requestOf } from '../job/requestOf';

interface Row {
  readonly name: string;
  readonly bytes?: number;
}

const listing: Listing<Row> = {
  nameOf: ({ name }) => `a/${name}`,
  itemOf: (row) => ({ type: 'row', ...row }),
  columns: [
    { name: 'name', text: ({ name }) => name, isFlexible: true },
    { name: 'size', text: ({ bytes }) => `${bytes ?? '?'} B`, raw: ({ bytes }) => bytes, isRight: true },
    { name: 'note', text: () => 'wide', isWide: true },
  ],
};

function show(options: Options, rows: readonly Row[], columns?: number): string {
  const out = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const streams = { in: new PassThrough(), out, err: new PassThrough() };
  const terminal = new Terminal(streams, options.json === true, false);
  new List({ operands: [], options, terminal }, listing).show(rows, { beside: 1 });
  return String(out.read() ?? '');
}

describe('a list', () => {
  const rows = [{ name: 'x'.repeat(40), bytes: 7 }, { name: 'tab\tline\nend\u001b[2J' }];

  it('is a table that fits the terminal, and whole in a pipe or with -o wide', () => {
    assert.match(show({}, rows, 30), /^NAME +SIZE\nx{7}…x+ +7 B\n/);
    assert.match(show({}, rows), /^NAME +SIZE\nx{40} +7 B\ntab\\x09line\\x0aend\\x1b\[2J +\? B\n$/);
    assert.match(show({ output: 'wide' }, rows, 30), /^NAME +SIZE +NOTE\nx{40} +7 B +wide\n/);
    assert.doesNotMatch(show({ 'no-headers': true }, rows), /NAME/);
    assert.equal(show({}, []), '');
  });

  it('is names, one document, or tabs between raw values, of which each row is one line', () => {
    assert.equal(show({ output: 'name' }, rows), `a/${rows[0]?.name ?? ''}\na/tab\\x09line\\x0aend\\x1b[2J\n`);
    assert.deepEqual(JSON.parse(show({ output: 'json' }, rows)), {
      items: rows.map((row) => ({ type: 'row', ...row })),
      beside: 1,
    });
    const lines = show({ output: 'tsv' }, rows).split('\n');
    assert.deepEqual(lines, [
      'name\tsize\tnote',
      `${rows[0]?.name ?? ''}\t7\twide`,
      'tab\\x09line\\x0aend\\x1b[2J\t\twide',
      '',
    ]);
    assert.equal(
      show({ output: 'tsv', columns: 'size,NAME', 'no-headers': true }, [{ name: 'b', bytes: 1 }]),
      '1\tb\n',
    );
    assert.match(show({ columns: 'note' }, [{ name: 'b' }]), /^NOTE\nwide\n$/);
    assert.deepEqual(JSON.parse(show({ output: 'json' }, [])), { items: [], beside: 1 });
    assert.equal(show({ output: 'name' }, []), '');
  });

  it('of a form or column that there is not, or of two forms, is bad usage', () => {
    for (const options of [
      { output: 'yaml' },
      { columns: 'nmae' },
      { columns: '' },
      { output: 'json', json: true },
      { output: 'name', columns: 'name' },
    ] as const) {
      assert.throws(
        () => show(options, rows),
        (error) => isAppError(error, 'usage'),
        JSON.stringify(options),
      );
    }
  });
});

describe('lists of the command line', () => {
  let root: string;
  let kubeconfig: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-list-'));
    kubeconfig = join(root, 'kubeconfig.json');
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', users: [{ name: 'dead', user: { token: 'x' } }] },
      clusters: [{ name: 'dead', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('each takes the forms of output, and prints nothing else on the standard output', async () => {
    // a report is no list: it has one form beside its own
    const lists = commands
      .filter(({ options }) => options.includes('output') && options.includes('columns'))
      .map(({ name }) => name);
    assert.deepEqual(lists.sort(), [
      'backups',
      'clusters',
      'databases',
      'inspect',
      'jobs',
      'pods',
      'schedule list',
      'status',
    ]);
    const folder = await putBackup(root, '20261120T010000Z-aaaaaa');
    await writeFile(join(root, 'alpha', 'x'), '');
    const { id } = await createJobFolder(root, requestOf('backup', ['a/b/c/d'], { root }));
    for (const [list, name] of [
      ['backups', '20261120T010000Z-aaaaaa'],
      ['jobs', id],
      ['clusters', 'dead'],
    ] as const) {
      const run = (...form: string[]): Promise<{ out: string; exitCode: number }> =>
        withoutKubeconfig(() => ferry(list, '--root', root, '--kubeconfig', kubeconfig, ...form));
      assert.match((await run('-o', 'name')).out, new RegExp(`^${name}$`, 'm'));
      const { items } = JSON.parse((await run('-o', 'json')).out) as { items: Record<string, unknown>[] };
      assert.ok(items.every((one) => one['type'] === list.slice(0, -1)));
      const tsv = (await run('-o', 'tsv')).out.replace(/\n$/, '').split('\n');
      assert.equal(new Set(tsv.map((line) => line.split('\t').length)).size, 1);
      assert.equal((await run('-o', 'yaml')).exitCode, 2);
      assert.equal((await run('-o', 'name', '--json')).exitCode, 2);
    }
    const sizes = await ferry(
      'backups',
      '--root',
      root,
      '-o',
      'tsv',
      '--columns',
      'backup,time,folder',
      '--no-headers',
    );
    assert.equal(sizes.out, `20261120T010000Z-aaaaaa\t2026-11-20T01:00:00.000Z\t${folder}\n`);
    const pods = await ferry('pods', 'dead', '--kubeconfig', kubeconfig, '-o', 'json');
    assert.deepEqual(JSON.parse(pods.out), { items: [], clusters: 1, answered: 0 });
    assert.equal(pods.exitCode, 1);
    assert.equal(resultOf(await ferry('pods', 'dead', '--kubeconfig', kubeconfig, '--json'))['exitCode'], 1);
  });
});
