import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Window } from '../../../src/core/policy/rules/policySchema';
import { openingAt } from '../../../src/core/policy/windows/windows';

const minute = 60_000;
const here = { operation: 'restore', isAt: (pattern: string) => pattern === 'prod/*/*' } as const;

/** Minutes before UTC in that week, in which no clock is set. */
const offsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Kolkata': 330, 'America/Phoenix': -420 };

/** Told by hand: the minutes of the day since it began. */
function isOpenPlainly(windows: readonly Window[], now: number): boolean {
  const isIn = ({ schedule = '', duration = '', timeZone = 'UTC' }: Window): boolean => {
    const [at = '', hour = ''] = schedule.split(' ');
    const wall = now / minute + (offsets[timeZone] ?? 0);
    return (((wall - Number(hour) * 60 - Number(at)) % 1440) + 1440) % 1440 < Number(duration.slice(0, -1));
  };
  const allow = windows.filter(({ kind }) => kind === 'allow');
  return !windows.some((one) => one.kind === 'deny' && isIn(one)) && (allow.length === 0 || allow.some(isIn));
}

describe('windows', () => {
  const daily = fc.record({
    kind: fc.constantFrom('allow' as const, 'deny' as const),
    schedule: fc
      .tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }))
      .map(([m, h]) => `${m} ${h} * * *`),
    duration: fc.integer({ min: 1, max: 300 }).map((lasts) => `${lasts}m`),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/Phoenix'),
  });

  it('are open when they are by the clock on the wall; what closes and what opens next is the first minute that does', () => {
    fc.assert(
      fc.property(fc.array(daily, { maxLength: 4 }), fc.integer({ min: 0, max: 1439 }), (windows, start) => {
        const from = Date.UTC(2026, 5, 10) + start * minute;
        const { isOpen, until, next } = openingAt(windows, { ...here, from: new Date(from) });
        assert.equal(isOpen, isOpenPlainly(windows, from));
        const changes = Array.from({ length: 1500 }, (_, at) => from + at * minute).find(
          (now) => isOpenPlainly(windows, now) !== isOpen,
        );
        assert.equal((isOpen ? until : next)?.getTime(), changes);
      }),
      { numRuns: 50 },
    );
  });

  it('that deny win, speak only of their places and operations, and let by whom they say', () => {
    const now = new Date('2026-12-04T20:00:00Z');
    const allow: Window = { kind: 'allow', schedule: '0 18 * * *', duration: '9h', timeZone: 'Europe/Berlin' };
    const deny: Window = { kind: 'deny', from: '2026-12-04T00:00:00Z', to: '2026-12-05T00:00:00Z', reason: 'audit' };
    const at = (windows: readonly Window[], more: object = {}): boolean =>
      openingAt(windows, { ...here, from: now, ...more }).isOpen;
    assert.equal(at([allow]), true);
    assert.equal(at([allow, deny]), false);
    assert.equal(at([allow, { ...deny, operations: ['copy'] }]), true);
    assert.equal(at([allow, { ...deny, places: ['test/*/*'] }]), true);
    assert.equal(at([allow, { ...deny, places: ['prod/*/*'] }]), false);
    assert.equal(at([allow, deny], { passes: (window: Window) => window.kind === 'deny' }), true);
    const { denied, next } = openingAt([allow, deny], { ...here, from: now });
    assert.equal(denied?.reason, 'audit');
    assert.equal(next?.toISOString(), '2026-12-05T00:00:00.000Z');
  });

  it('tell whether what is to be done fits, and the next opening that is long enough', () => {
    const allow: Window = { kind: 'allow', schedule: '0 20 * * 1-5', duration: '2h', timeZone: 'Europe/Berlin' };
    const longer: Window = { kind: 'allow', schedule: '0 6 * * 6', duration: '5h', timeZone: 'Europe/Berlin' };
    const from = new Date('2026-12-03T20:30:00Z');
    const { isOpen, until, next } = openingAt([allow, longer], { ...here, from, lasts: 3 * 60 * minute });
    assert.deepEqual([isOpen, until?.toISOString()], [true, '2026-12-03T21:00:00.000Z']);
    assert.equal(next?.toISOString(), '2026-12-05T05:00:00.000Z');
    assert.equal(openingAt([allow], { ...here, from, lasts: 3 * 60 * minute }).next, undefined);
    // to the minute, it fits
    assert.equal(openingAt([allow, longer], { ...here, from, lasts: 30 * minute }).next, undefined);
  });

  it('let go on past their end what began in them only where all that end then say so; shut, they end nothing', () => {
    const allow: Window = { kind: 'allow', schedule: '0 20 * * *', duration: '2h', timeZone: 'Europe/Berlin' };
    const finish = { ...allow, overrun: 'finish' } as const;
    const from = new Date('2026-12-03T20:30:00Z');
    const overrun = (...windows: readonly Window[]): string => openingAt(windows, { ...here, from }).overrun;
    assert.equal(overrun(allow), 'stop-before-swap');
    assert.equal(overrun(finish), 'finish');
    assert.equal(overrun(finish, allow), 'stop-before-swap');
    assert.equal(openingAt([finish], { ...here, from: new Date('2026-12-03T12:00:00Z') }).until, undefined);
    assert.equal(openingAt([], { ...here, from }).overrun, 'stop-before-swap');
  });

  it('follow the clock on the wall when it is set', () => {
    const night: Window = { kind: 'allow', schedule: '30 2 * * *', duration: '1h', timeZone: 'Europe/Berlin' };
    const opens = (day: string): string | undefined =>
      openingAt([night], { ...here, from: new Date(`${day}T12:00:00Z`) }).next?.toISOString();
    assert.equal(opens('2026-03-27'), '2026-03-28T01:30:00.000Z');
    // there is no half past two that night
    assert.equal(opens('2026-03-28'), '2026-03-29T01:00:00.000Z');
    assert.equal(opens('2026-03-29'), '2026-03-30T00:30:00.000Z');
    assert.equal(opens('2026-10-25'), '2026-10-26T01:30:00.000Z');
  });
});
