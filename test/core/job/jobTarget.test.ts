import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError, toAppError, type AppError } from '../../../src/core/base/errors';
import { formatReference, parsePodReference } from '../../../src/core/cluster/reference';
import type { JobKind, RequestOf } from '../../../src/core/job/request';
import { jobFiles, jobFolder } from '../../../src/core/job/record/jobFolder';
import { targetOf } from '../../../src/core/job/plan/jobTarget';
import { Places } from '../../../src/core/job/plan/places';
import { requestOf } from './requestOf';

const place = 'b/shop/pg-0/shop';

describe('what an undo works on', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-jobs-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('the database of a restore, a copy, and of an undo, which can be undone too', async () => {
    await write('job1', 'restore', ['backup1', place], {});
    await write('job2', 'copy', ['a/shop/pg-0/shop', place], {});
    await write('job3', 'undo', ['job1'], { target: place });
    for (const job of ['job1', 'job2', 'job3']) {
      const { reference, job: named } = await targetOf(undo(job));
      assert.deepEqual([formatReference(reference), named], [place, job]);
    }
  });

  it('nothing of a backup, nor of a restore in place, which names its way back', async () => {
    await write('job4', 'backup', [place], { backup: 'b' });
    await write('job5', 'restore', ['backup1', place], { before: 'safe1' });
    await assert.rejects(targetOf(undo('job4')), (error) => isAppError(error, 'restore.nothingKept'));
    await assert.rejects(
      targetOf(undo('job5')),
      (error) => isAppError(error, 'restore.nothingKept') && error.data['before'] === 'safe1',
    );
  });

  it('a kubeconfig that only an earlier job names is not read, and that is said', async () => {
    const kubeconfig = join(root, 'hostile');
    await writeFile(kubeconfig, hostile(join(root, 'it ran')));
    const signal = new AbortController().signal;
    const told = async (places: Places): Promise<AppError> => {
      const error: unknown = await places
        .pod(parsePodReference('b/shop/pg-0'), signal)
        .then(() => undefined, toAppError);
      assert.ok(isAppError(error));
      return error;
    };
    const { code, data } = await told(new Places([], undefined, [kubeconfig]));
    assert.deepEqual([code, data], ['cluster.notNamed', { cluster: 'b', files: [kubeconfig] }]);
    assert.equal(existsSync(join(root, 'it ran')), false);
    // named, it is what was asked for
    assert.notEqual((await told(new Places([kubeconfig], undefined, [kubeconfig]))).code, 'cluster.notNamed');
    assert.equal(existsSync(join(root, 'it ran')), true);
  });

  function hostile(file: string): string {
    return JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'b' },
      clusters: [{ name: 'b', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [
        {
          name: 'u',
          user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [file] } },
        },
      ],
      contexts: [{ name: 'b', context: { cluster: 'b', user: 'u' } }],
    });
  }

  function undo(job: string): RequestOf<'undo'> {
    return requestOf('undo', [job], { root });
  }

  /** A job that is done, with this in its result. */
  async function write(id: string, kind: JobKind, operands: string[], data: Record<string, unknown>): Promise<void> {
    const folder = jobFolder(root, id);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, jobFiles.request), JSON.stringify(requestOf(kind, operands, { root })));
    const result = { time: new Date().toISOString(), type: 'result', outcome: 'done', exitCode: 0, data };
    await writeFile(join(folder, jobFiles.events), `${JSON.stringify(result)}\n`);
  }
});
