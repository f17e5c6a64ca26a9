import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const found = await execa('pgbouncer', ['--version'], { reject: false });
  if (found.exitCode !== 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'dbf-bouncer-'));
  const port = server.port + 1 > 65000 ? server.port - 1 : server.port + 1;
  const settings = {
    ...{
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: join(folder, 'users'),
    },
    ...{
      pool_mode: 'transaction',
      default_pool_size: String(options.poolSize ?? 20),
      max_client_conn: '200',
      logfile: join(folder, 'log'),
    },
    ignore_startup_parameters: 'extra_float_digits',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(
    join(folder, 'ini'),
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  await writeFile(join(folder, 'users'), `"shop_app" "app-secret"\n"${server.superuser}" "${server.password}"\n`);
  if (server.uid !== undefined)
    for (const name of ['', 'ini', 'users']) await chown(join(folder, name), server.uid, server.gid ?? server.uid);
  const child = spawn('pgbouncer', [join(folder, 'ini')], {
    stdio: 'ignore',
    ...(server.uid === undefined ? {} : { uid: server.uid, gid: server.gid ?? server.uid }),
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    port,
    async stop() {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGKILL')) await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
