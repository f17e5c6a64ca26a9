import type { KubeconfigTrouble } from '../base/kubeconfigTrouble';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { aliasCandidates, uniqueAlias } from './alias';
import type { Cluster, KubeconfigProblem } from './cluster';
import type { ClusterSource, FoundCluster } from './clusterSource';
import { errnoOf, KubeconfigFault, loadKubeconfig } from './kubeconfig';
import { serviceAccountSource } from './serviceAccount';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * All clusters of all sources: the pod's own ServiceAccount where DB_FERRY_IN_CLUSTER names it, then all kubeconfig files: those of KUBECONFIG (else `~/.kube/config`), then `files`. Each file is read
 * on its own; one that is broken hides no other. Files that KUBECONFIG lists need not be there, but one of them. Contexts with the same server and user are one cluster; where two
 * files hold the same one, the first counts. Never throws.
 */
export async function readClusters(
  options: { readonly files?: readonly string[]; readonly env?: Env } = {},
): Promise<{ clusters: Cluster[]; problems: KubeconfigProblem[] }> {
  const { files = [], env = process.env } = options;
  const sources = [serviceAccountSource(env), kubeconfigSource(files, env)];
  const read = await Promise.all(sources.map((source) => source.read()));
  const taken = new Set<string>();
  const clusters = read
    .flatMap((one) => one.clusters)
    .map((cluster) => {
      const alias = cluster.alias ?? uniqueAlias(aliasCandidates(cluster, env), taken);
      taken.add(alias);
      return { ...cluster, alias };
    });
  return { clusters, problems: read.flatMap(({ problems }) => problems) };
}

/** The clusters of kubeconfig files. */
function kubeconfigSource(files: readonly string[], env: Env): ClusterSource {
  return {
    async read() {
      const problems: KubeconfigProblem[] = [];
      const missing: KubeconfigProblem[] = [];
      const found = new Map<string, FoundCluster>();
      const all = kubeconfigFiles(files, env);
      for (const [file, isExpected] of all) {
        const problem = (trouble: KubeconfigTrouble): void => void problems.push({ file, ...trouble });
        try {
          const read = await loadKubeconfig(file);
          if (read) for (const each of group(read.config, file, problem)) remember(found, each);
        } catch (error) {
          const trouble: KubeconfigTrouble =
            error instanceof KubeconfigFault ? error.trouble : { reason: 'unusable', code: errnoOf(error) };
          if (!(error instanceof KubeconfigFault && error.isMissing) || isExpected) problem(trouble);
          else if ((env['KUBECONFIG'] ?? '') !== '') missing.push({ file, ...trouble, isMissing: true });
        }
      }
      if (missing.length === all.size) problems.push(...missing);
      return { clusters: [...found.values()], problems };
    },
  };
}

/** The files that are named: by the environment, else the one in the home folder, and by `files`. Each once, with whether its absence is worth a word. */
export function kubeconfigFiles(files: readonly string[], env: Env): Map<string, boolean> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const defaults = listed.length > 0 ? listed : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
  const all = new Map(defaults.map((file) => [resolve(file), false]));
  for (const file of files) all.set(resolve(file), true);
  return all;
}

function group(config: KubeConfig, file: string, problem: (trouble: KubeconfigTrouble) => void): FoundCluster[] {
  const groups = new Map<string, FoundCluster>();
  if (config.getContexts().length === 0) problem({ reason: 'noContext' });
  for (const context of config.getContexts()) {
    const cluster = config.getCluster(context.cluster);
    if (cluster === null || !URL.canParse(cluster.server)) {
      problem({ reason: 'noServer', context: context.name, named: context.cluster });
      continue;
    }
    const server = new URL(cluster.server);
    if (server.protocol !== 'https:') {
      problem({ reason: 'notHttps', context: context.name, protocol: server.protocol.slice(0, -1) });
      continue;
    }
    const namespace = context.namespace === undefined ? {} : { namespace: context.namespace };
    remember(groups, {
      contextName: context.name,
      server: withoutLogin(cluster.server),
      user: context.user,
      ...namespace,
      kubeconfigFile: file,
      ...(cluster.skipTLSVerify ? { insecure: true } : {}),
      contexts: [{ name: context.name, ...namespace }],
    });
  }
  return [...groups.values()];
}

/** Adds a cluster, or its contexts to the one already there. A context without slash is the better name. */
function remember(all: Map<string, FoundCluster>, one: FoundCluster): void {
  const key = JSON.stringify([one.server, one.user]);
  const first = all.get(key);
  if (first === undefined) all.set(key, one);
  else if (first.kubeconfigFile === one.kubeconfigFile) {
    const contexts = [...first.contexts, ...one.contexts];
    const better = first.contextName.includes('/') && !one.contextName.includes('/') ? one : first;
    all.set(key, { ...better, contexts });
  }
}

/** An address as it is shown: one may hold a name and a password. */
function withoutLogin(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = url.password = '';
  return url.href.replace(/\/$/, '');
}
