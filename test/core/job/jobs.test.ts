import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAppError } from '../../../src/core/base/errors';
import { isAnnounced } from '../../../src/core/job/run/announce';
import { cancelJob } from '../../../src/core/job/run/cancelJob';
import { followJob } from '../../../src/core/job/record/followJob';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import type { JobRequest } from '../../../src/core/job/request';
import { createJobFolder, jobFolder, jobsFolder } from '../../../src/core/job/record/jobFolder';
import { listJobs } from '../../../src/core/job/record/listJobs';
import { identify } from '../../../src/core/job/run/processIdentity';
import { readJob, readWholeJob } from '../../../src/core/job/record/readJob';
import { startJob } from '../../../src/core/job/run/startJob';
import { lockTarget, removeStaleLocks } from '../../../src/core/job/run/targetLock';
import { stateFolder } from '../../../src/core/state/stateFolder';
import { requestOf } from './requestOf';

const command = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('fixtureJob.ts', import.meta.url))];

describe('jobs', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'db-ferry-jobs-'));
  });
  afterEach(async () => {
    for (const { process: identity, result } of await listJobs(root)) {
      if (identity && !result && identify(identity.pid)?.startTime === identity.startTime) {
        process.kill(identity.pid, 'SIGKILL');
      }
    }
    await rm(root, { recursive: true, force: true });
  });

  /** For work of `fixtureJob`, which is told by the name of the cluster. */
  function request(work: string, how = 'x'): JobRequest {
    return requestOf('backup', [`${work}/${how}/y/z`], { root, asked: { by: 'a test', reason: 'to see' } });
  }

  async function start(work: string, how?: string): Promise<{ id: string; folder: string }> {
    return startJob(request(work, how), { command });
  }

  async function follow(folder: string): Promise<JobEvent[]> {
    const events: JobEvent[] = [];
    for await (const event of followJob(folder)) events.push(event);
    return events;
  }

  it('runs to its result in a process of its own', async () => {
    const { id, folder } = await start('quick');
    const events = await follow(folder);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'phase', 'result'],
    );
    const job = await readJob(folder);
    assert.equal(job.state, 'done');
    const { phases, ...data } = job.result?.data ?? {};
    assert.deepEqual(data, { backup: 'b1', report: join(folder, 'report.md') });
    // by which the next one tells when it ends
    assert.deepEqual(Object.keys(phases as object), ['dump']);
    assert.notEqual(job.process?.pid, process.pid);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, 'events.ndjson'))).mode & 0o777, 0o600);
    assert.match(
      await readFile(join(folder, 'report.md'), 'utf8'),
      /\*\*Done\.\*\* Backup b1 is complete and verified\./,
    );
    assert.deepEqual(
      (await listJobs(root)).map((one) => one.id),
      [id],
    );
  });

  it('is cancelled: stopping, then the result, 130', async () => {
    const { folder } = await start('long');
    assert.equal((await readJob(folder)).state, 'running');
    const { result, already, killed } = await cancelJob(folder);
    assert.deepEqual([result.outcome, result.exitCode, already, killed], ['cancelled', 130, false, false]);
    const phases = (await readWholeJob(folder)).events.flatMap((event) =>
      event.type === 'phase' ? [event.phase] : [],
    );
    assert.deepEqual(phases, ['dump', 'stopping']);
    assert.equal((await cancelJob(folder)).already, true);
  });

  it('is killed when it does not stop, and is interrupted then', async () => {
    const { folder, id } = await start('deaf');
    const { result, killed } = await cancelJob(folder, 300, 300);
    assert.deepEqual([result.outcome, result.exitCode, result.error?.code], ['failed', 1, 'job.interrupted']);
    assert.equal(result.error?.data['job'], id);
    assert.equal(killed, true);
    assert.equal((await readJob(folder)).state, 'interrupted');
  });

  it('is not killed while it exchanges databases', async () => {
    const { folder } = await start('swapping');
    const cancelling = cancelJob(folder, 200);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const job = await readJob(folder);
    assert.equal(job.state, 'stopping');
    process.kill(job.process?.pid ?? 0, 'SIGKILL');
    // gone in the swap: nobody here can know what the server did
    const { result } = await cancelling;
    assert.deepEqual([result.outcome, result.exitCode], ['unknown', 5]);
  });

  it('killed: whoever follows hears of it', async () => {
    const { folder } = await start('long');
    const following = follow(folder);
    const { process: identity } = await readJob(folder);
    process.kill(identity?.pid ?? 0, 'SIGKILL');
    const last = (await following).at(-1);
    assert.equal(last?.type === 'result' && last.error?.code, 'job.interrupted');
  });

  it('a pid that came back is another process', async () => {
    const { folder } = await createJobFolder(root, request('quick'));
    const own = identify();
    assert.ok(own);
    const started = { time: new Date().toISOString(), type: 'started', job: 'x', kind: 'backup' };
    const events = join(folder, 'events.ndjson');
    await writeFile(events, `${JSON.stringify({ ...started, process: own })}\n`);
    assert.equal((await readJob(folder)).state, 'running');
    await writeFile(events, `${JSON.stringify({ ...started, process: { ...own, startTime: '1' } })}\n`);
    assert.equal((await readJob(folder)).state, 'interrupted');
    // and never signalled: this process would have died
    assert.equal((await cancelJob(folder)).already, true);
  });

  it('a torn last line is left out', async () => {
    const { folder } = await start('quick');
    await follow(folder);
    await appendFile(join(folder, 'events.ndjson'), '{"time":"2026-11-23T05:15:14.000Z","type":"pro');
    const job = await readJob(folder);
    assert.equal(job.state, 'done');
    assert.equal((await follow(folder)).at(-1)?.type, 'result');
  });

  it('a line that comes in pieces is read when it is whole', async () => {
    const { folder } = await createJobFolder(root, request('quick'));
    const events = join(folder, 'events.ndjson');
    const own = identify();
    const time = new Date().toISOString();
    await writeFile(events, `${JSON.stringify({ time, type: 'started', job: 'x', kind: 'backup', process: own })}\n`);
    const following = follow(folder);
    const line = JSON.stringify({ time, type: 'result', outcome: 'done', exitCode: 0, data: { name: 'Zürich' } });
    const bytes = Buffer.from(`${line}\n`);
    for (const part of [bytes.subarray(0, 90), bytes.subarray(90, -7), bytes.subarray(-7)]) {
      await appendFile(events, part);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const last = (await following).at(-1);
    assert.deepEqual(last?.type === 'result' && last.data, { name: 'Zürich' });
  });

  it('tells what it does to others while it lives', async () => {
    const { folder } = await createJobFolder(root, request('quick'));
    const time = new Date().toISOString();
    const say = async (event: object): Promise<void> =>
      appendFile(join(folder, 'events.ndjson'), `${JSON.stringify({ time, ...event })}\n`);
    await say({ type: 'started', job: 'x', kind: 'backup', process: identify() });
    await say({ type: 'note', code: 'keepAwake', data: {} });
    await say({ type: 'note', code: 'locks.waiting', data: { sessions: 2 } });
    const waited = await readJob(folder);
    assert.deepEqual([waited.keepsAwake, waited.waiting], [true, { sessions: 2 }]);
    await say({ type: 'note', code: 'locks.free', data: { seconds: 3 } });
    assert.equal((await readJob(folder)).waiting, undefined);
    await say({ type: 'note', code: 'locks.waiting', data: { sessions: 1 } });
    await say({ type: 'phase', phase: 'read' });
    assert.equal((await readJob(folder)).waiting, undefined, 'the locks end with the dump');
    await say({ type: 'result', outcome: 'done', exitCode: 0, data: {} });
    assert.equal((await readJob(folder)).keepsAwake, undefined);
  });

  it('a line longer than one read is heard', async () => {
    const { folder } = await createJobFolder(root, request('quick'));
    const own = identify();
    assert.ok(own);
    const time = new Date().toISOString();
    const started = { time, type: 'started', job: 'x', kind: 'backup', process: { ...own, startTime: '1' } };
    const result = { time, type: 'result', outcome: 'done', exitCode: 0, data: { text: 'x'.repeat(3 * 1024 * 1024) } };
    await writeFile(join(folder, 'events.ndjson'), `${JSON.stringify(started)}\n${JSON.stringify(result)}\n`);
    const last = (await follow(folder)).at(-1);
    assert.equal(last?.type === 'result' && last.outcome, 'done');
  });

  it('what nobody caught is a failure, with a result', async () => {
    const { folder } = await start('crashing');
    const last = (await follow(folder)).at(-1);
    assert.ok(last?.type === 'result');
    assert.deepEqual([last.outcome, last.exitCode, last.error?.code], ['failed', 1, 'internal']);
    assert.match(await readFile(join(folder, 'log.txt'), 'utf8'), /nobody caught this/);
  });

  it('says how an error ends it', async () => {
    const expected = [
      ['restore.refused', 'refused', 4],
      ['target.busy', 'refused', 4],
      ['restore.unknown', 'unknown', 5],
      ['exec.cut', 'failed', 1],
    ] as const;
    for (const [code, outcome, exitCode] of expected) {
      const { folder } = await start('failing', code);
      const last = (await follow(folder)).at(-1);
      assert.ok(last?.type === 'result');
      assert.deepEqual([last.error?.code, last.outcome, last.exitCode], [code, outcome, exitCode]);
    }
  });

  it('is no cancelled one when it was ended since what it works on is not held for it any more, and done where it was done by then', async () => {
    // both in a root that nothing was done in yet
    process.env['FIXTURE_LOSES'] = '1';
    try {
      const ends = await Promise.all(['long', 'quick'].map(async (work) => follow((await start(work)).folder)));
      const results = ends.map((events) => events.at(-1)).map((one) => (one?.type === 'result' ? one : undefined));
      assert.deepEqual(
        results.map((one) => [one?.outcome, one?.exitCode, one?.error?.code]),
        [
          ['failed', 1, 'target.lost'],
          ['done', 0, undefined],
        ],
      );
    } finally {
      delete process.env['FIXTURE_LOSES'];
    }
  });

  it('writes progress at most four times a second, and the last of it', async () => {
    const { folder } = await start('chatty');
    const events = await follow(folder);
    const progress = events.filter((event) => event.type === 'progress');
    const first = events[0];
    const last = events.at(-1);
    assert.ok(first && last);
    const seconds = (Date.parse(last.time) - Date.parse(first.time)) / 1000;
    assert.ok(progress.length >= 2 && progress.length <= seconds * 4 + 2, `${progress.length} in ${seconds} s`);
    assert.equal(progress.at(-1)?.bytes, 499);
  });

  it('a program that cannot start is an error, not a wait', async () => {
    await assert.rejects(
      startJob(request('quick'), { command: [process.execPath, join(root, 'nothing.js')] }),
      (error) => isAppError(error, 'internal') && /did not start/.test(error.message),
    );
    const [job] = await listJobs(root);
    assert.deepEqual([job?.state, job?.mayHaveLeft, job?.result?.error?.code], ['failed', false, 'internal']);
    assert.ok(await isAnnounced(job?.folder ?? ''), 'no window tells what its caller tells');
  });

  it('a root that cannot be written to is said by its name', async () => {
    const file = join(root, 'no folder');
    await writeFile(file, '');
    const wanted = { ...request('quick'), root: join(file, 'below') };
    await assert.rejects(
      startJob(wanted, { command }),
      (error) => isAppError(error, 'root.unreadable') && error.data['written'] === true,
    );
  });

  it('a job whose request cannot be written leaves nothing', async () => {
    const odd = { ...request('quick'), asked: { by: 'half of a pair: \ud800' } };
    await assert.rejects(startJob(odd, { command }), /no text of Unicode/);
    assert.deepEqual(await readdir(jobsFolder(root)), []);
  });

  it('a job whose first event was lost is the one that was started, and its result stays', async () => {
    const result = {
      time: '2026-11-23T05:15:14.000Z',
      type: 'result',
      outcome: 'failed',
      exitCode: 1,
      error: { code: 'disk.full', data: {} },
      data: {},
    };
    const script = `printf '%s\\n' "$0" > "$2/events.ndjson"`;
    const { folder } = await startJob(request('quick'), { command: ['sh', '-c', script, JSON.stringify(result)] });
    assert.equal((await readJob(folder)).result?.error?.code, 'disk.full');
    assert.equal((await readFile(join(folder, 'events.ndjson'), 'utf8')).split('\n').length, 2);
  });

  it('one that does not begin in time never does', async () => {
    const pidFile = join(root, 'pid');
    const late = ['sh', '-c', 'echo $$ > "$0"; sleep 8; exec "$@"', pidFile, ...command];
    await assert.rejects(
      startJob(request('quick'), { command: late, patienceMs: 1000 }),
      /did not start: no sign of it/,
    );
    assert.equal(identify(Number(await readFile(pidFile, 'utf8'))), undefined);
    const [job] = await listJobs(root);
    assert.equal(job?.started, undefined);
  });

  it('one that begins while it is told to stop is the one that was started, and stops', async () => {
    const late = ['sh', '-c', 'trap "" TERM; sleep 1; exec "$@"', 'sh', ...command];
    const { folder } = await startJob(request('long'), { command: late, patienceMs: 500 });
    const last = (await follow(folder)).at(-1);
    assert.equal(last?.type === 'result' && last.outcome, 'cancelled');
  });

  it('an id is never a path', () => {
    for (const id of ['../x', '', 'a/b', '.', '..', 'A'.repeat(50)]) {
      assert.throws(
        () => jobFolder(root, id),
        (error) => isAppError(error, 'job.unknown'),
      );
    }
  });

  it('one job at a time per target; what a dead one left is taken over', async () => {
    const { folder, id } = await start('locking');
    for await (const event of followJob(folder)) if (event.type === 'phase') break;
    await assert.rejects(
      lockTarget(root, 'another', 'the target', 'a/b/c/d'),
      (error) => isAppError(error, 'target.busy') && error.data['job'] === id,
    );
    assert.deepEqual(await removeStaleLocks(root), []);
    await (await lockTarget(root, 'another', 'another target', 'a/b/c/e')).release();
    const { process: identity } = await readJob(folder);
    process.kill(identity?.pid ?? 0, 'SIGKILL');
    await follow(folder);
    const lock = await lockTarget(root, 'another', 'the target', 'a/b/c/d');
    await lock.release();
    assert.deepEqual(await readdir(join(stateFolder(), 'locks')), []);
  });

  it('a lock is given back when the job ends, and stale ones can be removed', async () => {
    const cancelled = await start('locking');
    for await (const event of followJob(cancelled.folder)) if (event.type === 'phase') break;
    await cancelJob(cancelled.folder);
    assert.deepEqual(await readdir(join(stateFolder(), 'locks')), []);
    const killed = await start('locking');
    for await (const event of followJob(killed.folder)) if (event.type === 'phase') break;
    process.kill((await readJob(killed.folder)).process?.pid ?? 0, 'SIGKILL');
    await follow(killed.folder);
    assert.deepEqual(await removeStaleLocks(root), ['a/b/c/d']);
    assert.deepEqual(await readdir(join(stateFolder(), 'locks')), []);
  });
});
