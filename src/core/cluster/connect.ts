import { own } from '../base/ownSaying';
import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../base/errors';
import { asRecord, parseJson } from '../base/json';
import { apiError } from './apiError';
import type { Cluster } from './cluster';
import type { Access, ClusterLogin } from './clusterSource';
import { Credentials } from './credentials';
import { httpCall, NetworkFailure, readBeginning, readLines, readText, TooLong, type HttpCall } from './httpCall';
import type { CallOptions, KubeClient, ListOptions, PatchKind } from './kubeClient';
import { reachError } from './reachError';
import { ServiceAccountLogin } from './serviceAccount';
import { TokenLogin } from './tokenLogin';

const callTimeoutMs = 15_000;
const pageTimeoutMs = 30_000;
const pageSize = 500;
/** A watch that the server does not end by itself is not trusted for longer. */
const watchSeconds = 290;
const attempts = 3;

/** etcd holds no object of more than a few MB; 500 pods of 128 kB are far more than a page of them is. */
const mostBytes = { answer: 16 << 20, page: 64 << 20, watched: 16 << 20, error: 64 << 10 };
/** A list: its pages, and what is held of it. */
const most = { pages: 1000, heldBytes: 256 << 20 };

type Query = NonNullable<CallOptions['query']>;

/** A client of one API server. Nothing is read or connected before the first call. */
export function connect(cluster: Cluster, env: Readonly<Record<string, string | undefined>> = process.env): KubeClient {
  const login = cluster.inCluster === true ? new ServiceAccountLogin(cluster) : new Credentials(cluster, env);
  return new HttpsKubeClient(cluster, login);
}

/** A client of the same API server as whoever holds a token, and nobody else: of the login of the cluster only the way to the server is taken. */
export function connectAs(
  cluster: Cluster,
  token: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): KubeClient {
  const way = cluster.inCluster === true ? new ServiceAccountLogin(cluster) : new Credentials(cluster, env, true);
  // who they are the server says, and nobody else
  return new HttpsKubeClient({ ...cluster, user: '' }, new TokenLogin(way, token));
}

interface Asked {
  readonly method: HttpCall['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** The content types of the ways in which an object is changed. */
const patchTypes = { merge: 'application/merge-patch+json', apply: 'application/apply-patch+yaml' } as const;

class HttpsKubeClient implements KubeClient {
  readonly cluster: Cluster;
  readonly #credentials: ClusterLogin;
  #agent: Agent | undefined;

  constructor(cluster: Cluster, credentials: ClusterLogin) {
    this.cluster = cluster;
    this.#credentials = credentials;
  }

  async get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'GET', path }, options, mostBytes.answer)) as T;
  }

  async post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'POST', path, body }, options, mostBytes.answer)) as T;
  }

  async put<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'PUT', path, body }, options, mostBytes.answer)) as T;
  }

  async patch<T>(path: string, how: PatchKind, body: unknown, options: CallOptions = {}): Promise<T> {
    const asked: Asked = { method: 'PATCH', path, body, contentType: patchTypes[how] };
    return (await this.#json(asked, options, mostBytes.answer)) as T;
  }

  async delete<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'DELETE', path, body }, options, mostBytes.answer)) as T;
  }

  async *lines(path: string, options: CallOptions = {}): AsyncIterable<string> {
    let response: IncomingMessage | undefined;
    const end = (): void => void response?.destroy();
    try {
      response = await this.#send({ method: 'GET', path }, options);
      options.signal?.addEventListener('abort', end, { once: true });
      yield* readLines(response, mostBytes.watched);
    } catch (error) {
      if (options.signal?.aborted !== true) throw this.#failure(error, path);
    } finally {
      options.signal?.removeEventListener('abort', end);
      end();
    }
  }

  async list<T>(path: string, options: ListOptions<T> = {}): Promise<{ items: T[]; resourceVersion: string }> {
    const withTimeout = { timeoutMs: pageTimeoutMs, ...options };
    try {
      return await this.#pages<T>(path, withTimeout);
    } catch (error) {
      // the list changed so much that the next page is gone; once more from the start
      if (!isAppError(error, 'cluster.api') || error.data['status'] !== 410) throw error;
      return this.#pages<T>(path, withTimeout);
    }
  }

  async *watch<T>(
    path: string,
    resourceVersion: string,
    options: CallOptions,
  ): AsyncIterable<{ type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: T }> {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      ...options.query,
      timeoutSeconds: watchSeconds,
      resourceVersion,
    };
    const request = { method: 'GET', path } as const;
    let response: IncomingMessage;
    try {
      response = await this.#send(request, { ...options, query });
    } catch (error) {
      if (isAppError(error, 'cancelled')) return;
      throw error;
    }
    const seconds = watchSeconds + 30;
    const timer = setTimeout(() => response.destroy(new Error(`no end after ${seconds} s`)), seconds * 1000);
    try {
      for await (const line of readLines(response, mostBytes.watched)) {
        const event = asRecord(parseJson(line));
        if (typeof event?.['type'] !== 'string') throw this.#noAnswer(path);
        yield event as unknown as { type: 'ADDED'; object: T };
      }
    } catch (error) {
      if (options.signal?.aborted !== true) throw this.#failure(error, path);
    } finally {
      clearTimeout(timer);
      response.destroy();
    }
  }

  async upgrade(
    path: string,
    query: readonly (readonly [string, string])[],
    fresh = false,
  ): ReturnType<KubeClient['upgrade']> {
    const access = await this.#credentials.access(fresh);
    const url = urlOf(access, path);
    url.protocol = 'wss:';
    for (const [name, value] of query) url.searchParams.append(name, value);
    return { url, headers: access.headers, agent: access.newAgent(false) };
  }

  forgetLogin(): void {
    this.#credentials.forget();
    retire(this.#agent);
    this.#agent = undefined;
  }

  async fixedToken(): Promise<string | undefined> {
    return this.#credentials.fixedToken();
  }

  async #pages<T>(path: string, options: ListOptions<T>): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let next: string | undefined;
    let held = 0;
    for (let count = 0; count < most.pages; count++) {
      const query: Query = { limit: pageSize, ...options.query, continue: next };
      const page = asRecord(await this.#json({ method: 'GET', path }, { ...options, query }, mostBytes.page));
      const found = page?.['items'] ?? [];
      if (!page || !Array.isArray(found)) throw this.#noAnswer(path);
      const kept = options.onPage?.(found as T[]) ?? (found as T[]);
      for (const item of kept) items.push(item);
      held += kept.length === 0 ? 0 : JSON.stringify(kept).length;
      if (held > most.heldBytes) throw this.#failure(new TooLong(most.heldBytes), path);
      const { continue: following, resourceVersion } = asRecord(page['metadata']) ?? {};
      if (typeof following !== 'string' || following === '') {
        return { items, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '' };
      }
      next = following;
    }
    throw this.#failure(new TooLong(most.pages * mostBytes.page), path);
  }

  async #json(asked: Asked, options: CallOptions, mostOfIt: number): Promise<unknown> {
    const { timeoutMs = callTimeoutMs, signal } = options;
    const response = await this.#send(asked, options);
    let text: string;
    try {
      text = await readText(response, { timeoutMs, most: mostOfIt, ...(signal ? { signal } : {}) });
    } catch (error) {
      throw this.#failure(error, asked.path);
    }
    const value = parseJson(text);
    if (value === undefined) throw this.#noAnswer(asked.path, response.statusCode);
    return value;
  }

  /** Resolves with an answer of 2xx whose body is still to be read. */
  async #send(asked: Asked, options: CallOptions): Promise<IncomingMessage> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#attempt(asked, options, attempt, renewed && attempt === 1);
      if (response === undefined) continue;
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const body = await errorBody(response);
      if (status === 401 && !renewed) {
        renewed = true;
        attempt = 0;
        this.forgetLogin();
        continue;
      }
      const mayRepeat = status === 429 || (status >= 500 && asked.method === 'GET');
      if (!mayRepeat || attempt >= attempts)
        throw apiError(this.cluster, asked, { status, body, login: await this.#login() });
      await pause(retryAfter(response, attempt), options.signal);
    }
  }

  /** undefined: the network failed in a way that is worth another attempt. */
  async #attempt(
    asked: Asked,
    options: CallOptions,
    attempt: number,
    fresh: boolean,
  ): Promise<IncomingMessage | undefined> {
    const access = await this.#credentials.access(fresh);
    const call: HttpCall = {
      method: asked.method,
      url: urlOf(access, asked.path, options.query),
      timeoutMs: options.timeoutMs ?? callTimeoutMs,
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      ...(asked.contentType === undefined ? {} : { contentType: asked.contentType }),
      ...(options.signal ? { signal: options.signal } : {}),
    };
    this.#agent ??= access.newAgent(true);
    try {
      return await httpCall(access, this.#agent, call);
    } catch (error) {
      const stale = error instanceof NetworkFailure && error.reused && asked.method === 'GET';
      if (stale && attempt < attempts) return undefined;
      throw this.#failure(error, asked.path);
    }
  }

  #failure(error: unknown, path: string): AppError {
    const { alias: cluster } = this.cluster;
    if (error instanceof TooLong) return new AppError('cluster.tooMuch', { cluster, path, bytes: error.bytes });
    return reachError(this.cluster, error instanceof NetworkFailure ? error.cause : error);
  }

  /** What came is not what an API server says; it is not shown: it may be anybody's. */
  #noAnswer(path: string, status = 200): AppError {
    return new AppError('cluster.api', { cluster: this.cluster.alias, status, message: own('own.noAnswer'), path });
  }

  /** What an answer must not give back: who echoes a request echoes the login. */
  async #login(): Promise<readonly string[]> {
    const { headers } = await this.#credentials.access();
    return Object.values(headers);
  }
}

/** Ends its idle connections now and the others as their calls end: other calls may be under way on it. */
function retire(agent: Agent | undefined): void {
  if (!agent) return;
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function urlOf(access: Access, path: string, query: Query = {}): URL {
  const url = new URL(access.server.href.replace(/(?<!\/)\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function retryAfter(response: IncomingMessage, attempt: number): number {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 10) * 1000 : 250 * 2 ** attempt;
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new AppError('cancelled', {}, { cause: error });
  }
}

/** As much of it as there is, up to a limit: what came is more useful than why the rest did not. */
async function errorBody(response: IncomingMessage): Promise<string> {
  return readBeginning(response, mostBytes.error, callTimeoutMs);
}
