import fc from 'fast-check';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { JobClock, lastPhases, type PhaseSeconds } from '../../../src/core/job/record/jobClock';
import type { CopyOptions, JobKind, JobWork } from '../../../src/core/job/request';
import type { Job } from '../../../src/core/job/record/readJob';
import { sharesOf } from '../../../src/core/job/record/phaseShares';
import type { Phase, Progress } from '../../../src/core/base/progress';
import { requestOf } from './requestOf';

type Moment = readonly [at: number, progress: Progress];

/** How far the end that was told was from the real one, as a part of the whole: the worst of what was told from a third on; and what each step took. */
function told(
  request: JobWork,
  moments: readonly Moment[],
  end: number,
  past?: PhaseSeconds,
): { worst: number; count: number; phases: PhaseSeconds } {
  const clock = new JobClock(request, past);
  let worst = 0;
  let count = 0;
  let said = 0;
  const judge = (at: number, progress: Progress | undefined): void => {
    if (progress?.type !== 'progress') return;
    said = at;
    if (progress.secondsLeft === undefined || at < end / 3) return;
    count += 1;
    worst = Math.max(worst, Math.abs(at + progress.secondsLeft * 1000 - end) / end);
  };
  // as the job itself says something where a step says nothing
  const silence = (until: number): void => {
    while (until - said > 3000) {
      said += 3000;
      judge(said, clock.silent(said));
    }
  };
  for (const [at, progress] of moments) {
    silence(at);
    judge(at, clock.timed(progress, at));
  }
  silence(end);
  return { worst, count, phases: clock.phases(end) };
}

const request = (kind: JobKind, options: object = {}): JobWork => requestOf(kind, ['a/b/c/d', 'a/b/c/e'], { options });

/** A run in which each step takes so many seconds; where it has a scale, what is said of it is `bent` to the power. */
function run(steps: readonly (readonly [Phase, number])[], expected: Progress, bent = 1): [Moment[], end: number] {
  const moments: Moment[] = [[0, expected]];
  let at = 0;
  for (const [phase, seconds] of steps) {
    moments.push([at, { type: 'phase', phase }]);
    const hasScale = ['dump', 'read', 'restore', 'verify'].includes(phase);
    for (let inside = 0; inside < seconds; inside += 1) {
      const percent = 100 * Math.min(1, inside / seconds) ** bent;
      const now = at + inside * 1000;
      if (hasScale) moments.push([now, { type: 'progress', phase, bytes: inside, percent }]);
    }
    at += seconds * 1000;
  }
  return [moments, at];
}

describe('the end of a job', () => {
  const kinds = [
    ['backup', {}],
    ['restore', {}],
    ['copy', {}],
    ['verify', { deep: 'a/b/c' }],
  ] as const;
  const around = (least: number, most: number): fc.Arbitrary<number> =>
    fc.double({ min: least, max: most, noNaN: true });

  it('as the last run says it is right within a quarter from a third on, whatever the steps took and however uneven they are told', () => {
    for (const [kind, options] of kinds) {
      const steps = [...new Map(sharesOf(request(kind, options)))].map(([phase]) => phase);
      const seconds = fc.array(around(6, 300), { minLength: steps.length, maxLength: steps.length });
      const factors = fc.array(around(0.9, 1.1), { minLength: steps.length, maxLength: steps.length });
      fc.assert(
        fc.property(seconds, factors, around(0.9, 1.1), around(0.5, 2), (past, each, all, bent) => {
          const before = Object.fromEntries(steps.map((phase, at) => [phase, past[at] ?? 1]));
          const now = steps.map((phase, at) => [phase, (past[at] ?? 1) * (each[at] ?? 1) * all] as const);
          const whole = past.reduce((sum, one) => sum + one, 0);
          const [moments, end] = run(now, { type: 'expected', seconds: whole, basis: 'last run' }, bent);
          const { worst, count } = told(request(kind, options), moments, end, before);
          assert.ok(worst <= 0.25, `${kind}: ${(worst * 100).toFixed(0)} %`);
          assert.ok(count > 0);
        }),
        { numRuns: 60 },
      );
    }
  });

  it('as the size says it corrects itself by what was done, where the steps are as they mostly are', () => {
    for (const [kind, options] of kinds) {
      const shares = [...new Map(sharesOf(request(kind, options)))];
      const factors = fc.array(around(0.85, 1.15), { minLength: shares.length, maxLength: shares.length });
      fc.assert(
        fc.property(around(30, 4000), factors, around(0.6, 1.7), (whole, each, wrong) => {
          const steps = shares.map(([phase, share], at) => [phase, (whole * share * (each[at] ?? 1)) / 100] as const);
          const [moments, end] = run(steps, { type: 'expected', seconds: whole * wrong, basis: 'size' });
          const { worst, count } = told(request(kind, options), moments, end);
          assert.ok(
            worst <= 0.25,
            `${kind} of ${whole.toFixed(0)} s, ${wrong.toFixed(2)}: ${(worst * 100).toFixed(0)} %`,
          );
          assert.ok(count > 0);
        }),
        { numRuns: 60 },
      );
    }
  });

  it('is never that of a step: all that comes after it is in it', () => {
    const clock = new JobClock(request('restore'));
    clock.timed({ type: 'phase', phase: 'read' }, 0);
    clock.timed({ type: 'expected', seconds: 100, basis: 'size' }, 0);
    clock.timed({ type: 'phase', phase: 'restore' }, 5000);
    const now = clock.timed({ type: 'progress', phase: 'restore', bytes: 1, percent: 99, secondsLeft: 0.5 }, 44_000);
    assert.ok(now.type === 'progress' && (now.secondsLeft ?? 0) > 40, JSON.stringify(now));
    // and it does not stand still when a step takes longer than was thought
    clock.timed({ type: 'phase', phase: 'swap' }, 90_000);
    assert.ok((clock.silent(100_000)?.secondsLeft ?? 0) > 0);
  });

  type Recorded = [at: number, what: Phase | 'end' | object, percent?: number | null, left?: number][];
  const load = async (name: string): Promise<[Moment[], number]> => {
    const file = new URL(`traces/${name}.json`, import.meta.url);
    const recorded = JSON.parse(await readFile(file, 'utf8')) as Recorded;
    const moments = recorded.flatMap(([at, what, percent, left]): Moment[] => {
      if (what === 'end') return [];
      if (typeof what === 'object') return [[at, { type: 'expected', ...what } as Progress]];
      if (percent === undefined) return [[at, { type: 'phase', phase: what }]];
      const known = {
        ...(percent === null ? {} : { percent }),
        ...(left === undefined ? {} : { secondsLeft: left }),
      };
      return [[at, { type: 'progress', phase: what, bytes: 1, ...known }]];
    });
    return [moments, recorded.at(-1)?.[0] ?? 0];
  };

  describe('of recorded runs', () => {
    for (const [kind, first, second] of [
      ['backup', 'backup1', 'backup2'],
      ['restore', 'restore1', 'restore2'],
      ['restore', 'restore2', 'restoreGentle'],
    ] as const) {
      it(`${second}, after ${first}: within a quarter from a third on`, async () => {
        const [before, ended] = await load(first);
        const { phases } = told(request(kind), before, ended);
        const [moments, end] = await load(second);
        const { worst, count } = told(request(kind), moments, end, phases);
        assert.ok(worst <= 0.25, `${(worst * 100).toFixed(0)} %`);
        assert.ok(count >= 5, String(count));
      });
    }
  });

  describe('of first runs, whose two sides are not as fast as each other', () => {
    for (const name of ['copySlowBoth', 'copySlowSource']) {
      it(`${name}: nothing is told while most of it is a guess, and then within a quarter`, async () => {
        const [moments, end] = await load(name);
        const { worst, count } = told(request('copy'), moments, end);
        assert.ok(worst <= 0.25, `${(worst * 100).toFixed(0)} %`);
        assert.ok(count >= 3, String(count));
      });
    }
  });

  it('of first copies whose target is slower or faster than the source, however wrong the size says it: within a quarter', () => {
    for (const factor of [0.25, 0.5, 2, 4, 8]) {
      for (const wrong of [0.6, 1, 1.7]) {
        const steps = [...new Map(sharesOf(request('copy')))].map(([phase, share]) => {
          const isWay = phase === 'restore' || phase === 'verify';
          return [phase, 3 * share * (isWay ? factor : 1)] as const;
        });
        const [moments, end] = run(steps, { type: 'expected', seconds: 300 * wrong, basis: 'size' });
        const { worst, count } = told(request('copy'), moments, end);
        assert.ok(worst <= 0.25, `${String(factor)}, ${String(wrong)}: ${(worst * 100).toFixed(0)} %`);
        assert.ok(count >= 20, String(count));
      }
    }
  });

  it('what a job took the last time is that of the same kind, place and pace', () => {
    const job = (kind: JobKind, place: string, more: object, outcome = 'done'): Job =>
      ({
        request: { ...requestOf(kind, ['x/x/x/x', place]), options: more },
        result: { outcome, data: { phases: { restore: place.length, odd: 'text' } } },
      }) as unknown as Job;
    const jobs = [
      job('restore', 'a/b/c/d', {}, 'failed'),
      job('restore', 'a/b/c/dd', {}),
      job('restore', 'a/b/c/d', { gentle: 5 }),
      job('copy', 'a/b/c/d', {}),
      job('restore', 'a/b/c/d', {}),
      job('copy', 'a/b/c/e', { pipeline: true }),
    ];
    const wanted = (place: string): JobWork => requestOf('restore', ['y', place]);
    assert.deepEqual(lastPhases(jobs, wanted('a/b/c/d')), { restore: 7 });
    assert.equal(lastPhases(jobs.slice(0, 4), wanted('a/b/c/d')), undefined);
    assert.equal(lastPhases([], wanted('a/b/c/d')), undefined);
    // one half at the time of the other takes as long as neither after the other
    const copy = (options: CopyOptions): JobWork => ({ ...requestOf('copy', ['x/x/x/x', 'a/b/c/e']), options });
    assert.equal(lastPhases(jobs, copy({})), undefined);
    assert.deepEqual(lastPhases(jobs, copy({ pipeline: true })), { restore: 7 });
    // where it is asked for and cannot be it is one after the other
    assert.equal(lastPhases(jobs, copy({ pipeline: true, inPlace: true, as: 'replace' })), undefined);
  });
});
