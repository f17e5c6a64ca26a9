import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drillOutcome } from '../../../src/core/job/record/drillOutcome';

import {
  missedFindings,
  statusOf,
  usualObjectives,
  type FleetDatabase,
  type FleetFacts,
} from '../../../src/core/fleet/status/objectives';
import { protectionOf } from '../../../src/core/fleet/status/protection';
import { protectionPage, runsOf } from '../../../src/report/protection/protectionPage';
import { metricsOf } from '../../../src/report/statusMetrics';

const now = new Date('2026-11-30T12:00:00Z');
const hoursAgo = (hours: number): string => new Date(now.getTime() - hours * 3600_000).toISOString();
const database = (name: string): FleetDatabase => ({
  cluster: 'prod',
  namespace: 'shop',
  workload: 'pg',
  pod: 'pg-0',
  database: name,
});
const place = (name: string, pod = 'pg'): FleetFacts['backups'][number]['place'] => ({
  cluster: 'prod',
  namespace: 'shop',
  database: name,
  pods: [pod],
});
const backup = (name: string, hours: number): FleetFacts['backups'][number] => ({
  place: place(name),
  time: hoursAgo(hours),
  store: 's3://b',
  encrypted: true,
});
const schedule = (
  name: string,
  more: Partial<FleetFacts['schedules'][number]> = {},
): FleetFacts['schedules'][number] => ({
  ...{
    place: place(name, 'pg-0'),
    name: 's',
    runner: 'prod/db-ferry',
    at: '5 22 * * * UTC',
    interval: 86_400,
    keeps: true,
    suspended: false,
  },
  ...more,
});
const drill = (
  name: string,
  hours: number,
  seconds: number,
  outcome: FleetFacts['drills'][number]['outcome'] = 'proved',
): FleetFacts['drills'][number] => ({
  ...{ place: place(name), ended: hoursAgo(hours), seconds, outcome },
});
const none: FleetFacts = { databases: [], backups: [], drills: [], schedules: [] };

describe('how databases are protected', () => {
  for (const [what, facts, findings] of [
    ['as promised', { backups: [backup('a', 3)], drills: [drill('a', 48, 900)], schedules: [schedule('a')] }, []],
    ['nobody knows of it', {}, ['backup.never', 'drill.never', 'schedule.none']],
    [
      'a backup of another database of the same name',
      { backups: [{ ...backup('a', 3), place: { ...place('a'), namespace: 'test' } }], schedules: [schedule('a')] },
      ['backup.never', 'drill.never'],
    ],
    [
      'the newest backup counts',
      { backups: [backup('a', 30), backup('a', 3), backup('a', 90)], schedules: [schedule('a')] },
      ['drill.never'],
    ],
    [
      'too old',
      { backups: [backup('a', 25)], drills: [drill('a', 1, 60)], schedules: [schedule('a')] },
      ['rpo.missed'],
    ],
    [
      'one from tomorrow proves nothing',
      { backups: [backup('a', -24)], schedules: [schedule('a')] },
      ['backup.never', 'drill.never'],
    ],
    [
      'a recovery that takes too long',
      { backups: [backup('a', 3)], drills: [drill('a', 48, 7201)], schedules: [schedule('a')] },
      ['rto.missed'],
    ],
    [
      'a drill that disproved after one that proved',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 48, 60), drill('a', 2, 60, 'disproved')],
        schedules: [schedule('a')],
      },
      ['drill.disproved'],
    ],
    [
      'nor what a drill before it disproved',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 48, 60), drill('a', 4, 60, 'disproved'), drill('a', 2, 60, 'notProved')],
        schedules: [schedule('a')],
      },
      ['drill.disproved'],
    ],
    [
      'a drill whose harness failed takes nothing away',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 48, 60), drill('a', 2, 60, 'notProved')],
        schedules: [schedule('a')],
      },
      [],
    ],
    [
      'proven long ago',
      { backups: [backup('a', 3)], drills: [drill('a', 31 * 24, 60)], schedules: [schedule('a')] },
      ['drill.overdue'],
    ],
    [
      'paused',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 2, 60)],
        schedules: [schedule('a', { pausedUntil: hoursAgo(-5) })],
      },
      ['schedule.paused'],
    ],
    [
      'a pause that has ended',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 2, 60)],
        schedules: [schedule('a', { pausedUntil: hoursAgo(5) })],
      },
      [],
    ],
    [
      'weekly, where a day is promised',
      {
        backups: [backup('a', 3)],
        drills: [drill('a', 2, 60)],
        schedules: [schedule('a', { interval: 7 * 86_400, keeps: false })],
      },
      ['schedule.tooSeldom', 'retention.none'],
    ],
    [
      'a recovery that would take too long by now, since the database has grown',
      {
        databases: [{ ...database('a'), bytes: 40e9 }],
        backups: [backup('a', 3)],
        drills: [{ ...drill('a', 2, 1800), bytes: 9e9 }],
        schedules: [schedule('a')],
      },
      ['rto.missed'],
    ],
    [
      'a backup that took longer than its window',
      {
        backups: [{ ...backup('a', 3), bytes: 9e8, seconds: 15 * 60 }],
        drills: [drill('a', 2, 60)],
        schedules: [schedule('a')],
      },
      ['duration.missed'],
    ],
    [
      'a longer one of a larger database',
      {
        backups: [{ ...backup('a', 3), bytes: 9e9, seconds: 89 * 60 }],
        drills: [drill('a', 2, 60)],
        schedules: [schedule('a')],
      },
      [],
    ],
    [
      'drills alone are scheduled',
      { backups: [backup('a', 3)], drills: [drill('a', 2, 60)], drillSchedules: [schedule('a')] },
      ['schedule.none'],
    ],
    [
      'in clear',
      { backups: [{ ...backup('a', 3), encrypted: false }], drills: [drill('a', 2, 60)], schedules: [schedule('a')] },
      ['backup.clear'],
    ],
  ] as const satisfies readonly (readonly [string, Partial<FleetFacts>, readonly string[]])[]) {
    it(what, () => {
      const [row] = statusOf({ ...none, databases: [database('a')], ...facts }, usualObjectives, now);
      assert.deepEqual(row?.findings, findings);
      assert.equal(
        row.missed,
        findings.some((one) => (missedFindings as readonly string[]).includes(one)),
      );
    });
  }

  it('those that are not as promised come first, and each database once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 }),
        fc.array(fc.nat({ max: 29 })),
        (names, covered) => {
          const known = covered.map((at) => names[at]).filter((name) => name !== undefined);
          const facts = {
            ...none,
            databases: names.map(database),
            backups: known.map((name) => backup(name, 2)),
            schedules: known.map((name) => schedule(name)),
          };
          const rows = statusOf(facts, usualObjectives, now);
          assert.equal(rows.length, names.length);
          const missed = rows.map((row) => row.missed);
          assert.deepEqual(
            missed,
            [...missed].sort((a, b) => Number(b) - Number(a)),
          );
          assert.equal(missed.filter((one) => !one).length, new Set(known).size);
        },
      ),
    );
  });

  it('what a drill proves: the backup, nothing, or the contrary', () => {
    const result = (outcome: string, code?: string): Parameters<typeof drillOutcome>[0] =>
      ({ outcome, ...(code === undefined ? {} : { error: { code, data: {} } }) }) as unknown as Parameters<
        typeof drillOutcome
      >[0];
    assert.equal(drillOutcome(result('done')), 'proved');
    assert.equal(drillOutcome(result('differences')), 'disproved');
    assert.equal(drillOutcome(result('failed', 'backup.damaged')), 'disproved');
    for (const code of [
      'cluster.unreachable',
      'disk.targetFull',
      'restore.cannotMake',
      'exec.cut',
      'job.interrupted',
      'store.cut',
      'exec.answer',
    ])
      assert.equal(drillOutcome(result('failed', code)), 'notProved', code);
    assert.equal(drillOutcome(undefined), 'notProved');
  });

  it('days show what says most of them, success counts each backup once, and nothing is rounded up to the promise', () => {
    const day = (days: number, hours = 1): string => hoursAgo(days * 24 + hours);
    const run = (time: string, id?: string): NonNullable<FleetFacts['runs']>[number] => ({
      ...{ place: place('a', 'pg-0'), time, isDone: id !== undefined, backup: id },
    });
    const kept = (id: string, days: number): FleetFacts['backups'][number] => ({
      ...{ ...backup('a', days * 24 + 1), backup: id, stored: 5e8 },
    });
    const facts: FleetFacts = {
      databases: [database('a')],
      backups: [kept('one', 1), kept('two', 2)],
      runs: [run(day(1), 'one'), run(day(4)), run(day(2, 2)), run(day(5), 'deleted since'), run(day(400))],
      drills: [drill('a', 49, 60), drill('a', 25, 60, 'notProved'), drill('a', 73, 60, 'disproved')],
      schedules: [schedule('a')],
    };
    const prices = new Map([['s3://b', 0.02]]);
    const found = protectionOf(facts, usualObjectives, now, { days: 7, prices });
    assert.equal(found.days[0], '2026-11-24');
    const [{ days } = assert.fail('no row')] = found.databases;
    assert.deepEqual(days, ['none', 'verified', 'failed', 'disproved', 'proved', 'verified', 'none']);
    assert.deepEqual(found.operations, { done: 3, failed: 2 });
    assert.deepEqual(found.stores, [{ store: 's3://b', backups: 2, bytes: 1e9, cost: 0.02 }]);
    assert.deepEqual(
      found.findings.map(({ finding, missed }) => [finding, missed]),
      [['rpo.missed', true]],
    );
    const page = protectionPage(found, []);
    assert.match(page, /<b>60\.0 %<\/b>/);
    const many = {
      ...facts,
      runs: Array.from({ length: 2000 }, (_, at) => run(day(1), at === 0 ? undefined : String(at))),
    };
    assert.match(protectionPage(protectionOf({ ...many, backups: [] }, usualObjectives, now), []), /<b>99\.9 %<\/b>/);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('none', 'verified', 'failed', 'proved', 'disproved' as const)), (all) => {
        const back = runsOf(all).flatMap(({ from, to, result }) => Array.from({ length: to - from + 1 }, () => result));
        assert.deepEqual(back, all);
      }),
    );
  });

  it('is a page on which a name is never markup, and lines of metrics on which it never ends a line', () => {
    const hostile = '<script>alert(1)</script>"\n\\& \'x';
    const rows = statusOf({ ...none, databases: [database(hostile)] }, usualObjectives, now);
    const pageOf = (databases: readonly FleetDatabase[], problems: { place: string; text: string }[]): string =>
      protectionPage(protectionOf({ ...none, databases }, usualObjectives, now), problems);
    const html = pageOf([database(hostile)], [{ place: hostile, text: hostile }]);
    assert.doesNotMatch(html, /<script/);
    assert.match(html, /&#60;script&#62;/);
    assert.match(html, /<th scope="col" role="columnheader">Database<\/th>/);
    assert.match(html, /lang="en"/);
    // nothing is promised of what was not asked, or is not there
    const says = (...of: Parameters<typeof pageOf>): string => /<strong>(.*)<\/strong>/.exec(pageOf(...of))?.[1] ?? '';
    assert.equal(
      says([], [{ place: 'prod', text: 'away' }]),
      'Not everything could be asked: what is below is not all.',
    );
    assert.equal(says([], []), 'No database was found.');
    assert.equal(says([database(hostile)], []), '1 of 1 databases are not protected as promised.');
    const well = { ...none, databases: [database('a')], backups: [backup('a', 3)], schedules: [schedule('a')] };
    const met = protectionPage(protectionOf(well, usualObjectives, now), []);
    assert.match(met, /<strong>Every database is protected as promised\.<\/strong>/);
    const series = metricsOf(rows, { objectives: usualObjectives, now })
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of series)
      assert.match(line, /^dbferry_[a-z_]+(?:\{place="(?:[^"\\\n]|\\[\\n"])*"\})? -?[\d.e+]+$/);
  });
});
