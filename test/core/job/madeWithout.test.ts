import assert from 'node:assert/strict';
import type { JobKind } from '../../../src/core/job/request';
import { leftOutBetween } from '../../../src/core/job/plan/madeWithout';
import type { Job, JobState } from '../../../src/core/job/record/readJob';
import type { Ignored } from '../../../src/core/postgres/archive/compare/leftOut';
import { requestOf } from './requestOf';

const source = 'a/shop/pg-0/orders';
const target = 'b/test/pg16-0/orders';

function job(kind: JobKind, of: string, options: object = {}, state: JobState = 'done'): Job {
  return {
    state,
    request: requestOf(kind, kind === 'undo' ? [of] : [source, of], { options }),
    result: { data: { target: of } },
  } as unknown as Job;
}

/** Between the source and the target, which is on the right. */
function between(...jobs: readonly Job[]): Ignored {
  return leftOutBetween(jobs, [source], [target, 'b/test/pg16/orders']);
}

const publications = { publications: true, subscriptions: true, owners: false, acls: false, tablespaces: false };

describe('leftOutBetween', () => {
  it('is what the last restore or copy left out of the side that it made', () => {
    for (const kind of ['copy', 'restore'] as const) {
      assert.deepEqual(between(job(kind, target)), { made: 'right', ...publications });
      assert.deepEqual(between(job(kind, target, {}, 'differences')), { made: 'right', ...publications });
      assert.deepEqual(between(job(kind, 'b/test/pg16/orders')), { made: 'right', ...publications }, 'by its workload');
      assert.deepEqual(between(job(kind, source)), { made: 'left', ...publications });
    }
    const without = job('restore', target, { noOwner: true, noPrivileges: true, noTablespaces: true });
    const all = { ...publications, owners: true, acls: true, tablespaces: true };
    assert.deepEqual(between(without, job('copy', target)), { made: 'right', ...all }, 'the newest counts');
    const lacking = job('restore', target);
    const findings = [{ level: 'note', code: 'tablespaces.missing', data: {} }];
    const told = { ...lacking, result: { ...lacking.result, findings } } as unknown as Job;
    assert.deepEqual(between(told), { made: 'right', ...publications, tablespaces: true }, 'left out by itself');
  });

  it('is nothing where no job says that it made one of them', () => {
    assert.deepEqual(between(), {});
    assert.deepEqual(between(job('copy', 'b/test/pg16-0/other')), {});
    for (const kind of ['backup', 'verify', 'diff', 'release', 'clean'] as const) {
      assert.deepEqual(between(job(kind, target)), {}, kind);
    }
    for (const state of ['failed', 'refused', 'cancelled', 'unknown', 'interrupted', 'running'] as const) {
      assert.deepEqual(between(job('copy', target, {}, state)), {}, state);
    }
    assert.deepEqual(between(job('undo', target), job('copy', target)), {}, 'swapped back');
  });
});
