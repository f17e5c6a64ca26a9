import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../tools/pages';

/** The rules of the organisation, in the order in which its document has them. */
const rules: readonly string[] = [
  ...['three phases: extraction, transfer to a secure place, restoration', 'data protection'],
  ...['production data in development for testing', 'disaster recovery', 'compliance'],
  ...['time by size: estimates before', 'real durations after', 'completion inside the window'],
  ...['over 50 GB is high risk', "little of a person's attention"],
  ...['1.5 times the database in storage while it is done', 'long-term archive, optional'],
  ...['its cost visible and reviewed', 'risk classes: low, medium, high'],
  ...['mitigation: tested in development first', 'mitigation: integrity verified after each operation'],
  ...['mitigation: procedures documented', 'mitigation: a way back'],
  ...['target: backups succeed, 99.5 %', 'target: data accuracy 100 % after a restore'],
  ...['target: recovery within 2 hours for critical systems', 'target: at most 24 hours of data lost'],
  ...['target: errors in routine work under 1 %', 'target: minimal impact on the running system'],
  ...['backup files may hold personal data', 'access limited to authorised DBAs'],
  ...['files cleaned up after success', 'every operation logged'],
  ...['production restores need management approval', 'documented with its business justification'],
  ...['new procedures tested in development first', 'delegated: development refreshes'],
  ...['delegated: routine backups', 'delegated: tests and validation', 'management: cross-cluster migrations'],
  ...['management: customer-facing systems', 'management: emergency restores outside business hours'],
  ...['affected teams told 24 hours before', 'stakeholders told of the impact', 'status every 30 minutes'],
  ...['escalation when something unexpected happens', 'confirmation to those who asked', 'a report filed for audit'],
  ...['escalation: DBA team first, then lead, operations, director'],
  ...['contacts around the clock, an answer within 30 minutes', '50-100 operations a year, and what they cost'],
  ...['regular schedules for critical databases', 'approval workflows documented', 'staff trained'],
  ...['backup performance monitored', 'communication templates', 'automation, monitoring and alerting'],
  ...['storage costs optimised'],
];

const read = (file: string): string => readFileSync(join(repository, file), 'utf8');

/** Rows of the table: the rule, where it works, the tests. */
function table(page: string): readonly (readonly [rule: string, where: string, tests: string])[] {
  const [, chapter = ''] = page.split("\n## The organisation's rules\n");
  const rows = chapter.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| rule '));
  return rows.map((line) => {
    const cells = line.slice(2, -2).split(' | ');
    assert.equal(cells.length, 3, line);
    const [rule = '', where = '', tests = ''] = cells;
    return [rule, where, tests];
  });
}

/** A test is there where its title, or the name of its row in a table of cases, is written in the file as a text of its own. */
function hasTitle(file: string, title: string): boolean {
  const text = read(file);
  return ["'", '`', '"'].some((quote) => text.includes(`${quote}${title}${quote}`));
}

describe("the table of the organisation's rules", () => {
  const rows = table(read('docs/governance.md'));

  it('has each rule, once, in its order', () => {
    assert.deepEqual(
      rows.map(([rule]) => rule),
      rules,
    );
  });

  it('names for each rule where it works, and tests that are there', () => {
    for (const [rule, where, tests] of rows) {
      assert.ok(where.length > 3, rule);
      const named = tests.split(/; (?=`)/).map((part) => /^`([^`]+)`: (.+)$/.exec(part));
      assert.ok(named.length > 0, rule);
      for (const one of named) {
        assert.ok(one, `${rule}: ${tests}`);
        const [, file = '', titles = ''] = one;
        assert.match(file, /^test\/.*(?:\.test|\/attempts)\.ts$/);
        assert.ok(existsSync(join(repository, file)), `${rule}: ${file}`);
        const quoted = [...titles.matchAll(/"([^"]+)"|'([^']+)'(?=$|, )/g)].map(([, a, b]) => a ?? b ?? '');
        assert.ok(quoted.length > 0, `${rule}: ${titles}`);
        assert.deepEqual(
          quoted.filter((title) => !hasTitle(file, title)),
          [],
          `${rule}: ${file}`,
        );
      }
    }
  });

  it('speaks of keys that a policy of the organisation has, and of folders that are there', () => {
    const policy = read('deploy/policies/organisation.yaml');
    for (const [rule, where] of rows) {
      for (const [, span = ''] of where.matchAll(/`([^`]+)`/g)) {
        // commands and options are held by the test of the pages
        if (/^(?:db-ferry |--)/.test(span)) continue;
        const isThere =
          policy.includes(span.replace(/ .*/, '')) ||
          existsSync(join(repository, span)) ||
          span === 'pods/exec' ||
          /^(?:done|failed|differences|unknown)$/.test(span);
        assert.ok(isThere, `${rule}: ${span}`);
      }
    }
  });
});
