import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { ExecFault, LabClusterState, LabUser } from '../labPod';
import { authenticate, authorize, authorizeExec } from './access';
import { isRecent } from './discovery';
import { SessionFault, type Struck, takeFault } from './execFault';
import { serveExec, type ExecRequest } from './execSession';
import type { Processes } from './processes';
import { asRefusal, notFound, Refusal, refuseUpgrade, unknownResource } from './status';

/** Takes the upgrade requests of a server: `pods/exec` over WebSocket. */
export class Upgrades {
  readonly struck: Struck[] = [];
  private readonly sessions = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: 32 << 20,
    // the server's order, not the client's, as measured on real ones
    handleProtocols: (offered) => this.protocols().find((name) => offered.has(name)) ?? false,
  });

  constructor(
    private readonly state: LabClusterState,
    private readonly processes: Processes,
  ) {}

  get count(): number {
    return this.sessions.clients.size;
  }

  async take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!(socket instanceof TLSSocket)) throw new Error('this server speaks TLS only');
    const { faults } = this.state;
    try {
      const http = takeFault(faults.http, ({ pathMatch }) => (request.url ?? '').includes(pathMatch));
      if (http?.delayMs !== undefined) await sleep(http.delayMs);
      if (http && http.status !== 0) {
        return refuseUpgrade(socket, http.status, http.body, { 'Content-Type': 'application/json', ...http.headers });
      }
      const exec = this.read(request, authenticate(this.state, request));
      const matches = ({ match }: ExecFault): boolean => match === undefined || exec.argv.join(' ').includes(match);
      const refused = takeFault(faults.exec, (one) => one.kind === 'refuse' && matches(one));
      if (refused) {
        this.struck.push({ fault: refused, argv: exec.argv });
        const type = { 'Content-Type': refused.contentType ?? 'application/json' };
        return refuseUpgrade(socket, refused.status ?? 500, refused.body ?? '', type);
      }
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
      if (!this.protocols().some((name) => offered.includes(name))) return refuseUpgrade(socket, 403, '', {});
      const due = faults.exec.find((one) => one.kind !== 'refuse' && matches(one));
      const fault = new SessionFault(this.state, this.struck, exec.argv, due);
      this.sessions.handleUpgrade(request, socket, head, (ws) =>
        serveExec(ws, socket, { ...exec, fault }, this.processes),
      );
    } catch (error) {
      const { code, body, contentType } = asRefusal(error);
      refuseUpgrade(socket, code, body, { 'Content-Type': contentType });
    }
  }

  private protocols(): readonly string[] {
    return [...this.state.faults.protocols].sort().reverse();
  }

  private read(request: IncomingMessage, user: LabUser): Omit<ExecRequest, 'fault'> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://lab');
    const match = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/exec$/.exec(pathname);
    if (!match) throw unknownResource();
    const [namespace = '', name = ''] = match.slice(1).map(decodeURIComponent);
    if (request.method === 'GET') authorizeExec(user, namespace, name, isRecent(this.state));
    else authorize(user, { verb: 'create', group: '', resource: 'pods/exec', namespace, name });
    const pod = this.state.pods.find((one) => one.namespace === namespace && one.name === name);
    if (!pod) throw notFound('pods', name);
    const container = query.get('container') ?? pod.containers[0]?.name ?? '';
    if (!pod.containers.some((one) => one.name === container)) {
      throw new Refusal(400, 'BadRequest', `container ${container} is not valid for pod ${name}`);
    }
    if (pod.phase === 'Pending') throw new Refusal(400, 'BadRequest', `pod ${name} does not have a host assigned`);
    if (pod.phase !== 'Running') {
      const message = `cannot exec into a container in a completed pod; current phase is ${pod.phase}`;
      throw new Refusal(400, 'BadRequest', message);
    }
    if (!/^websocket$/i.test(request.headers.upgrade ?? '')) {
      throw new Refusal(400, 'BadRequest', 'unable to upgrade: only WebSocket is served here');
    }
    const asks = (stream: string): boolean => ['1', 'true'].includes(query.get(stream) ?? '');
    const streams = { stdin: asks('stdin'), stdout: asks('stdout'), stderr: asks('stderr') };
    if (!streams.stdin && !streams.stdout && !streams.stderr) {
      const message = 'you must specify at least 1 of stdin, stdout, stderr';
      throw new Refusal(400, 'BadRequest', message, undefined, true);
    }
    return { pod, container, argv: query.getAll('command'), ...streams };
  }
}
