import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { planLauncher } from '../../../src/model/launcher';
import type { Services } from '../../../src/services';
import type * as fake from '../ui/fakeVscode';

describe("Install 'db-ferry' Command", () => {
  let vscode: typeof fake;
  let home: string;
  let extensionPath: string;
  let file: string;
  const environment = { HOME: process.env['HOME'], PATH: process.env['PATH'] };
  before(async () => (vscode = (await import('vscode')) as unknown as typeof fake));
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "dbf-it's home-"));
    extensionPath = join(home, 'extensions', 'db-ferry.db-ferry-0.1.0');
    await mkdir(join(extensionPath, 'dist'), { recursive: true });
    await writeFile(join(extensionPath, 'dist', 'cli.js'), 'console.log("first", ...process.argv.slice(2))');
    file = join(home, '.local', 'bin', 'db-ferry');
    process.env['HOME'] = home;
    vscode.said.length = vscode.answers.length = 0;
  });
  afterEach(async () => {
    Object.assign(process.env, environment);
    await rm(home, { recursive: true, force: true });
  });

  async function run(
    ...answers: string[]
  ): Promise<readonly { text: string; detail?: string; buttons: readonly string[] }[]> {
    const { installCommand } = await import('../../../src/commands/installCommand');
    vscode.said.length = vscode.answers.length = 0;
    vscode.answers.push(...answers);
    await installCommand.run({ extensionPath } as unknown as Services, undefined, []);
    return vscode.said;
  }
  const start = (): string => {
    const { stdout, stderr } = spawnSync(file, ['a b', '--json'], { encoding: 'utf8' });
    return `${stdout}${stderr}`.trim();
  };

  it('asks first, writes a script that runs, and says what PATH lacks', async () => {
    const [question] = await run();
    assert.match(question?.detail ?? '', /\.local\/bin\/db-ferry[^]*not on PATH[^]*export PATH=/);
    await assert.rejects(stat(file), 'nothing is written before the answer');
    const said = await run('Install');
    assert.match(said.at(-1)?.text ?? '', /is installed: .*not on PATH yet/);
    assert.equal((await stat(file)).mode & 0o777, 0o755);
    assert.equal(start(), 'first a b --json');
    process.env['PATH'] = `${join(home, '.local', 'bin')}:${environment.PATH ?? ''}`;
    const again = await run();
    assert.deepEqual([again.length, /installed already/.test(again[0]?.text ?? '')], [1, true]);
  });

  it('finds the extension after an update, and is written anew for it', async () => {
    await run('Install');
    const newer = join(home, 'extensions', 'db-ferry.db-ferry-0.2.0');
    await rename(extensionPath, newer);
    assert.equal(start(), 'first a b --json');
    extensionPath = newer;
    const [question] = await run('Install');
    assert.match(question?.detail ?? '', /earlier version wrote is replaced/);
    assert.ok((await readFile(file, 'utf8')).includes('0.2.0'));
    await rm(newer, { recursive: true });
    assert.match(start(), /not installed any more/);
    assert.deepEqual(await readdir(join(home, '.local', 'bin')), ['db-ferry']);
  });

  it('never touches what it did not write: a file, a link, a folder', async () => {
    await mkdir(join(home, '.local', 'bin'), { recursive: true });
    const foreign = [
      async () => writeFile(file, '#!/bin/sh\necho mine\n'),
      async () => symlink(join(home, 'elsewhere'), file),
      async () => mkdir(file),
      async () => writeFile(file, ''),
    ];
    for (const put of foreign) {
      await put();
      await assert.rejects(run('Install'), (error) => isAppError(error, 'file.foreign'));
      await assert.rejects(stat(join(home, 'elsewhere')), { code: 'ENOENT' });
      await rm(file, { recursive: true });
    }
    await run('Install');
    await writeFile(file, (await readFile(file, 'utf8')).replace('Written by', 'Not written by'));
    await chmod(file, 0o700);
    await assert.rejects(run('Install'), (error) => isAppError(error, 'file.foreign'));
  });

  it('refuses a path that a shell could not read', async () => {
    const where = { home, extensionPath: '/x\u202e/y', node: process.execPath, path: '' };
    await assert.rejects(planLauncher(where), (error) => isAppError(error, 'usage'));
  });
});
