import type { Agent } from 'node:https';
import type { Cluster } from './cluster';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** default 15 s; a list page 30 s */
  readonly timeoutMs?: number;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

/** A JSON merge patch (RFC 7396), or a server-side apply. */
export type PatchKind = 'merge' | 'apply';

export interface ListOptions<T> extends CallOptions {
  /** Sees a page, and returns what of it goes into `items`: of 10,000 pods few are wanted, and the rest need not be held. */
  readonly onPage?: (page: T[]) => T[];
}

/** What a WebSocket upgrade needs; made anew for each connection (tokens and certificates rotate). */
export interface UpgradeRequest {
  /** `wss://…` with the server's base path */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** a fresh TLS (or proxy) agent; the caller destroys it */
  readonly agent: Agent;
}

/**
 * One API server as one user. Every call has a time-out and throws `cluster.unreachable`, `cluster.unauthorized`
 * (after the kubeconfig was read again once), `cluster.forbidden` or `cluster.api`.
 */
export interface KubeClient {
  readonly cluster: Cluster;
  get<T>(path: string, options?: CallOptions): Promise<T>;
  post<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  /** Replaces an object: with a `resourceVersion` in it only where nobody changed it meanwhile (else `cluster.api` with 409). */
  put<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  /** Changes an object. `apply`: server-side, which makes it where there is none; the query names the `fieldManager`. */
  patch<T>(path: string, how: PatchKind, body: unknown, options?: CallOptions): Promise<T>;
  /** Deletes an object, or all that a query selects. The body is a DeleteOptions. */
  delete<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  /** The lines of an answer that is text and may go on for long (a log), until it ends or the signal aborts. */
  lines(path: string, options?: CallOptions): AsyncIterable<string>;
  /** All items, page by page (limit 500, continue). `onPage` sees each page as it comes; again from the start after a 410. */
  list<T>(path: string, options?: ListOptions<T>): Promise<{ items: T[]; resourceVersion: string }>;
  /** Events of a watch until the signal aborts or the server ends it. */
  watch<T>(
    path: string,
    resourceVersion: string,
    options: CallOptions,
  ): AsyncIterable<{ type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: T }>;
  /** The login that is known is old, a new one may be in the kubeconfig: the next call reads it again, on a new connection. Calls under way go on. */
  forgetLogin(): void;
  /** The bearer token where it stands in the kubeconfig and nobody renews it. A secret: to be asked about, never to be kept or shown. */
  fixedToken(): Promise<string | undefined>;
  /** `fresh`: read the kubeconfig file again first (after a 401). */
  upgrade(path: string, query: readonly (readonly [string, string])[], fresh?: boolean): Promise<UpgradeRequest>;
}
