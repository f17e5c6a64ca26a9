import { request, type Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../base/errors';
import type { Access } from './clusterSource';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly body?: string;
  /** of the body; default: JSON */
  readonly contentType?: string;
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
  const { method, url, body, contentType = 'application/json', signal, timeoutMs } = call;
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
        ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
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

/** The answer is longer than any answer of its kind. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
  constructor(readonly bytes: number) {
    super(`more than ${bytes} bytes`);
  }
}

/**
 * The whole body as text. Rejects with `NetworkFailure` when it is cut or takes longer than `timeoutMs`, with `TooLong` as soon as it is longer than
 * `most` bytes: the connection is ended then, and no more of it is read.
 */
export async function readText(
  response: IncomingMessage,
  { timeoutMs, most, signal }: { readonly timeoutMs: number; readonly most: number; readonly signal?: AbortSignal },
): Promise<string> {
  const timer = setTimeout(() => response.destroy(new Error(`time-out after ${timeoutMs / 1000} s`)), timeoutMs);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      // leaving the loop destroys the response
      if (length > most) throw new TooLong(most);
    }
  } catch (error) {
    if (error instanceof TooLong) throw error;
    throw signal?.aborted === true ? new AppError('cancelled') : new NetworkFailure(error, false);
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The lines of a body as they come, without empty ones; each byte is looked at once. Throws `TooLong` for a line of more than `most` bytes. */
export async function* readLines(response: IncomingMessage, most: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      length = 0;
      start = end + 1;
      if (line.length > most) throw new TooLong(most);
      if (line.length > 0) yield line.toString('utf8');
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > most) throw new TooLong(most);
  }
}

/** The beginning of a body as text, at most so many bytes; what of it came where it is cut or slow. Never rejects. */
export async function readBeginning(response: IncomingMessage, most: number, timeoutMs: number): Promise<string> {
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= most) break;
    }
  } catch {
    // what has come so far is more useful than why the rest did not
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}
