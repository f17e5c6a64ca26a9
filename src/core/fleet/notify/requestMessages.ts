import { note, ownTrail } from '../../audit/ownTrail';
import { defined } from '../../base/defined';
import { toAppError, type AppError } from '../../base/errors';
import { asRecord, parseJson } from '../../base/json';
import type { OperationRequest, RequestNotice } from '../../governance/operationRequest';
import { dueMessages } from '../../governance/dueMessages';
import { escalateRequest } from '../../governance/requestFlow';
import type { RequestPlace } from '../../governance/requestPlace';
import { deliver, type Delivery } from './deliver';
import { channelsFor, readNotifyConfig, type NotifyConfig } from './notifyConfig';
import type { MessageFacts, MessageWords, RequestEvent } from './notifyEvents';
import { renderMessage } from './renderMessage';
import type { Decision } from '../../policy/rules/decideByPolicy';

/** What a host says of a request in words: the core has none. */
export interface RequestMessageWords {
  readonly title: (request: OperationRequest) => string;
  /** one sentence on how it stands */
  readonly outcome: (request: OperationRequest, event: RequestEvent, now: Date) => string;
  readonly lines: (request: OperationRequest, now: Date) => readonly string[];
  /** the line that shows it, by the name that the command line takes */
  readonly command: (named: string) => string;
  readonly messages: MessageWords;
}

/** What became of telling people of a request. */
export interface Told {
  readonly deliveries: readonly Delivery[];
  /** they stand in the request; false: they could not be written there */
  readonly isRecorded: boolean;
  /** why nobody could be told, or what became of it could not be written down */
  readonly problem?: AppError;
  readonly request: OperationRequest;
}

/**
 * Tells people of a request what happened to it, and writes down in it and in the audit trail what became of each message. What happened counts whatever becomes of that: it never throws, and waits no longer than
 * `patienceMs` for channels.
 */
export async function tellOfRequest(
  place: RequestPlace,
  request: OperationRequest,
  events: readonly RequestEvent[],
  words: RequestMessageWords,
  { patienceMs = 20_000, env }: { readonly patienceMs?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Told> {
  let deliveries: readonly Delivery[] = [];
  try {
    const config = await readNotifyConfig(env);
    if (config === undefined) return { deliveries, isRecorded: true, request };
    const [by, now] = [await place.whoAmI(), await place.now()];
    const stop = AbortSignal.timeout(patienceMs);
    const all = await Promise.all(
      events.flatMap((event) =>
        channelsFor(config, { event, ...aboutOf(place, request) }).map(async (name) => {
          const facts = factsOf(place, request, event, { words, config, now });
          return told(config, name, facts, words.messages, stop);
        }),
      ),
    );
    deliveries = all.flatMap((one) => one ?? []);
    if (deliveries.length === 0) return { deliveries, isRecorded: true, request };
    const notices = deliveries.map((one) => noticeOf(one, by));
    await writeDown(request, by, deliveries);
    return { deliveries, isRecorded: true, request: await place.addEvidence(request.metadata.name, { notices }) };
  } catch (error) {
    return { deliveries, isRecorded: false, problem: toAppError(error), request };
  }
}

/** What people are told of a request that was just made, and whether it does not begin unless a channel takes that. Pure. */
export function askedEvents(
  { spec }: OperationRequest,
  decisions: readonly Decision[],
): { readonly events: readonly RequestEvent[]; readonly isNeeded: boolean } {
  const isNeeded = decisions.some(({ class: { rule } }) => (rule.noticeHours ?? 0) > 0);
  return { events: [spec.emergency ? 'emergency' : 'asked', ...(isNeeded ? (['planned'] as const) : [])], isNeeded };
}

/** A message of a request that time brought, and what became of it. */
export interface ToldDue extends Told {
  readonly events: readonly RequestEvent[];
}

/**
 * Tells people of requests what time brought, by the clock that counts where they are kept: for whoever looks after them every few minutes. Where nobody answered, those who stand behind may decide from then on. Never throws: what
 * one of them brings is told with it, and keeps no other from being told.
 */
export async function tellDue(
  requests: readonly { readonly request: OperationRequest; readonly place: RequestPlace }[],
  now: Date,
  words: RequestMessageWords,
  options: { readonly patienceMs?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<readonly ToldDue[]> {
  const all: ToldDue[] = [];
  for (const { request: read, place } of requests) {
    const events = dueMessages(read, now);
    if (events.length === 0) continue;
    let [request, problem]: [OperationRequest, AppError | undefined] = [read, undefined];
    if (events.includes('escalated')) {
      try {
        request = await escalateRequest(place, read.metadata.name);
      } catch (error) {
        problem = toAppError(error);
      }
    }
    const told = await tellOfRequest(place, request, events, words, options);
    all.push({ ...told, ...defined({ problem: problem ?? told.problem }), events });
  }
  return all;
}

/** Hands a message to a channel; undefined: there is none of the name. Never throws. `id`: by which a receiver knows that it is the same one again. */
export async function told(
  config: NotifyConfig,
  name: string,
  facts: MessageFacts,
  words: MessageWords,
  stop: AbortSignal,
  id?: string,
): Promise<Delivery | undefined> {
  const channel = config.channels[name];
  if (channel === undefined) return undefined;
  try {
    return await deliver(name, channel, await renderMessage(facts, words, config.templates), stop, id);
  } catch (error) {
    // one's own template that cannot be read
    const failed = { accepted: false, answer: toAppError(error).code, tries: 0, time: new Date().toISOString() };
    return { ...{ channel: name, kind: channel.kind, event: facts.event, subject: '' }, ...failed };
  }
}

interface About {
  readonly kind: string;
  readonly places: readonly string[];
}

/** What rules of who is told are asked about: the places are those of the work itself, and where the request is kept. */
export function aboutOf({ kept }: RequestPlace, { spec }: OperationRequest): About {
  const places = spacesOf(spec.work);
  const own = kept === undefined ? [] : [`${kept.client.cluster.alias}/${kept.namespace}`];
  return { kind: spec.operation, places: [...new Set([...own, ...places])] };
}

function spacesOf(work: string | undefined): readonly string[] {
  const read = work === undefined ? undefined : asRecord(parseJson(work));
  return [read?.['source'], read?.['of'], read?.['target']].flatMap((one) => {
    const { cluster, namespace } = asRecord(one) ?? {};
    return typeof cluster === 'string' && typeof namespace === 'string' ? [`${cluster}/${namespace}`] : [];
  });
}

/** What a message of a request says. */
export function factsOf(
  place: RequestPlace,
  request: OperationRequest,
  event: RequestEvent,
  { words, config, now }: { readonly words: RequestMessageWords; readonly config: NotifyConfig; readonly now: Date },
): MessageFacts {
  const { metadata, spec } = request;
  const { name } = metadata;
  const { kept } = place;
  const at = kept && { cluster: kept.client.cluster.alias, namespace: kept.namespace };
  const browser = config.console === undefined || at === undefined ? undefined : consoleLink(config.console, name, at);
  return {
    ...{ event, title: words.title(request), request: name, by: spec.requestedBy, time: now.toISOString() },
    ...{ outcome: words.outcome(request, event, now), lines: words.lines(request, now), contacts: config.contacts },
    ...{ command: words.command(at === undefined ? name : `${at.cluster}/${at.namespace}/${name}`) },
    ...{ editor: editorLink(name, at) },
    ...defined({ reason: spec.reason, browser, place: at && `${at.cluster}/${at.namespace}` }),
  };
}

/** Opens the page of a request in the editor, and does nothing by itself. Pure. */
export function editorLink(name: string, at?: { readonly cluster: string; readonly namespace: string }): string {
  return `vscode://db-ferry.db-ferry/request?${new URLSearchParams({ ...at, name }).toString()}`;
}

/** The same in the console. Pure. */
export function consoleLink(
  base: string,
  name: string,
  { cluster, namespace }: { readonly cluster: string; readonly namespace: string },
): string {
  const parts = ['requests', cluster, namespace, name].map(encodeURIComponent);
  return new URL(parts.join('/'), base.endsWith('/') ? base : `${base}/`).href;
}

/** As it is written into the request. */
export function noticeOf({ event, channel, accepted, answer, time, tries }: Delivery, by: string): RequestNotice {
  const state = accepted ? 'accepted' : 'refused';
  return { event, channel, state, answer: answer.slice(0, 200), at: time, by, tries: Math.max(1, tries) };
}

/** The same in the audit trail of this machine. */
export async function writeDown(
  request: OperationRequest,
  user: string,
  deliveries: readonly Delivery[],
): Promise<void> {
  const trail = await ownTrail();
  for (const { accepted, ...details } of deliveries) {
    await note(trail, {
      ...{ type: 'notify.delivery', actor: { user, via: 'request' }, request: { approval: request.metadata.name } },
      ...{ outcome: accepted ? 'accepted' : 'notAccepted', details: { ...details } },
    });
  }
}
