import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GrowingFile } from '../../../src/core/backup/growingFile';
import { AppError } from '../../../src/core/base/errors';
import type { Progress, Work } from '../../../src/core/base/progress';
import type { ArrivingBackup } from '../../../src/core/catalog/arriving';
import { atOnce, type Halves } from '../../../src/core/job/kinds/atOnce';

type BackedUp = Awaited<ReturnType<Halves['backUp']>>;

describe('a copy whose restore follows its dump', () => {
  const cut = new AppError('exec.failed', { tool: 'pg_restore', exitCode: 1, stderr: 'no' });
  const full = new AppError('disk.full', { folder: '/', free: 0, needed: 1 });
  let folder: string;
  let file: GrowingFile;
  let stop: AbortController;
  let told: Progress[];
  let order: string[];
  let kept: unknown[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-once-'));
    file = new GrowingFile(path.join(folder, 'a'));
    await file.write(Buffer.from('rows'));
    stop = new AbortController();
    told = [];
    order = [];
    kept = [];
  });
  afterEach(async () => {
    await file.abandon(new Error('over'));
    await rm(folder, { recursive: true });
  });

  for (const keep of [false, true]) {
    it(`tells the full disk that ended the dump, though the restore saw it first${keep ? ', and keeps' : ''}`, async () => {
      const failed = run(
        keep,
        async (work, onFailed) => {
          await at('reading');
          await file.abandon(new AppError('cancelled'));
          await at('restore is gone');
          onFailed(full);
          assert.ok(!work.signal.aborted);
          throw full;
        },
        async (_, read) => {
          const reading = read();
          order.push('reading');
          await assert.rejects(reading);
          setTimeout(() => order.push('restore is gone'), 50);
          throw new AppError('cancelled');
        },
      );
      await assert.rejects(failed, full);
      assert.equal(lastPhase(), 'dump');
    });
  }

  it('ends the dump as soon as the restore fails, and names the step and the cause of that', async () => {
    const failed = run(
      false,
      async (work) => {
        await at('failing');
        await aborted(work.signal);
        order.push('dump is over');
        throw new AppError('cancelled');
      },
      async (work, _, onFailed) => {
        work.report({ type: 'phase', phase: 'definitions' });
        onFailed(cut);
        order.push('failing');
        work.report({ type: 'phase', phase: 'stopping' });
        // as long as it still takes away what it made
        await at('dump is over');
        throw cut;
      },
    );
    await assert.rejects(failed, cut);
    assert.equal(lastPhase(), 'definitions');
    assert.deepEqual(kept, []);
  });

  it('ends the restore as soon as the dump fails', async () => {
    const failed = run(
      false,
      async (_, onFailed) => {
        await at('waiting');
        onFailed(full);
        await at('restore is gone');
        throw full;
      },
      async (work) => {
        work.report({ type: 'phase', phase: 'analyze' });
        order.push('waiting');
        await aborted(work.signal);
        order.push('restore is gone');
        throw new AppError('cancelled');
      },
    );
    await assert.rejects(failed, full);
    assert.equal(lastPhase(), 'dump');
  });

  for (const [keep, phase] of [
    [true, 'dump'],
    [false, 'seal'],
  ] as const) {
    it(`has a backup ${keep ? 'that is to be kept' : 'that is being sealed'} go on to its end when the restore fails`, async () => {
      const backed = { entry: {}, reading: {} } as unknown as BackedUp;
      const failed = run(
        keep,
        async (work) => {
          work.report({ type: 'phase', phase });
          order.push(phase);
          await at('restore is gone');
          assert.ok(!work.signal.aborted);
          return backed;
        },
        async (work, _, onFailed) => {
          await at(phase);
          work.report({ type: 'phase', phase: 'restore' });
          onFailed(cut);
          order.push('restore is gone');
          throw cut;
        },
      );
      await assert.rejects(failed, cut);
      assert.deepEqual(kept, [backed]);
      assert.equal(lastPhase(), 'restore');
      assert.equal(told.filter((one) => one.type === 'note' && one.code === 'backup.goesOn').length, keep ? 1 : 0);
    });
  }

  it('of what is asked to stop both end, and nothing is kept', async () => {
    const ends = async (work: Work): Promise<never> => {
      await aborted(work.signal);
      throw new AppError('exec.cut', { bytes: 1, message: '' });
    };
    const failed = run(true, ends, ends);
    stop.abort(new AppError('cancelled'));
    await assert.rejects(failed, { code: 'cancelled' });
    assert.deepEqual(kept, []);
  });

  it('tells how far both are, while there are two', async () => {
    const failed = run(
      false,
      async (work) => {
        await at('moved');
        work.report({ type: 'progress', phase: 'dump', bytes: 20, percent: 40 });
        throw full;
      },
      async (work) => {
        work.report({ type: 'phase', phase: 'restore' });
        work.report({ type: 'progress', phase: 'restore', bytes: 10, table: 'a.b' });
        order.push('moved');
        await aborted(work.signal);
        throw new AppError('cancelled');
      },
    );
    await assert.rejects(failed, full);
    const last = told.findLast(({ type }) => type === 'progress');
    const beside = { phase: 'restore', bytes: 10, table: 'a.b' };
    assert.deepEqual(last, { type: 'progress', phase: 'dump', bytes: 20, percent: 40, beside });
  });

  async function run(
    keep: boolean,
    backUp: (work: Work, onFailed: (error: unknown) => void) => Promise<BackedUp>,
    restore: (work: Work, read: () => Promise<unknown>, onFailed: (error: unknown) => void) => Promise<never>,
  ): Promise<unknown> {
    const log = { info: () => undefined, warn: () => undefined };
    const work = { signal: stop.signal, log, report: (one: Progress) => void told.push(one) };
    const halves: Halves = {
      backUp: async (half, onArriving, onFailed) => {
        half.report({ type: 'phase', phase: 'dump' });
        onArriving({ archive: await file.hold() } as unknown as ArrivingBackup);
        return backUp(half, onFailed);
      },
      restore: async (half, begin) => {
        const { archive, onFailed = () => undefined } = await begin(half);
        const read = async (): Promise<unknown> => {
          const all: Buffer[] = [];
          for await (const piece of archive.read()) all.push(piece);
          return all;
        };
        return restore(half, read, onFailed);
      },
    };
    return atOnce(work, halves, { keep, onKept: (backed) => kept.push(backed) });
  }

  async function at(moment: string): Promise<void> {
    while (!order.includes(moment)) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async function aborted(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  function lastPhase(): unknown {
    const phases = told.flatMap((one) => (one.type === 'phase' && one.phase !== 'stopping' ? [one.phase] : []));
    return phases.at(-1);
  }
});
