import type { Cluster } from './cluster';

/** The context that Dev Spaces writes into every workspace, for the cluster the workspace runs in. */
const injectedContext = 'logged-user';

/** The names a cluster could go by, best first; none holds a slash. */
export function aliasCandidates(
  cluster: Pick<Cluster, 'server' | 'user' | 'contexts'>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const { hostname, port } = new URL(cluster.server);
  const host = hostname.replace(/^\[|\]$/g, '').replace(/^api\./, '');
  const user = (cluster.user.split('/')[0] ?? '').replace(/[^\w.@-]/g, '-');
  const names = cluster.contexts.map(({ name }) => name).filter((name) => name !== '' && !name.includes('/'));
  const named = names.filter((name) => name !== injectedContext);
  const injected = names.length > named.length ? [...consoleName(env['CLUSTER_CONSOLE_URL']), injectedContext] : [];
  return [...named, ...injected, host, ...(port === '' ? [] : [`${host}-${port}`]), `${host}-${user}`];
}

/** The first candidate that is free, else the last one with a number. */
export function uniqueAlias(candidates: readonly string[], taken: ReadonlySet<string>): string {
  const free = candidates.find((candidate) => !taken.has(candidate));
  if (free !== undefined) return free;
  const base = candidates.at(-1) ?? 'cluster';
  for (let number = 2; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** `https://console-openshift-console.apps.prod.example.com` is the console of `prod.example.com`. */
function consoleName(url = ''): string[] {
  if (!URL.canParse(url)) return [];
  const name = new URL(url).hostname.replace(/^console[^.]*\.(apps[^.]*\.)?/, '');
  return name === '' ? [] : [name];
}
