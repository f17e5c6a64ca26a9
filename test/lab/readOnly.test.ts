import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { leaveOut } from '../tools/leaveOut';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('a backup that nobody can write to', function () {
  this.timeout(240_000);
  let lab: Lab;
  let folder: string;
  let setting: FerrySetting;
  let id: string;
  let sealed: string;
  let facts: ReadonlyMap<string, string>;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], seed: false });
    folder = await mkdtemp(join(tmpdir(), 'dbf-read-only-'));
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    setting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root'), env };
    await lab.server('source').sql('postgres', 'create database calm');
    await lab.server('source').sql('calm', 'create table t as select generate_series(1, 999) as a');
    const { result } = await expectExit(0, 'backup', `${places.source}/calm`);
    id = String(result.data['backup']);
    sealed = String(result.data['folder']);
    facts = await factsOf(sealed);
    assert.ok(facts.has('manifest.json') && facts.has('contents.json') && facts.has('.'));
  });
  after(async () => {
    await forbid(sealed, false);
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is listed, read, proven, compared, sent, exported and restored like any other; nothing of it changes', async function () {
    if (!(await forbid(sealed, true))) leaveOut(this, 'the right to make files immutable');
    for (const name of ['manifest.json', 'more']) {
      await assert.rejects(writeFile(join(sealed, name), 'x', { flag: 'a' }), /EPERM|EACCES|EROFS/);
    }
    const at = places.pg16;
    const noted = new Set<string>();
    for (const args of [
      ['backups'],
      ['inspect', id],
      ['report', id],
      ['verify', id],
      ['verify', id, '--deep', at],
      ['restore', id, `${at}/calm`],
      ['diff', id, `${at}/calm`],
      ['send', id, join(folder, 'elsewhere')],
      ['export', id, join(folder, 'calm.dump')],
    ]) {
      const { events } = await expectExit(0, ...args);
      const isNoted = events.some((event) => 'code' in event && event.code === 'verification.notRecorded');
      if (isNoted) noted.add(args.includes('--deep') ? 'verify --deep' : (args[0] ?? ''));
      if (args[0] === 'backups') assert.ok(JSON.stringify(events).includes(id));
    }
    // what was found to be right cannot be written beside it, and each says so
    assert.deepEqual([...noted], ['verify', 'verify --deep', 'restore', 'diff']);
    assert.deepEqual(await lab.server('pg16').sql('calm', 'select sum(a)::int from t'), [{ sum: 499_500 }]);
    assert.deepEqual(await factsOf(sealed), facts);
    // what was sent is a whole one, in a place that can be written to
    await expectExit(0, 'verify', id, '--root', join(folder, 'elsewhere'));
  });

  it('is not deleted, and not held: both say so, and it stays whole', async function () {
    if (!(await forbid(sealed, true))) leaveOut(this, 'the right to make files immutable');
    for (const args of [
      ['delete', id, '--yes'],
      ['hold', id, '--reason', 'the case of March'],
    ]) {
      const run = await expectExit(1, ...args);
      assert.equal(run.result.error?.code, 'root.unreadable', told(run));
    }
    assert.deepEqual(await factsOf(sealed), facts);
    await forbid(sealed, false);
    // with the right back, what comes is an object of its own
    await expectExit(0, 'verify', id, '--deep', places.pg16);
    await expectExit(0, 'hold', id, '--reason', 'the case of March');
    const later = await factsOf(sealed);
    assert.deepEqual([...later.keys()].filter((name) => !facts.has(name)).length, 4);
    assert.deepEqual(
      [...later].filter(([name]) => name !== '.' && facts.has(name)),
      [...facts].slice(1),
    );
    await expectExit(0, 'unhold', id);
    await expectExit(0, 'delete', id, '--yes');
    assert.ok(!JSON.stringify((await expectExit(0, 'backups')).events).includes(id));
  });

  async function expectExit(code: number, ...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, code, `${args.join(' ')}: ${told(run)}`);
    return run;
  }
});

/** Takes the right to write away from everybody, the superuser too, or gives it back; false where that cannot be done here. */
async function forbid(folder: string, isForbidden: boolean): Promise<boolean> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    const { exitCode } = await execa('chattr', ['-R', isForbidden ? '+i' : '-i', folder], { reject: false });
    return exitCode === 0;
  }
  for (const name of isForbidden ? await readdir(folder) : []) await chmod(join(folder, name), 0o400);
  await chmod(folder, isForbidden ? 0o500 : 0o700);
  return true;
}

/** Inode, times, mode and digest of a folder and each file in it. */
async function factsOf(folder: string): Promise<Map<string, string>> {
  const facts = new Map<string, string>();
  for (const name of ['.', ...(await readdir(folder, { recursive: true })).sort()]) {
    const file = join(folder, name);
    const found = await lstat(file);
    const content = found.isFile() ? await readFile(file) : '';
    const sha256 = createHash('sha256').update(content).digest('hex');
    facts.set(name, `${found.ino} ${found.mtimeMs} ${found.size} ${sha256}`);
  }
  return facts;
}
