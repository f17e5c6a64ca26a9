import assert from 'node:assert/strict';
import { execa } from 'execa';
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../../src/core/base/errors';
import { canonicalRequest } from '../../../src/core/job/checkRequest';
import { claimAnnouncement, isAnnounced } from '../../../src/core/job/run/announce';
import type { JobRequest } from '../../../src/core/job/request';
import type { JobResult } from '../../../src/core/job/record/jobEvents';
import { createJobFolder, jobFolder, jobsFolder } from '../../../src/core/job/record/jobFolder';
import { listJobs, readJobs, type UnreadableJob } from '../../../src/core/job/record/listJobs';
import { identify } from '../../../src/core/job/run/processIdentity';
import { readWholeJob } from '../../../src/core/job/record/readJob';
import { removeJob } from '../../../src/core/job/record/removeJob';
import { watchJobs, type JobsChange } from '../../../src/core/job/record/watchJobs';
import { requestOf } from './requestOf';
import { leaveOut } from '../../tools/leaveOut';

describe('the jobs of a root', () => {
  let root: string;
  let stop: AbortController;
  let watching: Promise<void> | undefined;
  const changes: JobsChange[] = [];

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'db-ferry-watch-')), 'root');
    stop = new AbortController();
    changes.length = 0;
  });
  afterEach(async () => {
    stop.abort();
    await watching;
    await rm(join(root, '..'), { recursive: true, force: true });
  });

  const request = (): JobRequest => requestOf('backup', ['a/b/c/d'], { root });
  const create = (): Promise<{ id: string; folder: string }> => createJobFolder(root, request());
  const write = (folder: string, ...events: object[]): Promise<void> => {
    const lines = events.map((event) => `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    return appendFile(join(folder, 'events.ndjson'), lines.join(''));
  };
  const started = (identity: unknown = identify()): object => ({
    type: 'started',
    job: 'x',
    kind: 'backup',
    process: identity,
  });
  const gone = { ...identify(), startTime: '1' };
  const result = (outcome: JobResult['outcome'] = 'done'): object => ({
    type: 'result',
    outcome,
    exitCode: 0,
    data: {},
  });

  function watch(): void {
    watching = watchJobs(root, (change) => changes.push(change), stop.signal);
  }
  async function until(what: string, holds: (last: JobsChange) => boolean): Promise<JobsChange> {
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) {
      const last = changes.at(-1);
      if (last && holds(last)) return last;
    }
    return assert.fail(`not seen: ${what}; last ${JSON.stringify(changes.at(-1)?.jobs)}`);
  }

  it('a root that is not there has none, and is seen when it comes', async () => {
    watch();
    const first = await until('nothing', () => true);
    assert.deepEqual(first, { jobs: [], changed: [], removed: [], unreadable: [] });
    const { id } = await create();
    const { jobs } = await until('the job', ({ jobs: all }) => all.length === 1);
    assert.deepEqual([jobs[0]?.id, jobs[0]?.state], [id, 'starting']);
  });

  it('one that runs is followed to its end, newest first, and only it is said to have changed', async () => {
    const old = await create();
    await write(old.folder, started(), result());
    await sleep(1100);
    watch();
    await until('the old one', ({ jobs }) => jobs[0]?.state === 'done');
    const { id, folder } = await create();
    await write(folder, started(), { type: 'phase', phase: 'dump' });
    await until('dumping', ({ jobs }) => jobs[0]?.phase === 'dump' && jobs[0].state === 'running');
    await write(folder, { type: 'progress', phase: 'dump', bytes: 7 }, { type: 'phase', phase: 'stopping' });
    const stopping = await until('stopping', ({ jobs }) => jobs[0]?.state === 'stopping');
    assert.equal(stopping.jobs[0]?.progress?.bytes, 7);
    assert.equal(stopping.jobs[0].phase, 'dump');
    await write(folder, result('cancelled'));
    const last = await until('the end', ({ jobs }) => jobs[0]?.state === 'cancelled');
    assert.deepEqual(
      last.jobs.map((job) => job.id),
      [id, old.id],
    );
    assert.ok(changes.slice(1).every(({ changed }) => changed.every((job) => job.id === id)));
  });

  it('says at most four times a second that one changed', async () => {
    const { folder } = await create();
    await write(folder, started());
    watch();
    await until('it', ({ jobs }) => jobs.length === 1);
    const before = changes.length;
    for (let bytes = 0; bytes < 100; bytes += 1) {
      await write(folder, { type: 'progress', phase: 'dump', bytes });
      await sleep(10);
    }
    const seconds = 1.5;
    await until('the last', ({ jobs }) => jobs[0]?.progress?.bytes === 99);
    assert.ok(changes.length - before <= 4 * seconds + 2, String(changes.length - before));
  });

  it('one whose process is gone is interrupted, until somebody cleaned up', async () => {
    const { folder } = await create();
    await write(folder, started(gone), { type: 'phase', phase: 'restore' });
    watch();
    const { jobs } = await until('interrupted', (last) => last.jobs[0]?.state === 'interrupted');
    assert.equal(jobs[0]?.mayHaveLeft, true);
    await writeFile(join(folder, 'cleaned.json'), '{}');
    const cleaned = await until('cleaned', (last) => last.jobs[0]?.cleaned === true);
    assert.equal(cleaned.jobs[0]?.mayHaveLeft, false);
  });

  it('one that cannot be read is told as such, and keeps no other from being seen', async () => {
    const odd = await create();
    await mkdir(join(odd.folder, 'events.ndjson'));
    const newer = await create();
    await writeFile(join(newer.folder, 'request.json'), '{"schema":77,"kind":"teleport"}', { mode: 0o600 });
    const damaged = await create();
    await writeFile(join(damaged.folder, 'request.json'), '{"schema":2,"ki', { mode: 0o600 });
    // just being made
    await mkdir(join(jobsFolder(root), 'empty'), { mode: 0o700 });
    const { id, folder } = await create();
    await write(folder, started(), result());
    watch();
    const { jobs, unreadable } = await until('the other', (last) => last.jobs.length > 0);
    assert.deepEqual(
      jobs.map((job) => job.id),
      [id],
    );
    const expected = [
      [odd.id, 'file.refused'],
      [newer.id, 'request.newer'],
      [damaged.id, 'request.invalid'],
    ];
    const codes = (all: readonly UnreadableJob[]): string[][] => all.map((one) => [one.id, one.error.code]).sort();
    assert.deepEqual(codes(unreadable), expected.sort());
    const listed = await readJobs(root);
    assert.deepEqual([listed.jobs.map((job) => job.id), codes(listed.unreadable)], [[id], expected]);
    // damaged while it is watched, and whole again
    await writeFile(join(newer.folder, 'request.json'), canonicalRequest(request()), { mode: 0o600 });
    await until('it is a job again', (last) => last.jobs.length === 2 && last.unreadable.length === 2);
  });

  it('what is removed is said, also all of it', async () => {
    const { id, folder } = await create();
    await write(folder, started(), result());
    watch();
    await until('it', ({ jobs }) => jobs.length === 1);
    await rm(jobsFolder(root), { recursive: true });
    assert.deepEqual((await until('it gone', ({ jobs }) => jobs.length === 0)).removed, [id]);
    await create();
    await until('another', ({ jobs }) => jobs.length === 1);
  });

  it('a long job is read without its progress, and like the whole', async () => {
    const { folder } = await create();
    const progress = Array.from({ length: 10_000 }, (_, bytes) => ({ type: 'progress', phase: 'dump', bytes }));
    const expected = { type: 'expected', seconds: 5, basis: 'size' };
    await write(folder, started(), { type: 'phase', phase: 'dump' }, expected, ...progress, result());
    const { events, ...whole } = await readWholeJob(folder);
    assert.equal(events.length, 10_004);
    assert.deepEqual(await listJobs(root), [whole]);
    assert.equal(whole.progress?.bytes, 9999);
  });

  it('exactly one tells how a job ended', async () => {
    const { folder } = await create();
    assert.equal(await isAnnounced(folder), false);
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => claimAnnouncement(folder, `window ${n}`)));
    assert.equal(claims.filter((claimed) => claimed).length, 1);
    assert.equal(await isAnnounced(folder), true);
    assert.equal(await claimAnnouncement(folder, 'late'), false);
    assert.equal(await claimAnnouncement(jobFolder(root, 'nothere'), 'x'), false);
  });

  it('where nothing can be written, who asks may tell', async function () {
    const disk = join(root, '..', 'full');
    await mkdir(disk);
    const { exitCode } = await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=8', 'tmpfs', disk], {
      reject: false,
    });
    if (exitCode !== 0) leaveOut(this, 'the right to mount');
    try {
      const [whole, empty] = [join(disk, 'a'), join(disk, 'b')];
      for (const one of [whole, empty]) await mkdir(one);
      await writeFile(join(disk, 'ballast'), Buffer.alloc(128 * 1024)).catch(() => undefined);
      assert.equal(await claimAnnouncement(whole, 'the first'), true);
      assert.equal(await claimAnnouncement(whole, 'the second'), false);
      for (let i = 0; i < 8; i += 1) await mkdir(join(disk, String(i))).catch(() => undefined);
      assert.equal(await claimAnnouncement(empty, 'the first'), true);
    } finally {
      await execa('umount', [disk]);
    }
  });

  it('the one that started it comes first', async () => {
    const { folder } = await create();
    const other = claimAnnouncement(folder, 'other', { afterMs: 200 });
    await sleep(50);
    assert.equal(await claimAnnouncement(folder, 'starter'), true);
    assert.equal(await other, false);
    const aborted = claimAnnouncement((await create()).folder, 'other', {
      afterMs: 10_000,
      signal: AbortSignal.abort(),
    });
    assert.equal(await aborted, false);
  });

  it('only what ended and left nothing is removed', async () => {
    const running = await create();
    await write(running.folder, started());
    const interrupted = await create();
    await write(interrupted.folder, started(gone));
    for (const { id } of [running, interrupted]) {
      await assert.rejects(removeJob(root, id), (error) => isAppError(error, 'job.needed'));
    }
    await write(running.folder, result('failed'));
    await removeJob(root, running.id);
    await writeFile(join(interrupted.folder, 'cleaned.json'), '{}');
    await removeJob(root, interrupted.id);
    const lost = await create();
    await write(lost.folder, started(gone));
    await removeJob(root, lost.id, { forget: true });
    assert.deepEqual(await readdir(jobsFolder(root)), []);
    await assert.rejects(removeJob(root, running.id), (error) => isAppError(error, 'job.unknown'));
    await mkdir(join(jobsFolder(root), 'locks'));
    await assert.rejects(removeJob(root, 'locks'), (error) => isAppError(error, 'job.unknown'));
  });
});
