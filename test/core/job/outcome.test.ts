import assert from 'node:assert/strict';
import { AppError, toldError, type ErrorCode } from '../../../src/core/base/errors';
import { errorWords } from '../../../src/words/errorWords';
import { failedResult } from '../../../src/core/job/run/outcome';
import type { Phase } from '../../../src/core/base/progress';

const ending = (code: ErrorCode, phase?: Phase, stopped = false): string => {
  const { outcome, exitCode } = failedResult(toldError(code, {}), { job: 'j', stopped, ...(phase ? { phase } : {}) });
  return `${outcome} ${exitCode}`;
};

describe('how an error ends a job', () => {
  it('no error is ever "done"', () => {
    for (const code of Object.keys(errorWords) as ErrorCode[]) {
      for (const stopped of [false, true]) assert.ok(!/^(done|differences)/.test(ending(code, 'dump', stopped)), code);
    }
  });

  it('refused: 4, bad usage: 2, failed: 1, unknown: 5, cancelled: 130', () => {
    for (const code of ['restore.refused', 'backup.refused', 'target.busy'] as const) {
      assert.equal(ending(code), 'refused 4');
    }
    assert.equal(ending('usage'), 'refused 2');
    assert.equal(ending('reference.invalid'), 'refused 2');
    for (const code of [
      'exec.cut',
      'restore.differs',
      'restore.swap',
      'backup.damaged',
      'cluster.unreachable',
    ] as const) {
      assert.equal(ending(code, 'restore'), 'failed 1');
    }
    assert.equal(ending('restore.unknown', 'swap'), 'unknown 5');
    assert.equal(ending('cancelled', 'dump', true), 'cancelled 130');
  });

  it('a disk without space: refused before, failed later', () => {
    assert.equal(ending('disk.full', 'preflight'), 'refused 4');
    assert.equal(ending('disk.full', 'dump'), 'failed 1');
    assert.equal(ending('disk.targetFull', 'restore'), 'failed 1');
  });

  it('what cancelling broke is cancelled, unless nobody knows what the server did', () => {
    assert.equal(ending('exec.cut', 'dump', true), 'cancelled 130');
    assert.equal(ending('restore.unknown', 'swap', true), 'unknown 5');
    assert.equal(ending('internal', 'swap', true), 'unknown 5');
    assert.equal(ending('internal', 'swap'), 'unknown 5');
    assert.equal(ending('internal', 'restore'), 'failed 1');
    assert.equal(ending('disk.full', 'swap'), 'unknown 5');
  });

  it('an unknown outcome is told as that, by the id of the job that can be cleaned', () => {
    const data = { message: 'socket hang up' };
    const unforeseen = failedResult(new AppError('internal', data), { job: 'mine', phase: 'swap', stopped: false });
    assert.deepEqual(unforeseen.error, {
      code: 'restore.unknown',
      data: { ...data, unforeseen: true, job: 'mine' },
    });
    const released = new AppError('restore.unknown', { database: 'shop__before_x', job: 'the restore' });
    const { error } = failedResult(released, { job: 'the release', phase: 'release', stopped: false });
    assert.deepEqual(error?.data, { database: 'shop__before_x', job: 'the release' });
  });

  it('findings and differences of the error are those of the result', () => {
    const findings = [{ level: 'block', code: 'target.exists', data: { database: 'shop' } }] as const;
    assert.deepEqual(
      failedResult(new AppError('restore.refused', { findings }), { job: 'j', stopped: false }).findings,
      findings,
    );
  });
});
