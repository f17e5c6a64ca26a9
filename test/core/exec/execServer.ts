import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Cluster } from '../../../src/core/cluster/cluster';
import type { KubeClient } from '../../../src/core/cluster/kubeClient';
import type { ExecPlace } from '../../../src/core/exec/podExec';

/** One exec that reached the server: the connection, what it asked for, and the process, if one was started. */
export interface Served {
  readonly ws: WebSocket;
  readonly socket: Socket;
  readonly protocol: string;
  readonly command: readonly string[];
  readonly nonce: string;
  child?: ChildProcessWithoutNullStreams;
}

export interface ServerBehaviour {
  /** protocols it accepts; others get a 403 with no body */
  readonly protocols?: readonly string[];
  /** answers the upgrade itself; true when it did */
  readonly refuse?: (request: IncomingMessage, socket: Duplex) => boolean;
  /** instead of running the command */
  readonly serve?: (served: Served) => void;
  /** after the process was started */
  readonly started?: (served: Served) => void;
  /** looks at each message to the client; false: it is not sent */
  readonly send?: (served: Served, message: Buffer) => boolean;
}

/** A server of pods/exec over real WebSockets, which runs the command as a process of this machine. */
export async function startExecServer(behaviour: ServerBehaviour = {}): Promise<{
  readonly client: Pick<KubeClient, 'upgrade' | 'cluster'>;
  readonly served: Served[];
  readonly upgrades: { fresh: boolean }[];
  stop(): Promise<void>;
}> {
  const served: Served[] = [];
  const upgrades: { fresh: boolean }[] = [];
  const connections = new Set<Socket>();
  const accepted = behaviour.protocols ?? ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => accepted.find((protocol) => offered.has(protocol)) ?? false,
  });
  const server = createServer((_request: IncomingMessage, response: ServerResponse) => response.writeHead(404).end());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    connections.add(request.socket);
    socket.on('error', () => undefined);
    if (behaviour.refuse?.(request, socket) === true) return;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
    if (!offered.some((protocol) => accepted.includes(protocol))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const command = new URL(request.url ?? '', 'http://x').searchParams.getAll('command');
      const one = { ws, socket: request.socket, protocol: ws.protocol, command, nonce: command[5] ?? '' };
      served.push(one);
      (behaviour.serve ?? ((each: Served) => runChild(each, behaviour)))(one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    client: clientOf(port, upgrades),
    served,
    upgrades,
    async stop() {
      for (const { ws, child } of served) {
        ws.terminate();
        child?.stdin.destroy();
      }
      await Promise.all(served.map(async ({ child }) => child && childEnd(child)));
      sockets.close();
      for (const connection of connections) connection.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const place: ExecPlace = { namespace: 'demo', pod: 'postgres-0', container: 'postgres' };

/** Waits for the process of an exec. */
export async function childEnd(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** The trailer of an exec. */
export function trailerOf({ nonce }: Served, exitCode = 0): Buffer {
  return Buffer.from(`\n${nonce} ${String(exitCode).padStart(3, '0')}\n`);
}

/** One message of a channel. */
export function frame(channel: number, payload: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]);
}

/** The JSON of a status frame. */
export function status(value: Record<string, unknown>): Buffer {
  return frame(3, JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, ...value }));
}

function clientOf(port: number, upgrades: { fresh: boolean }[]): Pick<KubeClient, 'upgrade' | 'cluster'> {
  const cluster: Cluster = {
    alias: 'test',
    contextName: 'test',
    server: `http://127.0.0.1:${port}`,
    user: 'tester',
    kubeconfigFile: '/nowhere',
    contexts: [{ name: 'test' }],
  };
  return {
    cluster,
    async upgrade(path, query, fresh = false) {
      upgrades.push({ fresh });
      const url = new URL(path, `ws://127.0.0.1:${port}`);
      for (const [name, value] of query) url.searchParams.append(name, value);
      return { url, headers: { 'x-fresh': String(fresh) }, agent: new Agent() as unknown as HttpsAgent };
    },
  };
}

/** As a runtime does it: stdin is written as it comes, output waits for the socket, the status follows all output. */
function runChild(served: Served, behaviour: ServerBehaviour): void {
  const { ws, command } = served;
  const child = spawn(command[0] ?? '', command.slice(1), { detached: true });
  served.child = child;
  child.on('error', (error) => {
    ws.send(status({ status: 'Failure', reason: 'InternalError', message: error.message }));
    ws.close(1000);
  });
  for (const [channel, stream] of [
    [1, child.stdout],
    [2, child.stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      const message = frame(channel, chunk);
      if (behaviour.send?.(served, message) === false || ws.readyState !== ws.OPEN) return;
      stream.pause();
      ws.send(message, () => stream.resume());
    });
  }
  child.stdin.on('error', () => undefined);
  ws.on('message', (data: Buffer) => {
    if (data[0] !== 0 || child.stdin.write(data.subarray(1))) return;
    ws.pause();
    child.stdin.once('drain', () => ws.resume());
  });
  ws.on('close', () => child.stdin.end());
  child.on('close', (code) => {
    if (ws.readyState !== ws.OPEN) return;
    const failure = { status: 'Failure', reason: 'NonZeroExitCode', message: `exit code ${String(code)}` };
    ws.send(status(code === 0 ? { status: 'Success' } : failure));
    ws.close(1000);
  });
  behaviour.started?.(served);
}
