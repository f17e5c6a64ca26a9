import { createHash } from 'node:crypto';
import { isAppError, toAppError } from '../../base/errors';
import { asRecord } from '../../base/json';
import { agreed, shownState } from '../../governance/judge';
import { broughtBy } from '../../governance/dueMessages';
import type { OperationRequest, RequestNotice } from '../../governance/operationRequest';
import { channelsFor, type NotifyConfig } from '../notify/notifyConfig';
import type { RequestEvent } from '../notify/notifyEvents';
import { aboutOf, factsOf, noticeOf, told, writeDown, type RequestMessageWords } from '../notify/requestMessages';
import type { TellingResult, TendedRequest } from './tick';
import { hasStatus } from '../../cluster/apiError';

/** How a steward tells people. */
export interface Telling {
  readonly config: NotifyConfig;
  readonly words: RequestMessageWords;
  /** this replica, and no other that ever ran */
  readonly holder: string;
  /** throws `cancelled` where another one may act by now */
  readonly fence: () => void;
  /** all channels together have so long in a tick; what is left comes with the next */
  readonly patienceMs?: number;
}

/**
 * Tells people of requests what nobody told them yet: each message once in each channel, and again until it takes it. Before it is sent it is written into the request that it is about to be, over the version that was read, so of two that would
 * send it one does; when it was taken, that is written, too. Who is ended in between leaves an intention behind, which is taken up: then a message may come a second time, with the same id, and none is lost.
 */
export async function tellOnce(
  requests: readonly TendedRequest[],
  now: Date,
  telling: Telling,
): Promise<TellingResult> {
  const began = performance.now();
  const clock = (): Date => new Date(now.getTime() + performance.now() - began);
  const stop = AbortSignal.timeout(telling.patienceMs ?? 60_000);
  const result = { accepted: 0, pending: 0, problems: [] as NonNullable<TellingResult['problems']>[number][] };
  // those that were tried least come first: one that no channel takes keeps no other waiting for ever
  const left = requests
    .filter((one) => eventsOf(one.request, now).length > 0)
    .sort((a, b) => triesOf(a.request) - triesOf(b.request));
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      if (stop.aborted) return;
      const { accepted, pending, problems = [] } = await ofRequest(one, telling, clock, stop);
      result.problems.push(...problems);
      result.accepted += accepted;
      result.pending += pending;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  result.pending += left.length;
  return result;
}

/** What people have to know of a request by now: what happened to it lately, and what time brought. Pure. */
export function eventsOf(request: OperationRequest, now: Date): readonly RequestEvent[] {
  return [...happened(request, now), ...broughtBy(request, now)];
}

/** Who asks or decides tells people at once; where their machine did not, it comes from here. What is older is no news: a steward that is new tells nobody of last year. */
function happened(request: OperationRequest, now: Date): readonly RequestEvent[] {
  const { metadata, spec, status } = request;
  const isNews = (at: string | undefined): boolean => {
    const age = at === undefined ? Number.NaN : now.getTime() - Date.parse(at);
    return age >= courtesyMs && age < newsMs;
  };
  if (status.state === 'Denied')
    return isNews(status.approvals.find(({ decision }) => decision === 'deny')?.at) ? ['denied'] : [];
  if (status.state === 'Withdrawn') return isNews(lastWrite(request)) ? ['withdrawn'] : [];
  if (status.review !== undefined && isNews(status.review.at)) return ['reviewed'];
  const yes = agreed(request);
  const lastYes = yes
    .map(({ at }) => at)
    .sort()
    .at(-1);
  const shown = shownState(request, now);
  const isOpen = shown === 'Pending' && yes.length < spec.approvals;
  const planned = spec.notBefore === undefined ? [] : (['planned'] as const);
  if (isOpen && isNews(lastYes)) return ['decided'];
  if (isOpen && isNews(metadata.creationTimestamp)) return [spec.emergency ? 'emergency' : 'asked', ...planned];
  if (status.state === 'Approved' && isNews(lastYes)) return ['approved'];
  return [];
}

/** A request does not say when it was taken back: the API server does, of its last change. Whoever tells of it changes it, too, so one that no channel takes is news as long as it is tried. */
function lastWrite({ metadata }: OperationRequest): string {
  const fields = metadata['managedFields'];
  const times = (Array.isArray(fields) ? (fields as unknown[]) : []).flatMap((one) => {
    const time = asRecord(one)?.['time'];
    return typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? [time] : [];
  });
  return times.sort((a, b) => Date.parse(b) - Date.parse(a))[0] ?? metadata.creationTimestamp;
}

const courtesyMs = 60_000;
const newsMs = 24 * 3_600_000;

async function ofRequest(
  { request: read, place }: TendedRequest,
  { config, words, holder, fence }: Telling,
  clock: () => Date,
  stop: AbortSignal,
): Promise<TellingResult> {
  let request = read;
  const events = eventsOf(request, clock());
  let wanted: { readonly event: RequestEvent; readonly channel: string }[] = [];
  try {
    fence();
    const by = await place.whoAmI();
    // what somebody told people themselves is told, by whatever names they call their channels
    const isTold = (event: RequestEvent): boolean =>
      read.status.notices?.some((one) => one.event === event && one.state === 'accepted' && one.by !== by) === true;
    wanted = events
      .filter((event) => !isTold(event))
      .flatMap((event) =>
        channelsFor(config, { event, ...aboutOf(place, read) }).map((channel) => ({ event, channel })),
      );
    const due = wanted.filter((one) => isDue(noticeIn(request, one), holder, clock()));
    const pending = wanted.filter((one) => noticeIn(request, one)?.state !== 'accepted').length - due.length;
    if (due.length === 0) return { accepted: 0, pending };
    const at = clock().toISOString();
    const intended = due.map((one): RequestNotice => ({
      ...{ ...one, state: 'intended', at, by, answer: holder },
      tries: noticeIn(request, one)?.tries ?? 0,
    }));
    const others = (request.status.notices ?? []).filter(
      (old) => !due.some((one) => one.event === old.event && one.channel === old.channel),
    );
    fence();
    request = await place.setNotices(request, [...others, ...intended]);
    // one after the other into the one object, as soon as each is there
    let writing: Promise<unknown> = Promise.resolve();
    const all = await Promise.allSettled(
      due.map(async ({ event, channel }) => {
        fence();
        const facts = factsOf(place, request, event, { words, config, now: clock() });
        const id = messageId(place.kept.namespace, request, event, channel);
        const delivery = await told(config, channel, facts, words.messages, stop, id);
        if (delivery === undefined) return false;
        const notice = { ...noticeOf(delivery, by), at: clock().toISOString() };
        const written = writing.then(async () => place.addEvidence(request.metadata.name, { notices: [notice] }));
        writing = written.catch(() => undefined);
        await written;
        // the request has it; this machine's own trail may be of no use to anybody
        await writeDown(request, by, [delivery]).catch(() => undefined);
        return delivery.accepted;
      }),
    );
    const failed = all.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const sent = all.map((one) => one.status === 'fulfilled' && one.value);
    const accepted = sent.filter(Boolean).length;
    return { accepted, pending: pending + due.length - accepted };
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error;
    const pending = { accepted: 0, pending: wanted.length };
    // somebody else wrote meanwhile: the next tick reads what there is
    if (hasStatus(error, 409)) return pending;
    return { ...pending, problems: [{ namespace: place.kept.namespace, error: toAppError(error) }] };
  }
}

/** Whether a channel is to be told now. Pure. */
export function isDue(notice: RequestNotice | undefined, holder: string, now: Date): boolean {
  if (notice === undefined) return true;
  const age = now.getTime() - Date.parse(notice.at);
  switch (notice.state) {
    case 'accepted':
      return false;
    case 'intended':
      // one of another replica may be on its way; of one's own that stands nothing is
      return notice.answer === holder || age > onItsWayMs;
    case 'refused':
      return (
        (notice.tries ?? 0) < mostTries && age >= Math.min(60, 2 ** Math.floor((notice.tries ?? 0) / 3) / 2) * 60_000
      );
  }
}

/** no message is longer on its way */
const onItsWayMs = 90_000;
/** of one delivery there are up to three */
const mostTries = 90;

function noticeIn(
  { status }: OperationRequest,
  { event, channel }: { readonly event: string; readonly channel: string },
): RequestNotice | undefined {
  return status.notices?.find((one) => one.event === event && one.channel === channel);
}

function triesOf({ status }: OperationRequest): number {
  return Math.max(
    0,
    ...(status.notices ?? []).filter(({ state }) => state !== 'accepted').map(({ tries = 0 }) => tries),
  );
}

/** The same for the same message, whoever sends it. */
function messageId(namespace: string, { metadata }: OperationRequest, event: string, channel: string): string {
  const of = JSON.stringify([namespace, metadata.name, metadata.creationTimestamp, event, channel]);
  return createHash('sha256').update(of).digest('hex').slice(0, 32);
}
