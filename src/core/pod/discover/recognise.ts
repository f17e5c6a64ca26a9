import type { DatabasePod, Flavour } from '../databasePod';
import { flavourOf, roleHint, type FlavourRow } from './flavours';
import type { ContainerObject, OwnerReference, PodObject } from './podObject';

/** A pod with the container that runs the server, as far as the API tells. */
export interface Recognised {
  readonly container: string;
  readonly flavour: Flavour;
  readonly row: FlavourRow | undefined;
}

/** The container of a pod that runs a PostgreSQL server, or undefined. Poolers, exporters, builds and jobs are left out. */
export function recognise(pod: PodObject): Recognised | undefined {
  if (isLeftOut(pod)) return undefined;
  let best: (Recognised & { readonly score: number }) | undefined;
  for (const container of pod.spec.containers) {
    const row = flavourOf(pod, container);
    const score = row?.labels ? 100 : serverScore(container, row);
    if (score > (best?.score ?? 0))
      best = { container: container.name, flavour: row?.flavour ?? 'unknown', row, score };
  }
  return best;
}

/** A pod that runs, with a pooler in one of its containers. */
export function isPooler({ metadata: { labels = {} }, spec, status }: PodObject): boolean {
  if (status?.phase !== 'Running') return false;
  return isLabelledPooler(labels) || spec.containers.some(({ image = '' }) => poolerImage.test(imageName(image)));
}

/** What the API says of a recognised pod; its workload is resolved without any further call. */
export function describe(cluster: string, pod: PodObject, found: Recognised): DatabasePod {
  const { metadata } = pod;
  const reason = whyNotReady(pod, found.container);
  const hint = roleHint(found.row, pod);
  return {
    cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    container: found.container,
    flavour: found.flavour,
    workload: workload(pod, found.row),
    ready: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(hint === undefined ? {} : { roleHint: hint }),
  };
}

/** The ReplicaSet or ReplicationController that hides a pod's workload, where its name does not tell. */
export function unresolvedOwner(pod: DatabasePod): boolean {
  return pod.workload.kind === 'ReplicaSet' || pod.workload.kind === 'ReplicationController';
}

/** The owner that controls an object. */
export function controller(owners: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  return owners?.find((one) => one.controller === true) ?? owners?.[0];
}

const poolerImage = /bouncer|pgpool|pgcat|odyssey/;

const otherImage =
  /exporter|pgadmin|pgbackrest|backup|operator|postgrest|graphile|adminer|metabase|pghero|wal-g|barman|migrat|patroni-?ui/;

function isLabelledPooler(labels: Readonly<Record<string, string>>): boolean {
  return (
    labels['cnpg.io/podRole'] === 'pooler' ||
    labels['k8s.enterprisedb.io/podRole'] === 'pooler' ||
    labels['application'] === 'db-connection-pooler' ||
    labels['postgres-operator.crunchydata.com/role'] === 'pgbouncer'
  );
}

function isLeftOut(pod: PodObject): boolean {
  const { labels = {}, annotations = {}, ownerReferences } = pod.metadata;
  const { phase } = pod.status ?? {};
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    isLabelledPooler(labels) ||
    labels['cnpg.io/jobRole'] !== undefined ||
    labels['openshift.io/deployer-pod-for.name'] !== undefined ||
    labels['openshift.io/build.name'] !== undefined ||
    annotations['openshift.io/build.name'] !== undefined ||
    annotations['openshift.io/deployment.name']?.concat('-deploy') === pod.metadata.name ||
    (ownerReferences ?? []).some((one) => one.kind === 'Job' || one.kind === 'Build')
  );
}

/** 0: not a server. An image says most, then what only a server's container declares. */
function serverScore(container: ContainerObject, row: FlavourRow | undefined): number {
  const image = imageName(container.image ?? '');
  if (poolerImage.test(image) || otherImage.test(image)) return 0;
  const env = new Set((container.env ?? []).map((one) => one.name));
  const port = (container.ports ?? []).some((one) => one.containerPort === 5432);
  let score = 0;
  if (/postgres|postgis|timescaledb|pgvector|spilo|(^|\/)edb-|\/patroni/.test(image)) score += 10;
  else if (isClient(env)) return port ? 1 : 0;
  if (port) score += 5;
  if (env.has('PGDATA') || env.has('PG_MAJOR') || env.has('POSTGRESQL_VERSION')) score += 4;
  if (setsUpServer(env)) score += 3;
  return row === undefined && score < 3 ? 0 : score;
}

/** An image without its registry, tag and digest. */
function imageName(image: string): string {
  const bare = image.replace(/@sha256:.*$/, '').replace(/:[^/:]*$/, '');
  const [first = '', ...rest] = bare.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : bare;
}

/** An application that is told where its database is. */
function isClient(env: ReadonlySet<string>): boolean {
  return [...env].some((name) =>
    /^(PG|POSTGRES(QL)?|DB|DATABASE|SPRING_DATASOURCE|JDBC)_?(\w+_)?(HOST|HOSTNAME|URL|URI|SERVER|SERVICE)$/.test(name),
  );
}

/** The variables from which images make their first role and database. */
function setsUpServer(env: ReadonlySet<string>): boolean {
  const has = (name: string): boolean => env.has(name) || env.has(`${name}_FILE`);
  return (
    (has('POSTGRESQL_USER') && has('POSTGRESQL_PASSWORD') && has('POSTGRESQL_DATABASE')) ||
    has('POSTGRESQL_ADMIN_PASSWORD') ||
    has('POSTGRESQL_POSTGRES_PASSWORD') ||
    (has('POSTGRES_PASSWORD') && (has('POSTGRES_DB') || has('POSTGRES_USER')))
  );
}

function workload(pod: PodObject, row: FlavourRow | undefined): DatabasePod['workload'] {
  const { labels = {}, annotations = {}, ownerReferences, name } = pod.metadata;
  const resource = row?.owner === undefined ? undefined : labels[row.owner.label];
  if (row?.owner && resource !== undefined) return { kind: row.owner.kind, name: resource };
  const owner = controller(ownerReferences);
  if (!owner) return { kind: 'Pod', name };
  const hash = labels['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
  }
  const config = annotations['openshift.io/deployment-config.name'] ?? labels['deploymentconfig'];
  if (owner.kind === 'ReplicationController' && config !== undefined) return { kind: 'DeploymentConfig', name: config };
  return { kind: owner.kind, name: owner.name };
}

function whyNotReady(pod: PodObject, container: string): string | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { phase = 'Unknown', reason, conditions = [], containerStatuses = [] } = pod.status ?? {};
  const status = containerStatuses.find((one) => one.name === container);
  const waiting = status?.state?.waiting?.reason ?? status?.state?.terminated?.reason;
  if (waiting !== undefined) return waiting;
  if (phase !== 'Running') return reason ?? phase;
  if (status && !status.ready) return 'NotReady';
  if (!status && conditions.some((one) => one.type === 'Ready' && one.status !== 'True')) return 'NotReady';
  return undefined;
}
