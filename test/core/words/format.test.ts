import assert from 'node:assert/strict';
import { duration, safe, size } from '../../../src/words/format';
import { phaseWords, progressText } from '../../../src/words/progressWords';

describe('format', () => {
  it('sizes', () => {
    const cases: [number | undefined, string][] = [
      [0, '0 B'],
      [999, '999 B'],
      [1000, '1.0 kB'],
      [1_450_000, '1.4 MB'],
      [999_600, '1.0 MB'],
      [120_000_000, '120 MB'],
      [5e15, '5000 TB'],
      [undefined, '?'],
    ];
    for (const [bytes, text] of cases) assert.equal(size(bytes), text);
  });

  it('durations', () => {
    const cases: [number, string][] = [
      [0.12, '0.1 s'],
      [9.97, '10 s'],
      [59.6, '1 min 00 s'],
      [185, '3 min 05 s'],
      [7620, '2 h 07 min'],
    ];
    for (const [seconds, text] of cases) assert.equal(duration(seconds), text);
  });

  it('a name cannot write to the terminal', () => {
    assert.equal(safe('a\u001b[2Jb\nc\u009b'), 'a\\x1b[2Jb\\x0ac\\x9b');
  });

  it('the progress line holds phase, percent, size, rate, end and table', () => {
    const now = new Date(2026, 10, 23, 5, 15, 0).getTime();
    const progress = { phase: 'dump', bytes: 12_000_000, percent: 41.9, rate: 3_400_000, secondsLeft: 65 } as const;
    assert.equal(
      progressText({ type: 'progress', ...progress, table: 'public.a\nb' }, now),
      'dumping · 41 % · 12.0 MB · 3.4 MB/s · about 1 min 05 s left, until 05:16:05 · public.a\\x0ab',
    );
    assert.equal(progressText({ type: 'progress', phase: 'verify', bytes: 0 }, now), phaseWords().verify);
  });
});
