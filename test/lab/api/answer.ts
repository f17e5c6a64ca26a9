import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LabClusterState, LabUser } from '../labPod';
import { authorize, maySeeProject } from './access';
import { discovery } from './discovery';
import { known, type KubeObject, type Resource } from './objects';
import { page } from './page';
import { readReview } from './protobuf';
import { review } from './reviews';
import { selector } from './selector';
import { notFound, Refusal, send, unknownPath, unknownResource } from './status';
import type { Store } from './store';
import { table } from './table';
import type { Watches } from './watch';
import { sendLog } from './podLog';
import { write } from './write';

export interface Serving {
  readonly state: LabClusterState;
  readonly store: Store;
  readonly watches: Watches;
}

/** Answers one REST request of an authenticated user; throws `Refusal`. */
export async function answer(
  serving: Serving,
  user: LabUser,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { state } = serving;
  const url = new URL(request.url ?? '/', 'https://lab');
  const path = url.pathname.replace(/\/$/, '');
  if (/\/pods\/[^/]+\/exec$/.test(path)) throw new Refusal(400, 'BadRequest', 'Upgrade request required');
  if (request.method === 'POST' && isReview(path)) {
    return send(request, response, 201, review(user, path, await bodyOf(request)));
  }
  if (request.method !== 'GET') {
    const body = await bodyOf(request);
    const { code, object } =
      makesNamespace(serving, user, path, request, body) ?? write(serving, user, asked(state, path), request, body);
    return send(request, response, code, object);
  }
  const [, namespace = '', pod = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/.exec(path) ?? [];
  if (pod !== '' && state.kept) {
    authorize(user, { verb: 'get', group: '', resource: 'pods/log', namespace, name: pod });
    const found = state.kept.find('pods', namespace, pod);
    if (!found) throw notFound('pods', pod);
    return sendLog(
      state.kept.logs.get(String(found.metadata['uid'])),
      url.searchParams.get('follow') === 'true',
      response,
    );
  }
  if (['/healthz', '/livez', '/readyz'].includes(path)) return void response.end('ok');
  const found = discovery(state, path, request.headers.host ?? '');
  if (found !== undefined) return send(request, response, 200, found);
  if (state.openshift && path === '/apis/user.openshift.io/v1/users/~') {
    const metadata = { name: user.name, creationTimestamp: null };
    const kind = { kind: 'User', apiVersion: 'user.openshift.io/v1' };
    return send(request, response, 200, { ...kind, metadata, groups: ['system:authenticated'] });
  }
  answerResource(serving, user, asked(state, path), url, request, response);
}

export interface Asked {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

function answerResource(
  { store, watches }: Serving,
  user: LabUser,
  { resource, namespace, name }: Asked,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const watching = name === '' && ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  const verb = name !== '' ? 'get' : watching ? 'watch' : 'list';
  const isProjects = resource.plural === 'projects';
  // the rights in a namespace are asked in that namespace
  const scope = resource.namespaced ? namespace : name;
  const question = { verb, group: resource.group, resource: resource.plural, namespace: scope, name };
  // everybody may list projects: the answer holds only those one may see
  if (!isProjects || (name !== '' && !maySeeProject(user, name))) authorize(user, question);
  const isSelected = selector(url);
  const wanted = (item: KubeObject): boolean =>
    (namespace === '' || item.metadata.namespace === namespace) &&
    (!isProjects || maySeeProject(user, item.metadata.name)) &&
    isSelected(item);
  const asTable = (request.headers.accept ?? '').includes('as=Table');
  if (watching) return watches.start(resource, wanted, asTable, url, response);
  if (name !== '') {
    const item = store.list(resource, namespace).find((one) => one.metadata.name === name);
    if (!item) throw notFound(resource.plural, name, resource.group);
    return send(request, response, 200, asTable ? table(resource, [item], {}) : item);
  }
  const { items, metadata } = page(store, store.list(resource, namespace).filter(wanted), url);
  if (asTable) return send(request, response, 200, table(resource, items, metadata));
  const apiVersion = resource.group === '' ? 'v1' : `${resource.group}/v1`;
  const kind = { kind: `${resource.kind}List`, apiVersion };
  // items of a list do not repeat their kind
  const bare = items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined }));
  send(request, response, 200, { ...kind, metadata, items: bare });
}

function asked(state: LabClusterState, path: string): Asked {
  const match = /^\/(?:api|apis\/([^/]+))\/v1(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  if (!match) throw unknownPath();
  const [, group = '', namespace = '', plural, name = ''] = match;
  const resources = known(state).filter((one) => one.group === group);
  if (resources.length === 0) throw unknownPath();
  const resource = resources.find((one) => one.plural === plural);
  if (
    !resource ||
    (namespace !== '' && !resource.namespaced) ||
    (name !== '' && resource.namespaced && namespace === '')
  )
    throw unknownResource();
  return { resource, namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) };
}

function isReview(path: string): boolean {
  return /^\/apis\/auth(?:entication|orization)\.k8s\.io\//.test(path);
}

/** Where a cluster keeps what clients make, they make namespaces, too. */
function makesNamespace(
  { state, store }: Serving,
  user: LabUser,
  path: string,
  request: IncomingMessage,
  body: Record<string, unknown>,
): ReturnType<typeof write> | undefined {
  if (request.method !== 'POST' || path !== '/api/v1/namespaces' || !state.kept) return undefined;
  const { name = '' } = body['metadata'] as { name?: string };
  authorize(user, { verb: 'create', group: '', resource: 'namespaces', namespace: '', name: '' });
  if (state.namespaces.includes(name)) {
    throw new Refusal(409, 'AlreadyExists', `namespaces "${name}" already exists`, { name, kind: 'namespaces' });
  }
  state.namespaces.push(name);
  const resource = known(state).find(({ plural }) => plural === 'namespaces');
  return { code: 201, object: resource && store.list(resource).find(({ metadata }) => metadata.name === name) };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (request.headers['content-type'] === 'application/vnd.kubernetes.protobuf') return readReview(bytes);
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new Refusal(400, 'BadRequest', String(error));
  }
}
