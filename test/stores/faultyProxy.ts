import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What the proxy does with a request instead of passing it on. Undefined: it is passed on as it is. */
export type Fault =
  | { readonly answer: number; readonly code: string }
  /** the connection ends after so many bytes of the request's body, before anything was passed on */
  | { readonly cutRequestAfter: number }
  /** the request is passed on; of the answer's body so many bytes come, then the connection ends */
  | { readonly cutAnswerAfter: number }
  /** the request is passed on and done; its answer never comes */
  | { readonly loseAnswer: true }
  /** as a proxy that has waited long enough: it answers so, and what it asked for is done so many ms later */
  | { readonly answer: number; readonly code: string; readonly doneAfterMs: number };

/** What is known of a request when the proxy decides. */
export interface Seen {
  readonly method: string;
  /** path and query */
  readonly path: string;
  /** bytes of its body, as it says */
  readonly bytes: number;
}

export interface ProxyOptions {
  /** PEM: it is spoken to by HTTPS */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** headers in place of the store's own */
  readonly says?: () => Readonly<Record<string, string>>;
}

/** In front of a real store on this machine: passes everything on but what `decide` says. The host that the client signed is passed on as well. */
export class FaultyProxy {
  readonly seen: Seen[] = [];
  decide: (request: Seen) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #behind: URL;
  readonly #options: ProxyOptions;

  constructor(behind: URL, options: ProxyOptions = {}) {
    this.#behind = behind;
    this.#options = options;
    const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => void this.#serve(incoming, outgoing);
    this.#server = options.tls ? createSecureServer(options.tls, serve) : createServer(serve);
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen: Seen = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      bytes: Number(incoming.headers['x-amz-decoded-content-length'] ?? incoming.headers['content-length'] ?? 0),
    };
    this.seen.push(seen);
    const { socket } = incoming;
    const fault = this.decide(seen);
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    if (fault && 'cutRequestAfter' in fault) {
      let bytes = 0;
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes >= fault.cutRequestAfter) break;
      }
      socket.destroy();
      return;
    }
    if (fault && 'doneAfterMs' in fault) void this.#later(incoming, fault.doneAfterMs);
    else if (fault && 'answer' in fault) incoming.resume();
    if (fault && 'answer' in fault) {
      outgoing.writeHead(fault.answer, { 'content-type': 'application/xml' });
      outgoing.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>no</Message></Error>`);
      return;
    }
    const { hostname, port } = this.#behind;
    const { method, url: path, headers } = incoming;
    const passed = request({ hostname, port, method, path, headers }, (answer) => {
      if (fault && 'loseAnswer' in fault) {
        answer.resume().on('end', () => socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...this.#options.says?.() });
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        const rest = fault ? fault.cutAnswerAfter - bytes : chunk.length;
        bytes += chunk.length;
        if (chunk.length <= rest) outgoing.write(chunk);
        else outgoing.write(chunk.subarray(0, Math.max(0, rest)), () => socket.destroy());
      });
      answer.on('end', () => outgoing.end());
    });
    passed.on('error', () => socket.destroy());
    incoming.pipe(passed);
  }
  async #later(incoming: IncomingMessage, afterMs: number): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const { hostname, port } = this.#behind;
    const { method, url: path, headers } = incoming;
    const passed = request({ hostname, port, method, path, headers }, (answer) => answer.resume());
    passed.on('error', () => undefined).end(Buffer.concat(pieces));
  }
}
