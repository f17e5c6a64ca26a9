import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { statusOf, usualObjectives, type NamedPlace } from '../../../src/core/fleet/status/objectives';
import { metricsOf } from '../../../src/report/statusMetrics';
import { stewardMetrics } from '../../../src/report/stewardMetrics';

const folder = new URL('../../../deploy/fleet/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** Series of a database of which everything is known. */
function series(): ReadonlySet<string> {
  const now = new Date('2026-11-30T12:00:00Z');
  const names = { cluster: 'c', namespace: 'n', database: 'd' };
  const place: NamedPlace = { ...names, pods: ['pg'] };
  const time = '2026-11-30T10:00:00Z';
  const rows = statusOf(
    {
      databases: [{ ...names, workload: 'pg', pod: 'pg-0', bytes: 1e6 }],
      backups: [{ place, time, store: 's', encrypted: true, bytes: 1e6, seconds: 3 }],
      drills: [{ place, ended: time, seconds: 5, outcome: 'proved' }],
      schedules: [{ place, name: 's', runner: 'c/n', at: '', interval: 3600, keeps: true, suspended: false }],
    },
    usualObjectives,
    now,
  );
  const nothing = { timedOut: [], expired: [], removed: [], overdue: [], problems: [], requests: [] };
  const last = { now, ...nothing, told: { accepted: 0, pending: 0 }, sawAll: true };
  const steward = stewardMetrics({ isLeader: true, ticks: { done: 1, failed: 0 }, last, lastWhole: now });
  const text = metricsOf(rows, { objectives: usualObjectives, now }) + steward;
  return new Set([...text.matchAll(/^(dbferry_\w+)/gm)].map(([, name]) => name ?? ''));
}

describe('dashboards and alerts', () => {
  it('look at series that a status or a steward writes, and at each that it writes somewhere', () => {
    const known = series();
    const used = new Set<string>();
    const files = readdirSync(folder).filter((name) => /\.(?:yaml|json)$/.test(name));
    const tests = ['tests/rules-of-status.test.yaml', 'tests/rules-of-steward.test.yaml'];
    for (const file of [...files, ...tests]) {
      for (const [name] of read(file).matchAll(/\bdbferry_\w+/g)) {
        assert.ok(known.has(name), `${file}: nobody writes ${name}`);
        if (!tests.includes(file)) used.add(name);
      }
    }
    const notLookedAt = [...known].filter((name) => !used.has(name));
    assert.deepEqual(notLookedAt, [
      'dbferry_schedule_expected_interval_seconds',
      ...[
        'dbferry_steward_leader',
        'dbferry_steward_ticks_total',
        'dbferry_steward_problems',
        'dbferry_requests',
        'dbferry_request_wait_seconds',
      ],
      'dbferry_reviews_due',
    ]);
  });

  it('show the same in Grafana and in the console of OpenShift', () => {
    const expressions = (text: string): string[] =>
      [...text.matchAll(/"expr": "([^"]+)"/g)].map(([, one]) => one ?? '');
    const grafana = read('grafana-dashboard.json');
    const { data, metadata } = parse(read('openshift-dashboard.yaml')) as {
      data: Record<string, string>;
      metadata: { labels: Record<string, string> };
    };
    assert.equal(metadata.labels['console.openshift.io/dashboard'], 'true');
    const console_ = data['db-ferry-protection.json'] ?? '';
    assert.ok(Array.isArray((JSON.parse(console_) as { rows: unknown }).rows));
    assert.ok(Array.isArray((JSON.parse(grafana) as { panels: unknown }).panels));
    assert.deepEqual(expressions(console_), expressions(grafana));
  });

  it('of each alert there is a chapter of the run book under its link, and routes name alerts that there are', () => {
    const book = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8');
    const headings = [...book.matchAll(/^#{2,3} (\w+)$/gm)].map(([, one]) => one ?? '');
    const rules = readdirSync(folder).filter((name) => name.startsWith('rules-'));
    const alerts = rules.flatMap((file) => [...read(file).matchAll(/alert: (\w+)/g)].map(([, one]) => one ?? ''));
    const links = rules.flatMap((file) => [...read(file).matchAll(/runbooks\.md#(\w+)/g)].map(([, one]) => one ?? ''));
    assert.deepEqual(
      links,
      alerts.map((one) => one.toLowerCase()),
    );
    for (const alert of alerts) assert.ok(headings.includes(alert), alert);
    for (const [name] of read('alertmanager-example.yaml').matchAll(/\bDbFerry\w+/g))
      assert.ok(name === 'DbFerry' || alerts.includes(name), name);
  });
});
