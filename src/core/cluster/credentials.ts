import { own } from '../base/ownSaying';
import type { KubeconfigTrouble } from '../base/kubeconfigTrouble';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import type { Cluster as ConfigCluster, KubeConfig, User } from '@kubernetes/client-node';
import { AppError, isAppError } from '../base/errors';
import { asRecord } from '../base/json';
import type { Cluster } from './cluster';
import type { Access, ClusterLogin } from './clusterSource';
import { pluginSpec, runPlugin, type PluginCredential, type PluginSpec } from './credentialPlugin';
import { errnoOf, KubeconfigFault, loadKubeconfig, readFileBytes } from './kubeconfig';
import { ProxyAgent, proxyFor } from './proxyAgent';

/** What a kubeconfig file says of one context. */
interface Loaded {
  readonly config: KubeConfig;
  readonly files: LoginFiles;
  /** undefined: the login stands in the file, or there is none */
  readonly plugin?: PluginSpec;
}

/** What a context names by file; each is read when a login is needed, since tokens and certificates are renewed there. */
interface LoginFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** A cluster's kubeconfig file, read when it is first needed and again when a token turns out to be old. */
export class Credentials implements ClusterLogin {
  readonly #cluster: Cluster;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #isWayOnly: boolean;
  #loaded: Promise<Loaded> | undefined;
  #given: Promise<PluginCredential> | undefined;

  /** `isWayOnly`: address, authority and proxy without any login: no plugin runs, no certificate or token is read. */
  constructor(cluster: Cluster, env: Readonly<Record<string, string | undefined>>, isWayOnly = false) {
    this.#cluster = cluster;
    this.#env = env;
    this.#isWayOnly = isWayOnly;
  }

  /**
   * Throws `cluster.kubeconfig` when the file cannot be used, `cluster.plugin` when its credential plugin fails: neither holds anything of the file's
   * contents or of what a plugin printed. `fresh` reads the file again, and asks the plugin again.
   */
  async access(fresh = false): Promise<Access> {
    if (fresh) this.forget();
    try {
      this.#loaded ??= this.#load();
      return await this.#apply(await this.#loaded);
    } catch (error) {
      this.forget();
      if (isAppError(error)) throw error;
      // no cause: what others say may quote the file
      throw new AppError('cluster.kubeconfig', { file: this.#cluster.kubeconfigFile, ...troubleOf(error) });
    }
  }

  /** What the file and the plugin said is old: the next call reads it again. */
  forget(): void {
    this.#loaded = undefined;
    this.#given = undefined;
  }

  /** The token that the file itself holds. Throws as `access`. */
  async fixedToken(): Promise<string | undefined> {
    await this.access();
    const loaded = await this.#loaded;
    if (loaded === undefined || loaded.plugin || loaded.files.token !== undefined) return undefined;
    const user = loaded.config.getCurrentUser();
    return user?.authProvider ? undefined : user?.token;
  }

  async #load(): Promise<Loaded> {
    const { kubeconfigFile, contextName } = this.#cluster;
    const read = await loadKubeconfig(kubeconfigFile);
    const config = read?.config;
    config?.setCurrentContext(contextName);
    if (!config?.getCurrentCluster()) throw new KubeconfigFault({ reason: 'contextGone' });
    if (this.#isWayOnly) {
      config.users = config.users.map(({ name }) => ({ name }));
      const { ca } = loginFiles(config.getCurrentCluster(), null, undefined);
      return { config, files: ca === undefined ? {} : { ca } };
    }
    const user = config.getCurrentUser();
    if (!user && config.getContextObject(contextName)?.user) {
      throw new KubeconfigFault({ reason: 'userGone' });
    }
    const plugin = pluginSpec(user?.exec);
    const cluster = config.getCurrentCluster();
    const files = loginFiles(cluster, user, read?.tokenFiles.get(user?.name ?? ''));
    // run by us: the library keeps what a plugin prints in its errors
    if (plugin) config.users = config.users.map((one) => (one === user ? without(one, 'exec') : one));
    return { config, files, ...(plugin ? { plugin } : {}) };
  }

  async #apply({ config, files, plugin }: Loaded): Promise<Access> {
    await inline(config, files);
    const current = config.getCurrentCluster();
    const given = plugin ? await this.#ask(plugin, config) : {};
    const options: RequestOptions & { servername?: string } = {};
    await config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new KubeconfigFault(loginTrouble(error, config));
    });
    const { ca, pfx, passphrase, servername } = options;
    const { cert = options.cert, key = options.key } = given;
    // said in so many words: a variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED) turns nothing off
    const rejectUnauthorized = current?.skipTLSVerify !== true;
    const tls = { ...defined({ ca, cert, key, pfx, passphrase, servername }), rejectUnauthorized };
    const server = new URL(current?.server ?? this.#cluster.server);
    const proxyUrl = current?.proxyUrl ?? '';
    const socks = proxyUrl.startsWith('socks') ? (options.agent as Agent) : undefined;
    const proxy = proxyUrl === '' ? this.#environmentProxy(server) : new URL(proxyUrl);
    const token = given.token === undefined ? {} : { Authorization: `Bearer ${given.token}` };
    return {
      server,
      headers: { ...plainHeaders(options.headers), ...basic(options.auth), ...token },
      tls,
      newAgent: (keepAlive, own = tls) => {
        if (socks) return socks;
        return proxy ? new ProxyAgent(proxy, { ...own, keepAlive }) : new Agent({ ...own, keepAlive });
      },
    };
  }

  #environmentProxy(server: URL): URL | undefined {
    try {
      return proxyFor(server, this.#env);
    } catch {
      const { alias: cluster } = this.#cluster;
      throw new AppError('cluster.unreachable', { cluster, server: server.host, message: own('own.proxy') });
    }
  }

  async #ask(plugin: PluginSpec, config: KubeConfig): Promise<PluginCredential> {
    const { kubeconfigFile: file } = this.#cluster;
    const run = async (): Promise<PluginCredential> =>
      runPlugin(plugin, { file, cluster: config.getCurrentCluster(), env: this.#env });
    const given = await (this.#given ??= run());
    if (given.ends === undefined || given.ends > Date.now()) return given;
    return (this.#given = run());
  }
}

/** What stands in a kubeconfig itself counts before a file; of tokens it is the other way round, as for client-go. */
function loginFiles(cluster: ConfigCluster | null, user: User | null, tokenFile: string | undefined): LoginFiles {
  const { caFile, caData } = cluster ?? {};
  const { certFile, certData, keyFile, keyData } = user ?? {};
  const provided: unknown = asRecord(asRecord(user?.authProvider)?.['config'])?.['tokenFile'];
  const token = tokenFile ?? (typeof provided === 'string' ? provided : undefined);
  const unless = (data: string | undefined, file: string | undefined): string | undefined => (data ? undefined : file);
  return defined({
    ca: unless(caData, caFile),
    cert: unless(certData, certFile),
    key: unless(keyData, keyFile),
    token,
  });
}

/** The library reads files at once, and while it does nothing else goes on: it gets what stands in them. Throws `KubeconfigFault`. */
async function inline(config: KubeConfig, files: LoginFiles): Promise<void> {
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  const read = async (field: string, file: string | undefined): Promise<Buffer | undefined> => {
    if (file === undefined || file === '') return undefined;
    return readFileBytes(file).catch((error: unknown) => {
      const { reason, code = 'unknown' }: { readonly reason: string; readonly code?: string | undefined } =
        troubleOf(error);
      if (reason === 'missing' || reason === 'notFile' || reason === 'tooLarge')
        throw new KubeconfigFault({ reason: 'fieldFile', field, why: reason });
      throw new KubeconfigFault({ reason: 'fieldFile', field, why: 'unreadable', code });
    });
  };
  const base64 = async (field: string, file: string | undefined): Promise<string | undefined> =>
    (await read(field, file))?.toString('base64');
  const [caData, certData, keyData, token] = [
    await base64('certificate-authority', files.ca),
    await base64('client-certificate', files.cert),
    await base64('client-key', files.key),
    (await read('tokenFile', files.token))?.toString('utf8').trim(),
  ];
  config.clusters = config.clusters.map((one) =>
    one === cluster ? { ...one, caFile: '', ...defined({ caData }) } : one,
  );
  const own = { certFile: '', keyFile: '', ...defined({ certData, keyData, token }) };
  // the library has one that reads a file
  const left = (one: User): User => (files.token === undefined ? one : without(one, 'authProvider'));
  config.users = config.users.map((one) => (one === user ? { ...left(one), ...own } : one));
}

function without(user: User, field: keyof User): User {
  return Object.fromEntries(Object.entries(user).filter(([name]) => name !== field)) as unknown as User;
}

function troubleOf(error: unknown): KubeconfigTrouble {
  return error instanceof KubeconfigFault ? error.trouble : { reason: 'login', code: errnoOf(error) };
}

/** Why the library makes no login of what stands in it: never in its own words. */
function loginTrouble(error: unknown, config: KubeConfig): KubeconfigTrouble {
  if (config.getCurrentUser()?.authProvider) return { reason: 'provider' };
  return { reason: 'login', code: errnoOf(error) };
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
