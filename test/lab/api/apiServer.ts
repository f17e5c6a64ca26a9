import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { LabClusterState } from '../labPod';
import { authenticate } from './access';
import { answer, type Serving } from './answer';
import { makeCertificates } from './certificates';
import { type Struck, takeFault } from './execFault';
import { Processes } from './processes';
import { resetSocket } from './resetSocket';
import { asRefusal, sendRefusal } from './status';
import { Store } from './store';
import { Upgrades } from './upgrade';
import { Watches } from './watch';

export interface LabApiServer {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** What was asked so far, as `GET /api/v1/pods?limit=500`, upgrades included. */
  readonly requests: readonly string[];
  /** What was answered whole so far, upgrades left out, and when, as `performance.now()`. */
  readonly answers: readonly { readonly request: string; readonly at: number }[];
  /** The faults of exec that happened so far. */
  readonly struck: readonly Struck[];
  /** How much is open just now; `processes` counts orphans too. */
  metrics(): {
    readonly connections: number;
    readonly watches: number;
    readonly execs: number;
    readonly processes: number;
  };
  /** Resets every connection, as a restart of the API server does it. */
  killConnections(): void;
  /** Ends the processes that execs started, in pods of this name or in all. Taking a pod out of the state does it too. */
  killProcesses(podName?: string): void;
  /** Forgets the past: continue tokens and watches from before are answered with 410. */
  compact(): void;
  /** Ends connections, and processes that execs started. */
  close(): Promise<void>;
}

/** Serves a cluster of the lab on 127.0.0.1 over TLS: REST, watch and `pods/exec`, with faults on demand. */
export async function startApiServer(
  state: LabClusterState,
  options: { readonly port?: number } = {},
): Promise<LabApiServer> {
  const { ca, key, cert } = await makeCertificates(state.name);
  const server = createServer({ key, cert });
  const sockets = new Set<TLSSocket>();
  const requests: string[] = [];
  const answers: { readonly request: string; readonly at: number }[] = [];
  const store = new Store(state);
  const watches = new Watches(store);
  const processes = new Processes(state);
  const upgrades = new Upgrades(state, processes);
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('request', (request, response) => {
    const asked = `${request.method ?? ''} ${request.url ?? ''}`;
    requests.push(asked);
    response.on('finish', () => answers.push({ request: asked, at: performance.now() }));
    void serve({ state, store, watches }, request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    void upgrades.take(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const killConnections = (): void => [...sockets].forEach(resetSocket);
  return {
    ...{
      url: `https://127.0.0.1:${address.port}`,
      port: address.port,
      caPem: ca,
      requests,
      answers,
      struck: upgrades.struck,
      killConnections,
    },
    metrics: () => ({
      ...{ connections: sockets.size, watches: watches.count },
      ...{ execs: upgrades.count, processes: processes.count },
    }),
    killProcesses: (podName) => processes.kill(podName),
    compact: () => store.compact(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      killConnections();
      processes.close();
      await closed;
    },
  };
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => undefined);
  try {
    const fault = takeFault(serving.state.faults.http, ({ pathMatch }) => (request.url ?? '').includes(pathMatch));
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    // status 0: only the delay
    if (fault && fault.status !== 0) {
      return void response
        .writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
        .end(fault.body);
    }
    await answer(serving, authenticate(serving.state, request), request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else sendRefusal(response, asRefusal(error));
  }
}
