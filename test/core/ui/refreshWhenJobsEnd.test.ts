import './vscodeDouble';
import assert from 'node:assert/strict';
import type { Job } from '../../../src/core/job/record/readJob';
import { refreshWhenJobsEnd } from '../../../src/ui/notify/refreshWhenJobsEnd';
import type { Services } from '../../../src/services';
import { EventEmitter } from './fakeVscode';
import { requestOf } from '../job/requestOf';

describe('the end of a job', () => {
  it('is looked for in clusters that are known, and loads none', () => {
    const ended = new EventEmitter<Job>();
    const done: string[] = [];
    const pods = [
      { uid: 'u1', name: 'pg-0', workload: { name: 'pg' } },
      { uid: 'u2', name: 'other-0', workload: { name: 'other' } },
    ];
    const model = {
      contents: { namespaces: new Map([['shop', pods]]) },
      reprobe: (uid: string) => done.push(`reprobe ${uid}`),
    };
    const services = {
      jobs: { onDidEndHere: ended.event },
      backups: { refresh: () => done.push('refresh') },
      clusters: {
        known: (alias: string) => (alias === 'prod' ? model : undefined),
        all: () => assert.fail('the clusters are read'),
      },
    };
    refreshWhenJobsEnd(services as unknown as Services);
    ended.fire(copy('prod/shop/pg/orders', 'test/shop/pg-0/orders'));
    assert.deepEqual(done, ['refresh', 'reprobe u1']);
  });

  it('is looked for in the stores where a backup was made there, or one of theirs was read', () => {
    const ended = new EventEmitter<Job>();
    let looked = 0;
    const services = {
      ...{ jobs: { onDidEndHere: ended.event }, backups: { refresh: () => undefined } },
      ...{ clusters: { known: () => undefined }, stores: { refresh: () => (looked += 1) } },
    };
    refreshWhenJobsEnd(services as unknown as Services);
    const backup = requestOf('backup', ['prod/shop/pg/orders']);
    ended.fire({ request: backup } as unknown as Job);
    assert.equal(looked, 0);
    ended.fire({ request: { ...backup, options: { to: 'store:archive' } } } as unknown as Job);
    assert.equal(looked, 1);
    ended.fire({ request: requestOf('verify', ['store:archive/prod/shop/pg/orders/x']) } as unknown as Job);
    assert.equal(looked, 2);
  });

  function copy(...operands: string[]): Job {
    return { request: requestOf('copy', operands) } as unknown as Job;
  }
});
