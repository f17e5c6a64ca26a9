import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { FerrySetting } from '../lab/ferry';
import { KubectlPod, kubectlProgram } from './kubectl';

/**
 * Two real clusters: namespace `demo` holds the StatefulSet `postgres` (PostgreSQL 15, superuser `demo`) on A and the Deployment `pg17`
 * (17, superuser `postgres`, label `app=pg17`) on B. Both servers let local users in.
 */
export interface Pair {
  readonly kubeconfigA: string;
  readonly kubeconfigB: string;
  readonly source: KubectlPod;
  readonly target: KubectlPod;
  /** references of the database that the suite makes */
  readonly from: string;
  readonly to: string;
  /** both kubeconfigs, and a root of its own */
  readonly setting: FerrySetting;
  readonly root: string;
}

/** DB_FERRY_KUBECONFIG_A and _B. Throws where they are not set: a ring that does not run must not look green. */
export async function pair(): Promise<Pair> {
  const { DB_FERRY_KUBECONFIG_A: kubeconfigA, DB_FERRY_KUBECONFIG_B: kubeconfigB } = process.env;
  if (kubeconfigA === undefined || kubeconfigB === undefined) {
    throw new Error(
      'DB_FERRY_KUBECONFIG_A and DB_FERRY_KUBECONFIG_B name the two clusters; CONTRIBUTING.md says how to make them',
    );
  }
  const [aliasA, aliasB, pod] = await Promise.all([
    kubectl(kubeconfigA, 'config', 'current-context'),
    kubectl(kubeconfigB, 'config', 'current-context'),
    kubectl(kubeconfigB, '-n', 'demo', 'get', 'pods', '-l', 'app=pg17', '-o', 'jsonpath={.items[0].metadata.name}'),
  ]);
  const source = new KubectlPod(kubeconfigA, 'demo', 'postgres-0', 'demo');
  const target = new KubectlPod(kubeconfigB, 'demo', pod, 'postgres');
  // whatever ran before: a suite that failed or was killed has left nothing for this one
  await tidy({ source, target });
  const root = await mkdtemp(join(tmpdir(), 'db-ferry-cluster-'));
  return {
    ...{ kubeconfigA, kubeconfigB, root, source, target },
    from: `${aliasA}/demo/postgres/ferrytest`,
    to: `${aliasB}/demo/pg17/ferrytest`,
    setting: { kubeconfig: kubeconfigA, root, env: { KUBECONFIG: kubeconfigB } },
  };
}

/** What a suite calls when it has ended, however: both clusters are left as they were found. Undefined: it could not be set. */
export async function leave(clusters: Pair | undefined): Promise<void> {
  if (clusters === undefined) return;
  await tidy(clusters);
  await rm(clusters.root, { recursive: true, force: true });
}

/** Removes the databases that the suites make, live and beside, and the accounts that they work as. */
async function tidy({ source, target }: Pick<Pair, 'source' | 'target'>): Promise<void> {
  for (const pod of [source, target]) {
    await pod.sql(
      'postgres',
      `select format('drop database %I with (force);', datname) from pg_database where datname ~ '^(ferrytest|ferryjobs)' \\gexec`,
    );
    const ours = ['delete', 'rolebindings,roles,serviceaccounts', '-l', 'db-ferry-test', '--ignore-not-found'];
    await kubectl(pod.kubeconfig, '-n', pod.namespace, ...ours);
  }
}

/** The pair as a service account on each that may do what a backup and a restore need, and nothing else. */
export async function restricted(clusters: Pair): Promise<Pair> {
  const { kubeconfigA, kubeconfigB, root, from, to } = clusters;
  const rules = ['pods get list', 'pods/exec get create'];
  const [onA, onB] = await Promise.all([
    asServiceAccount(kubeconfigA, root, 'ferry-job-a', rules),
    asServiceAccount(kubeconfigB, root, 'ferry-job-b', rules),
  ]);
  return {
    ...clusters,
    from: from.replace(/^[^/]+/, 'ferry-job-a'),
    to: to.replace(/^[^/]+/, 'ferry-job-b'),
    setting: { kubeconfig: onA, root, env: { KUBECONFIG: onB } },
  };
}

/** What kubectl prints. */
export async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(kubectlProgram, ['--kubeconfig', kubeconfig, ...args]);
  return stdout.trim();
}

/** The same cluster as a service account with these rules in `demo`; returns a kubeconfig that is good for four hours. */
export async function asServiceAccount(
  kubeconfig: string,
  folder: string,
  name: string,
  rules: readonly string[],
): Promise<string> {
  const metadata = { name, namespace: 'demo', labels: { 'db-ferry-test': 'account' } };
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata },
      rules: rules.map((rule) => {
        const [resource = '', ...verbs] = rule.split(' ');
        return { apiGroups: [''], resources: [resource], verbs };
      }),
    },
    {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'demo' }],
    },
  ];
  const wanted = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await execa(kubectlProgram, ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input: wanted });
  const token = await kubectl(kubeconfig, '-n', 'demo', 'create', 'token', name, '--duration', '4h');
  return writeAs(kubeconfig, folder, name, token);
}

/** A kubeconfig of the cluster with another token. */
export async function writeAs(kubeconfig: string, folder: string, name: string, token: string): Promise<string> {
  const view = JSON.parse(await kubectl(kubeconfig, 'config', 'view', '--raw', '--minify', '-o', 'json')) as {
    clusters: unknown[];
    contexts: { name: string; context: { cluster: string } }[];
  };
  const cluster = view.contexts[0]?.context.cluster;
  const file = join(folder, `${name}.kubeconfig`);
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', clusters: view.clusters, 'current-context': name },
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster, user: name, namespace: 'demo' } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
