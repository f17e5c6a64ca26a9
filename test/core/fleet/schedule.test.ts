import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isInOddHours, nextSlots, timingOf } from '../../../src/core/fleet/schedule/timing';
import { breakerOf, breakerFailures, type PastSlot } from '../../../src/core/job/runner/kubernetes/breaker';
import { mayRunSlot } from '../../../src/core/job/runner/kubernetes/slot';
import { requestOf } from '../job/requestOf';
import type { Job } from '../../../src/core/job/record/readJob';

describe('when a schedule runs', () => {
  it('by a word: the same for a place for ever, spread over the hour, never where a clock is changed', () => {
    const minutes = new Set<string>();
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (place) => {
        for (const word of ['daily', 'weekly'] as const) {
          const timing = timingOf(word, 'Europe/Berlin', place);
          assert.deepEqual(timingOf(word, 'Europe/Berlin', place), timing);
          assert.equal(isInOddHours(timing), false, timing.cron);
          assert.equal(timing.interval, word === 'daily' ? 86_400 : 7 * 86_400);
          minutes.add(timing.cron.split(' ')[0] ?? '');
        }
        assert.equal(timingOf('hourly', 'UTC', place).interval, 3600);
      }),
      { numRuns: 40 },
    );
    assert.ok(minutes.size > 10, 'many databases do not begin at once');
  });

  it('by cron: what Kubernetes reads, with the least time between two slots', () => {
    for (const [cron, interval] of [
      ['* * * * *', 60],
      ['*/15 * * * *', 900],
      ['0 22 * * 1-5', 86_400],
      ['0 6,18 * * *', 43_200],
      ['0 0 1 * *', 28 * 86_400],
      [' 30  4 * JAN-MAR SUN ', 7 * 86_400],
    ] as const)
      assert.equal(timingOf(cron, 'UTC', 'p').interval, interval, cron);
    assert.equal(isInOddHours(timingOf('30 2 * * *', 'UTC', 'p')), true);
    for (const odd of [
      '',
      'nightly',
      '@daily',
      '* * * *',
      '* * * * * *',
      '60 * * * *',
      '0 0 31 2 *',
      '0 0 L * *',
      '0 0 * * 5#2',
      '0 0 * * *; rm',
      '0 0 15W * *',
      'TZ=UTC 0 0 * * *',
    ])
      assert.throws(() => timingOf(odd, 'UTC', 'p'), { code: 'usage' }, odd);
    assert.throws(() => timingOf('daily', 'Mars/Olympus', 'p'), { code: 'usage' });
  });

  it('in its own time zone, on both sides of a change of the clock', () => {
    const timing = timingOf('0 22 * * *', 'Europe/Berlin', 'p');
    const slots = nextSlots(timing, new Date('2026-10-24T12:00:00Z'), 3).map((slot) => slot.toISOString());
    assert.deepEqual(slots, ['2026-10-24T20:00:00.000Z', '2026-10-25T21:00:00.000Z', '2026-10-26T21:00:00.000Z']);
  });
});

describe('a schedule that fails again and again', () => {
  const hour = 3600;
  const start = Date.parse('2026-11-30T00:00:00Z');
  const at = (hours: number): Date => new Date(start + hours * 3600_000);
  const past = (outcomes: string): PastSlot[] =>
    Array.from(outcomes, (one, index) => ({
      ended: at(index),
      outcome: one === 'd' ? 'done' : one === 'f' ? 'failed' : 'passed',
    }));

  for (const [outcomes, until] of [
    ['', undefined],
    ['ffff', undefined],
    ['fffff', 6],
    ['dfffff', 7],
    ['ffffff', 9],
    ['fffffp', 6],
    ['fffffd', undefined],
    ['fffffdffff', undefined],
  ] as const) {
    it(`${outcomes || 'nothing yet'}: ${until === undefined ? 'is tried' : `is left alone until ${until}:00`}`, () => {
      const now = new Date(start + (outcomes.length - 0.9) * 3600_000);
      const breaker = breakerOf(past(outcomes), hour, now);
      assert.deepEqual(breaker.open ? breaker.until : undefined, until === undefined ? undefined : at(until));
    });
  }

  it('is tried once a day at least, whatever its interval, and again at once after a success', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 31 * 86_400 }),
        fc.array(fc.constantFrom('d', 'f', 'p'), { maxLength: 40 }),
        (interval, list) => {
          const slots = past(list.join(''));
          const last = slots.at(-1)?.ended ?? at(0);
          assert.equal(breakerOf(slots, interval, new Date(last.getTime() + 24 * 3600_000)).open, false);
          assert.equal(breakerOf([...slots, { ended: last, outcome: 'done' }], interval, last).open, false);
        },
      ),
    );
  });

  it('passes a slot over when it is paused or the breaker is open; by hand it is always done', () => {
    const env = { DB_FERRY_SCHEDULE: 'db-ferry-aa', DB_FERRY_INTERVAL: '3600' };
    const request = requestOf('backup', ['prod/shop/pg/a']);
    const jobs = Array.from({ length: breakerFailures }, (_, index) => {
      const id = `db-ferry-aa-2990000${index}${index === 2 ? '-2' : ''}`;
      return { id, state: 'failed', lastEvent: at(index).toISOString(), request } as unknown as Job;
    });
    const slot = { slot: 'db-ferry-aa-29900009', request };
    assert.throws(() => mayRunSlot(env, slot, jobs, at(5)), { code: 'schedule.breaker' });
    mayRunSlot(env, slot, jobs, at(7));
    mayRunSlot(env, slot, jobs.slice(1), at(5));
    mayRunSlot(env, { ...slot, slot: 'db-ferry-aa-tpbn1butdu' }, jobs, at(5));
    // three tries of one slot are one failure
    const tries = jobs.map((job, index) => ({
      ...job,
      id: `db-ferry-aa-29900001${index === 0 ? '' : `-${index + 1}`}`,
    }));
    mayRunSlot(env, slot, tries, at(5));
    const byHand = { id: 'db-ferry-tpbn1butdu', state: 'done', lastEvent: at(4.5).toISOString() };
    mayRunSlot(env, slot, [...jobs, { ...byHand, request } as unknown as Job], at(5));
    const other = { ...byHand, request: requestOf('backup', ['prod/shop/pg/b']) } as unknown as Job;
    assert.throws(() => mayRunSlot(env, slot, [...jobs, other], at(5)), { code: 'schedule.breaker' });
    const paused = { ...env, DB_FERRY_PAUSED_UNTIL: at(6).toISOString() };
    assert.throws(() => mayRunSlot(paused, slot, [], at(5)), { code: 'schedule.paused' });
    mayRunSlot(paused, slot, [], at(7));
  });
});
