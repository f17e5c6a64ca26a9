import assert from 'node:assert/strict';
import { execa } from 'execa';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { statusOf, usualObjectives } from '../../src/core/fleet/status/objectives';
import { metricsOf } from '../../src/report/statusMetrics';
import { stewardMetrics } from '../../src/report/stewardMetrics';

const folder = fileURLToPath(new URL('../../deploy/fleet', import.meta.url));
const promtool = process.env['PROMTOOL'] ?? 'promtool';

interface PrometheusRule {
  readonly kind: string;
  readonly spec: {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert?: string; readonly annotations?: Record<string, string> }[];
    }[];
  };
}

/** Rules of alerts, held by promtool: PROMTOOL names it where it is not on PATH. */
describe('rules of Prometheus', function () {
  this.timeout(120_000);
  let work: string;
  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'dbf-rules-'));
    for (const name of await rulesIn(folder)) {
      await writeFile(join(work, name.replace('.yaml', '.rules.yaml')), stringify((await read(name)).spec));
      await copyFile(
        join(folder, 'tests', name.replace('.yaml', '.test.yaml')),
        join(work, name.replace('.yaml', '.test.yaml')),
      );
    }
  });
  after(() => rm(work, { recursive: true, force: true }));

  it('are rules, and alert when they should and not before', async () => {
    const names = await rulesIn(folder);
    assert.ok(names.length > 0);
    for (const name of names) {
      await execa(promtool, ['check', 'rules', name.replace('.yaml', '.rules.yaml')], { cwd: work });
      await execa(promtool, ['test', 'rules', name.replace('.yaml', '.test.yaml')], { cwd: work });
    }
  });

  it('look at metrics that promtool has nothing to say against', async () => {
    const now = new Date('2026-11-30T12:00:00Z');
    const names = { cluster: 'c', namespace: 'n', database: 'a "b"' };
    const place = { ...names, pods: ['pg'] };
    const rows = statusOf(
      {
        databases: [{ ...names, workload: 'pg', pod: 'pg-0', bytes: 1e6 }],
        backups: [{ place, time: now.toISOString(), store: 's', encrypted: true, seconds: 3 }],
        drills: [{ place, ended: now.toISOString(), seconds: 5, outcome: 'proved' }],
        schedules: [{ place, name: 's', runner: 'c/n', at: '', interval: 3600, keeps: true, suspended: false }],
      },
      usualObjectives,
      now,
    );
    const nothing = { timedOut: [], expired: [], removed: [], overdue: [], problems: [], requests: [] };
    const last = { now, ...nothing, told: { accepted: 0, pending: 0 }, sawAll: true };
    const steward = stewardMetrics({ isLeader: true, ticks: { done: 1, failed: 0 }, last, lastWhole: now });
    const { stdout, stderr } = await execa(promtool, ['check', 'metrics'], {
      input: metricsOf(rows, { objectives: usualObjectives, now }) + steward,
    });
    assert.equal(stdout + stderr, '');
  });

  it('each have a test, and a chapter of the run book', async () => {
    const book = await readFile(join(folder, '../../docs/runbooks.md'), 'utf8');
    for (const name of await rulesIn(folder)) {
      const tests = await readFile(join(folder, 'tests', name.replace('.yaml', '.test.yaml')), 'utf8');
      for (const { alert, annotations } of (await read(name)).spec.groups.flatMap(({ rules }) => rules)) {
        if (alert === undefined) continue;
        const anchor = annotations?.['runbook_url']?.split('#')[1] ?? '';
        assert.equal(anchor, alert.toLowerCase());
        assert.match(book, new RegExp(`^#{2,3} ${alert}$`, 'm'));
        assert.match(
          tests,
          new RegExp(`alertname: ${alert}\\n        exp_alerts:\\n          - `),
          `${alert} is seen to fire`,
        );
      }
    }
  });

  async function read(name: string): Promise<PrometheusRule> {
    return parse(await readFile(join(folder, name), 'utf8')) as PrometheusRule;
  }
});

async function rulesIn(where: string): Promise<string[]> {
  return (await readdir(where)).filter((name) => name.startsWith('rules-') && name.endsWith('.yaml'));
}
