import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/core/cluster/connect';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { jobContract, type JobPlace } from '../../contract/jobContract';
import { until } from '../../contract/session';
import { startApiServer, type LabApiServer } from '../api/apiServer';
import { fakeCluster } from '../api/fakeCluster';
import { Kept } from '../api/kept';
import { writeKubeconfig } from '../api/kubeconfig';
import type { JobController } from './jobController';
import { runJobs } from './jobsOf';

describe('lab: jobs in a cluster', function () {
  this.timeout(120_000);
  const kept = new Kept();
  let folder: string;
  let server: LabApiServer;
  let jobs: JobController;
  let place: JobPlace;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-jobs-'));
    const state = { ...fakeCluster(), kept };
    server = await startApiServer(state);
    jobs = runJobs(state, server, folder);
    const file = join(folder, 'kubeconfig');
    await writeKubeconfig(file, [{ contextName: 'fake', url: server.url, caPem: server.caPem, token: 'admin' }]);
    const { clusters } = await readClusters({ files: [file], env: {} });
    const [cluster = assert.fail('no cluster')] = clusters;
    place = { client: connect(cluster), namespace: 'demo', image: 'any' };
  });
  after(async () => {
    await jobs.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  jobContract(() => place);

  it('of the slots that a CronJob missed the last one is caught up, once', async () => {
    const containers = [{ name: 'db-ferry', command: ['true'] }];
    const spec = { template: { spec: { containers, serviceAccountName: 'any' } } };
    const lastScheduleTime = new Date(Date.now() - 600_000).toISOString();
    kept.put('cronjobs', {
      ...{ kind: 'CronJob', metadata: { name: 'minutes', namespace: 'demo' }, status: { lastScheduleTime } },
      spec: { schedule: '*/2 * * * *', jobTemplate: { spec } },
    });
    const cronJob = (): { lastSuccessfulTime?: string; lastScheduleTime: string } =>
      kept.find('cronjobs', 'demo', 'minutes')?.['status'] as never;
    await until(() => cronJob().lastSuccessfulTime !== undefined, 60_000);
    const made = kept.items('jobs').filter(({ metadata }) => metadata.name.startsWith('minutes-'));
    const slot = Math.floor(Date.parse(cronJob().lastScheduleTime) / 60_000);
    assert.deepEqual(
      made.map(({ metadata }) => metadata.name),
      [`minutes-${slot}`],
    );
    assert.equal(slot % 2, 0);
  });
});
