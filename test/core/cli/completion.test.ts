import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '../../../src/cli/commands/commands';
import { firstWords } from '../../../src/cli/arguments';
import { leaveOut } from '../../tools/leaveOut';
import { scripts } from '../../../src/cli/completion/scripts';
import { splitLine } from '../../../src/cli/completion/splitLine';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { putBackup } from '../catalog/putBackup';
import { ferry, withoutKubeconfig } from './ferry';
import { requestOf } from '../job/requestOf';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const hasZsh = spawnSync('zsh', ['-c', ':']).status === 0;

describe('completion', function () {
  this.timeout(180_000);
  let folder: string;
  let root: string;
  let kubeconfig: string;
  let job: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-complete-'));
    root = join(folder, 'root');
    kubeconfig = join(folder, 'kubeconfig');
    const contexts = ['prod', 'staging'].map((name) => ({ name, context: { cluster: name, user: 'u' } }));
    const clusters = ['prod', 'staging'].map((name) => ({ name, cluster: { server: `https://${name}.example.org` } }));
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      contexts,
      users: [{ name: 'u', user: { token: 'x' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const source = { cluster: 'prod', namespace: 'shop', workload: 'pg', pod: 'pg-0', database: 'shop' };
    await putBackup(root, '20261120T010000Z-aaaaaa', { source });
    await putBackup(root, '20261121T010000Z-bbbbbb', { source: { ...source, database: '$(touch pwned)' } });
    ({ id: job } = await createJobFolder(root, requestOf('backup', ['test/shop/pg-1/x'], { root })));
    await writeFile(join(folder, 'dump one.dump'), '');
    await mkdir(join(folder, 'bin'));
    await writeFile(
      join(folder, 'bin', 'db-ferry'),
      `#!/bin/sh\ncd '${repository}' && exec '${process.execPath}' --import tsx src/cli.ts "$@"\n`,
    );
    await chmod(join(folder, 'bin', 'db-ferry'), 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The candidates for a line, where `db-ferry ` stands before it. */
  async function offered(line: string, breaks = ''): Promise<string[]> {
    const before = process.env['DB_FERRY_ROOT'];
    process.env['DB_FERRY_ROOT'] = root;
    try {
      const run = (): ReturnType<typeof ferry> => ferry('complete', '--', `db-ferry ${line}`, breaks);
      const { out, err, exitCode } = await withoutKubeconfig(run);
      assert.deepEqual([exitCode, err], [0, '']);
      return out
        .split('\n')
        .slice(0, -1)
        .map((one) => one.split('\t')[0] ?? '');
    } finally {
      if (before === undefined) delete process.env['DB_FERRY_ROOT'];
      else process.env['DB_FERRY_ROOT'] = before;
    }
  }

  it('commands, topics, groups, options with their values, each where it may stand', async () => {
    assert.deepEqual(await offered(''), ['closed', ...firstWords(commands)]);
    for (const [line, wanted] of [
      ['rest', ['closed', 'restore']],
      ['help exit', ['closed', 'exit-codes']],
      ['keys t', ['closed', 'trust', 'test']],
      ['completion ', ['closed', 'bash', 'zsh']],
      ['restore b x --a', ['closed', '--as', '--accept-missing', '--as-of', '--approval']],
      ['restore b x --as replace --as', ['closed', '--as-of']],
      ['restore b x --as ', ['closed', 'new', 'replace']],
      ['restore b x --as=re', ['closed', '--as=replace']],
      ['backup x --compress z', ['open', 'zstd:']],
      ['backups -o ', ['closed', 'name', 'wide', 'json', 'tsv']],
      ['--ro', ['closed', '--root']],
      ['--quiet rest', ['closed', 'restore']],
      ['backup --reason "a b" x ', ['closed']],
      ['backup x --to /t', ['folders']],
      ['import x', ['files']],
      ['verify ./du', ['files']],
      ['nothing ', ['closed']],
      ['clean -- --fo', ['closed']],
      ["'rest", ['closed', 'restore']],
    ] as const) {
      assert.deepEqual(await offered(line), wanted, line);
    }
    const all = await offered('verify x --');
    const own = commands.find(({ name }) => name === 'verify')?.options ?? [];
    for (const name of own) assert.ok(all.includes(`--${name}`), name);
    assert.ok(!all.includes('--as'));
  });

  it('places a level at a time, ids, latest and its filters; nothing that a shell would run', async () => {
    const files = `--kubeconfig ${kubeconfig}`;
    for (const [line, wanted] of [
      [`copy ${files} `, ['closed', 'prod/', 'staging/', 'test/']],
      [`copy ${files} st`, ['open', 'staging/']],
      [`copy ${files} prod/`, ['open', 'prod/shop/']],
      [`copy ${files} prod/shop/pg/`, ['closed', 'prod/shop/pg/shop']],
      [`databases ${files} test/shop/`, ['closed', 'test/shop/pg-1']],
      [`pods ${files} s`, ['closed', 'staging']],
      ['verify 2026', ['closed', '20261121T010000Z-bbbbbb', '20261120T010000Z-aaaaaa']],
      ['verify 20261120', ['closed', '20261120T010000Z-aaaaaa']],
      ['verify latest:', ['closed', 'latest:shop', 'latest:prod/']],
      ['verify latest:prod/s', ['closed', 'latest:prod/shop', 'latest:prod/shop/']],
      [`job ${job.slice(0, 6)}`, ['closed', job]],
      ['report latest:b', ['closed', 'latest:backup']],
      [`verify --root ${folder}/other 2026`, ['closed']],
    ] as const) {
      const found = await offered(line);
      const isOpen = found[0] === 'open' ? 'open' : wanted[0];
      assert.deepEqual([...new Set(found)], [isOpen, ...wanted.slice(1)], line);
    }
    assert.deepEqual((await offered('verify latest:sh', ' \t\n"\'><=;|&(:')).slice(1), ['shop']);
    assert.deepEqual((await offered('restore b x --as=re', '=:')).slice(1), ['replace']);
    assert.ok(!(await offered('backup prod/shop/pg/')).some((one) => one.includes('touch')));
  });

  it('words are read as a shell reads them', () => {
    for (const [line, words] of [
      ['a b', ['a', 'b']],
      ['a b ', ['a', 'b', '']],
      [`a 'b c' "d \\"e" f\\ g`, ['a', 'b c', 'd "e', 'f g']],
      [`a 'b c`, ['a', 'b c']],
      ['', ['']],
      ["a '' b", ['a', '', 'b']],
    ] as const) {
      assert.deepEqual(splitLine(line), words);
    }
  });

  /** Types lines into a real shell on a terminal, each with what makes it print its words instead of running them; returns what was printed. */
  async function type(
    shell: string,
    args: readonly string[],
    setUp: string,
    lines: readonly string[],
  ): Promise<string[]> {
    const env = {
      ...{ HOME: folder, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
      ...{
        DB_FERRY_ROOT: root,
        KUBECONFIG: kubeconfig,
        XDG_STATE_HOME: process.env['XDG_STATE_HOME'] ?? '',
        PS1: '$ ',
      },
    };
    const program = `import pty, sys; pty.spawn(sys.argv[1:])`;
    const child = spawn('python3', ['-c', program, shell, ...args], { cwd: folder, env });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const typed = lines.map((line) => `db-ferry ${line}\t\u0001p \u0005\r`);
    child.stdin.write(
      [`p() { for w in "$@"; do printf '<%s>' "$w"; done; echo '<end>'; }\r`, `${setUp}\r`, ...typed, 'exit\r'].join(
        '',
      ),
    );
    await ended;
    return [...seen.matchAll(/(<db-ferry>.*?)<end>/g)].map(([, words]) => (words ?? '').slice('<db-ferry>'.length));
  }

  const typed = [
    'rest',
    'restore latest:pr',
    'restore b x --as=re',
    'copy stag',
    'verify 20261120',
    'verify ./dump',
    'backup prod/shop/pg/',
  ];
  const completed = [
    '<restore>',
    '<restore><latest:prod/>',
    '<restore><b><x><--as=replace>',
    '<copy><staging/>',
    '<verify><20261120T010000Z-aaaaaa>',
    '<verify><./dump one.dump>',
    '<backup><prod/shop/pg/shop>',
  ];

  it('in a real bash, at its Tab key', async () => {
    const made = await ferry('completion', 'bash');
    await writeFile(join(folder, 'completion.bash'), made.out);
    assert.deepEqual(await type('bash', ['--norc', '--noprofile', '-i'], '. ./completion.bash', typed), completed);
  });

  it('in a real zsh, at its Tab key', async function () {
    assert.match(scripts.zsh, /^#compdef db-ferry\n[^]*compadd/);
    if (!hasZsh) leaveOut(this, 'zsh');
    await writeFile(join(folder, '_db-ferry'), (await ferry('completion', 'zsh')).out);
    const setUp =
      'autoload -U compinit; compinit -u -D; . ./_db-ferry; bindkey "^A" beginning-of-line; bindkey "^E" end-of-line';
    assert.deepEqual(await type('zsh', ['-f', '-i'], setUp, typed), completed);
  });
});
