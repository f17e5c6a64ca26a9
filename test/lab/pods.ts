import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { serverUser } from './daemon';
import type { LabPod } from './labPod';
import type { Server } from './servers';

/** How a pod looks to the API and what environment a command in it finds. */
export interface PodLook {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly container?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: LabPod['owners'][number];
  /** variables of the container as its image family has them */
  readonly env?: Readonly<Record<string, string>>;
  readonly phase?: LabPod['phase'];
  readonly address?: string;
  readonly ports?: LabPod['containers'][number]['ports'];
}

/**
 * A pod that plays an image family in front of a real server. What a real image has compiled in (the socket's folder)
 * stands in its environment; commands run as the server's user and lead a process group of their own, as in runc.
 */
export function podOf(look: PodLook, server?: Server): LabPod {
  const env = Object.entries(look.env ?? {});
  const phase = look.phase ?? 'Running';
  const environment = {
    ...(server && { PGHOST: server.socketDir, PGPORT: String(server.port), PGDATA: server.data, HOME: server.folder }),
    ...{ PATH: `${server ? `${server.bin}:` : ''}/usr/bin:/bin`, HOSTNAME: look.name, LANG: 'C.UTF-8' },
    ...look.env,
  };
  return {
    ...{ namespace: look.namespace, name: look.name, uid: randomUUID(), labels: look.labels ?? {}, annotations: {} },
    owners: look.owner ? [look.owner] : [],
    containers: [
      {
        name: look.container ?? 'postgres',
        image: look.image,
        env: env.map(([name, value]) =>
          /PASSWORD$/.test(name)
            ? { name, secret: { name: `${look.name}-secret`, key: name.toLowerCase() } }
            : { name, value },
        ),
        ports: look.ports ?? [{ name: 'postgresql', containerPort: 5432 }],
      },
    ],
    phase,
    ...(look.address === undefined ? {} : { address: look.address }),
    ready: phase === 'Running',
    start(container, argv) {
      const [program = '', ...args] = argv;
      if (phase !== 'Running') throw new Error(`container ${container} is not running`);
      return spawn(findProgram(program, environment.PATH), args, {
        ...serverUser(),
        ...{ argv0: program, cwd: server?.folder ?? '/', env: environment, detached: true, stdio: 'pipe' },
      });
    },
  };
}

/** As the runtime looks it up: the container's own PATH counts, and what is missing is said before anything runs. */
function findProgram(program: string, path: string): string {
  const candidates = program.includes('/') ? [program] : path.split(':').map((folder) => join(folder, program));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // the next folder
    }
  }
  throw Object.assign(new Error(`exec: "${program}": executable file not found in $PATH`), { code: 'ENOENT' });
}

/** docker-library's `postgres`: everything local is trusted. */
export function dockerLibrary(
  server: Server,
  place: Pick<PodLook, 'namespace' | 'name' | 'owner'>,
  database = 'postgres',
): LabPod {
  return podOf(
    {
      ...place,
      image: `docker.io/library/postgres:${server.major}`,
      labels: { app: 'postgres' },
      env: {
        POSTGRES_USER: server.superuser,
        POSTGRES_DB: database,
        POSTGRES_PASSWORD: server.password,
        PG_MAJOR: String(server.major),
      },
    },
    server,
  );
}

/** sclorg / RHEL: superuser `postgres` by the socket, an application user without CREATEDB. */
export function sclorg(server: Server, place: Pick<PodLook, 'namespace' | 'name' | 'owner'>): LabPod {
  return podOf(
    {
      ...place,
      image: `image-registry.openshift-image-registry.svc:5000/openshift/postgresql:${server.major}-el9`,
      container: 'postgresql',
      labels: { name: 'postgresql', deploymentconfig: 'postgresql', deployment: 'postgresql-1' },
      env: {
        POSTGRESQL_VERSION: String(server.major),
        POSTGRESQL_USER: 'appuser',
        POSTGRESQL_PASSWORD: 'app-secret',
        POSTGRESQL_DATABASE: 'app',
        PGUSER: 'postgres',
      },
    },
    server,
  );
}

/** Bitnami: a password is wanted even by the socket, and it lies in a file. */
export function bitnami(
  server: Server,
  place: Pick<PodLook, 'namespace' | 'name' | 'owner'>,
  passwordFile: string,
): LabPod {
  return podOf(
    {
      ...place,
      image: `docker.io/bitnami/postgresql:${server.major}`,
      container: 'postgresql',
      labels: { 'app.kubernetes.io/name': 'postgresql', 'app.kubernetes.io/component': 'primary' },
      env: {
        POSTGRESQL_VOLUME_DIR: server.folder,
        POSTGRES_USER: server.superuser,
        POSTGRES_PASSWORD_FILE: passwordFile,
      },
    },
    server,
  );
}

/** What looks like a database pod at first sight and is none, and one that still waits for its node. */
export function decoys(namespace: string): LabPod[] {
  return [
    podOf({
      namespace,
      name: 'postgresql-1-deploy',
      image: 'openshift/origin-deployer',
      labels: { 'openshift.io/deployer-pod-for.name': 'postgresql-1' },
      phase: 'Succeeded',
      ports: [],
    }),
    podOf({
      namespace,
      name: 'shop-build-3-build',
      image: 'openshift/origin-docker-builder',
      labels: { 'openshift.io/build.name': 'shop-build-3' },
      phase: 'Succeeded',
      ports: [],
    }),
    podOf({
      namespace,
      name: 'reports-0',
      image: 'docker.io/library/postgres:16',
      labels: { app: 'reports' },
      owner: { kind: 'StatefulSet', name: 'reports', apiVersion: 'apps/v1' },
      env: { POSTGRES_USER: 'reports', PGDATA: '/var/lib/postgresql/data' },
      phase: 'Pending',
    }),
    podOf({
      namespace,
      name: 'web-6f7d-x1',
      image: 'quay.io/example/web:1',
      container: 'web',
      labels: { app: 'web' },
      ports: [{ containerPort: 8080 }],
    }),
  ];
}
