import type { Cluster } from '../../core/cluster/cluster';
import type { Command } from '../command';
import { tellKubeconfigProblems } from '../kubeconfigProblems';
import { kubeconfigsOf } from '../setting';
import { List, listFlags, type Listing } from '../list';

/** Lists what the kubeconfig files reach; asks no cluster. */
export const clusters: Command = {
  name: 'clusters',
  summary: 'list the clusters in your kubeconfig files',
  examples: ['db-ferry clusters', 'db-ferry clusters --kubeconfig ./test.kubeconfig'],
  operands: [],
  options: listFlags,
  async run(call) {
    const { readClusters } = await import('../../core/cluster/readClusters');
    const { terminal } = call;
    const list = new List(call, listing);
    const { clusters: found, problems } = await readClusters({ files: kubeconfigsOf(call), env: process.env });
    for (const cluster of found) terminal.event(listing.itemOf(cluster));
    tellKubeconfigProblems(terminal, problems);
    const exitCode = found.length === 0 && problems.length > 0 ? 1 : 0;
    const outcome = exitCode === 0 ? 'done' : 'failed';
    terminal.event({ type: 'result', outcome, exitCode, data: { clusters: found.length } });
    list.show(found, { problems });
    if (found.length === 0)
      terminal.error('No cluster found. Log in to one (`oc login`), or name a file with --kubeconfig.');
    return exitCode;
  },
};

const listing: Listing<Cluster> = {
  nameOf: ({ alias }) => alias,
  itemOf: (cluster) => ({ type: 'cluster', ...cluster }),
  columns: [
    { name: 'cluster', text: ({ alias }) => alias },
    { name: 'server', text: ({ server }) => server },
    { name: 'user', text: ({ user }) => user },
    { name: 'namespace', text: ({ namespace }) => namespace ?? '' },
    { name: 'file', text: ({ kubeconfigFile }) => kubeconfigFile, isFlexible: true },
    { name: 'contexts', text: ({ contexts }) => contexts.map(({ name }) => name).join(', '), isWide: true },
    {
      name: 'note',
      text: ({ insecure }) => (insecure === true ? 'certificate not checked' : ''),
      raw: ({ insecure }) => (insecure === true ? 'insecure' : ''),
    },
  ],
};
