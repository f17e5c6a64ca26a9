import assert from 'node:assert/strict';
import type { KubeClient, ListOptions } from '../../../src/core/cluster/kubeClient';
import { AppError, isAppError } from '../../../src/core/base/errors';
import { findPods } from '../../../src/core/pod/discover/findPods';
import { findPoolers } from '../../../src/core/pod/discover/findPoolers';
import type { ContainerObject, PodObject } from '../../../src/core/pod/discover/podObject';

describe('findPods', () => {
  it('knows the image families and operators', async () => {
    const found = await byName([
      pod('docker', { container: { image: 'postgres:16', env: env('POSTGRES_PASSWORD') }, owner: 'StatefulSet/pg' }),
      pod('sclorg', {
        container: { image: 'registry.redhat.io/rhel9/postgresql-16@sha256:abc', env: env('POSTGRESQL_USER') },
        labels: { deploymentconfig: 'orders-db' },
        owner: 'ReplicationController/orders-db-3',
      }),
      pod('own-build', {
        container: {
          image: 'image-registry.openshift-image-registry.svc:5000/shop/orders@sha256:abc',
          env: env('POSTGRESQL_USER', 'POSTGRESQL_PASSWORD', 'POSTGRESQL_DATABASE'),
        },
        labels: { 'pod-template-hash': '5d4f8' },
        owner: 'ReplicaSet/orders-5d4f8',
      }),
      pod('bitnami', {
        container: {
          name: 'postgresql',
          image: 'docker.io/bitnami/postgresql:15.4.0',
          env: env('POSTGRESQL_PASSWORD'),
        },
        labels: { 'app.kubernetes.io/component': 'read' },
      }),
      pod('cnpg-1', {
        container: { name: 'postgres', image: 'ghcr.io/cloudnative-pg/postgresql:17' },
        labels: { 'cnpg.io/cluster': 'main', 'cnpg.io/podRole': 'instance', 'cnpg.io/instanceRole': 'primary' },
        owner: 'Cluster/main',
      }),
      pod('hippo', {
        container: { name: 'database', image: 'registry.example/any:1' },
        more: [{ name: 'pgbackrest', image: 'crunchy-pgbackrest' }, { name: 'replication-cert-copy' }],
        labels: {
          'postgres-operator.crunchydata.com/cluster': 'hippo',
          'postgres-operator.crunchydata.com/data': 'postgres',
          'postgres-operator.crunchydata.com/role': 'master',
        },
        owner: 'StatefulSet/hippo-instance1-abcd',
      }),
      pod('spilo', {
        container: { name: 'postgres', image: 'ghcr.io/zalando/spilo-16:3.2' },
        labels: { application: 'spilo', 'spilo-role': 'replica' },
        owner: 'StatefulSet/acid-main',
      }),
      pod('sg', {
        container: { name: 'patroni', image: 'quay.io/ongres/patroni:v3' },
        labels: { app: 'StackGresCluster', 'stackgres.io/cluster-name': 'sg', 'stackgres.io/cluster': 'true' },
      }),
    ]);
    const seen = Object.fromEntries(
      [...found].map(([name, one]) => [
        name,
        `${one.flavour} ${one.container} ${one.workload.kind}/${one.workload.name} ${one.roleHint ?? '-'}`,
      ]),
    );
    assert.deepEqual(seen, {
      docker: 'docker-library main StatefulSet/pg -',
      sclorg: 'sclorg main DeploymentConfig/orders-db -',
      'own-build': 'unknown main Deployment/orders -',
      bitnami: 'bitnami postgresql Pod/bitnami replica',
      'cnpg-1': 'cloudnative-pg postgres Cluster/main primary',
      hippo: 'crunchy database PostgresCluster/hippo primary',
      spilo: 'zalando postgres StatefulSet/acid-main replica',
      sg: 'stackgres patroni SGCluster/sg -',
    });
  });

  it('takes the server out of a pod with helpers, and says why a pod is not ready', async () => {
    const found = await byName([
      pod('helped', {
        container: { name: 'exporter', image: 'prometheuscommunity/postgres-exporter', env: env('POSTGRES_USER') },
        more: [{ name: 'db', image: 'postgis/postgis:16-3.4' }],
        waiting: 'CrashLoopBackOff',
      }),
    ]);
    const one = found.get('helped');
    assert.equal(one?.container, 'db');
    assert.deepEqual([one.ready, one.reason], [false, 'CrashLoopBackOff']);
  });

  it('leaves out poolers, exporters, clients, builds and jobs', async () => {
    const found = await byName([
      pod('pgbouncer', { container: { image: 'bitnami/pgbouncer:1', env: env('POSTGRESQL_PASSWORD'), ports: [5432] } }),
      pod('pooler', { container: { name: 'postgres', image: 'postgres' }, labels: { 'cnpg.io/podRole': 'pooler' } }),
      pod('pgpool', { container: { image: 'bitnami/pgpool:4', ports: [5432] } }),
      pod('exporter', { container: { image: 'quay.io/x/postgres-exporter:1' } }),
      pod('client', {
        container: { image: 'shop:1', env: env('POSTGRES_HOST', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB') },
      }),
      pod('rest', { container: { image: 'postgrest/postgrest:v12' } }),
      pod('job', { container: { image: 'postgres:16' }, owner: 'Job/nightly' }),
      pod('db-1-deploy', {
        container: { image: 'postgres:16' },
        labels: { 'openshift.io/deployer-pod-for.name': 'db-1' },
      }),
      pod('done', { container: { image: 'postgres:16' }, phase: 'Succeeded' }),
      pod('web', { container: { image: 'nginx' } }),
    ]);
    assert.deepEqual([...found.keys()], []);
  });

  it('asks namespace by namespace where the whole cluster is forbidden', async () => {
    const one = pod('pg-0', { container: { image: 'postgres:16' } });
    const client = fakeClient((path) => {
      if (path === '/api/v1/namespaces/demo/pods') return [one];
      throw new AppError('cluster.forbidden', { cluster: 'a', resource: path, message: '' });
    });
    const found = await findPods(client, { namespaces: () => Promise.resolve(['demo', 'secret']) });
    assert.deepEqual([found.pods.map((one) => one.name), found.forbidden], [['pg-0'], ['secret']]);
    await assert.rejects(findPods(client, { namespace: 'secret' }), (error) => isAppError(error, 'cluster.forbidden'));
  });

  it('asks for the owner of a ReplicaSet whose name does not tell, once', async () => {
    let asked = 0;
    const pods = ['a', 'b'].map((name) => pod(name, { container: { image: 'postgres:16' }, owner: 'ReplicaSet/odd' }));
    const client = fakeClient(
      () => pods,
      () => {
        asked += 1;
        return { metadata: { ownerReferences: [{ kind: 'Rollout', name: 'canary', controller: true }] } };
      },
    );
    const found = await findPods(client);
    assert.deepEqual(
      found.pods.map((one) => one.workload.name),
      ['canary', 'canary'],
    );
    assert.equal(asked, 1);
  });
});

describe('findPoolers', () => {
  const { signal } = new AbortController();

  it('knows them by image or label, with the addresses they come from', async () => {
    const at = (found: PodObject, podIP: string, ...more: string[]): PodObject => ({
      ...found,
      status: { ...found.status, podIP, podIPs: [podIP, ...more].map((ip) => ({ ip })) },
    });
    const client = fakeClient((path) => {
      assert.equal(path, '/api/v1/namespaces/demo/pods');
      return [
        at(pod('pgbouncer', { container: { image: 'bitnami/pgbouncer:1' } }), '10.0.0.1', 'fd00::1'),
        at(pod('cnpg', { container: { image: 'any' }, labels: { 'cnpg.io/podRole': 'pooler' } }), '10.0.0.2'),
        pod('odyssey', { container: { image: 'odyssey' } }),
        at(pod('gone', { container: { image: 'pgcat' }, phase: 'Failed' }), '10.0.0.3'),
        at(pod('pg-0', { container: { image: 'postgres:16' } }), '10.0.0.4'),
      ];
    });
    assert.deepEqual(await findPoolers(client, 'demo', signal), [
      { name: 'pgbouncer', addresses: ['10.0.0.1', 'fd00::1'] },
      { name: 'cnpg', addresses: ['10.0.0.2'] },
      { name: 'odyssey', addresses: [] },
    ]);
  });

  it('finds none where pods may not be listed', async () => {
    const client = fakeClient(() => {
      throw new AppError('cluster.forbidden', { cluster: 'a', message: '' });
    });
    assert.deepEqual(await findPoolers(client, 'demo', signal), []);
  });
});

interface PodSketch {
  readonly container: { name?: string; image?: string; env?: ContainerObject['env']; ports?: number[] };
  readonly more?: readonly ContainerObject[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly phase?: string;
  readonly waiting?: string;
}

function pod(name: string, sketch: PodSketch): PodObject {
  const [kind, owner] = sketch.owner?.split('/') ?? [];
  const { container, more = [], waiting } = sketch;
  const main: ContainerObject = {
    name: container.name ?? 'main',
    image: container.image ?? '',
    env: container.env ?? [],
    ports: (container.ports ?? []).map((containerPort) => ({ containerPort })),
  };
  const containers = [main, ...more];
  return {
    metadata: {
      name,
      namespace: 'demo',
      uid: `uid-${name}`,
      labels: sketch.labels ?? {},
      ...(kind !== undefined && owner !== undefined
        ? { ownerReferences: [{ kind, name: owner, controller: true }] }
        : {}),
    },
    spec: { containers },
    status: {
      phase: sketch.phase ?? 'Running',
      containerStatuses: containers.map((one) => ({
        name: one.name,
        ready: waiting === undefined,
        ...(waiting === undefined ? {} : { state: { waiting: { reason: waiting } } }),
      })),
    },
  };
}

function env(...names: string[]): { name: string; value: string }[] {
  return names.map((name) => ({ name, value: 'x' }));
}

async function byName(
  pods: readonly PodObject[],
): Promise<Map<string, Awaited<ReturnType<typeof findPods>>['pods'][number]>> {
  const found = await findPods(fakeClient(() => [...pods]));
  return new Map(
    pods.flatMap((pod) => {
      const one = found.pods.find((other) => other.name === pod.metadata.name);
      return one ? [[one.name, one] as const] : [];
    }),
  );
}

function fakeClient(list: (path: string) => unknown[], get?: (path: string) => unknown): KubeClient {
  const no = (): never => {
    throw new AppError('internal', { message: 'not expected' });
  };
  return {
    cluster: { alias: 'a', contextName: 'a', server: 'https://a', user: 'u', kubeconfigFile: '', contexts: [] },
    list: <T>(path: string, { onPage = (page) => page }: ListOptions<T> = {}) =>
      Promise.resolve().then(() => ({ items: onPage(list(path) as T[]), resourceVersion: '1' })),
    get: <T>(path: string) => Promise.resolve().then(() => (get ?? no)(path) as T),
    ...{ post: no, put: no, patch: no, delete: no, lines: no },
    watch: no,
    upgrade: no,
    fixedToken: no,
    forgetLogin: () => undefined,
  };
}
