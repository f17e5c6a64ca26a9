import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ExecFault, HttpFault, LabClusterState, LabPod } from '../labPod';
import { authenticate, authorize } from './access';
import { answer } from './answer';
import { makeCertificates } from './certificates';
import { serveExec } from './execSession';
import { notFound, Refusal, send, status } from './status';

export interface LabApiServer {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** Resets every connection, as a restart of the API server does it. */
  killConnections(): void;
  /** Ends the processes that execs started in a pod, as its deletion does it. */
  killProcesses(): void;
  close(): Promise<void>;
}

/** Serves a cluster of the lab on 127.0.0.1 over TLS: REST, watch and `pods/exec`, with faults on demand. */
export async function startApiServer(
  state: LabClusterState,
  options: { readonly port?: number } = {},
): Promise<LabApiServer> {
  const { ca, key, cert } = await makeCertificates(state.name);
  const server = createServer({ key, cert });
  const children = new Set<ChildProcess>();
  const sockets = new Set<Duplex>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('request', (request, response) => {
    void (async () => {
      try {
        const fault = takeHttpFault(state.faults.http, request);
        if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
        if (fault && fault.status !== 0)
          return void response.writeHead(fault.status, fault.headers ?? {}).end(fault.body);
        await answer(state, authenticate(state, request), request, response);
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
        if (!response.headersSent) send(response, refusal.code, status(refusal.code, refusal.reason, refusal.message));
        else response.destroy();
      }
    })();
  });
  const sessions = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 32 << 20,
    // the server's order, not the client's, as measured on real ones
    handleProtocols: (offered) => protocols(state).find((name) => offered.has(name)) ?? false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    try {
      const fault = takeHttpFault(state.faults.http, request);
      if (fault && fault.status !== 0) return refuse(socket, fault.status, fault.body, 'application/json');
      const exec = execRequest(state, request);
      if (exec.fault?.kind === 'refuse') {
        return refuse(
          socket,
          exec.fault.status ?? 500,
          exec.fault.body ?? '',
          exec.fault.contentType ?? 'application/json',
        );
      }
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
      if (!protocols(state).some((name) => offered.includes(name))) return refuse(socket, 403, '', 'text/plain');
      sessions.handleUpgrade(request, socket, head, (ws) => serveExec(ws, exec, children));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
      refuse(
        socket,
        refusal.code,
        JSON.stringify(status(refusal.code, refusal.reason, refusal.message)),
        'application/json',
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const killConnections = (): void => {
    for (const socket of sockets)
      (socket as Duplex & { _parent?: { resetAndDestroy(): void } })._parent?.resetAndDestroy();
    for (const socket of sockets) socket.destroy();
  };
  const killProcesses = (): void => {
    for (const child of children) killGroup(child);
  };
  return {
    url: `https://127.0.0.1:${address.port}`,
    port: address.port,
    caPem: ca,
    killConnections,
    killProcesses,
    async close() {
      killConnections();
      killProcesses();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function protocols(state: LabClusterState): readonly string[] {
  return [...state.faults.protocols].sort().reverse();
}

function execRequest(
  state: LabClusterState,
  request: IncomingMessage,
): { pod: LabPod; container: string; argv: string[]; fault: ExecFault | undefined } {
  const user = authenticate(state, request);
  const url = new URL(request.url ?? '/', 'https://lab');
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/exec$/.exec(url.pathname);
  if (!match) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  const [namespace = '', name = ''] = match.slice(1).map(decodeURIComponent);
  for (const verb of ['get', 'create']) authorize(user, { verb, group: '', resource: 'pods/exec', namespace, name });
  const pod = state.pods.find((one) => one.namespace === namespace && one.name === name);
  if (!pod) throw notFound('pods', name);
  const container = url.searchParams.get('container') ?? pod.containers[0]?.name ?? '';
  if (!pod.containers.some((one) => one.name === container)) {
    throw new Refusal(400, 'BadRequest', `container ${container} is not valid for pod ${name}`);
  }
  if (pod.phase !== 'Running') throw new Refusal(400, 'BadRequest', `pod ${name} does not have a host assigned`);
  const argv = url.searchParams.getAll('command');
  const joined = argv.join(' ');
  return {
    pod,
    container,
    argv,
    fault: take(state.faults.exec, (one) => one.match === undefined || joined.includes(one.match)),
  };
}

function takeHttpFault(faults: HttpFault[], request: IncomingMessage): HttpFault | undefined {
  return take(faults, (one) => (request.url ?? '').includes(one.pathMatch));
}

function take<Fault extends { readonly sticky?: boolean }>(
  faults: Fault[],
  matches: (fault: Fault) => boolean,
): Fault | undefined {
  const index = faults.findIndex(matches);
  const fault = faults[index];
  if (fault && !fault.sticky) faults.splice(index, 1);
  return fault;
}

function refuse(socket: Duplex, code: number, body: string, type: string): void {
  const lines = [
    `HTTP/1.1 ${code} Refused`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
