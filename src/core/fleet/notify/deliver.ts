import type { JsonObject } from '../../base/json';
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { isAppError } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { cloudEventBody, mailHtml, slackBody, teamsBody } from './channelBodies';
import { secretOf, type Channel, type MailChannel } from './notifyConfig';
import type { Message } from './notifyEvents';

/** What became of a message in one channel: evidence that somebody was told, or was not. */
export interface Delivery {
  readonly channel: string;
  readonly kind: Channel['kind'];
  readonly event: string;
  readonly subject: string;
  readonly accepted: boolean;
  /** the answer in short: a status, a code, the server's own id of a mail. Never an address of a webhook, which is a secret */
  readonly answer: string;
  /** how often it was tried */
  readonly tries: number;
  /** UTC ISO 8601 */
  readonly time: string;
}

/** Hands a message to a channel, at most three times, each with the same `id` by which a receiver knows it again. Never throws: what is not accepted is told by what is returned. */
export async function deliver(
  name: string,
  channel: Channel,
  message: Message,
  signal: AbortSignal,
  id: string = randomUUID(),
): Promise<Delivery> {
  const common = { channel: name, kind: channel.kind, event: message.facts.event, subject: message.subject };
  let answer = '';
  let tries = 0;
  for (let wait = 0; tries < mostTries;) {
    try {
      if (wait > 0) await sleep(wait, undefined, { signal });
      tries += 1;
      const sent = await attempt(channel, message, signal, id);
      answer = sent.answer;
      if (sent.accepted) return { ...common, accepted: true, answer, tries, time: new Date().toISOString() };
      if (sent.again === undefined) break;
      wait = sent.again;
    } catch (error) {
      answer = codeOf(error);
      if (signal.aborted || isAppError(error)) break;
      wait = 500 * tries;
    }
  }
  return { ...common, accepted: false, answer, tries, time: new Date().toISOString() };
}

interface Sent {
  readonly accepted: boolean;
  readonly answer: string;
  /** another try may help, after so many milliseconds */
  readonly again?: number;
}

const mostTries = 3;
const attemptMs = 10_000;

async function attempt(channel: Channel, message: Message, signal: AbortSignal, id: string): Promise<Sent> {
  switch (channel.kind) {
    case 'mail':
      return mail(channel, message, id, signal);
    case 'slack':
      return post(await secretOf(channel.url), slackBody(message), 'application/json', {}, signal);
    case 'teams':
      return post(await secretOf(channel.url), teamsBody(message), 'application/json', {}, signal);
    case 'webhook': {
      const body = cloudEventBody(message, id);
      const key = channel.secret && (await secretOf(channel.secret));
      const mac = key === undefined ? undefined : createHmac('sha256', key).update(JSON.stringify(body)).digest('hex');
      const headers = mac === undefined ? {} : { 'x-db-ferry-signature': `sha256=${mac}` };
      return post(await secretOf(channel.url), body, 'application/cloudevents+json', headers, signal);
    }
  }
}

async function post(
  url: string,
  body: JsonObject,
  type: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Sent> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return { accepted: false, answer: 'ERR_INVALID_URL' };
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': type, ...headers },
    // what is sent goes where it was said, and nowhere else
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
  });
  await response.body?.cancel().catch(() => undefined);
  const answer = `HTTP ${response.status}`;
  if (response.ok) return { accepted: true, answer };
  const after = Number(response.headers.get('retry-after') ?? '1');
  const mayPass = response.status === 429 || response.status >= 500;
  return {
    accepted: false,
    answer,
    ...(mayPass ? { again: Math.min(Number.isFinite(after) ? after * 1000 : 1000, 5000) } : {}),
  };
}

async function mail(channel: MailChannel, message: Message, id: string, signal: AbortSignal): Promise<Sent> {
  const { host, port, security, user, password, from, to, ca } = channel;
  const pass = password && (await secretOf(password));
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...{ connectionTimeout: attemptMs, greetingTimeout: attemptMs, socketTimeout: attemptMs },
    // what a message says is never taken for a file or an address to read
    ...{ disableFileAccess: true, disableUrlAccess: true },
    ...(user === undefined || pass === undefined ? {} : { auth: { user, pass } }),
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: await readSafely(ca, { most: 1e6 }) }) },
  });
  try {
    const headers = { 'Auto-Submitted': 'auto-generated' };
    const sending = transport.sendMail({
      messageId: `<${id}@db-ferry.invalid>`,
      ...{ from, to: [...to], subject: message.subject, text: message.body, html: mailHtml(message), headers },
    });
    // a relay that takes its time for each line comes to no end by itself
    const limit = AbortSignal.any([signal, AbortSignal.timeout(mailMs)]);
    const sent = await Promise.race([sending, ended(limit)]);
    const refused = sent.rejected.length;
    return {
      accepted: refused === 0,
      answer: `${sent.response.slice(0, 3)} ${sent.messageId}${refused === 0 ? '' : `, ${refused} refused`}`,
    };
  } finally {
    transport.close();
  }
}

const mailMs = 30_000;

async function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(Object.assign(new Error('it took too long'), { code: 'ETIMEDOUT' }));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** Short, and without what a message of an error may quote. */
function codeOf(error: unknown): string {
  if (isAppError(error)) return `${error.code} ${JSON.stringify(error.data)}`;
  if (!(error instanceof Error)) return 'failed';
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const cause = error.cause as { readonly code?: unknown } | undefined;
  const known = [responseCode, code, cause?.code].find((one) => typeof one === 'string' || typeof one === 'number');
  return String(known ?? error.name);
}
