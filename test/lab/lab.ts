import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startApiServer, type LabApiServer } from './api/apiServer';
import { Kept } from './api/kept';
import { writeKubeconfig } from './api/kubeconfig';
import type { LabClusterState, LabPod } from './labPod';
import { runJobs } from './jobs/jobsOf';
import { bitnami, decoys, dockerLibrary, podOf, sclorg } from './pods';
import { startPgBouncer, type PgBouncer } from './pgbouncer';
import { startServer, type Server } from './servers';

/** The pods with a server, by the reference they have; `source` is the seeded production database. */
export const places = {
  source: 'cluster-a/shop-prod/postgres-0',
  standby: 'cluster-a/shop-prod/postgres-standby-0',
  sclorg: 'cluster-a/legacy/postgresql-1-x7k2p',
  pg16: 'cluster-b/shop-test/pg16-0',
  pg18: 'cluster-b/shop-test/pg18-7c9d8f6b5-q2w4e',
  bitnami: 'cluster-b/shop-test/bitnami-postgresql-0',
  latin: 'cluster-b/latin/postgres-0',
  /** no superuser to be had: an owner with CREATEDB and pg_signal_backend */
  limited: 'cluster-b/limited/postgres-0',
} as const;

export type PlaceName = keyof typeof places;

export interface LabOptions {
  /** which pods with servers; default all */
  readonly only?: readonly PlaceName[];
  /** seed `shop` and the oddly named database on the source; default true */
  readonly seed?: boolean;
  /** 1 = about 35 MB; fractions too */
  readonly scale?: number;
  readonly pgbouncer?: boolean;
  /** Jobs and CronJobs can be made, and run; default false */
  readonly jobs?: boolean;
  /** is told what was done, for those who watch */
  readonly tell?: (what: string) => void;
}

/** Two embedded clusters with real PostgreSQL servers. */
export interface Lab {
  /** one file with the contexts `cluster-a` and `cluster-b` */
  readonly kubeconfig: string;
  readonly folder: string;
  readonly clusters: Readonly<
    Record<'cluster-a' | 'cluster-b', { readonly state: LabClusterState; readonly api: LabApiServer }>
  >;
  /** the server behind a pod, for checks that go around DB Ferry */
  server(place: PlaceName): Server;
  /** in front of pg16; undefined where the program is not installed or was not asked for */
  readonly pgbouncer: PgBouncer | undefined;
  close(): Promise<void>;
}

export const oddDatabase = 'Bücher & "Tee"';

/** Starts the lab: servers first, side by side, then both API servers. What was started is ended when a part fails. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return await assemble(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each part leaves its end in `closers`, which are called last first. */
async function assemble(
  options: LabOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-lab-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const servers = new Map<PlaceName, Server>();
  closers.push(() => Promise.all([...servers.values()].map((server) => server.stop())));
  await startServers(options, servers);
  const pg16 = servers.get('pg16');
  const pgbouncer = pg16 && options.pgbouncer ? await startPgBouncer(pg16) : undefined;
  closers.push(async () => pgbouncer?.stop());
  const states = await statesOf(servers, options.jobs === true);
  const a = await startApiServer(states['cluster-a']);
  closers.push(() => a.close());
  const b = await startApiServer(states['cluster-b']);
  closers.push(() => b.close());
  for (const [state, api] of [[states['cluster-a'], a] as const, [states['cluster-b'], b] as const]) {
    const { kept } = state;
    if (!kept) continue;
    const jobs = runJobs({ ...state, kept }, api, folder);
    closers.push(() => jobs.close());
  }
  const kubeconfig = join(folder, 'kubeconfig');
  const user = { token: 'admin-token', user: 'dba', namespace: 'shop-prod' };
  await writeKubeconfig(kubeconfig, [
    { contextName: 'cluster-a', url: a.url, caPem: a.caPem, ...user },
    { contextName: 'cluster-b', url: b.url, caPem: b.caPem, ...user },
  ]);
  return {
    ...{ kubeconfig, folder, pgbouncer, close },
    clusters: {
      'cluster-a': { state: states['cluster-a'], api: a },
      'cluster-b': { state: states['cluster-b'], api: b },
    },
    server(place) {
      const server = servers.get(place);
      if (!server) throw new Error(`${place} was not started`);
      return server;
    },
  };
}

/** All at once, the standby last: it is a copy of the seeded source. */
async function startServers(options: LabOptions, servers: Map<PlaceName, Server>): Promise<void> {
  const all = Object.keys(places) as PlaceName[];
  const isWanted = (name: PlaceName): boolean => options.only?.includes(name) ?? true;
  const needed = all.filter((name) => isWanted(name) || (name === 'source' && isWanted('standby')));
  const starts = needed
    .filter((name) => name !== 'standby')
    .map(async (name) => {
      const server = await start(name);
      servers.set(name, server);
      const isSeeded = name === 'source' && options.seed !== false;
      options.tell?.(`${places[name]}: PostgreSQL ${server.major} is up${isSeeded ? '; writing rows into it …' : ''}`);
      if (isSeeded) await seed(server, options.scale ?? 1);
      if (isSeeded) options.tell?.(`${places[name]}: the rows are there`);
      if (name === 'sclorg') await applicationUser(server);
      if (name === 'limited') await limitedOwner(server);
    });
  for (const outcome of await Promise.allSettled(starts)) if (outcome.status === 'rejected') throw outcome.reason;
  const source = servers.get('source');
  if (needed.includes('standby') && source) servers.set('standby', await startServer({ major: 15, standbyOf: source }));
}

async function statesOf(
  servers: ReadonlyMap<PlaceName, Server>,
  keeps: boolean,
): Promise<Record<'cluster-a' | 'cluster-b', LabClusterState>> {
  const states = { 'cluster-a': stateOf('cluster-a', true, keeps), 'cluster-b': stateOf('cluster-b', false, keeps) };
  for (const name of Object.keys(places) as PlaceName[]) {
    const server = servers.get(name);
    if (!server) continue;
    const [cluster, namespace, pod] = places[name].split('/') as ['cluster-a' | 'cluster-b', string, string];
    states[cluster].pods.push(await labPod(name, server, namespace, pod));
  }
  states['cluster-a'].pods.push(...decoys('shop-prod'));
  states['cluster-b'].pods.push(pooler());
  for (const { namespaces, pods } of Object.values(states))
    namespaces.push(...new Set(pods.map(({ namespace }) => namespace)));
  return states;
}

async function start(name: PlaceName): Promise<Server> {
  switch (name) {
    case 'pg16':
      return startServer({
        major: 16,
        settings: {
          timezone: "'Europe/Berlin'",
          bytea_output: "'escape'",
          intervalstyle: "'sql_standard'",
          datestyle: "'German'",
        },
      });
    case 'pg18':
      return startServer({ major: 18 });
    case 'bitnami':
      return startServer({ major: 16, auth: 'password', password: 'Sécret "x" $y' });
    case 'latin':
      return startServer({ major: 16, initdb: ['-E', 'LATIN1', '--locale=C'] });
    case 'sclorg':
      return startServer({ major: 16 });
    case 'limited':
      return startServer({ major: 16, superuser: 'hidden_admin' });
    default:
      return startServer({ major: 15 });
  }
}

async function labPod(name: PlaceName, server: Server, namespace: string, pod: string): Promise<LabPod> {
  const place = { namespace, name: pod };
  const set = (owner: string): LabPod['owners'][number] => ({
    kind: 'StatefulSet',
    name: owner,
    apiVersion: 'apps/v1',
  });
  switch (name) {
    case 'source':
      return dockerLibrary(server, { ...place, owner: set('postgres') }, 'shop');
    case 'standby':
      return dockerLibrary(server, { ...place, owner: set('postgres-standby') }, 'shop');
    case 'sclorg':
      return sclorg(server, {
        ...place,
        owner: { kind: 'ReplicationController', name: 'postgresql-1', apiVersion: 'v1' },
      });
    case 'pg18':
      return dockerLibrary(server, {
        ...place,
        owner: { kind: 'ReplicaSet', name: 'pg18-7c9d8f6b5', apiVersion: 'apps/v1' },
      });
    case 'bitnami': {
      const file = join(server.folder, 'password');
      await writeFile(file, server.password, { mode: 0o644 });
      return bitnami(server, { ...place, owner: set('bitnami-postgresql') }, file);
    }
    case 'limited':
      return podOf(
        {
          ...{ ...place, owner: set('postgres'), image: 'docker.io/library/postgres:16', labels: { app: 'postgres' } },
          env: { POSTGRES_USER: 'app_owner', POSTGRES_DB: 'app', POSTGRES_PASSWORD: 'x', PGUSER: 'app_owner' },
        },
        server,
      );
    default:
      return dockerLibrary(server, { ...place, owner: set(pod.replace(/-0$/, '')) });
  }
}

function pooler(): LabPod {
  return podOf({
    ...{
      namespace: 'shop-test',
      name: 'pgbouncer-6d5f-zz1',
      image: 'docker.io/edoburu/pgbouncer:1.22',
      container: 'pgbouncer',
    },
    labels: { app: 'pgbouncer' },
  });
}

function stateOf(name: string, openshift: boolean, keeps: boolean): LabClusterState {
  return {
    ...{ name, openshift, namespaces: ['default'], pods: [] },
    users: new Map([['admin-token', { name: 'dba' }]]),
    faults: { exec: [], http: [], protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] },
    ...(keeps ? { kept: new Kept() } : {}),
  };
}

/** The roles of the realistic data exist on the source only; a target gets them by `--create-roles`. */
async function seed(server: Server, scale: number): Promise<void> {
  const file = fileURLToPath(new URL('data/realistic.sql', import.meta.url));
  for (const database of ['shop', oddDatabase]) {
    await server.sql('postgres', `create database "${database.replaceAll('"', '""')}"`);
    const connection = ['-h', '127.0.0.1', '-p', String(server.port), '-U', server.superuser];
    await execa(
      `${server.bin}/psql`,
      ['-Xq', ...connection, '-v', `scale=${database === 'shop' ? scale : 0.25}`, '-f', file],
      { env: { PGDATABASE: database, PGTZ: 'UTC' } },
    );
  }
  await server.sql(
    'postgres',
    `grant connect on database shop to shop_app; alter database shop set statement_timeout = '5min'; alter role shop_app in database shop set search_path = shop, public; comment on database shop is 'the shop'`,
  );
}

async function applicationUser(server: Server): Promise<void> {
  await server.sql('postgres', `create role appuser login password 'app-secret'`);
  await server.sql('postgres', 'create database app owner appuser');
}

async function limitedOwner(server: Server): Promise<void> {
  await server.sql('postgres', `create role app_owner login createdb in role pg_signal_backend`);
  await server.sql('postgres', `create role shop_app login password 'app-secret'`);
  await server.sql('postgres', 'create database app owner app_owner');
}
