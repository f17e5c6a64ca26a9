import { safe } from '../../words/format';
import type { Command } from '../command';
import { kubeconfigsOf } from '../setting';
import { table } from '../table';

/** Lists what the kubeconfig files reach; asks no cluster. */
export const clusters: Command = {
  name: 'clusters',
  summary: 'list the clusters in your kubeconfig files',
  examples: ['db-ferry clusters', 'db-ferry clusters --kubeconfig ./test.kubeconfig'],
  operands: [],
  options: [],
  async run(call) {
    const { readClusters } = await import('../../core/cluster/readClusters');
    const { terminal } = call;
    const { clusters: found, problems } = await readClusters({ files: kubeconfigsOf(call), env: process.env });
    for (const cluster of found) terminal.event({ type: 'cluster', ...cluster });
    for (const problem of problems) terminal.event({ type: 'problem', ...problem });
    for (const { file, message } of problems) terminal.error(safe(`${file}: ${message}`));
    const exitCode = found.length === 0 && problems.length > 0 ? 1 : 0;
    const outcome = exitCode === 0 ? 'done' : 'failed';
    terminal.event({ type: 'result', outcome, exitCode, data: { clusters: found.length } });
    const rows = found.map(({ alias, server, user, namespace, kubeconfigFile, insecure }) =>
      [alias, server, user, namespace ?? '', kubeconfigFile, insecure ? 'certificate not checked' : ''].map(safe),
    );
    const headings = ['CLUSTER', 'SERVER', 'USER', 'NAMESPACE', 'FILE', ''];
    if (rows.length > 0) terminal.line(table(headings, rows, { width: terminal.width, flexible: 4 }));
    else terminal.error('No cluster found. Log in to one (`oc login`), or name a file with --kubeconfig.');
    return exitCode;
  },
};
