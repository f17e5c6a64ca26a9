import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../errors';
import type { Cluster } from './cluster';
import { ProxyAgent, proxyFor } from './proxyAgent';

/** What one request needs to reach the server as the user. */
export interface Access {
  /** with the base path, without a slash at its end */
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** CA, client certificate, server name, whether to trust */
  readonly tls: Readonly<Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized'>> & {
    readonly servername?: string;
  };
  /** A new agent for this way to the server; whoever asks destroys it. */
  newAgent(keepAlive: boolean): Agent;
}

/** A cluster's kubeconfig file, read when it is first needed and again when a token turns out to be old. */
export class Credentials {
  readonly #cluster: Cluster;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #config: Promise<KubeConfig> | undefined;

  constructor(cluster: Cluster, env: Readonly<Record<string, string | undefined>>) {
    this.#cluster = cluster;
    this.#env = env;
  }

  /** Throws `cluster.kubeconfig` when the file or the credential plugin fails. `fresh` reads the file again. */
  async access(fresh = false): Promise<Access> {
    if (fresh) this.#config = undefined;
    const file = this.#cluster.kubeconfigFile;
    try {
      this.#config ??= this.#load();
      return await this.#apply(await this.#config);
    } catch (error) {
      this.#config = undefined;
      const message = error instanceof Error ? error.message.trim() : String(error);
      throw new AppError('cluster.kubeconfig', { file, message }, { cause: error });
    }
  }

  /** The token that the file itself holds. Throws as `access`. */
  async fixedToken(): Promise<string | undefined> {
    await this.access();
    const user = (await this.#config)?.getCurrentUser();
    return user?.exec === undefined && user?.authProvider === undefined ? user?.token : undefined;
  }

  async #load(): Promise<KubeConfig> {
    // loaded when a cluster is first used: it is most of the start-up time
    const { KubeConfig: Config } = await import('@kubernetes/client-node');
    const config = new Config();
    config.loadFromFile(this.#cluster.kubeconfigFile, { onInvalidEntry: 'filter' });
    config.setCurrentContext(this.#cluster.contextName);
    if (config.getCurrentCluster() === null) throw new Error(`no context ${this.#cluster.contextName}`);
    return config;
  }

  async #apply(config: KubeConfig): Promise<Access> {
    const options: RequestOptions & { servername?: string } = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const tls = defined({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername });
    const current = config.getCurrentCluster();
    const server = new URL(current?.server ?? this.#cluster.server);
    const proxyUrl = current?.proxyUrl ?? '';
    const socks = proxyUrl.startsWith('socks') ? (options.agent as Agent) : undefined;
    const proxy = proxyUrl === '' ? proxyFor(server, this.#env) : new URL(proxyUrl);
    return {
      server,
      headers: { ...plainHeaders(options.headers), ...basic(options.auth) },
      tls,
      newAgent: (keepAlive) => {
        if (socks) return socks;
        return proxy ? new ProxyAgent(proxy, { ...tls, keepAlive }) : new Agent({ ...tls, keepAlive });
      },
    };
  }
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  const entries = Object.entries((headers ?? {}) as OutgoingHttpHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function basic(login: string | null | undefined): Record<string, string> {
  return login ? { Authorization: `Basic ${Buffer.from(login).toString('base64')}` } : {};
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
