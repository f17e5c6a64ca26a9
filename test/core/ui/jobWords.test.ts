import './vscodeDouble';
import assert from 'node:assert/strict';
import type { JobKind, JobOptions } from '../../../src/core/job/jobEvents';
import type { Job } from '../../../src/core/job/readJob';
import { jobState, jobTitle } from '../../../src/ui/jobWords';

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

  it('say how it ended, and nothing that is not so', () => {
    const state = (kind: JobKind, job: object): string => jobState({ request: { kind }, ...job } as Job);
    const result = { differences: [{}] };
    assert.equal(state('diff', { state: 'differences', result }), 'one difference');
    assert.equal(state('clean', { state: 'differences', result: {} }), 'not all is gone or known');
    assert.equal(state('restore', { state: 'unknown', cleaned: true }), 'outcome unknown, given up');
    assert.equal(
      state('restore', { state: 'unknown', cleaned: true, resolved: 'x' }),
      'outcome was unknown, found out',
    );
  });

  function title(kind: JobKind, operands: readonly string[], options: JobOptions = {}, data?: object): string {
    const result = data === undefined ? {} : { result: { data } };
    return jobTitle({ request: { kind, operands, options }, ...result } as unknown as Job);
  }
});
