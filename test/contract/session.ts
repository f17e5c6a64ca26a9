import { once } from 'node:events';
import WebSocket from 'ws';

/** An API server, and where on it commands run unless a session says otherwise. */
export interface ExecServer {
  readonly url: string;
  readonly caPem: string;
  /** `namespace/pod` */
  readonly place: string;
  readonly token: string;
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

  constructor(server: ExecServer, argv: readonly string[], options: SessionOptions = {}) {
    const command = argv.map((word) => `command=${encodeURIComponent(word)}`).join('&');
    const [namespace = '', pod = ''] = server.place.split('/');
    const path = `/api/v1/namespaces/${namespace}/pods/${options.pod ?? pod}/exec`;
    const query = options.query ?? 'stdin=true&stdout=true&stderr=true';
    this.ws = new WebSocket(
      `${server.url.replace('https', 'wss')}${path}?${command}&${query}`,
      [...(options.protocols ?? ['v4.channel.k8s.io'])],
      {
        ...{ ca: server.caPem, perMessageDeflate: false },
        headers: { authorization: `Bearer ${options.token ?? server.token}` },
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

export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${ms / 1000} seconds: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
