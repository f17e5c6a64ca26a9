import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../errors';
import { apiError } from './apiError';
import type { Cluster } from './cluster';
import { Credentials, type Access } from './credentials';
import { httpCall, NetworkFailure, readText, type HttpCall } from './httpCall';
import type { CallOptions, KubeClient, ListOptions } from './kubeClient';
import { networkMessage } from './networkMessage';

const callTimeoutMs = 15_000;
const pageTimeoutMs = 30_000;
const pageSize = 500;
/** A watch that the server does not end by itself is not trusted for longer. */
const watchSeconds = 290;
const attempts = 3;

type Query = NonNullable<CallOptions['query']>;

/** A client of one API server. Nothing is read or connected before the first call. */
export function connect(cluster: Cluster, env: Readonly<Record<string, string | undefined>> = process.env): KubeClient {
  return new HttpsKubeClient(cluster, new Credentials(cluster, env));
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

class HttpsKubeClient implements KubeClient {
  readonly cluster: Cluster;
  readonly #credentials: Credentials;
  #agent: Agent | undefined;

  constructor(cluster: Cluster, credentials: Credentials) {
    this.cluster = cluster;
    this.#credentials = credentials;
  }

  async get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'GET', path }, options)) as T;
  }

  async post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.#json({ method: 'POST', path, body }, options)) as T;
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
      for await (const line of lines(response)) yield JSON.parse(line) as { type: 'ADDED'; object: T };
    } catch (error) {
      if (options.signal?.aborted !== true) throw this.#unreachable(error);
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

  async fixedToken(): Promise<string | undefined> {
    return this.#credentials.fixedToken();
  }

  async #pages<T>(path: string, options: ListOptions<T>): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const query: Query = { limit: pageSize, ...options.query, continue: next };
      const page = await this.get<{
        items?: T[] | null;
        metadata?: { continue?: string; resourceVersion?: string };
      }>(path, { ...options, query });
      const found = page.items ?? [];
      items.push(...(options.onPage?.(found) ?? found));
      next = page.metadata?.continue;
      if (next === undefined || next === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
    }
  }

  async #json(asked: Asked, options: CallOptions): Promise<unknown> {
    const timeoutMs = options.timeoutMs ?? callTimeoutMs;
    const response = await this.#send(asked, options);
    try {
      return JSON.parse(await readText(response, timeoutMs, options.signal));
    } catch (error) {
      if (isAppError(error)) throw error;
      throw this.#unreachable(error);
    }
  }

  /** Resolves with an answer of 2xx whose body is still to be read. */
  async #send(asked: Asked, options: CallOptions): Promise<IncomingMessage> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#attempt(asked, options, attempt, renewed && attempt === 1);
      if (response === undefined) continue;
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const body = await readText(response, callTimeoutMs, options.signal).catch(() => '');
      if (status === 401 && !renewed) {
        renewed = true;
        attempt = 0;
        retire(this.#agent);
        this.#agent = undefined;
        continue;
      }
      const mayRepeat = status === 429 || (status >= 500 && asked.method === 'GET');
      if (!mayRepeat || attempt >= attempts) throw apiError(this.cluster, asked, { status, body });
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
      ...(options.signal ? { signal: options.signal } : {}),
    };
    this.#agent ??= access.newAgent(true);
    try {
      return await httpCall(access, this.#agent, call);
    } catch (error) {
      const stale = error instanceof NetworkFailure && error.reused && asked.method === 'GET';
      if (stale && attempt < attempts) return undefined;
      throw isAppError(error) ? error : this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): AppError {
    const { alias, server } = this.cluster;
    const reason = error instanceof NetworkFailure ? error.cause : error;
    return new AppError(
      'cluster.unreachable',
      { cluster: alias, server, message: networkMessage(reason) },
      { cause: reason },
    );
  }
}

/** Ends its idle connections now and the others as their calls end: other calls may be under way on it. */
function retire(agent: Agent | undefined): void {
  if (!agent) return;
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function urlOf(access: Access, path: string, query: Query = {}): URL {
  const url = new URL(access.server.href.replace(/\/+$/, '') + path);
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

async function* lines(response: IncomingMessage): AsyncIterable<string> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') yield line;
  }
}
