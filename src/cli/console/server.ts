import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { ErrorCode } from '../../core/base/errorData';
import { AppError, isAppError, toAppError } from '../../core/base/errors';
import type { Cluster } from '../../core/cluster/cluster';
import { connectAs } from '../../core/cluster/connect';
import type { KubeClient } from '../../core/cluster/kubeClient';
import { knownAs, may } from '../../core/cluster/reviews';
import { keepsRequests } from '../../core/governance/clusterRequests';
import { levelSaid } from '../../core/governance/checkGovernance';
import {
  findRequest,
  gatherRequests,
  type FoundRequest,
  type GatheredRequests,
} from '../../core/governance/gatherRequests';
import { isRequestName } from '../../core/governance/operationRequest';
import { decideRequest, reviewRequest } from '../../core/governance/requestFlow';
import { html, type Html } from '../../report/html';
import { t } from '../../words/language';
import { formMark, isFormMark, isOwnForm, tokenOf } from './login';
import { inLanguage, languageOf } from './language';
import {
  addressOf,
  errorText,
  frame,
  historyPage,
  refusalPage,
  requestList,
  requestPageOf,
  type Frame,
  type Said,
} from './pages';
import { schedulePage, type ScheduleRow } from './schedulePage';
import { style } from './style';

/** What a console is of. */
export interface ConsoleOf {
  /** its address and authority are used, its login never */
  readonly cluster: Cluster;
  readonly namespaces: readonly string[];
  /** whoever is not among them brings no token */
  readonly proxies: BlockList;
  /** `https://…` as browsers see it; none: as the proxy says by Host */
  readonly origins: readonly string[];
  /** where schedules are */
  readonly runner: string;
}

/**
 * Pages for people without an editor: each is made anew for one question, as the person whose token came with it; what may be seen and decided the API server says. Nothing is kept
 * from one question to the next, and nothing runs in a page.
 */
export function consoleServer(of: ConsoleOf): Server {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    answer(of, request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { code } = toAppError(error);
      send(response, 500, 'text/plain; charset=utf-8', `${code}\n`);
    });
  });
  server.requestTimeout = 30_000;
  server.headersTimeout = 15_000;
  server.maxConnections = 200;
  return server;
}

async function answer(of: ConsoleOf, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console');
  const language = languageOf(request.headers['accept-language']);
  if (pathname === '/style.css') return send(response, 200, 'text/css; charset=utf-8', style);
  const page = (status: number, me: string | undefined, title: () => string, body: () => Html): void => {
    const here = heres[pathname];
    const about: Frame = { language, me, cluster: of.cluster.alias, ...(here === undefined ? {} : { here }) };
    const text = inLanguage(language, () => frame(about, title(), body()));
    send(response, status, 'text/html; charset=utf-8', request.method === 'HEAD' ? '' : text);
  };
  const refuse = (status: number, why: () => string, me?: string): void =>
    page(
      status,
      me,
      () => t`Not shown`,
      () => refusalPage(t`Not shown`, why()),
    );
  const login = tokenOf(request, of.proxies);
  if ('why' in login) return refuse(login.why === 'proxy' ? 403 : 401, () => loginWords()[login.why]);
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'POST')
    return refuse(405, () => t`Nothing is done in that way here.`);
  const client = connectAs(of.cluster, login.token);
  try {
    await route({
      of,
      request,
      response,
      client,
      token: login.token,
      pathname,
      done: searchParams.get('done'),
      page,
      refuse,
    });
  } catch (error) {
    const { code, data } = toAppError(error);
    refuse(wrongStatus[code] ?? 502, () => errorText(new AppError(code, data)));
  } finally {
    // its connections are this person's, and end with the answer
    client.forgetLogin();
  }
}

interface Routed {
  readonly of: ConsoleOf;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly client: KubeClient;
  readonly token: string;
  readonly pathname: string;
  readonly done: string | null;
  readonly page: (status: number, me: string | undefined, title: () => string, body: () => Html) => void;
  readonly refuse: (status: number, why: () => string, me?: string) => void;
}

async function route(routed: Routed): Promise<void> {
  const { of, request, client, pathname, page, refuse } = routed;
  // whose token it is the server says, before anything is shown
  const me = await knownAs(client);
  if (me === undefined) return refuse(401, () => t`The API server does not say who you are.`);
  // what a link of a message calls the cluster its sender called it: there is but one here
  const [, area = '', , namespace = '', name = '', ...more] = pathname.split('/').map(decoded);
  const isOne = area === 'requests' && isRequestName(name) && more.length === 0 && of.namespaces.includes(namespace);
  if (request.method === 'POST' && !isOne) return refuse(405, () => t`Nothing is done in that way here.`, me);
  if (isOne) return one(routed, me, namespace, name);
  if (pathname === '/') {
    const gathered = await gather(of, client);
    return page(
      200,
      me,
      () => t`Requests`,
      () => requestList(gathered),
    );
  }
  if (pathname === '/history') {
    const gathered = await gather(of, client);
    return page(
      200,
      me,
      () => t`Who did what`,
      () => historyPage(gathered),
    );
  }
  if (pathname === '/fleet') {
    const rows = await schedulesOf(of, client);
    return page(
      200,
      me,
      () => t`Schedules`,
      () => schedulePage(rows, of.runner),
    );
  }
  refuse(404, () => t`There is no such page.`, me);
}

const heres: Readonly<Record<string, Frame['here']>> = { '/': 'requests', '/history': 'history', '/fleet': 'fleet' };

async function one(routed: Routed, me: string, namespace: string, name: string): Promise<void> {
  const { of, request, response, client, token, done, page, refuse } = routed;
  const found = await findRequest(client, namespace, name);
  if (found === undefined) return refuse(404, () => t`There is no such request, or you may not see it.`, me);
  const { request: asked } = found;
  // for this request as it was asked for, and for nothing else
  const what = `${namespace}/${name} ${asked.spec.digest} ${asked.metadata.creationTimestamp}`;
  const level = await levelSaid(found.place.kept);
  const show = (status: number, shown: FoundRequest, said: Said, error?: () => string): void =>
    page(
      status,
      me,
      () => name,
      () =>
        requestPageOf(shown, level, formMark(token, what), {
          ...said,
          ...(error === undefined ? {} : { error: html`<p>${error()}</p>` }),
        }),
    );
  if (request.method !== 'POST') return show(200, found, isDone(done) && didIt(found, me, done) ? { done } : {});
  const form = await formIn(request);
  const reason = (form?.get('reason') ?? '').trim();
  const decision = form?.get('decision');
  if (form === undefined || (decision !== 'approve' && decision !== 'deny' && decision !== 'review'))
    return show(400, found, { reason }, () => t`That was no form of this page. Nothing was done.`);
  if (!isOwnForm(request.headers, of.origins))
    return show(403, found, {}, () => t`The form came from another page than this one. Nothing was done.`);
  if (!isFormMark(form.get('mark') ?? '', token, what))
    return show(
      403,
      found,
      { reason },
      () =>
        t`Your login was renewed since the page was shown, or the form is not from it. Nothing was done: look again, and decide.`,
    );
  if (reason.length < 3 || reason.length > 2000)
    return show(
      400,
      found,
      { reason: reason.slice(0, 2000) },
      () => t`Say why, in 3 to 2000 characters. Nothing was done.`,
    );
  try {
    if (decision === 'review') await reviewRequest(found.place, name, reason);
    else {
      const remains: unknown[] = [];
      const { unable = false } = await decideRequest(found.place, name, decision, reason, asked.spec, (one) => {
        remains.push(one);
      });
      if (unable || remains.length > 0) {
        const now = (await findRequest(client, namespace, name)) ?? found;
        return show(200, now, { done: decision }, () => (unable ? unableWords() : unrevokedWords()));
      }
    }
  } catch (error) {
    const wrong = toAppError(error);
    const status = refusalStatus(error);
    const now = (await findRequest(client, namespace, name)) ?? found;
    return show(status, now, { reason }, () => errorText(wrong));
  }
  response.setHeader('location', `${addressOf(found.kept, name)}?done=${decision}`);
  send(response, 303, 'text/plain; charset=utf-8', '');
}

/** What keeps a page from being shown; all else is the API server's. */
const wrongStatus: Partial<Record<ErrorCode, number>> = {
  'cluster.unauthorized': 401,
  'cluster.forbidden': 403,
  'approval.unreadable': 422,
};

/** Whoever says no: roles and admission policies, what became of the request meanwhile, or nobody since nobody answered. */
function refusalStatus(error: unknown): number {
  if (isAppError(error, 'cluster.forbidden')) return 403;
  if (isAppError(error, 'approval.refused')) return 409;
  const status = isAppError(error, 'cluster.api') ? error.data.status : undefined;
  return status === 422 ? 403 : status === 409 ? 409 : 502;
}

function isDone(text: string | null): text is NonNullable<Said['done']> {
  return text === 'approve' || text === 'deny' || text === 'review';
}

/** What the page says that somebody did is in the request, in their name. */
function didIt({ request: { status } }: FoundRequest, me: string, done: NonNullable<Said['done']>): boolean {
  if (done === 'review') return status.review?.by === me;
  return status.approvals.some(({ by, decision }) => by === me && decision === done);
}

const unableWords = (): string =>
  t`The right to run it could not be given: ask your administrator. What you decided stands.`;
const unrevokedWords = (): string =>
  t`A right to run commands that was given before could not be taken away: ask your administrator. What you decided stands.`;

async function gather({ namespaces }: ConsoleOf, client: KubeClient): Promise<GatheredRequests> {
  if (!(await keepsRequests(client)))
    return { requests: [], problems: [{ error: new AppError('steward.none', { cluster: client.cluster.alias }) }] };
  const gathered = await gatherRequests([{ client, namespaces }]);
  const { requests } = gathered;
  // another login of the cluster may see more than this console is of
  const problems = gathered.problems.filter(
    ({ namespace }) => namespace === undefined || namespaces.includes(namespace),
  );
  // where nothing is seen it may be that nothing may be seen
  for (const namespace of namespaces) {
    if (requests.some(({ kept }) => kept?.namespace === namespace)) continue;
    if (problems.some((one) => one.namespace === namespace)) continue;
    const asked = { namespace, verb: 'list', group: 'db-ferry.io', resource: 'operationrequests' };
    if (await may(client, asked)) continue;
    const message = `requests of ${namespace} may not be listed`;
    problems.push({ error: new AppError('cluster.forbidden', { cluster: client.cluster.alias, message }) });
  }
  return {
    requests: requests.filter(({ kept }) => kept !== undefined && namespaces.includes(kept.namespace)),
    problems,
  };
}

async function schedulesOf({ runner }: ConsoleOf, client: KubeClient): Promise<readonly ScheduleRow[] | undefined> {
  const { listSchedules, nextOf } = await import('../../core/fleet/schedule/schedule');
  try {
    const now = new Date();
    return (await listSchedules(client, runner)).map((one) => ({
      ...{ place: one.place, kind: one.request.kind, at: `${one.timing.cron} ${one.timing.zone}` },
      ...{ last: one.lastSuccess, next: nextOf(one, now)?.toISOString(), pausedUntil: one.paused?.until },
      isSuspended: one.suspended,
    }));
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden')) return undefined;
    throw error;
  }
}

/** A form of ours is short; what is longer or of another kind is none. */
async function formIn(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(request.headers['content-type'] ?? '')) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostForm) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

const mostForm = 32 * 1024;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

const loginWords = (): Readonly<Record<'proxy' | 'none' | 'two', string>> => ({
  proxy: t`This page is reached by its proxy alone, which says who you are.`,
  none: t`The proxy did not say who you are: it has to pass your token on (X-Forwarded-Access-Token).`,
  two: t`More than one token came, or one that is none: nobody says whose it is.`,
});

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response
    .writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    })
    .end(text);
}
