import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '../setting';

/** The way to an API server, with a hand on it: TLS goes through untouched, each connection of its own. */
export class FaultProxy {
  /** bytes a second, for each connection and direction */
  rate = Infinity;
  /** how long each piece rests on its way, in milliseconds: makes short steps long enough to be met */
  delayMs = 0;
  private stalled = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens on a port of this machine; `upstream` is the API server's URL. */
  static async start(upstream: URL): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server);
    server.on('connection', (socket) => {
      const there = connect(Number(upstream.port), upstream.hostname);
      proxy.carry(socket, there);
      proxy.carry(there, socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** Writes the kubeconfig anew with this proxy as its server, for the same context. */
  async lead(kubeconfig: string, file: string): Promise<string> {
    const text = await readFile(kubeconfig, 'utf8');
    const { port } = this.server.address() as AddressInfo;
    const server = await serverOf(kubeconfig);
    await writeFile(file, text.replaceAll(server, `https://127.0.0.1:${String(port)}`), { mode: 0o600 });
    return file;
  }

  /** Every connection ends with a reset, now. New ones go through. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** From now on nothing passes, and nobody is told. */
  stall(): void {
    this.stalled = true;
  }

  /** As if nothing had been: what stalled is dropped. */
  heal(): void {
    this.rate = Infinity;
    this.delayMs = 0;
    if (this.stalled) this.reset();
    this.stalled = false;
  }

  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk: Buffer) => {
      from.pause();
      void this.pass(chunk, to).then(() => from.resume());
    });
    from.on('end', () => to.end());
  }

  private async pass(chunk: Buffer, to: Socket): Promise<void> {
    const rest = (chunk.length / this.rate) * 1000 + this.delayMs;
    if (rest >= 1) await sleep(rest);
    while (this.stalled) await sleep(100);
    if (!to.destroyed && !to.write(chunk))
      await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  }
}

/** The URL of the API server that the current context of a kubeconfig leads to. */
export async function serverOf(kubeconfig: string): Promise<string> {
  return kubectl(kubeconfig, 'config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}');
}
