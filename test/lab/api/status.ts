import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** A request the server does not fulfil, thrown from wherever that is found out. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: Readonly<Record<string, string>>,
    /** the answer is this text and no `Status`, as some layers of a real server do it */
    readonly plain = false,
  ) {
    super(message);
  }

  get contentType(): string {
    return this.plain ? 'text/plain; charset=utf-8' : 'application/json';
  }

  /** The `Status` object, or the text. */
  get body(): string {
    if (this.plain) return this.message;
    const { code, reason, message, details } = this;
    return JSON.stringify({
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason },
      ...(details ? { details } : {}),
      code,
    });
  }
}

export function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
}

export function notFound(resource: string, name: string, group = ''): Refusal {
  const named = group === '' ? resource : `${resource}.${group}`;
  const details = { name, ...(group === '' ? {} : { group }), kind: resource };
  return new Refusal(404, 'NotFound', `${named} "${name}" not found`, details);
}

export function unknownResource(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** An API group or a path that the server does not know at all. */
export function unknownPath(): Refusal {
  return new Refusal(404, 'NotFound', '404 page not found\n', undefined, true);
}

/** Answers with JSON, compressed from 128 KiB on where the client takes it, as real servers do. */
export function send(request: IncomingMessage, response: ServerResponse, code: number, body: unknown): void {
  const text = Buffer.from(JSON.stringify(body));
  const zipped = text.length > 128 << 10 && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const bytes = zipped ? gzipSync(text, { level: 1 }) : text;
  response.writeHead(code, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
    'content-length': bytes.length,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(bytes);
}

export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.code, { 'content-type': refusal.contentType });
  response.end(refusal.body);
}

/** Answers an upgrade request that gets no upgrade; without headers where there is no body, as real servers do. */
export function refuseUpgrade(
  socket: Duplex,
  code: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  const lines = [`HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Refused'}`];
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  socket.end(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
