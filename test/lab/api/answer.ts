import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LabClusterState, LabUser } from '../labPod';
import { authorize, mayDo } from './access';
import { known, type KubeObject, type Resource } from './objects';
import { notFound, Refusal, send } from './status';
import { table } from './table';

/** Answers one REST request of an authenticated user; throws `Refusal`. */
export async function answer(
  state: LabClusterState,
  user: LabUser,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://lab');
  const path = url.pathname.replace(/\/$/, '');
  if (request.method === 'POST') return review(user, path, await json(request), response);
  const found = discovery(state, path);
  if (found !== undefined) return send(response, 200, found);
  if (path === '/apis/user.openshift.io/v1/users/~' && state.openshift) {
    return send(response, 200, { kind: 'User', apiVersion: 'user.openshift.io/v1', metadata: { name: user.name } });
  }
  const asked = resourceAt(state, path);
  if (!asked) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  const { resource, namespace, name } = asked;
  const watching = url.searchParams.has('watch') && url.searchParams.get('watch') !== 'false';
  const verb = name !== '' ? 'get' : watching ? 'watch' : 'list';
  // everybody may list projects: the answer holds only those one may see
  if (resource.plural !== 'projects')
    authorize(user, { verb, group: resource.group, resource: resource.plural, namespace, name });
  const apiVersion = resource.group === '' ? 'v1' : `${resource.group}/${resource.version}`;
  const items = resource
    .items(state)
    .filter((item) => namespace === '' || item.metadata.namespace === namespace)
    .filter((item) => resource.plural !== 'projects' || user.allow === undefined || maySee(user, item.metadata.name))
    .filter(selected(url))
    .map((item) => ({ apiVersion, kind: resource.kind, ...item }));
  const asTable = (request.headers.accept ?? '').includes('as=Table');
  if (name !== '') {
    const item = items.find((one) => one.metadata.name === name);
    if (!item) throw notFound(resource.plural, name);
    return send(response, 200, asTable ? table(resource, [item], {}) : item);
  }
  if (watching) return watch(state, resource, namespace, response);
  const page = pageOf(items, url);
  if (asTable) return send(response, 200, table(resource, page.items, page.metadata));
  send(response, 200, { kind: `${resource.kind}List`, apiVersion, metadata: page.metadata, items: page.items });
}

function maySee(user: LabUser, namespace: string): boolean {
  return (user.allow ?? []).some((rule) => rule.endsWith(` ${namespace}`));
}

function resourceAt(
  state: LabClusterState,
  path: string,
): { resource: Resource; namespace: string; name: string } | undefined {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/v1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  const self = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path);
  if (self) {
    const resource = known(state).find(({ plural }) => plural === 'namespaces');
    return resource && { resource, namespace: '', name: decodeURIComponent(self[1] ?? '') };
  }
  if (!match) return undefined;
  const [, group = '', namespace = '', plural, name = ''] = match;
  const resource = known(state).find((one) => one.group === group && one.plural === plural);
  return resource && { resource, namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) };
}

function selected(url: URL): (item: KubeObject) => boolean {
  const labels = (url.searchParams.get('labelSelector') ?? '').split(',').filter(Boolean);
  const fields = (url.searchParams.get('fieldSelector') ?? '').split(',').filter(Boolean);
  return (item) => {
    const have = (item.metadata['labels'] ?? {}) as Record<string, string>;
    const byLabel = labels.every((one) => {
      const [key = '', value] = one.split(/==?/);
      return value === undefined ? key in have : have[key] === value;
    });
    return (
      byLabel &&
      fields.every((one) => one !== `metadata.name=${item.metadata.name}` || one.endsWith(`=${item.metadata.name}`))
    );
  };
}

function pageOf(items: KubeObject[], url: URL): { items: KubeObject[]; metadata: Record<string, unknown> } {
  const limit = Number(url.searchParams.get('limit') ?? 0);
  const token = url.searchParams.get('continue') ?? '';
  const start = token === '' ? 0 : Number(/^from-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(start))
    throw new Refusal(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result.',
    );
  const end = limit > 0 ? start + limit : items.length;
  const rest = Math.max(0, items.length - end);
  return {
    items: items.slice(start, end),
    metadata: { resourceVersion: '1', ...(rest > 0 ? { continue: `from-${end}`, remainingItemCount: rest } : {}) },
  };
}

/** Sends what is added, changed or gone, looked at every 200 ms: the lab has no store with versions. */
function watch(state: LabClusterState, resource: Resource, namespace: string, response: ServerResponse): void {
  const apiVersion = resource.group === '' ? 'v1' : `${resource.group}/${resource.version}`;
  const look = (): Map<string, string> =>
    new Map(
      resource
        .items(state)
        .filter((item) => namespace === '' || item.metadata.namespace === namespace)
        .map((item) => [
          `${item.metadata.namespace ?? ''}/${item.metadata.name}`,
          JSON.stringify({ apiVersion, kind: resource.kind, ...item }),
        ]),
    );
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  let seen = look();
  const timer = setInterval(() => {
    const now = look();
    const tell = (type: string, object: string): void => void response.write(`{"type":"${type}","object":${object}}\n`);
    for (const [key, text] of now) {
      if (!seen.has(key)) tell('ADDED', text);
      else if (seen.get(key) !== text) tell('MODIFIED', text);
    }
    for (const [key, text] of seen) if (!now.has(key)) tell('DELETED', text);
    seen = now;
  }, 200);
  response.on('close', () => clearInterval(timer));
}

function discovery(state: LabClusterState, path: string): unknown {
  if (path === '/version') return { major: '1', minor: '31', gitVersion: 'v1.31.0+lab', platform: 'linux/amd64' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  const groups = [
    ...new Set([...known(state).map(({ group }) => group), 'authorization.k8s.io', 'authentication.k8s.io']),
  ].filter(Boolean);
  if (path === '/apis') {
    const versions = (name: string): { groupVersion: string; version: string } => ({
      groupVersion: `${name}/v1`,
      version: 'v1',
    });
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => ({ name, versions: [versions(name)], preferredVersion: versions(name) })),
    };
  }
  const group = path === '/api/v1' ? '' : /^\/apis\/([^/]+)\/v1$/.exec(path)?.[1];
  if (group === undefined) return undefined;
  const own = known(state)
    .filter((one) => one.group === group)
    .map(({ plural, kind, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      kind,
      namespaced,
      verbs: ['get', 'list', 'watch'],
    }));
  if (group === '')
    own.push({
      name: 'pods/exec',
      singularName: '',
      kind: 'PodExecOptions',
      namespaced: true,
      verbs: ['create', 'get'],
    });
  if (group === 'authorization.k8s.io')
    own.push({
      name: 'selfsubjectaccessreviews',
      singularName: '',
      kind: 'SelfSubjectAccessReview',
      namespaced: false,
      verbs: ['create'],
    });
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? 'v1' : `${group}/v1`,
    resources: own,
  };
}

function review(user: LabUser, path: string, body: Record<string, unknown>, response: ServerResponse): void {
  if (path.endsWith('/selfsubjectaccessreviews')) {
    const { resourceAttributes: asked = {} } = (body['spec'] ?? {}) as { resourceAttributes?: Record<string, string> };
    const sub = asked['subresource'] ?? '';
    const allowed = mayDo(user, {
      ...{
        verb: asked['verb'] ?? '',
        group: asked['group'] ?? '',
        namespace: asked['namespace'] ?? '',
        name: asked['name'] ?? '',
      },
      resource: `${asked['resource'] ?? ''}${sub === '' ? '' : `/${sub}`}`,
    });
    return send(response, 201, { ...body, status: { allowed } });
  }
  if (path.endsWith('/selfsubjectreviews')) {
    return send(response, 201, {
      ...body,
      status: { userInfo: { username: user.name, groups: ['system:authenticated'] } },
    });
  }
  throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
}

async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}
