import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRoot, defaultRoot, prepareRoot } from '../../../src/core/catalog/root';
import { isAppError } from '../../../src/core/base/errors';
import type { JobRequest } from '../../../src/core/job/request';
import { createJobFolder, jobsFolder, readRequest } from '../../../src/core/job/record/jobFolder';
import { listJobs } from '../../../src/core/job/record/listJobs';
import { lockTarget } from '../../../src/core/job/run/targetLock';
import { isTracked } from '../../../src/core/state/gitIndex';
import { prepareState, rootState, stateFolder } from '../../../src/core/state/stateFolder';
import { requestOf } from '../job/requestOf';
import { leaveOut } from '../../tools/leaveOut';

const isRoot = process.geteuid?.() === 0;

describe('the state of a user', () => {
  let folder: string;
  const before = process.env['XDG_STATE_HOME'];
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'dbf-own-')));
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  function request(root: string): JobRequest {
    return requestOf('verify', ['b'], { root });
  }

  it('is where the machine says, in Dev Spaces on the volume that outlives a restart', () => {
    const dev = { DEVWORKSPACE_ID: 'w', PROJECTS_ROOT: '/projects', HOME: '/home/user' };
    assert.equal(stateFolder({ HOME: '/home/me' }), '/home/me/.local/state/db-ferry');
    assert.equal(stateFolder({ ...dev, XDG_STATE_HOME: '/state' }), '/state/db-ferry');
    assert.equal(stateFolder({ ...dev, XDG_STATE_HOME: 'state' }), '/projects/.db-ferry-state');
    assert.equal(stateFolder({ HOME: '/home/me', PROJECTS_ROOT: '/projects' }), '/home/me/.local/state/db-ferry');
  });

  it('is made for nobody else, and nothing of it is in the root', async () => {
    const root = join(folder, 'root');
    await mkdir(root, { mode: 0o700 });
    const { folder: job } = await createJobFolder(root, request(root));
    for (let at = job; at !== join(folder, 'state'); at = join(at, '..')) {
      assert.equal((await stat(at)).mode & 0o777, 0o700, at);
    }
    await (await lockTarget(root, 'job1', 'key', 'a/b/c/d')).release();
    assert.deepEqual(await readdir(root), []);
    // the same root, however it is written
    await symlink(root, join(folder, 'link'));
    assert.equal(jobsFolder(join(folder, 'link')), jobsFolder(root));
    assert.notEqual(rootState(join(folder, 'other', 'root')), rootState(root));
  });

  it('two roots stay apart', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const { id } = await createJobFolder(a, request(a));
    assert.deepEqual([(await listJobs(a)).map((one) => one.id), await listJobs(b)], [[id], []]);
  });

  it('a target is held for the jobs of all roots', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const { id } = await createJobFolder(a, request(a));
    const lock = await lockTarget(a, id, 'key', 'x/y/z/db');
    await assert.rejects(
      lockTarget(b, 'another', 'key', 'x/y/z/db'),
      (error) => isAppError(error, 'target.busy') && error.data['job'] === id,
    );
    await lock.release();
  });

  const unsafe: Readonly<Record<string, (own: string) => Promise<void>>> = {
    'a link': async (own) => {
      await mkdir(join(folder, 'elsewhere'), { mode: 0o700 });
      await symlink(join(folder, 'elsewhere'), own);
    },
    'no folder': async (own) => writeFile(own, ''),
    'open to everybody': async (own) => made(own, 0o777),
    'open to all, if sticky': async (own) => made(own, 0o1777),
    'below what everybody may write to': async (own) => {
      await made(own, 0o700);
      await chmod(join(own, '..'), 0o777);
    },
    'a clone': async (own) => {
      await made(own, 0o700);
      await mkdir(join(own, '.git'));
    },
    'tracked by git': async (own) => {
      await made(own, 0o700);
      await writeFile(join(own, 'request.json'), '{}');
      git(join(own, '..'), 'init', '-q');
      git(join(own, '..'), 'add', '-A');
    },
    ...(isRoot
      ? {
          "somebody else's": async (own: string) => {
            await made(own, 0o700);
            await chown(own, 65534, 65534);
          },
          'open to a group of others': async (own: string) => {
            await made(own, 0o770);
            await chown(own, 0, 65534);
          },
          "below somebody else's": async (own: string) => {
            await made(own, 0o700);
            await chown(join(own, '..'), 65534, 65534);
          },
        }
      : {}),
  };
  for (const [what, make] of Object.entries(unsafe)) {
    it(`${what} is no place for it: nothing is read from there, nothing written`, async () => {
      const own = stateFolder();
      await mkdir(join(own, '..'), { recursive: true, mode: 0o700 });
      await make(own);
      const root = join(folder, 'root');
      const refused = (error: unknown): boolean => isAppError(error, 'state.unsafe');
      await assert.rejects(prepareState(), refused);
      await assert.rejects(listJobs(root), refused);
      await assert.rejects(createJobFolder(root, request(root)), refused);
    });
  }

  it('what a volume opened to the own group at the start of a pod is closed again', async () => {
    await prepareState('locks');
    for (const name of [stateFolder(), join(stateFolder(), 'locks')]) await chmod(name, 0o2770);
    await prepareState('locks');
    for (const name of [stateFolder(), join(stateFolder(), 'locks')])
      assert.equal((await stat(name)).mode & 0o777, 0o700);
  });

  it('a link above it counts where nobody else could have made it', async () => {
    await mkdir(join(folder, 'real'), { mode: 0o700 });
    await symlink(join(folder, 'real'), join(folder, 'home'));
    process.env['XDG_STATE_HOME'] = join(folder, 'home', '.local', 'state');
    await prepareState();
    assert.deepEqual(await readdir(join(folder, 'real', '.local', 'state')), ['db-ferry']);
  });

  it('a request is taken from nowhere else', async () => {
    const root = join(folder, 'root');
    const planted = join(root, '.jobs', 'job1');
    await mkdir(planted, { recursive: true, mode: 0o700 });
    await writeFile(join(planted, 'request.json'), JSON.stringify(request(root)), { mode: 0o600 });
    await assert.rejects(readRequest(planted), (error) => isAppError(error, 'job.unknown'));
    const { folder: job } = await createJobFolder(root, request(root));
    await rm(join(job, 'request.json'));
    await symlink(join(planted, 'request.json'), join(job, 'request.json'));
    await assert.rejects(readRequest(job), (error) => isAppError(error, 'job.unknown'));
  });

  describe('a root of backups', () => {
    it('that was cloned, or that everybody may write to, is refused', async () => {
      const clone = join(folder, 'clone');
      await mkdir(join(clone, 'backups', 'alpha'), { recursive: true, mode: 0o700 });
      await writeFile(join(clone, 'backups', 'alpha', 'manifest.json'), '{}');
      git(clone, 'init', '-q');
      const inside = join(clone, 'backups');
      await refuses(clone, 'workTree');
      assert.deepEqual(await checkRoot(inside), { isShared: false }, 'what git does not track may be in a work tree');
      git(clone, 'add', '-A');
      await refuses(inside, 'tracked');
      for (const version of ['3', '4']) {
        git(clone, 'update-index', '--index-version', version);
        await refuses(inside, 'tracked');
      }
      await mkdir(join(clone, 'backups2'), { mode: 0o700 });
      assert.deepEqual(await checkRoot(join(clone, 'backups2')), { isShared: false });
      git(clone, 'commit', '-qm', 'x');
      git(clone, 'worktree', 'add', '-q', join(folder, 'second'));
      await refuses(join(folder, 'second', 'backups'), 'tracked');
      await writeFile(join(clone, '.git', 'index'), 'nonsense');
      assert.equal(await isTracked(join(clone, 'backups2')), true, 'what cannot be read may track it');
      await made(join(folder, 'open'), 0o777);
      await refuses(join(folder, 'open'), 'writable');
    });

    it("of one's own alone is not shared", async () => {
      await made(join(folder, 'mine'), 0o750);
      assert.deepEqual(await checkRoot(join(folder, 'mine')), { isShared: false });
    });

    it('that belongs to somebody else is shared', async function () {
      if (!isRoot) leaveOut(this, 'root');
      await made(join(folder, 'mine'), 0o750);
      await chown(join(folder, 'mine'), 65534, 65534);
      assert.deepEqual(await checkRoot(join(folder, 'mine')), { isShared: true });
    });

    it('by default is none where clones go; the one of 0.1.0 stays while it is the one with backups', async () => {
      const env = { DEVWORKSPACE_ID: 'w', PROJECTS_ROOT: folder };
      const old = join(folder, 'db-ferry');
      const now = join(folder, '.db-ferry');
      const backup = join(old, 'a', 'b', 'c', 'd', '20261123T051500Z');
      assert.equal(defaultRoot(env), now);
      await mkdir(backup, { recursive: true, mode: 0o700 });
      await chmod(old, 0o700);
      assert.equal(defaultRoot(env), now, 'without a backup');
      await writeFile(join(backup, 'manifest.json'), '{}');
      assert.equal(defaultRoot(env), old);
      await chmod(old, 0o755);
      assert.equal(defaultRoot(env), now, 'as it is unpacked');
      await chmod(old, 0o700);
      await mkdir(join(old, '.git'));
      assert.equal(defaultRoot(env), now, 'a clone');
    });

    async function refuses(root: string, reason: string): Promise<void> {
      for (const act of [async () => checkRoot(root), async () => prepareRoot(root)]) {
        await assert.rejects(act(), (error) => isAppError(error, 'root.refused') && error.data['reason'] === reason);
      }
    }
  });

  async function made(name: string, mode: number): Promise<void> {
    await mkdir(name);
    await chmod(name, mode);
  }

  function git(cwd: string, ...args: readonly string[]): void {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    execFileSync('git', [...who, ...args], { cwd, stdio: 'ignore', env: { ...process.env, HOME: folder } });
  }
});
