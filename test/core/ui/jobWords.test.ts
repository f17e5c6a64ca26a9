import './vscodeDouble';
import assert from 'node:assert/strict';
import type { JobKind } from '../../../src/core/job/request';
import type { JobResult } from '../../../src/core/job/record/jobEvents';
import type { Job } from '../../../src/core/job/record/readJob';
import { jobLabel, jobRowState, jobState, jobTitle } from '../../../src/ui/jobWords';
import { requestOf } from '../job/requestOf';

describe('words for jobs', () => {
  const db = 'prod/shop/pg-0/orders';

  it('name what it works on by what it is: a database, a pod, a backup, a job', () => {
    const titles: [string, string][] = [
      [title('backup', [db]), 'Back up orders from pg-0'],
      [title('copy', [db, 'test/shop/pg-1/orders']), 'Copy orders from pg-0 to pg-1'],
      [title('copy', [db, 'test/shop/pg-1/old']), 'Copy orders from pg-0 to old on pg-1'],
      [title('diff', ['b1', db]), 'Compare backup b1 with orders on pg-0'],
      [title('undo', [db]), 'Undo restore of orders on pg-0'],
      [title('undo', ['t0abc']), 'Undo job t0abc'],
      [title('undo', ['t0abc'], {}, { target: db }), 'Undo restore of orders on pg-0'],
      [title('release', ['t0abc'], {}, { target: db }), 'Drop what was kept for orders on pg-0'],
      [title('restore', ['b1', db], {}, { target: db }), 'Restore backup b1 into orders on pg-0'],
      [title('release', ['t0abc']), 'Drop what job t0abc kept'],
      [title('release', [db]), 'Drop what was kept for orders on pg-0'],
      [title('clean', []), 'Clean up after all jobs'],
      [title('clean', ['t0abc']), 'Clean up after job t0abc'],
      [title('clean', ['prod/shop/pg-0']), 'Clean up in pg-0'],
      [title('clean', ['t0abc'], { forget: true }), 'Give up job t0abc'],
    ];
    for (const [is, wanted] of titles) assert.equal(is, wanted);
  });

  it('say in a row what is done with which database, then how far it is and where; no path and no id where it is known what it is', () => {
    const about = { place: 'prod/shop/pg/orders', snapshot: '2026-11-30T04:11:17Z' };
    const other = 'test/shop/pg-1/old';
    const rows: [JobKind, readonly string[], object, string, string][] = [
      ['backup', [db], {}, 'Back up orders', 'pg-0 (prod)'],
      ['restore', ['/root/a/b/orders/20261130T041117Z', other], { about }, 'Restore old', 'pg-1 (test)'],
      ['copy', [db, other], {}, 'Copy orders', 'pg-1 (test)'],
      ['verify', ['/root/x'], { about }, 'Verify orders', 'pg (prod)'],
      ['verify', ['b1'], { about, options: { deep: 'test/shop/pg-1' } }, 'Deep verify orders', 'pg-1 (test)'],
      ['diff', ['b1', db], { about }, 'Compare orders', 'pg-0 (prod)'],
      ['undo', ['t0abc'], { about: { place: db } }, 'Undo orders', 'pg-0 (prod)'],
      ['release', [db], {}, 'Drop kept orders', 'pg-0 (prod)'],
      ['clean', [], {}, 'Clean up', ''],
    ];
    for (const [kind, operands, more, label, place] of rows) {
      const request = requestOf(kind, operands, more);
      const job = { request, state: 'done', lastEvent: new Date().toISOString() } as unknown as Job;
      assert.equal(jobLabel(job), label);
      assert.equal(jobRowState(job), ['done', place, 'just now'].filter((part) => part !== '').join(' · '));
    }
    const progress = { type: 'progress', phase: 'restore', bytes: 5e6, percent: 50, rate: 1e6, secondsLeft: 12 };
    const request = requestOf('restore', ['b1', other]);
    const running = { request, state: 'running', phase: 'restore', progress } as unknown as Job;
    assert.match(jobRowState(running), /^\d+ % · 12 s left · pg-1 \(test\) · restoring$/);
    const silent = { ...running, phase: 'swap' } as Job;
    assert.equal(jobRowState(silent), 'exchanging the databases · pg-1 (test)');
  });

  it('say how it ended, and nothing that is not so', () => {
    const state = (kind: JobKind, job: object): string => jobState({ request: { kind }, ...job } as Job);
    const result = { differences: [{}] };
    assert.equal(state('diff', { state: 'differences', result }), 'one difference');
    assert.equal(state('clean', { state: 'differences', result: {} }), 'not all is gone or known');
    assert.equal(state('restore', { state: 'unknown', cleaned: true }), 'outcome unknown, given up');
    assert.equal(
      state('restore', { state: 'unknown', cleaned: true, resolved: { job: 'x', code: 'notCommitted', place: db } }),
      'outcome was unknown, found out',
    );
  });

  it('say which of two alike it is, who asked, and what it does to others', async () => {
    const { jobTooltip } = await import('../../../src/ui/jobTooltip');
    const asked = { by: 'jo@ws', reason: 'before the release' };
    const waiting = { sessions: 2, seconds: 12, table: 'shop.orders', mode: 'AccessExclusiveLock', user: 'app' };
    const job = {
      ...{ state: 'running', phase: 'dump', keepsAwake: true, waiting },
      request: requestOf('copy', [db, 'test/shop/pg-0/orders'], { asked }),
      expected: { type: 'expected', seconds: 180, basis: 'size' },
    } as unknown as Job;
    assert.match(jobState(job), /others wait for its locks$/);
    const lines = jobTooltip(job).split('\n');
    for (const line of [
      `${db} → test/shop/pg-0/orders`,
      'asked by jo@ws: before the release',
      'expected to take 3 min 00 s, by its size',
      'keeps the workspace awake',
    ]) {
      assert.ok(lines.includes(line), `${line}\n\n${lines.join('\n')}`);
    }
    assert.match(lines.at(-1) ?? '', /^App and 1 behind it wait for a lock/);
  });

  it('tell at the end of a clean-up what became of a job, and of a release what stays', async () => {
    const { finalWords } = await import('../../../src/ui/finalWords');
    const end = (kind: JobKind, operand: string, outcome: 'done' | 'differences', data: object): string =>
      finalWords({ request: requestOf(kind, [operand]) }, { outcome, data } as unknown as JobResult);
    assert.equal(
      end('clean', 't0abc', 'done', { cleaned: { resolved: [{ job: 't0abc', code: 'restored', place: db }] } }),
      `Clean up after job t0abc: Cleaned. Job t0abc: committed; ${db} is the restored database.`,
    );
    const data = { target: db, removed: ['orders__before_1'], remaining: ['orders__before_2'] };
    assert.equal(
      end('release', db, 'differences', data),
      `Drop what was kept for orders on pg-0: Not all that was kept for ${db} is dropped: orders__before_2 stays.`,
    );
  });

  it('tell at the end of a comparison what differs, and what was left out on purpose', async () => {
    const { finalWords } = await import('../../../src/ui/finalWords');
    const end = (result: object): string =>
      finalWords({ request: requestOf('diff', [db, 'a/b/c/d']) }, {
        data: { tables: 2, rows: 5 },
        ...result,
      } as unknown as JobResult);
    const changed = (name: string): object => ({ kind: 'definition', what: 'INDEX', name, change: 'changed' });
    const rows = { kind: 'rows', table: 'public.t', left: 3, right: 4 };
    const differences = [rows, changed('public.i'), changed('public.j')];
    assert.match(
      end({ outcome: 'differences', differences }),
      /: Different\. public\.t: 3 rows and 4 rows; INDEX public\.i: changed; 1 more\. 2 tables · 5 rows\.$/,
    );
    const notes = [{ code: 'leftOut', data: { kind: 'PUBLICATION', count: 1, names: ['px'] } }];
    assert.match(end({ outcome: 'done', notes }), /: The same, 1 left out on purpose: publications \(px\)\. 2 tables/);
  });

  function title(kind: JobKind, operands: readonly string[], options: object = {}, data?: object): string {
    const result = data === undefined ? {} : { result: { data } };
    return jobTitle({ request: requestOf(kind, operands, { options }), ...result } as unknown as Job);
  }
});
