import assert from 'node:assert/strict';
import { connect } from '../../src/core/cluster/connect';
import { readClusters } from '../../src/core/cluster/readClusters';
import { jobContract, type JobPlace } from '../contract/jobContract';
import { leave, pair, type Pair } from './setting';

describe('real clusters: Jobs, as the lab has them', function () {
  this.timeout(300_000);
  let clusters: Pair;
  let place: JobPlace;

  before(async () => {
    clusters = await pair();
    const found = await readClusters({ files: [clusters.kubeconfigB], env: {} });
    const [cluster = assert.fail('no cluster')] = found.clusters;
    const image = process.env['DB_FERRY_NODE_IMAGE'] ?? 'localhost/nodejs:24';
    place = { client: connect(cluster), namespace: 'demo', image };
  });
  after(() => leave(clusters));

  jobContract(() => place);
});
