import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { connect as netConnect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An HTTPS server with a certificate of its own, and a kubeconfig for it. */
export async function startApi(
  handler: Handler,
  { names = 'IP:127.0.0.1,DNS:cluster.test', days = 2 }: { readonly names?: string; readonly days?: number } = {},
): Promise<{
  readonly folder: string;
  readonly kubeconfig: string;
  readonly url: string;
  readonly seen: string[];
  setToken(token: string): void;
  /** Waits until no connection but idle ones is left. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const [request, extensions] = [join(folder, 'csr.pem'), join(folder, 'extensions')];
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  const kind = [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=test',
  ];
  execFileSync('openssl', [...kind, '-keyout', key, '-out', request], { stdio: 'ignore' });
  // a number of days below zero has passed, which `req` does not make
  const sign = ['x509', '-req', '-in', request, '-signkey', key, '-days', String(days), '-extfile', extensions];
  execFileSync('openssl', [...sign, '-out', cert], { stdio: 'ignore' });
  const seen: string[] = [];
  const busy = new Set<ServerResponse>();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    busy.add(response);
    response.on('close', () => busy.delete(response));
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`.trim());
      handler(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'config');
  const setToken = (token: string): void => {
    writeFileSync(kubeconfig, kubeconfigText(url, { ca: 'cert.pem', token }));
  };
  setToken('first');
  return {
    folder,
    kubeconfig,
    url,
    seen,
    setToken,
    async idle() {
      while (busy.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

/** A kubeconfig of one context. */
export function kubeconfigText(
  server: string,
  options: { ca?: string; token?: string; context?: string; user?: string; namespace?: string } = {},
): string {
  const { ca, token = 't', context = 'test', user = 'tester', namespace } = options;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority': ca }) } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster: 'c', user, ...(namespace === undefined ? {} : { namespace }) } }],
  });
}

export function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A proxy that knows CONNECT, with what it was asked. */
export async function startProxy(statusLine = '200 OK'): Promise<{
  readonly url: string;
  readonly asked: string[];
  stop(): Promise<void>;
}> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    sockets.add(client.on('error', () => undefined));
    client.once('data', (chunk) => {
      const head = chunk.toString();
      asked.push(head);
      client.write(`HTTP/1.1 ${statusLine}\r\n\r\n`);
      const [, host = '', port = ''] = /^CONNECT (.*):(\d+) /.exec(head) ?? [];
      if (!statusLine.startsWith('200')) return void client.end();
      const upstream = netConnect(Number(port), host === 'cluster.test' ? '127.0.0.1' : host);
      sockets.add(upstream.on('error', () => undefined));
      upstream.pipe(client).pipe(upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://user:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
