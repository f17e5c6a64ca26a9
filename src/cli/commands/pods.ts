import type { Cluster } from '../../core/cluster/cluster';
import type { KubeClient } from '../../core/cluster/kubeClient';
import type { ExecRights } from '../../core/cluster/reviews';
import { AppError, isAppError, toAppError } from '../../core/base/errors';
import type { DatabasePod } from '../../core/pod/databasePod';
import { wordsFor } from '../../words/errorWords';
import { findingWords } from '../../words/findingWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { errorLines } from '../errorLines';
import { cliHints } from '../hints';
import { tellKubeconfigProblems } from '../kubeconfigProblems';
import { kubeconfigsOf } from '../setting';
import { List, listFlags, type Listing } from '../list';

/** Lists database pods, of all clusters at the same time; each is shown as soon as it answered. */
export const pods: Command = {
  name: 'pods',
  summary: 'list database pods, everywhere or in one cluster or namespace',
  examples: ['db-ferry pods', 'db-ferry pods prod', 'db-ferry pods prod/shop'],
  operands: [{ name: 'cluster[/namespace]', takes: ['place'], optional: true }],
  options: listFlags,
  async run(call) {
    const list = new List(call, listing);
    const { clusters, namespace } = await chosen(call);
    const { terminal } = call;
    // a person sees each cluster as soon as it answered; in a pipe it is one table
    const isPiece = list.isTable && terminal.width !== undefined;
    const answers = await Promise.all(
      clusters.map((cluster) => listOne(call, cluster, namespace, (rows) => isPiece && list.show(rows))),
    );
    const answered = answers.filter((rows) => rows !== undefined);
    if (!isPiece) list.show(answered.flat(), { clusters: clusters.length, answered: answered.length });
    const found = answered.flat().length;
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
  tellKubeconfigProblems(call.terminal, problems);
  const [operand] = call.operands;
  if (operand === undefined) {
    if (clusters.length === 0) throw new AppError('cluster.none');
    return { clusters };
  }
  const [name = '', namespace, ...more] = operand.split('/');
  if (name === '' || namespace === '' || more.length > 0) {
    throw new AppError('reference.invalid', { text: operand, wanted: 'cluster' });
  }
  const cluster = findCluster(clusters, name);
  return { clusters: [cluster], ...(namespace === undefined ? {} : { namespace }) };
}

/** The pods of a cluster, which `onRows` gets as soon as they are known; undefined when it could not say. */
async function listOne(
  call: Call,
  cluster: Cluster,
  namespace: string | undefined,
  onRows: (rows: readonly Row[]) => void,
): Promise<readonly Row[] | undefined> {
  const { connect } = await import('../../core/cluster/connect');
  const { findPods } = await import('../../core/pod/discover/findPods');
  const { terminal } = call;
  const { aboutTrust } = await import('../../core/cluster/aboutTrust');
  for (const finding of aboutTrust([cluster])) {
    terminal.event({ type: 'finding', finding });
    terminal.info(findingWords(finding, cliHints));
  }
  try {
    const client = connect(cluster);
    const { pods: found, forbidden } = await findPods(client, namespace === undefined ? {} : { namespace });
    const rights = await rightsIn(client, [...new Set(found.map((pod) => pod.namespace))]);
    const rows = found.map((pod) => ({ pod, exec: rights.get(pod.namespace) }));
    for (const row of rows) terminal.event(listing.itemOf(row));
    for (const name of forbidden) terminal.event({ type: 'forbidden', cluster: cluster.alias, namespace: name });
    onRows(rows);
    await tellLacking(call, client, rights);
    if (forbidden.length > 0) {
      terminal.info(safe(`${cluster.alias}: you may not list pods in ${forbidden.length} namespaces`));
    }
    return rows;
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

type Rights = ReadonlyMap<string, ExecRights>;

/** Whether commands may be run, by namespace; one whose server does not say is not in it. */
async function rightsIn(client: KubeClient, namespaces: string[]): Promise<Rights> {
  const { mayExec } = await import('../../core/cluster/reviews');
  const rights = new Map<string, ExecRights>();
  const worker = async (): Promise<void> => {
    for (let name = namespaces.shift(); name !== undefined; name = namespaces.shift()) {
      try {
        rights.set(name, await mayExec(client, name));
      } catch (error) {
        if (!isAppError(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return rights;
}

/** A pod in which nothing may be run is of no use: what to ask for, once where it is the same. */
async function tellLacking({ terminal }: Call, client: KubeClient, rights: Rights): Promise<void> {
  const lacking = [...rights].filter(([, { allowed }]) => !allowed);
  if (lacking.length === 0) return;
  const { whoAmI } = await import('../../core/cluster/reviews');
  const cluster = client.cluster.alias;
  const user = await whoAmI(client);
  const [only] = lacking;
  if (only && lacking.length === 1) {
    const [namespace, { missing, reason: message = '' }] = only;
    const data = { cluster, resource: 'pods/exec', namespace, missing, user, message };
    terminal.error(errorLines('cluster.forbidden', data));
    return;
  }
  const names = lacking.map(([namespace]) => namespace).join(', ');
  terminal.error(safe(`${cluster}: ${user} may not run commands in pods of ${names} (pods/exec).`));
}

interface Row {
  readonly pod: DatabasePod;
  readonly exec?: ExecRights | undefined;
}

const listing: Listing<Row> = {
  nameOf: ({ pod }) => referenceOf(pod),
  itemOf: ({ pod, exec }) => ({
    type: 'pod',
    reference: referenceOf(pod),
    ...pod,
    ...(exec === undefined ? {} : { exec }),
  }),
  columns: [
    { name: 'pod', text: ({ pod }) => referenceOf(pod), isFlexible: true },
    { name: 'workload', text: ({ pod: { workload } }) => `${workload.kind}/${workload.name}` },
    { name: 'image', text: ({ pod }) => pod.flavour },
    { name: 'state', text: stateOf },
  ],
};

function stateOf({ pod: { ready, reason, roleHint }, exec }: Row): string {
  const shut = exec?.allowed === false ? ', no pods/exec' : '';
  const state = `${ready ? 'ready' : (reason ?? 'not ready')}${shut}`;
  return roleHint === undefined ? state : `${state}, ${roleHint}`;
}
