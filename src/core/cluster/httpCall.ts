import { request, type Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors';
import type { Access } from './credentials';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** until the answer's headers are there */
  readonly timeoutMs: number;
}

/** The network failed; `reused`: on a connection that was kept open, which the server may have closed meanwhile. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';
  constructor(
    override readonly cause: unknown,
    readonly reused: boolean,
  ) {
    super('network failure');
  }
}

/** Sends one request, resolves with the answer's headers. Rejects with `NetworkFailure` or `cancelled`. */
export function httpCall(access: Access, agent: Agent, call: HttpCall): Promise<IncomingMessage> {
  const { method, url, body, signal, timeoutMs } = call;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new AppError('cancelled'));
      return;
    }
    const outgoing = request(url, {
      ...access.tls,
      agent,
      method,
      headers: {
        accept: 'application/json',
        ...access.headers,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    const timer = setTimeout(() => outgoing.destroy(new Error(`time-out after ${timeoutMs / 1000} s`)), timeoutMs);
    const cancel = (): void => void outgoing.destroy(new AppError('cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    outgoing.on('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
    outgoing.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    outgoing.on('error', (error) => {
      reject(signal?.aborted === true ? new AppError('cancelled') : new NetworkFailure(error, outgoing.reusedSocket));
    });
    outgoing.end(body);
  });
}

/** The whole body as text. Rejects with `NetworkFailure` when it is cut or takes longer than `timeoutMs`. */
export async function readText(response: IncomingMessage, timeoutMs: number, signal?: AbortSignal): Promise<string> {
  const timer = setTimeout(() => response.destroy(new Error(`time-out after ${timeoutMs / 1000} s`)), timeoutMs);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw signal?.aborted === true ? new AppError('cancelled') : new NetworkFailure(error, false);
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
