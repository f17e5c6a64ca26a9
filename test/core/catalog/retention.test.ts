import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkRetention, retain, type RetainedBackup, type RetentionRules } from '../../../src/core/catalog/retention';
import { isAppError } from '../../../src/core/base/errors';

describe('retention', () => {
  it('says a reason for each that stays and each that goes', () => {
    const backups = times(
      '2026-11-30T10',
      '2026-11-30T02',
      '2026-11-29T02',
      '2026-11-28T02',
      '2026-11-20T02',
      '2026-10-05T02',
    );
    const rules = { last: 1, daily: 2, weekly: 3, monthly: 1, withinHours: 9 };
    assert.deepEqual(said(backups, rules), [
      '2026-11-30T10 stays: last 1, within 9, daily 2026-11-30, weekly 2026-W49, monthly 2026-11, newest',
      '2026-11-30T02 stays: within 9',
      '2026-11-29T02 stays: daily 2026-11-29, weekly 2026-W48',
      '2026-11-28T02 goes: noRule',
      '2026-11-20T02 stays: weekly 2026-W47',
      '2026-10-05T02 goes: noRule',
    ]);
  });

  it('a period without a backup does not count, and the oldest fills a rule that is not full', () => {
    const backups = times('2026-11-30T02', '2026-09-01T05', '2026-09-01T02');
    assert.deepEqual(said(backups, { daily: 3 }), [
      '2026-11-30T02 stays: daily 2026-11-30, newest',
      '2026-09-01T05 stays: daily 2026-09-01',
      '2026-09-01T02 stays: oldest daily',
    ]);
  });

  it('days begin where the time zone says, also over a change of the clock', () => {
    const backups = times('2026-10-25T22:30', '2026-10-25T00:30', '2026-10-24T22:30', '2026-10-24T21:30');
    assert.deepEqual(said(backups, { daily: 9, zone: 'Europe/Berlin' }), [
      '2026-10-25T22:30 stays: daily 2026-10-25, newest',
      '2026-10-25T00:30 goes: noRule',
      '2026-10-24T22:30 goes: noRule',
      '2026-10-24T21:30 stays: daily 2026-10-24',
    ]);
  });

  it('weeks belong to the year of their Thursday', () => {
    const backups = times('2027-01-04T02', '2027-01-03T02', '2026-12-31T02', '2026-12-27T02');
    assert.deepEqual(
      retain(backups, { weekly: 9 }).map(({ reasons: [reason] }) =>
        reason && 'period' in reason ? reason.period : '',
      ),
      ['2027-W01', '2026-W53', '', '2026-W52'],
    );
  });

  it('what is not proven good counts for no rule, and goes but for the newest to look into', () => {
    const backups = [
      ...bad('2026-11-30T02', '2026-11-29T02', '2026-11-28T02'),
      ...times('2026-11-20T02', '2026-11-19T02'),
    ];
    assert.deepEqual(said(backups, { last: 1, withinHours: 24 }), [
      '2026-11-30T02 stays: failed 1, newest',
      '2026-11-29T02 goes: notGood',
      '2026-11-28T02 goes: notGood',
      '2026-11-20T02 stays: last 1, within 24',
      '2026-11-19T02 stays: within 24',
    ]);
    assert.deepEqual(said(backups, { last: 1, failed: 0 }).filter((line) => line.includes('stays')).length, 2);
  });

  it('a hold, a lock, a job that reads, and the least number keep what no rule does', () => {
    const [a, b, c, d, e] = times('2026-11-30T02', '2026-11-29T02', '2026-11-28T02', '2026-11-27T02', '2026-11-26T02');
    assert.ok(a && b && c && d && e);
    const until = new Date('2027-01-01T00:00Z');
    const backups = [a, { ...b, usedBy: 'tpbd69lxb3' }, c, { ...d, held: true }, { ...e, lockedUntil: until }];
    assert.deepEqual(said(backups, { last: 1, minVerified: 5 }), [
      '2026-11-30T02 stays: last 1, newest',
      '2026-11-29T02 stays: used tpbd69lxb3',
      '2026-11-28T02 stays: minVerified 5',
      '2026-11-27T02 stays: held',
      '2026-11-26T02 stays: locked 2027-01-01T00:00:00.000Z',
    ]);
    assert.ok(said(backups, { last: 1, minVerified: 4 })[2]?.includes('goes'));
  });

  it('rules that keep nothing, or are none, are refused', () => {
    for (const rules of [
      {},
      { last: 0, daily: 0 },
      { failed: 3 },
      { minVerified: 3 },
      { last: -1 },
      { last: 1.5 },
      { last: Number.NaN },
      { last: 1, minVerified: 0 },
      { daily: 1, zone: 'Mars/Olympus' },
    ]) {
      assert.throws(
        () => {
          checkRetention(rules);
        },
        (error) => isAppError(error, 'usage'),
        JSON.stringify(rules),
      );
    }
  });

  it('whatever the rules and the backups: what must not go stays, and one more failure eats no good one', () => {
    const small = fc.option(fc.nat(4), { nil: undefined });
    const rulesOf = fc
      .record({
        last: small,
        daily: small,
        weekly: small,
        monthly: small,
        yearly: small,
        withinHours: small,
        failed: small,
      })
      .map((rules): RetentionRules => ({
        ...rules,
        last: (rules.last ?? 0) + 1,
        minVerified: 2,
        zone: 'America/New_York',
      }));
    const backup = fc.record({
      time: fc.date({ min: new Date('2024-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }),
      isGood: fc.boolean(),
      held: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(backup, { maxLength: 60 }), rulesOf, (made, rules) => {
        const backups = made.map((one, at): RetainedBackup => ({ ...one, id: `b${at}` }));
        const decisions = retain(backups, rules);
        assert.equal(decisions.length, backups.length);
        assert.ok(decisions.every(({ reasons }) => reasons.length > 0));
        const staying = decisions.filter(({ stays }) => stays);
        const good = backups.filter(({ isGood }) => isGood).length;
        assert.ok(staying.filter(({ backup: { isGood } }) => isGood).length >= Math.min(2, good));
        assert.ok(decisions[0]?.stays ?? backups.length === 0);
        assert.ok(decisions.every(({ backup: { held }, stays }) => stays || !held));
        // again over what is left: nothing more goes that was kept by count
        const failure = { id: 'later', time: new Date('2027-06-01'), isGood: false };
        const later = retain([...staying.map(({ backup: one }) => one), failure], rules);
        const lost = later.filter(({ backup: one, stays }) => one.isGood && !stays);
        const onlyNewest = new Set(
          staying.flatMap(({ backup: one, reasons }) =>
            reasons.every(({ code }) => code === 'newest' || code === 'oldest') ? [one.id] : [],
          ),
        );
        assert.deepEqual(
          lost.filter(({ backup: one }) => !onlyNewest.has(one.id)),
          [],
        );
      }),
      { numRuns: 500 },
    );
  });
});

function times(...all: string[]): RetainedBackup[] {
  return all.map((time) => ({ id: time, time: new Date(`${time}${time.includes(':') ? '' : ':00'}Z`), isGood: true }));
}

function bad(...all: string[]): RetainedBackup[] {
  return times(...all).map((backup) => ({ ...backup, isGood: false }));
}

function said(backups: readonly RetainedBackup[], rules: RetentionRules): string[] {
  return retain(backups, rules).map(({ backup, stays, reasons }) => {
    const texts = reasons.map(({ code, ...facts }) =>
      [code, ...Object.values(facts).map((fact) => (fact instanceof Date ? fact.toISOString() : String(fact)))].join(
        ' ',
      ),
    );
    return `${backup.id} ${stays ? 'stays' : 'goes'}: ${texts.join(', ')}`;
  });
}
