import { execa } from 'execa';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon, type Daemon } from './daemon';
import type { Server } from './servers';

/** A PgBouncer in front of a server, transaction mode; `auth_type = trust` towards its clients. */
export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts one, or undefined where the program is not installed. */
export async function startPgBouncer(
  server: Server,
  options: { readonly poolSize?: number } = {},
): Promise<PgBouncer | undefined> {
  const program = await findProgram();
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'dbf-bouncer-'));
  const port = await freePort();
  const file = join(folder, 'ini');
  await writeFile(file, configuration(server, folder, port, options.poolSize ?? 20));
  await writeFile(join(folder, 'users'), `"shop_app" "app-secret"\n"${server.superuser}" "${server.password}"\n`);
  const { uid, gid = uid } = server;
  const run = uid === undefined || gid === undefined ? {} : { uid, gid };
  if (uid !== undefined && gid !== undefined)
    for (const name of ['', 'ini', 'users']) await chown(join(folder, name), uid, gid);
  const daemon = await startDaemon([program, '-q', file], { folder, run, log: join(folder, 'out') });
  const stop = async (): Promise<void> => {
    await daemon.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilItListens(port, daemon);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

/** Debian keeps it where only root's PATH looks. */
async function findProgram(): Promise<string | undefined> {
  for (const program of ['pgbouncer', '/usr/sbin/pgbouncer'])
    if ((await execa(program, ['--version'], { reject: false })).exitCode === 0) return program;
  return undefined;
}

function configuration(server: Server, folder: string, port: number, poolSize: number): string {
  const settings = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '' },
    ...{ auth_type: 'trust', auth_file: join(folder, 'users'), logfile: join(folder, 'log') },
    ...{ pool_mode: 'transaction', default_pool_size: poolSize, max_client_conn: 200 },
    ignore_startup_parameters: 'extra_float_digits',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`;
}

async function untilItListens(port: number, daemon: Daemon): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await listens(port))) {
    if (!daemon.isAlive() || Date.now() > deadline) throw new Error('pgbouncer does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
