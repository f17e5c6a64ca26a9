import assert from 'node:assert/strict';
import { execa } from 'execa';
import { chmod, mkdtemp, readdir, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, startFerry, told } from '../ferry';
import { dockerLibrary } from '../pods';
import { startServer } from '../servers';
import { judged, Scene, source, until } from './scene';
import { leaveOut } from '../../tools/leaveOut';

describe(`faults of a disk, ${judged}`, function () {
  this.timeout(180_000);
  let scene: Scene;
  let backup: string;
  let mounted: string | undefined;

  before(async () => {
    scene = await Scene.start();
    backup = await scene.backUp('shop');
  });
  afterEach(async () => {
    if (mounted !== undefined) await unmount(mounted);
    mounted = undefined;
  });
  after(() => scene.close());

  it('full here', async function () {
    mounted = await tmpfs('8m');
    if (mounted === undefined) leaveOut(this, 'the right to mount');
    const run = await ferry({ ...scene.setting, root: mounted }, 'backup', source);
    assert.ok(run.exitCode === 4 || run.exitCode === 1, told(run));
    assert.ok(
      run.result.findings?.some(({ level, code }) => level === 'block' && code === 'disk.full'),
      told(run),
    );
    const left = (await readdir(mounted, { recursive: true })).filter((name) => /\.dump$|\.partial$/.test(name));
    assert.deepEqual(left, []);
    scene.note('backup: disk full here', run, 'nothing');
  });

  it('so full here that no job can be made', async function () {
    mounted = await tmpfs('32k');
    if (mounted === undefined) leaveOut(this, 'the right to mount');
    const run = await ferry({ ...scene.setting, env: { XDG_STATE_HOME: mounted } }, 'backup', source);
    assert.equal(run.exitCode, 1, told(run));
    assert.equal(run.result.error?.code, 'disk.full', told(run));
    const left = await readdir(mounted, { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.includes('jobs/')),
      [],
    );
    scene.note('backup: not one job fits on the disk here', run, 'nothing');
  });

  it('fills up here in mid-dump', async function () {
    mounted = await tmpfs('1500m');
    if (mounted === undefined) leaveOut(this, 'the right to mount');
    const folder = mounted;
    scene.lab.clusters['cluster-a'].state.faults.exec.push({
      kind: 'slow',
      match: 'pg_dump -F',
      bytesPerSecond: 400_000,
    });
    const run = startFerry({ ...scene.setting, root: folder }, 'backup', source);
    await until(() =>
      run.events.some((event) => event.type === 'progress' && event.phase === 'dump' && event.bytes > 0),
    );
    await execa('sh', ['-c', 'cat /dev/zero > "$1/ballast"', 'fill', folder], { reject: false });
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    assert.equal(ended.result.error?.code, 'disk.full', told(ended));
    const left = (await readdir(folder, { recursive: true })).filter((name) => /\.dump$|\.partial$/.test(name));
    assert.deepEqual(left, []);
    scene.lab.clusters['cluster-a'].state.faults.exec = [];
    await scene.nothingLeft('backup: disk fills up here in mid-dump', ended);
  });

  it('fills up in the target in mid-restore', async function () {
    mounted = await tmpfs('2500m');
    if (mounted === undefined) leaveOut(this, 'the right to mount');
    const folder = mounted;
    await chmod(folder, 0o755);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    const small = await startServer({ major: 16 }).finally(() => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    });
    const { state } = scene.lab.clusters['cluster-b'];
    state.namespaces.push('small');
    state.pods.push(dockerLibrary(small, { namespace: 'small', name: 'small-0' }));
    state.faults.exec.push({
      kind: 'slow',
      match: 'pg_restore -v',
      bytesPerSecond: 200_000,
      on: 'stdin',
      sticky: true,
    });
    const run = startFerry(scene.setting, 'restore', backup, 'cluster-b/small/small-0/shop', '--create-roles');
    try {
      await until(() => run.events.some((event) => event.type === 'phase' && event.phase === 'restore'));
      // below the reserve, which is 5 % of it, and not so far that the server itself stops
      const { bavail, bsize } = await statfs(folder);
      const bytes = bavail * bsize - 100 * 1024 ** 2;
      await execa('sh', ['-c', 'head -c "$2" /dev/zero > "$1/ballast"', 'fill', folder, String(bytes)]);
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.equal(ended.result.error?.code, 'disk.targetFull', told(ended));
      assert.deepEqual(await small.sql('postgres', `select 1 from pg_database where datname = 'shop'`), []);
      const left = await small.sql('postgres', `select datname from pg_database where datname ~ '__restore_'`);
      assert.deepEqual(left, []);
      scene.note('restore: disk of the target fills up', ended, 'nothing');
    } finally {
      state.faults.exec = [];
      await small.stop();
    }
  });
});

async function tmpfs(size: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-full-'));
  const { exitCode } = await execa('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder], {
    reject: false,
  });
  if (exitCode === 0) return folder;
  await rmdir(folder);
  return undefined;
}

/** A command that has just ended leaves a `sleep` of a second, whose working directory is the server's. */
async function unmount(folder: string): Promise<void> {
  await until(async () => (await execa('umount', [folder], { reject: false })).exitCode === 0);
  await rmdir(folder);
}
