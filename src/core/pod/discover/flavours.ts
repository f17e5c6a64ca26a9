import type { DatabasePod, Flavour } from '../databasePod';
import type { ContainerObject, PodObject } from './podObject';

/** How one image family or operator is recognised (facts: docs/flavours.md). To add one, add a row. */
export interface FlavourRow {
  readonly flavour: Flavour;
  /** labels that all must be there; a value of '' stands for any */
  readonly labels?: Readonly<Record<string, string>>;
  /** the container's image, tag included */
  readonly image?: RegExp;
  /** names of environment variables of the container, one of which must be there */
  readonly env?: RegExp;
  /** names of the server's container, where the family fixes one */
  readonly container?: string;
  /** the label that claims the role */
  readonly roleLabel?: string;
  /** a custom resource that owns the pods, and the label with its name */
  readonly owner?: { readonly kind: string; readonly label: string };
}

/** Operators first: their labels are certain. Then image families, by image or by environment. The first match wins. */
export const flavourRows: readonly FlavourRow[] = [
  {
    flavour: 'cloudnative-pg',
    labels: { 'cnpg.io/cluster': '', 'cnpg.io/podRole': 'instance' },
    container: 'postgres',
    roleLabel: 'cnpg.io/instanceRole',
    owner: { kind: 'Cluster', label: 'cnpg.io/cluster' },
  },
  {
    flavour: 'cloudnative-pg',
    labels: { 'cnpg.io/cluster': '', 'cnpg.io/instanceName': '' },
    container: 'postgres',
    roleLabel: 'cnpg.io/instanceRole',
    owner: { kind: 'Cluster', label: 'cnpg.io/cluster' },
  },
  {
    flavour: 'edb',
    labels: { 'k8s.enterprisedb.io/cluster': '' },
    container: 'postgres',
    roleLabel: 'k8s.enterprisedb.io/instanceRole',
    owner: { kind: 'Cluster', label: 'k8s.enterprisedb.io/cluster' },
  },
  {
    flavour: 'percona',
    labels: {
      'postgres-operator.crunchydata.com/cluster': '',
      'postgres-operator.crunchydata.com/data': 'postgres',
      'app.kubernetes.io/managed-by': 'percona-postgresql-operator',
    },
    container: 'database',
    roleLabel: 'postgres-operator.crunchydata.com/role',
    owner: { kind: 'PerconaPGCluster', label: 'postgres-operator.crunchydata.com/cluster' },
  },
  {
    flavour: 'percona',
    labels: {
      'postgres-operator.crunchydata.com/cluster': '',
      'postgres-operator.crunchydata.com/data': 'postgres',
    },
    image: /percona/,
    container: 'database',
    roleLabel: 'postgres-operator.crunchydata.com/role',
    owner: { kind: 'PerconaPGCluster', label: 'postgres-operator.crunchydata.com/cluster' },
  },
  {
    flavour: 'crunchy',
    labels: {
      'postgres-operator.crunchydata.com/cluster': '',
      'postgres-operator.crunchydata.com/data': 'postgres',
    },
    container: 'database',
    roleLabel: 'postgres-operator.crunchydata.com/role',
    owner: { kind: 'PostgresCluster', label: 'postgres-operator.crunchydata.com/cluster' },
  },
  {
    flavour: 'stackgres',
    labels: { 'stackgres.io/cluster-name': '', 'stackgres.io/cluster': 'true' },
    container: 'patroni',
    roleLabel: 'role',
    owner: { kind: 'SGCluster', label: 'stackgres.io/cluster-name' },
  },
  {
    flavour: 'stackgres',
    labels: { app: 'StackGresCluster', 'stackgres.io/cluster-name': '' },
    container: 'patroni',
    roleLabel: 'role',
    owner: { kind: 'SGCluster', label: 'stackgres.io/cluster-name' },
  },
  {
    flavour: 'zalando',
    labels: { application: 'spilo' },
    container: 'postgres',
    roleLabel: 'spilo-role',
  },
  {
    flavour: 'kubeblocks',
    labels: { 'kubeblocks.io/role': '' },
    image: /postgres|spilo/,
    container: 'postgresql',
    roleLabel: 'kubeblocks.io/role',
  },
  { flavour: 'zalando', image: /\/spilo[-:\w]*/, roleLabel: 'spilo-role' },
  {
    flavour: 'bitnami',
    image: /bitnami\w*\/postgresql/,
    container: 'postgresql',
    roleLabel: 'app.kubernetes.io/component',
  },
  {
    flavour: 'sclorg',
    image: /(rhel\d+|rhscl|sclorg|centos\d*|openshift\d*)\/postgresql/,
  },
  { flavour: 'docker-library', image: /(^|\/)(postgres|postgis|timescaledb(-ha)?|pgvector)([:@]|$)/ },
  {
    flavour: 'bitnami',
    image: /postgresql/,
    env: /^(POSTGRESQL_POSTGRES_PASSWORD|POSTGRESQL_VOLUME_DIR|POSTGRESQL_REPLICATION_MODE|BITNAMI_\w+)$/,
  },
  { flavour: 'sclorg', image: /postgresql/, env: /^POSTGRESQL_(USER|DATABASE|ADMIN_PASSWORD|VERSION)$/ },
  { flavour: 'docker-library', image: /postgres/, env: /^(POSTGRES_\w+|PGDATA|PG_MAJOR)$/ },
];

/** The row that a container of a pod fits, if any. */
export function flavourOf(pod: PodObject, container: ContainerObject): FlavourRow | undefined {
  return flavourRows.find((row) => fits(row, pod, container));
}

/** What the row's label claims of the pod; `master` became `primary` in Patroni 4, both are seen. */
export function roleHint(row: FlavourRow | undefined, pod: PodObject): DatabasePod['roleHint'] {
  const claim = row?.roleLabel === undefined ? undefined : pod.metadata.labels?.[row.roleLabel];
  if (claim === 'primary' || claim === 'master') return 'primary';
  if (claim === 'replica' || claim === 'secondary' || claim === 'read' || claim === 'standby') return 'replica';
  return undefined;
}

function fits(row: FlavourRow, pod: PodObject, container: ContainerObject): boolean {
  const labels = pod.metadata.labels ?? {};
  for (const [name, value] of Object.entries(row.labels ?? {})) {
    const found = labels[name];
    if (found === undefined || (value !== '' && found !== value)) return false;
  }
  if (row.labels && row.container !== undefined && container.name !== row.container) return false;
  if (row.image && !row.image.test(container.image ?? '')) return false;
  const { env } = row;
  return env === undefined || (container.env ?? []).some((one) => env.test(one.name));
}
