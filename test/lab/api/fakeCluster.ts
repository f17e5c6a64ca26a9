import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { LabClusterState, LabPod, LabUser } from '../labPod';
import type { LabApiServer } from './apiServer';

/** A pod without a server: commands run on this machine. */
export function fakePod(namespace: string, name: string, extra: Partial<LabPod> = {}): LabPod {
  return {
    ...{ namespace, name, uid: randomUUID(), labels: { app: 'fake' }, annotations: {}, owners: [] },
    containers: [
      {
        ...{ name: 'main', image: 'docker.io/library/postgres:17' },
        env: [
          { name: 'A', value: 'b' },
          { name: 'P', secret: { name: 's', key: 'k' } },
        ],
        ports: [{ containerPort: 5432 }],
      },
    ],
    ...{ phase: 'Running', ready: true },
    start: (_container, [program = '', ...args]) =>
      spawn(program, args, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, detached: true, stdio: 'pipe' }),
    ...extra,
  };
}

export function fakeCluster(users: Readonly<Record<string, LabUser>> = {}, openshift = false): LabClusterState {
  return {
    ...{ name: 'fake', openshift, namespaces: ['default', 'demo'], pods: [fakePod('demo', 'x')] },
    users: new Map([['admin', { name: 'admin' }], ...Object.entries(users)]),
    faults: { exec: [], http: [], protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] },
  };
}

export interface SessionOptions {
  readonly protocols?: readonly string[];
  readonly token?: string;
  readonly pod?: string;
  /** the query after the command */
  readonly query?: string;
}

/** A raw client of `pods/exec` that only collects; refused upgrades end with their answer. */
export class Session {
  readonly out: Buffer[] = [];
  readonly err: Buffer[] = [];
  bytes = 0;
  pongs = 0;
  largest = 0;
  status:
    { status: string; reason?: string; message?: string; details?: { causes: { message: string }[] } } | undefined;
  refused: { code: number; type: string | undefined; body: string } | undefined;
  closeCode = 0;
  readonly ended: Promise<void>;
  readonly ws: WebSocket;

  constructor(server: LabApiServer, argv: readonly string[], options: SessionOptions = {}) {
    const command = argv.map((word) => `command=${encodeURIComponent(word)}`).join('&');
    const path = `/api/v1/namespaces/demo/pods/${options.pod ?? 'x'}/exec`;
    const query = options.query ?? 'stdin=true&stdout=true&stderr=true';
    this.ws = new WebSocket(
      `${server.url.replace('https', 'wss')}${path}?${command}&${query}`,
      [...(options.protocols ?? ['v4.channel.k8s.io'])],
      {
        ...{ ca: server.caPem, perMessageDeflate: false },
        headers: { authorization: `Bearer ${options.token ?? 'admin'}` },
      },
    );
    this.ws.on('message', (data: Buffer) => this.take(data));
    this.ws.on('pong', () => this.pongs++);
    this.ws.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.ws.on('close', (code) => {
        this.closeCode = code;
        resolve();
      });
      this.ws.on('unexpected-response', (_request, response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => {
          this.refused = { code: response.statusCode ?? 0, type: response.headers['content-type'], body };
          resolve();
        });
      });
    });
  }

  get text(): string {
    return Buffer.concat(this.out).toString('utf8');
  }

  async opened(): Promise<this> {
    if (this.ws.readyState !== this.ws.OPEN) await once(this.ws, 'open');
    return this;
  }

  send(text: string | Buffer): void {
    this.ws.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
  }

  /** Waits until the condition holds, for ten seconds at most. */
  async until(condition: (session: this) => boolean): Promise<void> {
    await until(() => condition(this));
  }

  private take(data: Buffer): void {
    if (data[0] === 1) this.bytes += data.length - 1;
    this.largest = Math.max(this.largest, data.length);
    if (data[0] === 1) this.out.push(data.subarray(1));
    if (data[0] === 2) this.err.push(data.subarray(1));
    if (data[0] === 3) this.status = JSON.parse(data.subarray(1).toString('utf8')) as NonNullable<Session['status']>;
  }
}

export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ten seconds: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
