import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresBinaries, type Major } from './binaries';

export interface ServerOptions {
  readonly major: Major;
  /** lines of postgresql.conf */
  readonly settings?: Readonly<Record<string, string>>;
  /** how local and TCP connections prove themselves; `password`: scram everywhere */
  readonly auth?: 'trust' | 'password';
  readonly superuser?: string;
  readonly password?: string;
  /** arguments of initdb: encoding, locale */
  readonly initdb?: readonly string[];
  /** a running server to stream from: this one becomes its standby */
  readonly standbyOf?: Server;
}

/** A running PostgreSQL server of the lab: its own folder, a socket in it, a port on 127.0.0.1. */
export interface Server {
  readonly major: Major;
  readonly bin: string;
  readonly folder: string;
  readonly data: string;
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
  /** the user its processes run as: never root */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** a connection for independent checks; the caller ends it */
  connect(database?: string, user?: string, password?: string): Promise<Client>;
  /** runs statements as superuser, one connection, and ends it */
  sql<Row = Record<string, unknown>>(database: string, text: string): Promise<Row[]>;
  /** kill -9 of the postmaster's whole group, as a lost node does it */
  kill(): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server in a new folder under the system's temporary folder; about a second. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const bin = await postgresBinaries(options.major);
  const folder = await mkdtemp(join(tmpdir(), 'dbf-'));
  await chmod(folder, 0o755);
  const { uid, gid } = owner();
  const data = join(folder, 'data');
  const superuser = options.superuser ?? options.standbyOf?.superuser ?? 'postgres';
  const password = options.password ?? options.standbyOf?.password ?? 'not-a-secret';
  const port = await freePort();
  await mkdir(join(folder, 's'), { mode: 0o755 });
  if (uid !== undefined && gid !== undefined) {
    await chown(folder, uid, gid);
    await chown(join(folder, 's'), uid, gid);
  }
  const run = { uid, gid, cwd: folder } as { uid: number; gid: number; cwd: string };
  const own = uid === undefined ? { cwd: folder } : run;
  if (options.standbyOf === undefined) {
    await writeFile(join(folder, 'pw'), password, { mode: 0o644 });
    const auth = options.auth === 'password' ? ['--auth=scram-sha-256'] : ['--auth=trust'];
    await execa(
      join(bin, 'initdb'),
      [
        ...['-D', data, '-U', superuser, '--pwfile', join(folder, 'pw'), '-N', '-E', 'UTF8', '--locale=C.UTF-8'],
        ...auth,
        ...(options.initdb ?? []),
      ],
      own,
    );
    await appendFile(
      join(data, 'pg_hba.conf'),
      `host replication all 127.0.0.1/32 ${options.auth === 'password' ? 'scram-sha-256' : 'trust'}\n`,
    );
  } else {
    const from = options.standbyOf;
    await execa(
      join(bin, 'pg_basebackup'),
      [
        '-D',
        data,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
        '-h',
        '127.0.0.1',
        '-p',
        String(from.port),
        '-U',
        from.superuser,
      ],
      {
        ...own,
        env: { PGPASSWORD: from.password },
      },
    );
  }
  await appendFile(join(data, 'postgresql.conf'), configuration(port, join(folder, 's'), options.settings ?? {}));
  let postmaster = await startPostmaster(bin, data, folder, own);

  const server: Server = {
    ...{ major: options.major, bin, folder, data, socketDir: join(folder, 's'), port, superuser, password, uid, gid },
    async connect(database = 'postgres', user = superuser, asPassword = password) {
      const client = new Client({ host: '127.0.0.1', port, user, password: asPassword, database });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    async sql<Row>(database: string, text: string) {
      const client = await server.connect(database);
      try {
        const result = (await client.query(text)) as unknown as { rows: Row[] } | { rows: Row[] }[];
        return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
      } finally {
        await client.end();
      }
    },
    kill: () => signalGroup(postmaster, 'SIGKILL'),
    async restart() {
      await ended(postmaster, 'SIGINT');
      postmaster = await startPostmaster(bin, data, folder, own);
      await answers(server);
    },
    async stop() {
      await ended(postmaster, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  await answers(server);
  return server;
}

/** Root may not run a server: then the user `nobody` does. */
function owner(): { uid: number | undefined; gid: number | undefined } {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : { uid: undefined, gid: undefined };
}

function configuration(port: number, socketDir: string, settings: Readonly<Record<string, string>>): string {
  const all: Record<string, string> = {
    ...{ listen_addresses: "'127.0.0.1'", port: String(port), unix_socket_directories: `'${socketDir}'` },
    ...{
      shared_buffers: "'128MB'",
      fsync: 'off',
      max_connections: '120',
      max_prepared_transactions: '4',
      wal_level: 'logical',
    },
    ...{
      max_wal_size: "'1GB'",
      logging_collector: 'off',
      lc_messages: "'C'",
      timezone: "'UTC'",
      log_timezone: "'UTC'",
    },
    ...settings,
  };
  return `\n${Object.entries(all)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n')}\n`;
}

async function startPostmaster(
  bin: string,
  data: string,
  folder: string,
  own: { uid?: number; gid?: number; cwd: string },
): Promise<ChildProcess> {
  const log = await open(join(folder, 'server.log'), 'a');
  const child = spawn(join(bin, 'postgres'), ['-D', data], {
    ...own,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  return child;
}

async function answers(server: Server): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const client = await server.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`the server in ${server.folder} does not answer`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await exit;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
