import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { LabClusterState, LabPod, LabUser } from '../labPod';
import type { ExecServer } from '../../contract/session';
import type { LabApiServer } from './apiServer';

/** A pod without a server: commands run on this machine. */
export function fakePod(namespace: string, name: string, extra: Partial<LabPod> = {}): LabPod {
  return {
    ...{ namespace, name, uid: randomUUID(), labels: { app: 'fake' }, annotations: {}, owners: [] },
    containers: [
      {
        ...{ name: 'main', image: 'docker.io/library/postgres:17' },
        env: [
          { name: 'A', value: 'b' },
          { name: 'P', secret: { name: 's', key: 'k' } },
        ],
        ports: [{ containerPort: 5432 }],
      },
    ],
    ...{ phase: 'Running', ready: true },
    start: (_container, [program = '', ...args]) =>
      spawn(program, args, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, detached: true, stdio: 'pipe' }),
    ...extra,
  };
}

export function fakeCluster(users: Readonly<Record<string, LabUser>> = {}, openshift = false): LabClusterState {
  return {
    ...{ name: 'fake', openshift, namespaces: ['default', 'demo'], pods: [fakePod('demo', 'x')] },
    users: new Map([['admin', { name: 'admin' }], ...Object.entries(users)]),
    faults: { exec: [], http: [], protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'] },
  };
}

/** Its pod, for a raw session. */
export function onFake({ url, caPem }: LabApiServer): ExecServer {
  return { url, caPem, place: 'demo/x', token: 'admin' };
}
