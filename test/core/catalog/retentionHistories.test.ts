import assert from 'node:assert/strict';
import { retain, type RetainedBackup, type RetentionRules } from '../../../src/core/catalog/retention';
import { randomFrom } from '../../lab/random';

/** The months of a calendar with its changes of the clock, by another way than the code's own: `2026-11-30` as Swedes write it. */
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'] as const;
const dates = new Map(
  zones.map((zone) => [
    zone as string,
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  ]),
);

/** Begin of months, of leap days and of changes of the clock: where rules go wrong. */
const begins = [
  ...['2024-02-26', '2023-12-28', '2026-03-27', '2026-10-23', '2026-03-06', '2026-10-30', '2027-12-30', '2100-02-26'],
];

interface Run {
  readonly rules: RetentionRules;
  /** of each attempt: hours since the one before it, whether it became good */
  readonly attempts: readonly { readonly hours: number; readonly isGood: boolean; readonly held: boolean }[];
  readonly begin: number;
}

function historyOf(random: () => number): Run {
  const up = (most: number): number => Math.floor(random() * (most + 1));
  const maybe = (most: number): number | undefined => (random() < 0.4 ? undefined : up(most));
  // a schedule that fails for a while, or always
  const health = random() < 0.3 ? random() * 0.3 : 0.6 + random() * 0.4;
  const every = [1, 6, 24, 24, 24, 168][up(5)] ?? 24;
  return {
    rules: {
      ...{ last: 1 + up(2), daily: maybe(7), weekly: maybe(5), monthly: maybe(6), yearly: maybe(3) },
      ...{ withinHours: maybe(72), failed: maybe(2), minVerified: 1 + up(3), zone: zones[up(zones.length - 1)] },
    },
    begin: Date.parse(`${begins[up(begins.length - 1)] ?? ''}T00:00:00Z`) + up(86_400_000),
    attempts: Array.from({ length: 4 + up(24) }, () => ({
      // now and then the clock jumps, backwards too
      hours: random() < 0.06 ? (random() - 0.4) * 24 * 400 : every * (0.9 + random() * 0.2),
      isGood: random() < health,
      held: random() < 0.03,
    })),
  };
}

/** What stays by the rules' own words, computed as one would by hand. */
function model(
  backups: readonly RetainedBackup[],
  rules: RetentionRules,
  dateOf: (one: RetainedBackup) => string,
): ReadonlySet<string> {
  const newestFirst = [...backups].sort((a, b) => +b.time - +a.time || b.id.localeCompare(a.id, 'en'));
  const good = newestFirst.filter((one) => one.isGood);
  const stays = new Set<string>();
  const mondayOf = (one: RetainedBackup): string => {
    const day = new Date(`${dateOf(one)}T12:00:00Z`);
    while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
    return day.toISOString().slice(0, 10);
  };
  const periods = [
    [rules.daily, dateOf],
    [rules.weekly, mondayOf],
    [rules.monthly, (one: RetainedBackup) => dateOf(one).slice(0, -3)],
    [rules.yearly, (one: RetainedBackup) => dateOf(one).slice(0, -6)],
  ] as const;
  for (const [most = 0, of] of periods) {
    const heads = good.filter((one, at) => good.findIndex((other) => of(other) === of(one)) === at);
    for (const one of heads.slice(0, most)) stays.add(one.id);
    const oldest = good.at(-1);
    if (heads.length < most && oldest) stays.add(oldest.id);
  }
  for (const one of good.slice(0, rules.last ?? 0)) stays.add(one.id);
  const [newest] = good;
  if (newest && (rules.withinHours ?? 0) > 0)
    for (const one of good) if (+newest.time - +one.time <= (rules.withinHours ?? 0) * 3_600_000) stays.add(one.id);
  for (const one of newestFirst.filter((each) => !each.isGood).slice(0, rules.failed ?? 1)) stays.add(one.id);
  for (const one of newestFirst.slice(0, 1)) stays.add(one.id);
  for (const one of backups) if (one.held) stays.add(one.id);
  for (const one of good) {
    if (good.filter(({ id }) => stays.has(id)).length >= (rules.minVerified ?? 1)) break;
    stays.add(one.id);
  }
  return stays;
}

describe('retention over histories of schedules', function () {
  this.timeout(300_000);

  it('with failures, jumps of the clock, leap days and changes of time: as the model says, and never fewer than the least', () => {
    const random = randomFrom(Number(process.env['SEED'] ?? 11));
    const histories = Number(process.env['RETENTION_HISTORIES'] ?? 300);
    let deletions = 0;
    for (let history = 0; history < histories; history += 1) {
      const { rules, attempts, begin } = historyOf(random);
      let time = begin;
      const known = new Map<string, string>();
      const dateOf = ({ id, time: at }: RetainedBackup): string => {
        const date = known.get(id) ?? dates.get(rules.zone ?? 'UTC')?.format(at) ?? '';
        known.set(id, date);
        return date;
      };
      let there: RetainedBackup[] = [];
      for (const [at, { hours, isGood, held }] of attempts.entries()) {
        time += hours * 3_600_000;
        const before = there.filter((one) => one.isGood).length;
        there.push({ id: `b${String(at).padStart(3, '0')}`, time: new Date(time), isGood, held });
        // as retain --dry-run: the same again
        const decisions = retain(there, rules);
        const expected = model(there, rules, dateOf);
        for (const { backup, stays, reasons } of decisions) {
          assert.equal(stays, expected.has(backup.id), `history ${history}, attempt ${at}: ${backup.id}`);
          assert.ok(reasons.length > 0);
          if (!stays) assert.ok(['noRule', 'notGood'].includes(reasons[0]?.code ?? ''));
        }
        assert.deepEqual(retain([...there].reverse(), rules), decisions);
        const after = decisions.filter(({ stays }) => stays).map(({ backup }) => backup);
        deletions += there.length - after.length;
        const least = Math.min(rules.minVerified ?? 1, before + Number(isGood));
        assert.ok(after.filter((one) => one.isGood).length >= least);
        // an attempt that failed took no good one with it
        if (!isGood) {
          const without = retain(there.slice(0, -1), rules).flatMap(({ backup, stays }) => (stays ? [backup] : []));
          const goodOf = (all: readonly RetainedBackup[]): string[] =>
            all.flatMap((one) => (one.isGood ? [one.id] : []));
          assert.deepEqual(goodOf(after), goodOf(without));
        }
        there = after;
      }
    }
    assert.ok(deletions > histories, `${deletions} deletions`);
  });
});
