import { asRecord, type JsonObject } from '../../base/json';
import type { ContainerObject, OwnerReference, PodObject } from './podObject';

/**
 * A pod as an API server sends it, as far as finding a database needs it, and no more of it is held: undefined for what is no pod, or has a name that
 * Kubernetes gives to none. Pure.
 */
export function parsePod(value: unknown): PodObject | undefined {
  const metadata = asRecord(asRecord(value)?.['metadata']);
  const containers = asRecord(asRecord(value)?.['spec'])?.['containers'];
  const { name, namespace, uid, deletionTimestamp } = metadata ?? {};
  if (!isName(name, 253) || !isName(namespace, 63) || typeof uid !== 'string' || uid.length > 200) return undefined;
  if (!Array.isArray(containers)) return undefined;
  const known = containers.flatMap((one) => parseContainer(one) ?? []);
  if (known.length === 0) return undefined;
  return {
    metadata: {
      name,
      namespace,
      uid,
      labels: texts(metadata?.['labels']),
      annotations: texts(metadata?.['annotations'], annotationsInUse),
      ownerReferences: list(metadata?.['ownerReferences'], parseOwner),
      ...(deletionTimestamp === undefined || deletionTimestamp === null
        ? {}
        : { deletionTimestamp: text(deletionTimestamp) ?? '' }),
    },
    spec: { containers: known },
    ...parseStatus(asRecord(asRecord(value)?.['status'])),
  };
}

/** The pods of a list; what is none is left out. Pure. */
export function parsePods(values: readonly unknown[]): PodObject[] {
  return values.flatMap((value) => parsePod(value) ?? []);
}

/** Some hold whole manifests. */
const annotationsInUse: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/default-container',
  'openshift.io/build.name',
  'openshift.io/deployment.name',
  'openshift.io/deployment-config.name',
]);

function parseContainer(value: unknown): ContainerObject | undefined {
  const { name, image, env, ports } = asRecord(value) ?? {};
  if (!isName(name, 63)) return undefined;
  return {
    name,
    ...optional('image', text(image)),
    env: list(env, (one) => {
      const variable = text(asRecord(one)?.['name']);
      return variable === undefined ? undefined : { name: variable };
    }),
    ports: list(ports, (one) => {
      const { name: label, containerPort } = asRecord(one) ?? {};
      return typeof containerPort === 'number' ? { containerPort, ...optional('name', text(label)) } : undefined;
    }),
  };
}

function parseOwner(value: unknown): OwnerReference | undefined {
  const { kind, name, controller } = asRecord(value) ?? {};
  const named = text(kind);
  if (named === undefined || !isName(name, 253)) return undefined;
  return { kind: named, name, ...(controller === true ? { controller } : {}) };
}

function parseStatus(status: JsonObject | undefined): Pick<PodObject, 'status'> {
  if (!status) return {};
  const ips = list(status['podIPs'], (one) => {
    const ip = text(asRecord(one)?.['ip']);
    return ip === undefined ? undefined : { ip };
  });
  const conditions = list(status['conditions'], (one) => {
    const [type, state] = [text(asRecord(one)?.['type']), text(asRecord(one)?.['status'])];
    return type === undefined || state === undefined ? undefined : { type, status: state };
  });
  const containerStatuses = list(status['containerStatuses'], (one) => {
    const { name, ready, state } = asRecord(one) ?? {};
    if (!isName(name, 63)) return undefined;
    const reasonOf = (key: string): object => {
      const at = asRecord(asRecord(state)?.[key]);
      return at ? { [key]: optional('reason', text(at['reason'])) } : {};
    };
    return { name, ready: ready === true, state: { ...reasonOf('waiting'), ...reasonOf('terminated') } };
  });
  return {
    status: {
      ...optional('phase', text(status['phase'])),
      ...optional('reason', text(status['reason'])),
      ...optional('podIP', text(status['podIP'])),
      podIPs: ips,
      ...(Array.isArray(status['conditions']) ? { conditions } : {}),
      ...(Array.isArray(status['containerStatuses']) ? { containerStatuses } : {}),
    },
  };
}

/** What Kubernetes takes for a name: a DNS subdomain. */
function isName(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most && /^[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?$/.test(value);
}

/** No label, reason or image comes near it. */
const mostText = 2000;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= mostText ? value : undefined;
}

function texts(value: unknown, wanted?: ReadonlySet<string>): Record<string, string> {
  const entries = Object.entries(asRecord(value) ?? {}).flatMap(([name, one]): [string, string][] => {
    const known = wanted === undefined || wanted.has(name) ? text(one) : undefined;
    return known === undefined ? [] : [[name, known]];
  });
  return Object.fromEntries(entries);
}

function list<T>(value: unknown, parse: (one: unknown) => T | undefined): T[] {
  return Array.isArray(value) ? value.flatMap((one) => parse(one) ?? []) : [];
}

function optional<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string };
}
