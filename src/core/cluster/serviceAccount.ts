import { Agent } from 'node:https';
import { join } from 'node:path';
import { AppError } from '../base/errors';
import type { KubeconfigTrouble } from '../base/kubeconfigTrouble';
import { asRecord, parseJson } from '../base/json';

import type { Cluster } from './cluster';
import type { Access, ClusterLogin, ClusterSource, FoundCluster } from './clusterSource';
import { errnoOf, KubeconfigFault, readBounded } from './kubeconfig';

type Env = Readonly<Record<string, string | undefined>>;

/** Where Kubernetes puts token, certificate and namespace of a pod's ServiceAccount. */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Says that the pod's own ServiceAccount is a cluster, and what references call it. Not taken for granted: a pod with a shell in it (a workspace) has one too. */
export const inClusterVariable = 'DB_FERRY_IN_CLUSTER';

/** A token is renewed in its file long before it ends (the kubelet does at 80 % of its life); as often as client-go it is read again. */
const tokenMs = 60_000;
const mostBytes = 1 << 20;

/** The cluster of the pod that this process runs in, as its ServiceAccount; none where DB_FERRY_IN_CLUSTER does not name it. */
export function serviceAccountSource(env: Env, folder = mounted): ClusterSource {
  return {
    async read() {
      const alias = env[inClusterVariable] ?? '';
      if (alias === '') return { clusters: [], problems: [] };
      const problem = (trouble: KubeconfigTrouble): Awaited<ReturnType<ClusterSource['read']>> => ({
        clusters: [],
        problems: [{ file: folder, ...trouble }],
      });
      if (alias.includes('/')) return problem({ reason: 'slash', variable: inClusterVariable });
      const server = serverOf(env);
      if (server === undefined) return problem({ reason: 'noPod' });
      try {
        const namespace = (await readBounded(join(folder, 'namespace'), mostBytes)).trim();
        const user = userOf(await readBounded(join(folder, 'token'), mostBytes));
        return { clusters: [{ alias, ...found({ folder, server, user, namespace }) }], problems: [] };
      } catch (error) {
        return problem({ reason: 'noToken', code: codeOf(error) });
      }
    },
  };
}

/** Logs in with the token of a pod's ServiceAccount, read anew as it is renewed. */
export class ServiceAccountLogin implements ClusterLogin {
  readonly #cluster: Cluster;
  #known: { readonly token: string; readonly ca: string; readonly until: number } | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async access(fresh = false): Promise<Access> {
    if (fresh) this.forget();
    const { token, ca } = await this.#files();
    const tls = { ca, rejectUnauthorized: true };
    return {
      server: new URL(this.#cluster.server),
      headers: { Authorization: `Bearer ${token}` },
      tls,
      // the API server of one's own cluster is behind no proxy
      newAgent: (keepAlive, own = tls) => new Agent({ ...own, keepAlive }),
    };
  }

  forget(): void {
    this.#known = undefined;
  }

  /** None: it is renewed. */
  async fixedToken(): Promise<undefined> {
    await this.#files();
  }

  async #files(): Promise<{ readonly token: string; readonly ca: string }> {
    if (this.#known && this.#known.until > Date.now()) return this.#known;
    const { kubeconfigFile: folder } = this.#cluster;
    try {
      const [token, ca] = await Promise.all([
        readBounded(join(folder, 'token'), mostBytes),
        readBounded(join(folder, 'ca.crt'), mostBytes),
      ]);
      if (token.trim() === '') throw new Error('empty');
      this.#known = { token: token.trim(), ca, until: Date.now() + tokenMs };
      return this.#known;
    } catch (error) {
      throw new AppError('cluster.kubeconfig', { file: folder, reason: 'noToken', code: codeOf(error) });
    }
  }
}

function serverOf(env: Env): string | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === '') return undefined;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return URL.canParse(server) ? server : undefined;
}

function found({
  folder,
  server,
  user,
  namespace,
}: Record<'folder' | 'server' | 'user' | 'namespace', string>): FoundCluster {
  const name = 'service account';
  return {
    ...{ contextName: name, server, user, namespace, kubeconfigFile: folder, inCluster: true },
    contexts: [{ name, namespace }],
  };
}

/** Whose token it says it is; the server says so for sure. */
function userOf(token: string): string {
  const [, claims = ''] = token.split('.');
  const subject = asRecord(parseJson(Buffer.from(claims, 'base64url').toString()))?.['sub'];
  return typeof subject === 'string' && subject.length < 300 ? subject : 'service account';
}

/** Of a file that could not be read: the system's code, or ours. */
function codeOf(error: unknown): string {
  if (!(error instanceof KubeconfigFault)) return errnoOf(error);
  return error.isMissing
    ? 'ENOENT'
    : 'code' in error.trouble
      ? (error.trouble.code ?? 'unknown')
      : error.trouble.reason;
}
