import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { jobFiles, jobsFolder } from '../../../src/core/job/record/jobFolder';
import { listJobs } from '../../../src/core/job/record/listJobs';
import { moveOldJobs, readMoved } from '../../../src/core/job/record/moveJobs';
import { identify } from '../../../src/core/job/run/processIdentity';
import { lockTarget } from '../../../src/core/job/run/targetLock';
import { createHash } from 'node:crypto';

describe('a root of 0.1.0 that holds its jobs', () => {
  let folder: string;
  let root: string;
  let living: ChildProcess | undefined;
  const before = process.env['XDG_STATE_HOME'];

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'dbf-move-')));
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
    root = join(folder, 'root');
    await mkdir(join(root, '.jobs'), { recursive: true, mode: 0o700 });
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    living?.kill('SIGKILL');
    living = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  it('its jobs are moved once, with all that is in them', async () => {
    await old('tparu5hgex', 'done');
    await old('tparu5hgey', 'failed');
    const jobs = await listJobs(root);
    assert.deepEqual(
      jobs.map(({ id, state }) => [id, state]),
      [
        ['tparu5hgey', 'failed'],
        ['tparu5hgex', 'done'],
      ],
    );
    assert.equal(await readFile(join(jobs[0]?.folder ?? '', 'log.txt'), 'utf8'), 'said');
    assert.deepEqual(await readdir(join(root, '.jobs')), []);
    assert.deepEqual((await readMoved(root))?.moved, ['tparu5hgex', 'tparu5hgey']);
    // what comes later came from somewhere else
    await old('tparu5hgez', 'done');
    forgetProcess();
    assert.equal((await listJobs(root)).length, 2);
  });

  it('a root that had none takes none later', async () => {
    await rm(join(root, '.jobs'), { recursive: true });
    assert.deepEqual(await listJobs(root), []);
    await mkdir(join(root, '.jobs'), { mode: 0o700 });
    await old('tparu5hgex', 'done');
    forgetProcess();
    assert.deepEqual(await listJobs(root), []);
  });

  it('one that still runs is left until it has ended, and holds its target meanwhile', async () => {
    living = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const identity = identify(living.pid);
    assert.ok(identity);
    const events = await old('tparu5hgex', undefined, identity);
    await old('tparu5hgey', 'done');
    await mkdir(join(root, '.jobs', 'locks'), { mode: 0o700 });
    const name = createHash('sha256').update('the key').digest('hex').slice(0, 32);
    const holder = JSON.stringify({ job: 'tparu5hgex', reference: 'a/b/c/d', identity });
    await writeFile(join(root, '.jobs', 'locks', name), holder, { mode: 0o600 });
    await moveOldJobs(root);
    assert.deepEqual((await readMoved(root))?.waiting, ['tparu5hgex']);
    await assert.rejects(
      lockTarget(root, 'another', 'the key', 'a/b/c/d'),
      (error) => isAppError(error, 'target.busy') && error.data['job'] === 'tparu5hgex',
    );
    await (await lockTarget(root, 'another', 'another key', 'a/b/c/e')).release();
    // one that was planted meanwhile is not what was waited for
    await old('tparu5hgez', 'done');
    await writeFile(events, `${await readFile(events, 'utf8')}${JSON.stringify(result('done'))}\n`);
    const ids = (await listJobs(root)).map(({ id }) => id);
    assert.deepEqual(ids, ['tparu5hgey', 'tparu5hgex']);
    await (await lockTarget(root, 'another', 'the key', 'a/b/c/d')).release();
  });

  it('a crash between two of them costs nothing', async () => {
    for (const id of ['tparu5hgex', 'tparu5hgey', 'tparu5hgez']) await old(id, 'done');
    // one was moved, nothing was noted, and who moved is gone
    await mkdir(jobsFolder(root), { recursive: true, mode: 0o700 });
    const { rename } = await import('node:fs/promises');
    await rename(join(root, '.jobs', 'tparu5hgex'), join(jobsFolder(root), 'tparu5hgex'));
    const gone = { pid: 1, startTime: '1', container: 'gone', boot: 'gone' };
    await writeFile(join(jobsFolder(root), '..', 'moving'), JSON.stringify(gone), { mode: 0o600 });
    assert.equal((await listJobs(root)).length, 3);
  });

  it('two that move at the same time lose none', async () => {
    for (let n = 0; n < 20; n += 1) await old(`tparu5hg${String(n).padStart(2, '0')}`, 'done');
    await Promise.all([listJobs(root), listJobs(root), listJobs(root)]);
    assert.equal((await listJobs(root)).length, 20);
  });

  const hostile: Readonly<Record<string, (job: string) => Promise<unknown>>> = {
    'a request that is a link': async (job) => {
      await rm(join(job, 'request.json'));
      await symlink(join(folder, 'secret'), join(job, 'request.json'));
    },
    'a report that is a link': async (job) => symlink(join(folder, 'secret'), join(job, 'report.md')),
    'a file that has a second name': async (job) => link(join(folder, 'secret'), join(job, 'report.md')),
    'a file that no job has': async (job) => writeFile(join(job, 'kubeconfig'), ''),
    'a folder in it': async (job) => mkdir(join(job, 'report.md')),
    'a folder as git and unzip make it': async (job) => chmod(job, 0o755),
    'a file that all may write to': async (job) => chmod(join(job, 'events.ndjson'), 0o666),
    'no request': async (job) => rm(join(job, 'request.json')),
  };
  for (const [what, spoil] of Object.entries(hostile)) {
    it(`${what}: that job is left where it is, the others come`, async () => {
      await writeFile(join(folder, 'secret'), 'secret', { mode: 0o600 });
      await old('tparu5hgex', 'done');
      await spoil(join(root, '.jobs', 'tparu5hgex'));
      await old('tparu5hgey', 'done');
      assert.deepEqual(
        (await listJobs(root)).map(({ id }) => id),
        ['tparu5hgey'],
      );
      assert.deepEqual(Object.keys((await readMoved(root))?.left ?? {}), ['tparu5hgex']);
    });
  }

  const roots: Readonly<Record<string, () => Promise<unknown>>> = {
    'a clone': async () => mkdir(join(root, '.git')),
    'inside a clone': async () => mkdir(join(folder, '.git')),
    'that everybody may write to': async () => chmod(root, 0o777),
    'whose jobs everybody may read': async () => chmod(join(root, '.jobs'), 0o755),
    'whose jobs are a link': async () => {
      const { rename } = await import('node:fs/promises');
      await rename(join(root, '.jobs'), join(folder, 'elsewhere'));
      await symlink(join(folder, 'elsewhere'), join(root, '.jobs'));
    },
    ...(process.geteuid?.() === 0 ? { "that is somebody else's": async () => chown(root, 65534, 65534) } : {}),
  };
  for (const [what, spoil] of Object.entries(roots)) {
    it(`from a root ${what} no job is ever taken`, async () => {
      await old('tparu5hgex', 'done');
      await spoil();
      assert.deepEqual(await listJobs(root), []);
    });
  }

  /** What this process knows of a root is as if it were another one. */
  function forgetProcess(): void {
    root = `${root}/.`;
  }

  async function old(id: string, outcome: string | undefined, process?: unknown): Promise<string> {
    const job = join(root, '.jobs', id);
    await mkdir(job, { mode: 0o700 });
    const request = { kind: 'backup', operands: ['a/b/c/d'], options: {}, kubeconfigs: [], root, asked: { by: 'x' } };
    const identity = process ?? { pid: 1, startTime: '1', container: 'gone', boot: 'gone' };
    const started = { time: new Date().toISOString(), type: 'started', job: id, kind: 'backup', process: identity };
    const events = [started, ...(outcome === undefined ? [] : [result(outcome)])];
    await writeFile(join(job, jobFiles.request), JSON.stringify(request), { mode: 0o600 });
    await writeFile(join(job, jobFiles.log), 'said', { mode: 0o600 });
    const file = join(job, jobFiles.events);
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { mode: 0o600 });
    return file;
  }

  function result(outcome: string): object {
    return { time: new Date().toISOString(), type: 'result', outcome, exitCode: outcome === 'done' ? 0 : 1, data: {} };
  }
});
