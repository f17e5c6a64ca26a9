import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../../../../src/core/base/errors';
import type { KubeClient } from '../../../../src/core/cluster/kubeClient';
import { holdLease, leaseName, type HeldLease } from '../../../../src/core/job/runner/kubernetes/lease';

interface Kept {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

/** A cluster that keeps Leases as Kubernetes does: what is replaced is the version that was read, or nothing is. */
class Leases {
  kept: Kept | undefined;
  #version = 0;

  write(lease: Kept): Kept {
    this.kept = { ...lease, metadata: { ...lease.metadata, resourceVersion: String((this.#version += 1)) } };
    return this.kept;
  }

  /** `reaches` false: nobody answers */
  client(reaches: () => boolean = () => true): KubeClient {
    const answer = async <T>(of: () => T): Promise<T> => {
      await sleep(1);
      if (!reaches())
        throw new AppError('cluster.unreachable', { cluster: 'a', server: 'https://a', message: 'no answer' });
      return of();
    };
    const refuse = (status: number): never => {
      throw new AppError('cluster.api', { cluster: 'a', status, message: 'no' });
    };
    return {
      get: async () => answer(() => this.kept ?? refuse(404)),
      post: async (_: string, lease: Kept) => answer(() => (this.kept ? refuse(409) : this.write(lease))),
      put: async (_: string, lease: Kept) =>
        answer(() =>
          lease.metadata.resourceVersion === this.kept?.metadata.resourceVersion ? this.write(lease) : refuse(409),
        ),
    } as unknown as KubeClient;
  }
}

const held = { held: 2, renew: 0.3, poll: 0.05 };
const reference = 'a/shop/pg-0/shop';
const { signal } = new AbortController();

describe('what is held for a job of a cluster', function () {
  this.timeout(30_000);
  let leases: Leases;
  let lost: (string | undefined)[];
  let open: HeldLease[];
  beforeEach(() => {
    [leases, lost, open] = [new Leases(), [], []];
  });
  afterEach(async () => Promise.all(open.map(async (one) => one.release())));

  async function hold(job: string, client = leases.client()): Promise<void> {
    const onLost = (by: string | undefined): void => void lost.push(by);
    open.push(await holdLease(client, { namespace: 'ops', reference, job }, { signal, onLost, held }));
  }

  it('is renewed, and waited for by another one until it is given back', async () => {
    await hold('one');
    const first = leases.kept?.spec?.renewTime;
    const second = hold('two');
    await sleep(held.held * 1500);
    assert.equal(leases.kept?.spec?.holderIdentity, 'one');
    assert.notEqual(leases.kept.spec.renewTime, first);
    await open[0]?.release();
    await second;
    assert.deepEqual([leases.kept.spec.holderIdentity, lost], ['two', []]);
  });

  it('is told lost where another has it, and never renewed for that one', async () => {
    await hold('one');
    const other = leases.write({ metadata: { name: leaseName(reference) }, spec: { holderIdentity: 'two' } });
    while (lost.length === 0) await sleep(20);
    await sleep(held.renew * 3000);
    assert.deepEqual([lost, leases.kept], [['two'], other]);
  });

  it('is told lost where it is gone', async () => {
    await hold('one');
    leases.kept = undefined;
    while (lost.length === 0) await sleep(20);
    assert.deepEqual(lost, [undefined]);
  });

  it('is told lost before another takes it, where nobody answers', async () => {
    let reaches = true;
    await hold(
      'one',
      leases.client(() => reaches),
    );
    reaches = false;
    await hold('two');
    assert.deepEqual([leases.kept?.spec?.holderIdentity, lost], ['two', [undefined]]);
  });

  it('is kept through a short silence, and a job that waits too long is refused', async () => {
    let reaches = true;
    await hold(
      'one',
      leases.client(() => reaches),
    );
    reaches = false;
    await sleep(held.renew * 2000);
    reaches = true;
    const waiting = holdLease(
      leases.client(),
      { namespace: 'ops', reference, job: 'two' },
      { signal, onLost: () => undefined, patienceMs: held.held * 1000, held },
    );
    await assert.rejects(waiting, (error) => isAppError(error, 'target.busy') && error.data['job'] === 'one');
    assert.deepEqual(lost, []);
  });
});
