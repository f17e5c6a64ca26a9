import type { Cluster } from '../../core/cluster/cluster';
import { AppError, toAppError } from '../../core/errors';
import type { DatabasePod } from '../../core/pod/databasePod';
import { wordsFor } from '../../words/errorWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { kubeconfigsOf } from '../setting';
import { table } from '../table';

/** Lists database pods, of all clusters at the same time; each is shown as soon as it answered. */
export const pods: Command = {
  name: 'pods',
  usage: '[<cluster>[/<namespace>]]',
  summary: 'list database pods, everywhere or in one cluster or namespace',
  examples: ['db-ferry pods', 'db-ferry pods prod', 'db-ferry pods prod/shop'],
  operands: [0, 1],
  options: [],
  async run(call) {
    const { clusters, namespace } = await chosen(call);
    const { terminal } = call;
    const answers = await Promise.all(clusters.map((cluster) => listOne(call, cluster, namespace)));
    const answered = answers.filter((count) => count !== undefined);
    const found = answered.reduce((sum, count) => sum + count, 0);
    const exitCode = answered.length > 0 ? 0 : 1;
    const data = { pods: found, clusters: clusters.length, answered: answered.length };
    terminal.event({ type: 'result', outcome: exitCode === 0 ? 'done' : 'failed', exitCode, data });
    if (exitCode === 0 && found === 0) terminal.info('No database pods found.');
    return exitCode;
  },
};

async function chosen(call: Call): Promise<{ clusters: readonly Cluster[]; namespace?: string }> {
  const { readClusters } = await import('../../core/cluster/readClusters');
  const { findCluster } = await import('../../core/cluster/reference');
  const { clusters, problems } = await readClusters({ files: kubeconfigsOf(call), env: process.env });
  for (const problem of problems) {
    call.terminal.event({ type: 'problem', ...problem });
    call.terminal.error(safe(`${problem.file}: ${problem.message}`));
  }
  const [operand] = call.operands;
  if (operand === undefined) {
    if (clusters.length === 0) throw new AppError('cluster.none');
    return { clusters };
  }
  const [name = '', namespace, ...more] = operand.split('/');
  if (name === '' || namespace === '' || more.length > 0) {
    throw new AppError('reference.invalid', { text: operand, message: 'A cluster or a cluster/namespace is wanted.' });
  }
  const cluster = findCluster(clusters, name);
  return { clusters: [cluster], ...(namespace === undefined ? {} : { namespace }) };
}

/** How many pods a cluster has; undefined when it could not say. */
async function listOne(call: Call, cluster: Cluster, namespace: string | undefined): Promise<number | undefined> {
  const { connect } = await import('../../core/cluster/connect');
  const { findPods } = await import('../../core/pod/findPods');
  const { terminal } = call;
  try {
    const { pods: found, forbidden } = await findPods(connect(cluster), namespace === undefined ? {} : { namespace });
    for (const pod of found) terminal.event({ type: 'pod', reference: referenceOf(pod), ...pod });
    for (const name of forbidden) terminal.event({ type: 'forbidden', cluster: cluster.alias, namespace: name });
    if (found.length > 0) terminal.line(table(['POD', 'WORKLOAD', 'KIND OF IMAGE', 'STATE'], found.map(columns)));
    if (forbidden.length > 0) {
      terminal.info(safe(`${cluster.alias}: you may not list pods in ${forbidden.length} namespaces`));
    }
    return found.length;
  } catch (error) {
    const { code, data } = toAppError(error);
    terminal.event({ type: 'error', cluster: cluster.alias, error: { code, data } });
    const { what, why } = wordsFor(code, data, cliHints);
    const prefix = what.startsWith(cluster.alias) ? '' : `${cluster.alias}: `;
    terminal.error(safe(`${prefix}${what}${why === undefined ? '' : ` ${why}`}`));
    return undefined;
  }
}

function referenceOf({ cluster, namespace, name }: DatabasePod): string {
  return `${cluster}/${namespace}/${name}`;
}

function columns(pod: DatabasePod): string[] {
  const { workload, flavour, ready, reason, roleHint } = pod;
  const state = ready ? 'ready' : (reason ?? 'not ready');
  return [
    referenceOf(pod),
    `${workload.kind}/${workload.name}`,
    flavour,
    roleHint === undefined ? state : `${state}, ${roleHint}`,
  ].map(safe);
}
