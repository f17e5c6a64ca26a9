import assert from 'node:assert/strict';
import { describeJob } from '../../../src/cli/describeJob';
import type { JobEvent, JobResult } from '../../../src/core/job/record/jobEvents';
import type { JobKind } from '../../../src/core/job/request';
import type { WholeJob } from '../../../src/core/job/record/readJob';
import { plain, reportMarkdown } from '../../../src/report/markdown';
import { lineWithCode } from '../../../src/report/model';
import { phaseSeconds } from '../../../src/words/phaseSeconds';
import { requestOf, type Asks } from '../job/requestOf';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 23, 5, 0, second)).toISOString();
const phase = (name: Extract<JobEvent, { type: 'phase' }>['phase'], second: number): JobEvent => ({
  time: at(second),
  type: 'phase',
  phase: name,
});

function job(
  request: { readonly kind?: JobKind; readonly operands?: readonly string[] } & Asks,
  result: Partial<JobResult>,
  events: JobEvent[] = [],
): WholeJob & { readonly result: JobResult } {
  const ended = { type: 'result', outcome: 'done', exitCode: 0, data: {}, ...result } as const;
  return {
    id: 't3kq0v1x9z',
    folder: '/root/.jobs/t3kq0v1x9z',
    request: requestOf(request.kind ?? 'restore', request.operands ?? ['b1', 'test/shop/pg-0/shop'], {
      asked: { by: 'jo@ws', reason: 'before the release', approval: 'CHG-1' },
      ...request,
    }),
    ...{ state: ended.outcome, started: at(0), lastEvent: at(90), cleaned: false, mayHaveLeft: false },
    result: ended,
    events,
  };
}

describe('the report of a job', () => {
  it('says what, who, why, when, how long, what proves it, and how to undo it in each host', () => {
    const text = describeJob(
      job(
        {},
        {
          data: {
            ...{ target: 'test/shop/pg-0/shop', backup: 'b1', kept: 'shop__before_x', sha256: 'abc123' },
            ...{ tables: 3, rows: 12_345, pauseSeconds: 0.12, targetVersion: 160_015, pgRestore: '16.15' },
          },
        },
        [phase('read', 0), phase('preflight', 10), phase('restore', 12), phase('verify', 60), phase('restore', 80)],
      ),
    );
    for (const expected of [
      '# Restore backup b1 into shop on pg-0',
      '**Done.** Restored into test/shop/pg-0/shop and verified.',
      '| asked by | jo@ws |',
      '| reason | before the release |',
      '| approval | CHG-1 |',
      '(2026-11-23T05:00:00Z) |',
      '| took | 1 min 30 s |',
      '- In a terminal: `db-ferry undo test/shop/pg-0/shop`.',
      '- In the editor: right-click test/shop/pg-0/shop in the Clusters view and choose Undo Restore.',
      '| restoring | 05:00:12 | 58 s |',
      '| SHA-256 of the archive | abc123 |',
      '| rows | 12,345 |',
      '| logins waited at most | 120 ms |',
      '| server of the target | 16.15 |',
    ]) {
      assert.ok(text.includes(expected), `${expected}\n\n${text}`);
    }
    assert.doesNotMatch(text, /undefined|\[object/);
  });

  it('in place: what proves it, and the way back', () => {
    const data = { target: 'test/shop/pg-0/shop', backup: 'b1', before: 'b0' };
    const text = describeJob(job({ options: { inPlace: true } }, { data }));
    assert.match(text, /read back in the same transaction/);
    assert.doesNotMatch(text, /dumped again|db-ferry undo/);
    assert.match(text, /In a terminal: `db-ferry restore b0 test\/shop\/pg-0\/shop --as replace --in-place`/);
    const findings = [{ level: 'warn', code: 'inPlace.definitions', data: { code: 'exec.cut' } }] as const;
    const half = describeJob(
      job({ options: { inPlace: true } }, { data, findings, outcome: 'differences', exitCode: 3 }),
    );
    assert.match(half, /the definitions could not be compared/);
    assert.doesNotMatch(half, /differences that are listed|definitions were dumped/);
  });

  it('of a clean-up: what is gone, what became of a job, what stays, and how to give it up', () => {
    const data = {
      ...{ removed: ['shop__restore_x in a/b/c'], resolved: ['job x1: not committed; a/b/c/shop is what it was'] },
      notReached: ['a/b/d (cluster.unreachable)'],
    };
    const result = { outcome: 'differences', exitCode: 3, data } as const;
    const text = describeJob(job({ kind: 'clean', operands: [] }, result));
    for (const expected of [
      'removed shop__restore_x in a/b/c',
      'job x1: not committed; a/b/c/shop is what it was',
      'not reached: a/b/d (cluster.unreachable)',
      'In a terminal: `db-ferry clean <id> --forget`',
      'In the editor: right-click the job in the Jobs view and choose Remove From List',
    ]) {
      assert.ok(text.includes(plain(expected)) || text.includes(expected), `${expected}\n\n${text}`);
    }
  });

  it('a failure says why and what to do, and claims nothing', () => {
    const error = { code: 'job.interrupted', data: { job: 'x1', phase: 'swap' } };
    const text = describeJob(job({}, { outcome: 'unknown', exitCode: 5, error }));
    assert.match(text, /\*\*Outcome unknown\.\*\* The job x1 was interrupted/);
    assert.match(text, /In a terminal: .*`db-ferry clean x1`/);
    assert.match(text, /In the editor: .*Clean Up/);
    assert.doesNotMatch(text, /verified|compared with/);
  });

  it('findings, differences and notes are said once each', () => {
    const finding = { level: 'warn', code: 'target.sessions', data: { count: 3 } } as const;
    const text = describeJob(
      job(
        {},
        {
          outcome: 'differences',
          findings: [finding],
          differences: [{ kind: 'rows', table: 'public.a', left: 1, right: 2 }],
          data: { target: 't' },
        },
        [{ time: at(1), type: 'finding', finding }],
      ),
    );
    assert.equal(text.split('3 sessions').length, 2);
    assert.match(text, /## Differences\n\n- public.a: 1 row and 2 rows/);
  });

  it('no name is Markdown', () => {
    const odd = 'a|b\n# [x](y) <img> `c` *d* & e';
    const text = describeJob(job({ operands: ['b1', `a/b/c/${odd}`] }, { data: { target: odd, kept: 'k' } }));
    const lines = text.split('\n');
    assert.equal(lines.filter((line) => line.startsWith('# ')).length, 1);
    assert.doesNotMatch(text, /[^\\]<img>|[^\\]\[x\]/);
    for (const line of lines.filter((one) => one.startsWith('|'))) {
      assert.equal(line.replaceAll('\\|', '').split('|').length, line.startsWith('| step') ? 5 : 4, line);
    }
  });

  it('texts as they are', () => {
    assert.equal(plain('1. x'), '&#49;. x');
    assert.equal(plain('- x'), '\\- x');
    const written = (text: string): string | undefined => {
      const blocks = [{ kind: 'text', line: lineWithCode(text) }] as const;
      return reportMarkdown({ schema: 1, title: 't', sections: [{ blocks }] }).split('\n')[2];
    };
    assert.equal(written('do `a_b` now_'), 'do `a_b` now\\_');
    assert.equal(written('do `a`b` now'), 'do \\`a\\`b\\` now');
  });

  it('steps that come again are one', () => {
    const steps = phaseSeconds([phase('read', 0), phase('dump', 5), phase('read', 7)], at(10));
    assert.deepEqual(steps, [
      { phase: 'read', began: at(0), seconds: 8 },
      { phase: 'dump', began: at(5), seconds: 2 },
    ]);
    assert.deepEqual(phaseSeconds([], undefined), []);
  });
});
