import WebSocket from 'ws';
import { AppError } from '../base/errors';
import { mostMessage, withoutLogins } from '../cluster/apiError';
import { readBeginning } from '../cluster/httpCall';
import type { UpgradeRequest } from '../cluster/kubeClient';
import { asRecord, parseJson } from '../base/json';

export type ExecProtocol = 'v4.channel.k8s.io' | 'v5.channel.k8s.io';

/** The API server's last word on an exec. Advice only: a stream that was cut can end with `Success`. */
export interface ExecStatus {
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** How the connection ended. */
export interface SocketEnd {
  /** WebSocket close code; 1006 where there was no closing handshake */
  readonly code: number;
  readonly status?: ExecStatus;
  readonly error?: Error;
}

export interface SocketEvents {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Once, after the last stdout and stderr. */
  closed(end: SocketEnd): void;
}

/** The server answered the upgrade with something else than 101. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  constructor(
    readonly status: number,
    /** the `message` of a JSON Status, else the text of the body */
    readonly body: string,
    /** the body is a Kubernetes Status: the API server itself said no */
    readonly isStatus: boolean,
  ) {
    super(`HTTP ${status}: ${body}`);
  }
}

const bodyLimit = 64 * 1024;
/** Container runtimes send at most 32 KiB at once. */
const messageLimit = 16 * 1024 * 1024;
/** Payload of one stdin frame. One message is one frame: some servers take a continuation for a message of its own. */
export const frameBytes = 32 * 1024;
const windowBytes = 1024 * 1024;

/**
 * Opens one exec. Rejects with `UpgradeRefused`, the socket's own error, or `cancelled`. The request's agent is
 * destroyed when the connection has ended, or was never made.
 */
export async function openExecSocket(
  request: UpgradeRequest,
  protocol: ExecProtocol,
  events: SocketEvents,
  options: { readonly signal?: AbortSignal; readonly handshakeTimeoutMs?: number } = {},
): Promise<ExecSocket> {
  const { signal, handshakeTimeoutMs = 15_000 } = options;
  const ws = new WebSocket(request.url, [protocol], {
    agent: request.agent,
    headers: request.headers,
    perMessageDeflate: false,
    maxPayload: messageLimit,
    skipUTF8Validation: true,
    followRedirects: false,
    handshakeTimeout: handshakeTimeoutMs,
  });
  ws.on('close', () => request.agent.destroy());
  const cancel = (): void => ws.terminate();
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  try {
    const socket = await opened(ws, events, handshakeTimeoutMs, Object.values(request.headers));
    if (signal?.aborted === true) throw new AppError('cancelled');
    return socket;
  } catch (error) {
    ws.terminate();
    request.agent.destroy();
    throw signal?.aborted === true ? new AppError('cancelled', {}, { cause: error }) : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function opened(ws: WebSocket, events: SocketEvents, timeoutMs: number, login: readonly string[]): Promise<ExecSocket> {
  return new Promise((resolve, reject) => {
    ws.on('upgrade', (response) => response.socket.setKeepAlive(true, 30_000));
    ws.on('open', () => resolve(new ExecSocket(ws, events)));
    ws.on('error', reject);
    ws.on('close', () => reject(new Error('closed during the handshake')));
    ws.on('unexpected-response', (_request, response) => {
      readBeginning(response, bodyLimit, timeoutMs).then(
        (body) => reject(refusal(response.statusCode ?? 0, body, login)),
        reject,
      );
    });
  });
}

function refusal(status: number, body: string, login: readonly string[]): UpgradeRefused {
  const parsed = parseStatus(body);
  const said = parsed === undefined ? body.trim().slice(0, mostMessage.text) : (parsed.message ?? parsed.reason ?? '');
  return new UpgradeRefused(status, withoutLogins(said, login), parsed !== undefined);
}

function parseStatus(text: string): ExecStatus | undefined {
  const { status, reason, message } = asRecord(parseJson(text)) ?? {};
  if (typeof status !== 'string') return undefined;
  return {
    status,
    ...(typeof reason === 'string' ? { reason: reason.slice(0, mostMessage.text) } : {}),
    ...(typeof message === 'string' ? { message: message.replace(/: $/, '').slice(0, mostMessage.status) } : {}),
  };
}

/** One open exec connection: channels apart, stdin through a bounded window. */
export class ExecSocket {
  readonly #ws: WebSocket;
  readonly #events: SocketEvents;
  #status: ExecStatus | undefined;
  #error: Error | undefined;
  #inFlight = 0;
  #wake: (() => void) | undefined;
  #lastHeard = performance.now();

  constructor(ws: WebSocket, events: SocketEvents) {
    this.#ws = ws;
    this.#events = events;
    ws.on('message', (data, isBinary) => {
      this.#lastHeard = performance.now();
      if (isBinary && Buffer.isBuffer(data) && data.length > 1) this.#dispatch(data);
    });
    ws.on('error', (error) => (this.#error ??= error));
    ws.on('close', (code) => {
      this.#wake?.();
      this.#events.closed({
        code,
        ...(this.#status ? { status: this.#status } : {}),
        ...(this.#error ? { error: this.#error } : {}),
      });
    });
  }

  /** Seconds since anything came in; 0 while paused, since nothing can come then. */
  get silentSeconds(): number {
    return this.#ws.isPaused ? 0 : (performance.now() - this.#lastHeard) / 1000;
  }

  /** Bytes handed over that have not left this process. */
  get inFlight(): number {
    return this.#inFlight;
  }

  pause(): void {
    if (!this.#ws.isPaused) this.#ws.pause();
  }

  resume(): void {
    if (!this.#ws.isPaused) return;
    this.#lastHeard = performance.now();
    this.#ws.resume();
  }

  /** Sends at most `frameBytes` of stdin as one frame; resolves when the window has room for more, or at the end. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    const frame = Buffer.allocUnsafe(bytes.length + 1);
    frame[0] = 0;
    frame.set(bytes, 1);
    this.#inFlight += frame.length;
    this.#ws.send(frame, () => {
      this.#inFlight -= frame.length;
      if (this.#inFlight <= windowBytes / 2) this.#wake?.();
    });
    if (this.#inFlight < windowBytes) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }

  /** Ends the connection at once; the wrapper in the pod sees the end of its stdin. */
  terminate(): void {
    this.#ws.terminate();
  }

  #dispatch(message: Buffer): void {
    const payload = message.subarray(1);
    if (message[0] === 1) this.#events.stdout(payload);
    else if (message[0] === 2) this.#events.stderr(payload);
    else if (message[0] === 3) this.#status ??= parseStatus(payload.toString('utf8'));
  }
}
