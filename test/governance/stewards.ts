import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { stringify } from 'yaml';
import { kubectl } from './people';

const cli = path.join(import.meta.dirname, '../../dist/cli.js');

/** A kubeconfig of a ServiceAccount by a token of its own; `server`: another address of the same API server. */
export async function accountConfig(
  admin: string,
  file: string,
  { namespace, name, server }: { readonly namespace: string; readonly name: string; readonly server?: string },
): Promise<string> {
  const token = await kubectl(admin, ['-n', namespace, 'create', 'token', name, '--duration=3h']);
  return tokenConfig(admin, file, token, server);
}

/** A kubeconfig of whoever holds a token. */
export async function tokenConfig(admin: string, file: string, token: string, server?: string): Promise<string> {
  const view = JSON.parse(await kubectl(admin, ['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
    clusters: { cluster: object }[];
  };
  const cluster = { ...view.clusters[0]?.cluster, ...(server === undefined ? {} : { server }) };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'lab' },
    clusters: [{ name: 'lab', cluster }],
    users: [{ name: 'u', user: { token: token.trim() } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'u' } }],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

/** A process of `db-ferry steward`. */
export interface Steward {
  readonly process: ChildProcess;
  readonly printed: () => string;
  /** where it answers, by its first words */
  readonly at: Promise<string>;
  end(signal: NodeJS.Signals): Promise<void>;
}

export function startSteward(
  kubeconfig: string,
  place: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Steward {
  const child = spawn(process.execPath, [cli, 'steward', place, '--json', ...args], {
    env: { ...process.env, KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const at = new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      printed += chunk.toString();
      const found = /"type":"listening","at":"([^"]+)"/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', () => {
      reject(new Error(`it ended before it answered: ${printed}`));
    });
  });
  // who ends it at a random point does not wait for that
  at.catch(() => undefined);
  return {
    ...{ process: child, printed: () => printed, at },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

/** What came to a channel. */
export interface Came {
  readonly id: string;
  readonly event: string;
  readonly request: string;
}

/** A real receiver of webhooks. */
export async function startReceiver(): Promise<{
  readonly came: Came[];
  readonly url: string;
  stop(): void;
}> {
  const came: Came[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id, type, data } = JSON.parse(body) as { id: string; type: string; data: { request?: string } };
      came.push({ id, event: type.split('.').at(-1) ?? '', request: data.request ?? '' });
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A line to a server that can be cut without either side being told: what is sent goes nowhere. */
export async function startLine(to: URL): Promise<{ readonly url: string; cut(isCut: boolean): void; stop(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createTcpServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const one of [near, far]) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => sockets.delete(one));
    }
    near.on('data', (chunk: Buffer) => {
      if (!isCut) far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (!isCut) near.write(chunk);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(now) {
      isCut = now;
      // what was under way is lost; it is connected anew
      if (!now) for (const one of sockets) one.destroy();
    },
    stop() {
      for (const one of sockets) one.destroy();
      server.close();
    },
  };
}
