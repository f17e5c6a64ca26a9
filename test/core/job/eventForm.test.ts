import assert from 'node:assert/strict';
import { eventOf, resultOf } from '../../../src/core/job/record/eventForm';
import { parseEvents } from '../../../src/core/job/record/eventTail';
import { eventIn } from '../../../src/core/job/runner/kubernetes/podOutput';

const time = '2026-11-23T05:15:14.000Z';
const process = { pid: 7, startTime: '1', container: 'c', boot: 'b' };
const finding = { level: 'warn', code: 'source.unlogged', data: {} };
const good: readonly object[] = [
  { type: 'started', job: 'a', kind: 'backup', process },
  { type: 'phase', phase: 'dump' },
  { type: 'progress', phase: 'dump', bytes: 1, percent: 2 },
  { type: 'expected', basis: 'size' },
  { type: 'finding', finding },
  { type: 'note', code: 'locks.waiting', data: {} },
  // what is prepared is a result like any other, and a name that is not known here stays
  { type: 'result', outcome: 'prepared', exitCode: 0, data: { side: 's', later: [1] }, findings: [finding] },
];
/** What is wrong of each, by what is put into it. */
const wrong: Readonly<Record<string, readonly object[]>> = {
  started: [{ process: { ...process, pid: '7' } }, { process: undefined }, { job: 1 }],
  phase: [{ phase: null }, { time: 'yesterday' }, { time: undefined }],
  progress: [{ bytes: '1' }, { percent: 'all' }, { table: {} }],
  expected: [{ basis: 1 }, { seconds: 'x' }],
  finding: [{ finding: { ...finding, level: 'none' } }, { finding: null }],
  note: [{ data: [] }, { code: undefined }],
  result: [
    { outcome: 'well' },
    { exitCode: 77 },
    { exitCode: '0' },
    { data: { backup: 1 } },
    { data: { dropped: [{ name: {} }] } },
    { data: { seconds: '1' } },
    { data: null },
    { error: {} },
    { findings: [{}] },
    { differences: [null] },
  ],
};

describe('the events of a job', () => {
  it('are read from a journal and from a pod by one form; what is not of it is no event, and its job not done', () => {
    for (const one of good) {
      const event = { time, ...one };
      const type = 'type' in one ? String(one.type) : '';
      assert.deepEqual(eventOf(event), event);
      assert.deepEqual(parseEvents(`${JSON.stringify(event)}\n`), [event]);
      assert.deepEqual(eventIn(JSON.stringify({ seq: 1, ...event })), { seq: 1, event });
      if (type === 'result') assert.deepEqual(resultOf(one), one);
      for (const change of wrong[type] ?? [{}]) {
        const text = JSON.stringify({ seq: 1, ...event, ...change });
        assert.deepEqual(parseEvents(`${text}\n`), [], text);
        assert.equal(eventIn(text), undefined, text);
      }
    }
    for (const none of [null, 1, [], {}, { time }, { time, type: 'else' }, { time, type: 'constructor' }]) {
      assert.deepEqual([eventOf(none), resultOf(none)], [undefined, undefined]);
    }
  });
});
