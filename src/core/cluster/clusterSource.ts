import type { Agent, RequestOptions } from 'node:https';
import type { Cluster, KubeconfigProblem } from './cluster';

/** A cluster before it has the name that people call it by. */
export type FoundCluster = Omit<Cluster, 'alias'> & {
  /** the name that its source gives it, before any other has it */
  readonly alias?: string;
};

/** Where clusters are found: kubeconfig files, or the pod that this process runs in. */
export interface ClusterSource {
  /** Never throws: what cannot be read is a problem. */
  read(): Promise<{ readonly clusters: readonly FoundCluster[]; readonly problems: readonly KubeconfigProblem[] }>;
}

/** What one request needs to reach the server as the user. */
export interface Access {
  /** with the base path, without a slash at its end */
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** CA, client certificate, server name, whether to trust */
  readonly tls: Readonly<Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized'>> & {
    readonly servername?: string;
  };
  /** A new agent for this way to the server; whoever asks destroys it. `tls`: in place of what this login brings. */
  newAgent(keepAlive: boolean, tls?: Access['tls']): Agent;
}

/** How one logs in at one cluster, for as long as a client of it lives. */
export interface ClusterLogin {
  /** `fresh`: what is known is old, and read again. Throws `cluster.kubeconfig`, `cluster.plugin`; neither holds anything of a login. */
  access(fresh?: boolean): Promise<Access>;
  /** What is known is old: the next `access` reads it again. */
  forget(): void;
  /** The bearer token where nobody renews it. A secret. Throws as `access`. */
  fixedToken(): Promise<string | undefined>;
}
