import type { OpenPod } from '../../src/core/pod/databasePod';
import { probe } from '../../src/core/pod/server/probe';
import type { Server } from '../lab/servers';
import { LocalExec } from './localExec';

/** A `LocalExec` in the environment that a container of this server has. */
export function execIn(server: Server, env: Readonly<Record<string, string>> = {}): LocalExec {
  return new LocalExec({
    ...(server.uid === undefined ? {} : { uid: server.uid }),
    ...(server.gid === undefined ? {} : { gid: server.gid }),
    env: {
      PATH: `${server.bin}:/usr/bin:/bin`,
      PGDATA: server.data,
      PGHOST: server.socketDir,
      PGPORT: String(server.port),
      PGUSER: server.superuser,
      ...env,
    },
  });
}

/** A server of the lab as a pod that was found and probed, without a cluster. */
export async function openServer(
  server: Server,
  env: Readonly<Record<string, string>> = {},
): Promise<OpenPod & { exec: LocalExec }> {
  const exec = execIn(server, env);
  return {
    exec,
    facts: await probe(exec),
    pod: {
      cluster: 'alpha',
      namespace: 'demo',
      name: 'pg-0',
      uid: 'uid',
      container: 'postgres',
      flavour: 'unknown',
      workload: { kind: 'StatefulSet', name: 'pg' },
      ready: true,
    },
  };
}
