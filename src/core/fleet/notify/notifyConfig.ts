import { own } from '../../base/ownSaying';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { AppError, isErrno } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { checkState, stateFolder } from '../../state/stateFolder';
import { notifyEvents } from './notifyEvents';

/** Where something secret is: never in the file itself. */
export type SecretRef = { readonly env: string } | { readonly file: string };

/** Where messages go. */
export type Channel =
  | { readonly kind: 'slack' | 'teams'; readonly url: SecretRef }
  | { readonly kind: 'webhook'; readonly url: SecretRef; readonly secret?: SecretRef }
  | MailChannel;

export interface MailChannel {
  readonly kind: 'mail';
  readonly host: string;
  readonly port: number;
  /** `starttls` (default): nothing is said before the line is encrypted; `tls`: encrypted from the first byte; `none`: only to this machine */
  readonly security: 'starttls' | 'tls' | 'none';
  /** what names databases and places, and the login, go in clear over a network, and that is wanted */
  readonly insecure?: true;
  /** a file with certificates that are trusted, too */
  readonly ca?: string;
  readonly user?: string;
  readonly password?: SecretRef;
  readonly from: string;
  readonly to: readonly string[];
}

/** Who is told of what. */
export interface NotifyRule {
  readonly events?: readonly string[];
  /** kinds of jobs */
  readonly kinds?: readonly string[];
  /** `cluster/namespace` patterns, `*` stands for any text */
  readonly places?: readonly string[];
  /** names of channels */
  readonly to: readonly string[];
}

export interface NotifyConfig {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly send: readonly NotifyRule[];
  /** how often a running job says where it is; minutes */
  readonly statusMinutes: number;
  /** a folder with templates of one's own, by the names of the shipped ones; absolute */
  readonly templates?: string;
  /** where the console is: messages of requests lead there */
  readonly console?: string;
  /** whom to call, for the foot of messages */
  readonly contacts: readonly string[];
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));
const secret = v.union([v.strictObject({ env: text }), v.strictObject({ file: text })]);
/** addresses go into headers: no line may end in them */
const address = v.pipe(text, v.regex(/^[^\s<>][^\s<>@]*@[^\s<>]+$|^[^\r\n<>"]* <[^\s<>][^\s<>@]*@[^\s<>]+>$/));
const channel = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['slack', 'teams']), url: secret }),
  v.strictObject({ kind: v.literal('webhook'), url: secret, secret: v.exactOptional(secret) }),
  v.strictObject({
    kind: v.literal('mail'),
    host: text,
    port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)), 587),
    security: v.optional(v.picklist(['starttls', 'tls', 'none']), 'starttls'),
    /** without TLS also to a host that is neither this machine nor a Service of the cluster */
    insecure: v.exactOptional(v.literal(true)),
    ...{ ca: v.exactOptional(text), user: v.exactOptional(text), password: v.exactOptional(secret) },
    from: address,
    to: v.pipe(v.array(address), v.minLength(1), v.maxLength(100)),
  }),
]);
const form = v.strictObject({
  channels: v.record(v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/)), channel),
  send: v.array(
    v.strictObject({
      events: v.exactOptional(v.array(v.picklist(notifyEvents))),
      kinds: v.exactOptional(v.array(text)),
      places: v.exactOptional(v.array(text)),
      to: v.array(text),
    }),
  ),
  statusMinutes: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(1440)), 30),
  templates: v.exactOptional(text),
  console: v.exactOptional(v.pipe(text, v.url(), v.startsWith('https://'))),
  contacts: v.optional(v.array(text), []),
});

/** Where the file is: DB_FERRY_NOTIFY, or `notify.yaml` in the state folder. */
export function notifyFile(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['DB_FERRY_NOTIFY'] ?? '';
  return named === '' ? path.join(stateFolder(env), 'notify.yaml') : path.resolve(named);
}

/** Who is told of what, and how; undefined where nobody is. Throws `notify.config` { file, at }: which field, never its content. */
export async function readNotifyConfig(env: NodeJS.ProcessEnv = process.env): Promise<NotifyConfig | undefined> {
  const file = notifyFile(env);
  await checkState();
  const content = await readSafely(file, { most: 1e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR']) && (env['DB_FERRY_NOTIFY'] ?? '') === '') return undefined;
    throw new AppError('notify.config', { file, at: own('own.unreadable') }, { cause: error });
  });
  return content && parseNotifyConfig(content.toString(), file);
}

/** The same from its text. Throws `notify.config` { file, at, why }. Pure. */
export function parseNotifyConfig(content: string, file: string): NotifyConfig {
  let value: unknown;
  try {
    value = parse(content, { maxAliasCount: 0 });
  } catch {
    throw new AppError('notify.config', { file, at: own('own.noYaml') });
  }
  const read = v.safeParse(form, value);
  if (!read.success) throw new AppError('notify.config', { file, at: v.getDotPath(read.issues[0]) ?? own('own.form') });
  const { templates, ...rest } = read.output;
  for (const [name, one] of Object.entries(rest.channels)) {
    if (one.kind === 'mail' && one.security === 'none' && one.insecure !== true && !isNear(one.host))
      throw new AppError('notify.config', { file, at: `channels.${name}.security`, why: 'clear' });
  }
  for (const name of rest.send.flatMap(({ to }) => to)) {
    if (!Object.hasOwn(rest.channels, name)) throw new AppError('notify.config', { file, at: name, why: 'channel' });
  }
  return { ...rest, ...(templates === undefined ? {} : { templates: path.resolve(path.dirname(file), templates) }) };
}

/** This machine, and what only answers inside of the cluster. */
function isNear(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return (
    ['localhost', '::1', '[::1]'].includes(name) ||
    /^127(?:\.\d{1,3}){3}$/.test(name) ||
    /^[^.]+\.[^.]+\.svc(?:\.cluster\.local)?$/.test(name)
  );
}

/** What a secret is, now. Throws `notify.secret` { name }: where it should be, never what it is. */
export async function secretOf(ref: SecretRef, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const name = 'env' in ref ? `$${ref.env}` : ref.file;
  const found =
    'env' in ref
      ? env[ref.env]
      : await readSafely(ref.file, { most: 64_000 }).then(
          (bytes) => bytes.toString().trim(),
          () => undefined,
        );
  if (found === undefined || found === '') throw new AppError('notify.secret', { name });
  return found;
}

/** The channels that are told of an event, each once. Pure. */
export function channelsFor(
  config: NotifyConfig,
  { event, kind, places }: { readonly event: string; readonly kind: string; readonly places: readonly string[] },
): readonly string[] {
  const rules = config.send.filter(
    (rule) =>
      (rule.events?.includes(event) ?? true) &&
      (rule.kinds?.includes(kind) ?? true) &&
      (rule.places?.some((pattern) => places.some((place) => fits(pattern, place))) ?? true),
  );
  return [...new Set(rules.flatMap(({ to }) => to))];
}

/** Of `cluster/namespace`; without recursion, so that no pattern takes long. */
function fits(pattern: string, place: string): boolean {
  const parts = pattern.split('*');
  const [head = '', ...rest] = parts;
  if (rest.length === 0) return pattern === place;
  if (!place.startsWith(head)) return false;
  let at = head.length;
  const tail = rest.pop() ?? '';
  for (const part of rest) {
    const found = place.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return place.length - at >= tail.length && place.endsWith(tail);
}
