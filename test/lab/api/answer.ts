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
  if (request.method === 'POST') return send(request, response, 201, review(user, path, await bodyOf(request)));
  if (request.method !== 'GET') {
    const message = 'the server does not allow this method on the requested resource';
    throw new Refusal(405, 'MethodNotAllowed', message, {});
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

interface Asked {
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

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (request.headers['content-type'] === 'application/vnd.kubernetes.protobuf') return readReview(bytes);
  try {
    return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new Refusal(400, 'BadRequest', String(error));
  }
}
