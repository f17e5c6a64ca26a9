import { transform } from 'esbuild';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const tools = join(repository, 'test/tools');

describe('the first file of the command line', () => {
  const started = async (version: string): Promise<{ said: string; exitCode?: number; loaded: string[] }> => {
    const source = (await readFile(join(repository, 'src/launcher.cjs'), 'utf8')).replace(/^#!.*/, '');
    const seen = { said: '', loaded: [] as string[] };
    const load = Object.assign((name: string) => void seen.loaded.push(name), { resolve: (name: string) => name });
    const process = {
      ...{ versions: { node: version }, execPath: '/usr/bin/node', argv: ['node', '/x/cli.js'], cwd: () => '/' },
      stderr: { write: (text: string) => void (seen.said += text) },
      exitCode: undefined as number | undefined,
      // nothing of it is there in an old one
      ...(Number.parseInt(version, 10) < 22 ? {} : { getBuiltinModule: () => ({ createRequire: () => load }) }),
    };
    runInNewContext(source, { process });
    return { ...seen, ...(process.exitCode === undefined ? {} : { exitCode: process.exitCode }) };
  };

  describe('keeps what the bundle compiles to', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dbf-kept-'));
      await copyFile(join(repository, 'src/launcher.cjs'), join(folder, 'cli.js'));
      await writeBundle(1);
    });
    afterEach(async () => rm(folder, { recursive: true, force: true }));

    const writeBundle = async (answer: number): Promise<void> => {
      // short ones are not worth it to Node
      const rest = Array.from({ length: 2000 }, (_, at) => `function f${at}(a) { return a + ${at}; }`).join('\n');
      await writeFile(join(folder, 'db-ferry.cjs'), `${rest}\nconsole.log(f1(${answer}));`);
    };
    const start = (env: Record<string, string> = {}): string => {
      const settings = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env };
      const ran = spawnSync(process.execPath, [join(folder, 'cli.js')], { env: settings, encoding: 'utf8' });
      assert.equal(ran.stderr, '');
      return ran.stdout.trim();
    };
    const own = 'cache/db-ferry/compiled';
    const kept = async (at = own): Promise<string[]> => readdir(join(folder, at)).catch(() => []);

    it("in this user's own folder, of one version, and starts the same with it", async () => {
      assert.deepEqual([start(), start()], ['2', '2']);
      const [first, ...others] = await kept();
      assert.ok(first && others.length === 0);
      assert.ok((await kept(`${own}/${first}`)).length > 0);
      assert.equal((await stat(join(folder, own))).mode & 0o777, 0o700);
      // what lies beside it is not ours to remove, whatever else this folder is
      await writeFile(join(folder, 'cache/db-ferry/signing.key'), '');
      await mkdir(join(folder, own, 'backups'));
      await writeBundle(1000);
      assert.equal(start(), '1001');
      assert.equal((await kept()).length, 2);
      assert.ok((await kept()).includes('backups') && !(await kept()).includes(first));
      assert.deepEqual(await kept('cache/db-ferry'), ['compiled', 'signing.key']);
      assert.equal(start({ XDG_CACHE_HOME: 'not absolute' }), '1001');
      assert.equal((await kept('.cache/db-ferry/compiled')).length, 1);
    });

    it('nowhere that somebody else could put something, nor where it is not wanted, and starts all the same', async () => {
      assert.equal(start({ NODE_DISABLE_COMPILE_CACHE: '1' }), '2');
      await mkdir(join(folder, own), { recursive: true, mode: 0o700 });
      for (const [at, mode] of [
        [own, 0o770],
        [own, 0o1777],
        ['cache/db-ferry', 0o770],
        ['cache', 0o777],
      ] as const) {
        await chmod(join(folder, at), mode);
        assert.equal(start(), '2');
        assert.deepEqual(await kept(), [], `${at} ${mode.toString(8)}`);
        await chmod(join(folder, at), 0o700);
      }
      await rm(join(folder, 'cache'), { recursive: true });
      await mkdir(join(folder, 'others'));
      await chmod(join(folder, 'others'), 0o777);
      await mkdir(join(folder, 'cache'));
      await symlink(join(folder, 'others'), join(folder, 'cache/db-ferry'));
      await writeFile(join(folder, 'others/precious'), '');
      assert.equal(start(), '2');
      assert.deepEqual(await kept('others'), ['compiled', 'precious']);
      assert.deepEqual(await kept('others/compiled'), []);
      await rm(join(folder, 'cache'), { recursive: true });
      await writeFile(join(folder, 'cache'), 'no folder');
      assert.equal(start(), '2');
    });
  });

  it('says in one sentence which Node it needs where this one is too old', async () => {
    for (const version of ['0.12.18', '8.17.0', '18.20.8', '20.20.2', '22.14.0', '23.7.0']) {
      const { said, exitCode, loaded } = await started(version);
      assert.match(
        said,
        new RegExp(`^DB Ferry needs Node 22.15 or newer, and this is Node ${version} .*npx db-ferry.*\\n$`),
      );
      assert.equal(exitCode, 1);
      assert.deepEqual(loaded, []);
    }
    for (const version of ['22.15.0', '22.19.0', '23.8.0', '24.0.0']) {
      const { said, exitCode, loaded } = await started(version);
      assert.deepEqual({ said, exitCode, loaded }, { said: '', exitCode: undefined, loaded: ['./db-ferry.cjs'] });
    }
  });

  it('is run by the Node that a clone installed for itself, where there is one, and ends as that does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dbf-launcher-'));
    try {
      await mkdir(join(folder, 'dist'));
      await mkdir(join(folder, 'bin'));
      await mkdir(join(folder, 'node_modules/node/bin'), { recursive: true });
      const source = await readFile(join(repository, 'src/launcher.cjs'), 'utf8');
      // this Node is new enough: it is told that it is not
      await writeFile(join(folder, 'dist/cli.js'), source.replace('process.versions.node', '"20.20.2"'));
      await symlink('../dist/cli.js', join(folder, 'bin/db-ferry'));
      const own = join(folder, 'node_modules/node/bin/node');
      const run = (): ReturnType<typeof spawnSync> =>
        spawnSync(process.execPath, [join(folder, 'bin/db-ferry'), 'a b', '--json'], { encoding: 'utf8' });
      assert.match(String(run().stderr), /^DB Ferry needs Node/);
      await writeFile(own, '#!/bin/sh\nprintf "<%s>" "$@"\nexit 3\n', { mode: 0o755 });
      const { stdout, stderr, status } = run();
      assert.deepEqual([stdout, stderr, status], [`<${join(folder, 'dist/cli.js')}><a b><--json>`, '', 3]);
      await writeFile(own, '#!/bin/sh\nkill -TERM $$\n', { mode: 0o755 });
      assert.equal(run().signal, 'SIGTERM');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is bundled as what any Node can read, or not at all', async () => {
    const source = await readFile(join(repository, 'src/launcher.cjs'), 'utf8');
    await transform(source, { target: 'es5' });
    await assert.rejects(transform(`${source}\nconst newer = 1;`, { target: 'es5', logLevel: 'silent' }), /es5/);
  });
});

describe('scripts of package.json', () => {
  it('that need packages install them first', async () => {
    const { scripts } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const bare = Object.entries(scripts).filter(([, text]) => !/^(node test\/tools\/|npm run build)/.test(text));
    assert.deepEqual(bare.map(([name]) => name).sort(), [
      'format',
      'format:check',
      'lint',
      'release:check',
      'test:copies',
      'test:digests',
      'test:hostile',
      'types',
    ]);
  });
});

describe('setting up', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-setup-'));
    const lock = {
      packages: {
        '': {},
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b': { version: '2.0.0', optional: true },
      },
    };
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** npm as the shell script says it */
  const npm = async (script: string): Promise<void> => {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await writeFile(join(folder, 'bin/npm'), `#!/bin/sh\necho run >> runs\nmkdir -p node_modules/.bin\n${script}\n`);
    await chmod(join(folder, 'bin/npm'), 0o755);
  };
  const whole = `echo > node_modules/.bin/node
    echo '{"packages":{"node_modules/a":{"version":"1.0.0"}}}' > node_modules/.package-lock.json`;
  const start = (): { pid: number; ended: Promise<{ code: number | null; said: string }> } => {
    const script = `import(${JSON.stringify(join(tools, 'packages.mjs'))}).then((it) => it.install(process.cwd()))`;
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const child = spawn(process.execPath, ['-e', script], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    return {
      pid: child.pid ?? 0,
      ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))),
    };
  };
  /** one that nobody waits for stays as a zombie where no init is */
  const isOver = async (pid: number): Promise<boolean> => {
    for (let i = 0; i < 200; i += 1) {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
      if (stdout.trim() === '' || stdout.startsWith('Z')) return true;
      await sleep(50);
    }
    return false;
  };
  const runs = async (): Promise<number> =>
    (await readFile(join(folder, 'runs'), 'utf8').catch(() => '')).split('\n').length - 1;

  it('installs once, also when it is begun twice at the same time', async () => {
    await npm(`sleep 1; ${whole}`);
    const [one, two] = await Promise.all([start().ended, start().ended]);
    assert.deepEqual([one.code, two.code, await runs()], [0, 0, 1]);
    assert.equal((await start().ended).said, '');
  });

  it('installs again what is not whole: another version, a package or the Node that is missing, a npm that never ended', async () => {
    await npm(whole);
    await start().ended;
    const hidden = join(folder, 'node_modules/.package-lock.json');
    const breakings = [
      () => writeFile(hidden, '{"packages":{"node_modules/a":{"version":"0.9.0"}}}'),
      () => writeFile(hidden, '{"packages":{}}'),
      () => rm(hidden),
      () => rm(join(folder, 'node_modules/.bin/node')),
    ];
    for (const [at, broken] of breakings.entries()) {
      await broken();
      assert.equal((await start().ended).code, 0);
      assert.equal(await runs(), at + 2);
    }
  });

  it('leaves nothing when a signal ends it, and the next run is a first one', async () => {
    await npm('sleep 60 & echo $! > child; wait');
    const first = start();
    while (!(await readdir(folder)).includes('child')) await sleep(20);
    process.kill(first.pid, 'SIGINT');
    process.kill(first.pid, 'SIGINT');
    assert.equal((await first.ended).code, 130);
    const child = Number(await readFile(join(folder, 'child'), 'utf8'));
    assert.ok(await isOver(child));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name === 'node_modules'),
      [],
    );
    assert.deepEqual(await readdir(join(folder, '.cache')), []);
    await npm(whole);
    assert.equal((await start().ended).code, 0);
  });

  it('ends the npm of a run that was killed before it begins its own', async () => {
    await npm('sleep 60 & echo $! > child; wait');
    const first = start();
    while (!(await readdir(folder)).includes('child')) await sleep(20);
    process.kill(first.pid, 'SIGKILL');
    assert.ok(await isOver(first.pid));
    const child = Number(await readFile(join(folder, 'child'), 'utf8'));
    await npm(whole);
    assert.equal((await start().ended).code, 0);
    assert.ok(await isOver(child));
  });

  it('says last what failed', async () => {
    await npm('echo "npm error code E404" >&2; exit 3');
    const { code, said } = await start().ended;
    assert.equal(code, 3);
    assert.match(said.trim().split('\n').at(-1) ?? '', /^The packages could not be installed \(npm ci ended with 3\)/);
  });

  it('looks for what a machine must have before it begins, and says in one sentence what is missing', async () => {
    await mkdir(join(folder, 'bin'));
    await symlink(process.execPath, join(folder, 'bin/node'));
    await writeFile(join(folder, 'bin/apt-get'), '');
    const env = { PATH: join(folder, 'bin'), HOME: folder };
    const args = [join(tools, 'setup.mjs'), 'node', 'test/lab/demo.ts', '--editor'];
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.equal(
      stderr,
      'The demo in the editor needs python3 with pip, openssl, a C++ compiler, make and pkg-config, which this machine lacks; nothing was begun. To get it: apt-get install python3 python3-pip openssl build-essential pkg-config\n',
    );
    // a compiler that finds no header of Kerberos
    await writeFile(join(folder, 'bin/c++'), '#!/bin/sh\n! /bin/grep -q gssapi\n');
    await chmod(join(folder, 'bin/c++'), 0o755);
    const again = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.match(again.stderr, /make, pkg-config and the headers of Kerberos \(gssapi\/gssapi.h\), .* libkrb5-dev\n$/);
  });

  it('goes on without a browser, and says where the demo can be opened', async () => {
    await mkdir(join(folder, 'bin'));
    for (const name of ['python3', 'openssl', 'c++', 'make', 'pkg-config']) {
      await writeFile(join(folder, 'bin', name), '#!/bin/sh\n');
      await chmod(join(folder, 'bin', name), 0o755);
    }
    const program = `import(${JSON.stringify(join(tools, 'needs.mjs'))}).then(({ lookFor }) => lookFor(['test/lab/demo.ts', '--editor']))`;
    const look = (): string => {
      const env = { PATH: join(folder, 'bin'), HOME: folder };
      const { status, stderr } = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      return stderr;
    };
    assert.match(look(), /^No browser was found on this machine: the demo goes on, .*\n$/);
    await writeFile(join(folder, 'bin/firefox'), '');
    assert.equal(look(), '');
  });
});
