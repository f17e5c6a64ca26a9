import type { IncomingMessage } from 'node:http';
import { authorize } from './access';
import type { LabUser } from '../labPod';
import type { Asked, Serving } from './answer';
import type { KubeObject } from './objects';
import { notFound, Refusal } from './status';

type Body = Record<string, unknown>;
type Fields = Record<string, unknown>;

const verbs: Readonly<Partial<Record<string, string>>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What a write does to an object that the cluster keeps; throws `Refusal`. Nothing is checked against a schema: what a real server refuses for its form is found on a real one. */
export function write(
  { state, store }: Serving,
  user: LabUser,
  { resource, namespace, name }: Asked,
  request: Pick<IncomingMessage, 'method' | 'headers' | 'url'>,
  body: Body,
): { readonly code: number; readonly object: unknown } {
  const { kept } = state;
  const verb = verbs[request.method ?? ''];
  const isOurs = resource.writable === true || (resource.plural === 'pods' && verb === 'delete');
  if (!kept || verb === undefined || !isOurs) {
    throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
  }
  if (request.url?.includes('dryRun=') === true) throw new Refusal(400, 'BadRequest', 'there is no dry run here', {});
  const { plural, group } = resource;
  const given = asFields(body['metadata']);
  const its = name === '' && typeof given['name'] === 'string' ? given['name'] : name;
  authorize(user, { verb, group, resource: plural, namespace, name: verb === 'create' ? '' : its });
  if (!state.namespaces.includes(namespace)) throw notFound('namespaces', namespace);
  const before = store.list(resource, namespace).find(({ metadata }) => metadata.name === its);
  const answerOf = (code: number): { code: number; object: unknown } => ({
    code,
    object: store.list(resource, namespace).find(({ metadata }) => metadata.name === its),
  });
  const keep = (object: Body): void => {
    const metadata = { ...asFields(object['metadata']), name: its, namespace };
    kept.put(plural, { ...object, kind: resource.kind, metadata });
  };
  const details = { name: its, group, kind: plural };
  const isApply = request.headers['content-type'] === 'application/apply-patch+yaml';
  if (verb === 'create') {
    if (before) throw new Refusal(409, 'AlreadyExists', `${plural} "${its}" already exists`, details);
    keep(body);
    return answerOf(201);
  }
  if (!before) {
    if (!isApply) throw notFound(plural, its, group);
    keep(body);
    return answerOf(201);
  }
  const version = given['resourceVersion'];
  if (verb !== 'delete' && version !== undefined && version !== before.metadata['resourceVersion']) {
    const message = `Operation cannot be fulfilled on ${plural} "${its}": the object has been modified; please apply your changes to the latest version and try again`;
    throw new Refusal(409, 'Conflict', message, details);
  }
  switch (verb) {
    case 'update':
      // status is its controller's
      keep({ ...body, status: before['status'] });
      return answerOf(200);
    case 'patch':
      keep(merged(before, body) as Body);
      return answerOf(200);
    default:
      if (plural === 'pods') kept.put(plural, deleted(before));
      else kept.drop(plural, before);
      return { code: 200, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
  }
}

/** A pod goes when its processes have ended. */
export function deleted(pod: KubeObject): KubeObject {
  const deletionTimestamp = pod.metadata['deletionTimestamp'] ?? new Date().toISOString();
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp } };
}

/** RFC 7396. Of a server-side apply it is as much as one manager of all fields needs. */
function merged(before: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const own = isFields(before) ? before : {};
  const changed = Object.entries(patch).map(([key, value]) => [key, merged(own[key], value)] as const);
  return Object.fromEntries([...Object.entries(own), ...changed].filter(([key]) => patch[key] !== null));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
