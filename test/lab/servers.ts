import { execa } from 'execa';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresBinaries, type Major } from './binaries';
import { freePort, serverUser, startDaemon, type Daemon, type RunAs } from './daemon';

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
  /** kill -9 of the postmaster and all its sessions at one moment, as a lost node does it; `restart` brings it back */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** ends it and removes its folder */
  stop(): Promise<void>;
}

/** Starts a server in a new folder under the system's temporary folder; about a second. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const bin = await postgresBinaries(options.major);
  const run = serverUser();
  const folder = await makeFolder(run);
  const home: Home = {
    ...{ bin, folder, run, data: join(folder, 'data'), socketDir: join(folder, 's'), port: await freePort() },
    superuser: options.superuser ?? options.standbyOf?.superuser ?? 'postgres',
    password: options.password ?? options.standbyOf?.password ?? 'not-a-secret',
  };
  try {
    await (options.standbyOf === undefined ? initialise(home, options) : copyFrom(home, options.standbyOf));
    await appendFile(join(home.data, 'postgresql.conf'), configuration(home, options.settings ?? {}));
    return await running(home, options.major);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Where a server lives, before it runs. */
interface Home extends Pick<Server, 'bin' | 'folder' | 'data' | 'socketDir' | 'port' | 'superuser' | 'password'> {
  readonly run: RunAs;
}

/** Traversable by the server's user and short: a socket's path may have 100 bytes. */
async function makeFolder(run: RunAs): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 's'), { mode: 0o755 });
  if (run.uid !== undefined && run.gid !== undefined)
    for (const path of [folder, join(folder, 's')]) await chown(path, run.uid, run.gid);
  return folder;
}

async function initialise(home: Home, options: ServerOptions): Promise<void> {
  const auth = options.auth === 'password' ? 'scram-sha-256' : 'trust';
  const passwordFile = join(home.folder, 'pw');
  await writeFile(passwordFile, home.password, { mode: 0o644 });
  await execa(
    join(home.bin, 'initdb'),
    [
      ...['-D', home.data, '-U', home.superuser, '--pwfile', passwordFile, '-N', `--auth=${auth}`],
      ...['-E', 'UTF8', '--locale=C.UTF-8', ...(options.initdb ?? [])],
    ],
    { ...home.run, cwd: home.folder },
  );
  await rm(passwordFile);
  await appendFile(join(home.data, 'pg_hba.conf'), `host replication all 127.0.0.1/32 ${auth}\n`);
}

async function copyFrom(home: Home, primary: Server): Promise<void> {
  await execa(
    join(home.bin, 'pg_basebackup'),
    [
      ...['-D', home.data, '-R', '-X', 'stream', '-c', 'fast'],
      ...['-h', '127.0.0.1', '-p', String(primary.port), '-U', primary.superuser],
    ],
    { ...home.run, cwd: home.folder, env: { PGPASSWORD: primary.password } },
  );
}

async function running(home: Home, major: Major): Promise<Server> {
  const { bin, folder, data, socketDir, port, superuser, password, run } = home;
  // modules that need libpq, the receiver of a standby among them, would take the system's or find none
  const env = { LD_LIBRARY_PATH: join(bin, '../lib') };
  const start = (): Promise<Daemon> =>
    startDaemon([join(bin, 'postgres'), '-D', data], { folder, run, env, log: join(folder, 'server.log') });
  let postmaster = await start();
  const answers = async (): Promise<void> => {
    try {
      await untilItAnswers(server, postmaster);
    } catch (error) {
      await postmaster.end('SIGQUIT');
      throw error;
    }
  };
  const server: Server = {
    ...{ major, bin, folder, data, socketDir, port, superuser, password, uid: run.uid, gid: run.gid },
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
    kill: () => postmaster.killAll(),
    async restart() {
      await postmaster.end('SIGINT');
      postmaster = await start();
      await answers();
    },
    async stop() {
      await postmaster.end('SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  await answers();
  return server;
}

async function untilItAnswers(server: Server, postmaster: Daemon): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const client = await server.connect();
      await client.end();
      return;
    } catch (error) {
      if (postmaster.isAlive() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      else {
        const log = await readFile(join(server.folder, 'server.log'), 'utf8');
        throw new Error(`the server in ${server.folder} does not answer:\n${log.slice(-2000)}`, { cause: error });
      }
    }
  }
}

function configuration({ port, socketDir }: Home, settings: Readonly<Record<string, string>>): string {
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
