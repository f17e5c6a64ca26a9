import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { aliasCandidates, uniqueAlias } from './alias';
import type { Cluster, KubeconfigProblem } from './cluster';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * All clusters of all kubeconfig files: those of KUBECONFIG (else `~/.kube/config`), then `files`. Each file is read
 * on its own; one that is broken hides no other. Contexts with the same server and user are one cluster; where two
 * files hold the same one, the first counts. Never throws.
 */
export async function readClusters(
  options: { readonly files?: readonly string[]; readonly env?: Env } = {},
): Promise<{ clusters: Cluster[]; problems: KubeconfigProblem[] }> {
  const { files = [], env = process.env } = options;
  const problems: KubeconfigProblem[] = [];
  const found = new Map<string, Omit<Cluster, 'alias'>>();
  for (const [file, isExpected] of kubeconfigFiles(files, env)) {
    const problem = (message: string): void => void problems.push({ file, message });
    const config = await load(file, isExpected, problem);
    if (config) for (const each of group(config, file, problem)) remember(found, each);
  }
  const taken = new Set<string>();
  const clusters = [...found.values()].map((cluster) => {
    const alias = uniqueAlias(aliasCandidates(cluster, env), taken);
    taken.add(alias);
    return { alias, ...cluster };
  });
  return { clusters, problems };
}

/** The files that are named: by the environment, else the one in the home folder, and by `files`. Each once, with whether its absence is worth a word. */
export function kubeconfigFiles(files: readonly string[], env: Env): Map<string, boolean> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const defaults = listed.length > 0 ? listed : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
  const all = new Map(defaults.map((file) => [resolve(file), false]));
  for (const file of files) all.set(resolve(file), true);
  return all;
}

async function load(
  file: string,
  isExpected: boolean,
  problem: (message: string) => void,
): Promise<KubeConfig | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.trim() === '') return undefined;
    // loaded when a cluster is first looked for: it is most of the start-up time
    const { KubeConfig: Config } = await import('@kubernetes/client-node');
    const config = new Config();
    config.loadFromString(text, { onInvalidEntry: 'filter' });
    config.makePathsAbsolute(dirname(file));
    return config;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing || isExpected) problem(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function group(config: KubeConfig, file: string, problem: (message: string) => void): Omit<Cluster, 'alias'>[] {
  const groups = new Map<string, Omit<Cluster, 'alias'>>();
  if (config.getContexts().length === 0) problem('it holds no context');
  for (const context of config.getContexts()) {
    const cluster = config.getCluster(context.cluster);
    if (cluster === null || !URL.canParse(cluster.server)) {
      problem(`context ${context.name}: no cluster ${context.cluster} with a usable server`);
      continue;
    }
    const namespace = context.namespace === undefined ? {} : { namespace: context.namespace };
    remember(groups, {
      contextName: context.name,
      server: cluster.server,
      user: context.user,
      ...namespace,
      kubeconfigFile: file,
      contexts: [{ name: context.name, ...namespace }],
    });
  }
  return [...groups.values()];
}

/** Adds a cluster, or its contexts to the one already there. A context without slash is the better name. */
function remember(all: Map<string, Omit<Cluster, 'alias'>>, one: Omit<Cluster, 'alias'>): void {
  const key = JSON.stringify([one.server, one.user]);
  const first = all.get(key);
  if (first === undefined) all.set(key, one);
  else if (first.kubeconfigFile === one.kubeconfigFile) {
    const contexts = [...first.contexts, ...one.contexts];
    const better = first.contextName.includes('/') && !one.contextName.includes('/') ? one : first;
    all.set(key, { ...better, contexts });
  }
}
