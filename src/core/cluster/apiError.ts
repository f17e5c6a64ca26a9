import { AppError, isAppError } from '../base/errors';
import { asRecord, parseJson } from '../base/json';
import type { Cluster } from './cluster';

/** An answer of the API server that is not a success, as the error it means. `body` is a JSON Status, or any text. */
export function apiError(cluster: Cluster, request: { method: string; path: string }, answer: Answer): AppError {
  const { status } = answer;
  if (status === 401) return new AppError('cluster.unauthorized', { cluster: cluster.alias, server: cluster.server });
  const message = withoutLogins(statusMessage(answer.body), answer.login ?? []);
  if (status !== 403) return new AppError('cluster.api', { cluster: cluster.alias, status, message });
  return new AppError('cluster.forbidden', { cluster: cluster.alias, ...forbidden(request, message), message });
}

/** True for an answer of the API server with that status. Pure. */
export function hasStatus(error: unknown, status: number): boolean {
  return isAppError(error, 'cluster.api') && error.data.status === status;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** the values of the request's headers that log in */
  readonly login?: readonly string[];
}

/** How much of what a server says is shown, in characters: of a Status, of any other text. */
export const mostMessage = { status: 2000, text: 300 } as const;

/** The `message` of a JSON Status, else the beginning of the text itself: a proxy's page, or the runtime's plain text. */
function statusMessage(body: string): string {
  const message = asRecord(parseJson(body))?.['message'];
  return typeof message === 'string'
    ? message.replace(/: $/, '').slice(0, mostMessage.status)
    : body.trim().slice(0, mostMessage.text);
}

/** A text without logins: those of the request (`login`: its headers' values), and whatever else looks like one. Pure. */
export function withoutLogins(text: string, login: readonly string[]): string {
  const own = login.flatMap((value) => [value, ...value.split(' ')]).filter((value) => value.length >= 8);
  const without = own.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  return without
    .replace(/\b(bearer|basic) +[^\s"'<>,;]+/gi, '$1 …')
    .replace(/\bsha256~[\w-]+|\beyJ[\w-]+\.[\w.-]+/g, '…');
}

function forbidden(
  { method, path }: { method: string; path: string },
  message: string,
): { verb: string; resource: string; namespace?: string } {
  const said = /cannot (\S+) (?:resource|path) "([^"]+)"/.exec(message);
  const namespace = /in the namespace "([^"]+)"/.exec(message)?.[1] ?? /\/namespaces\/([^/?]+)\//.exec(path)?.[1];
  return {
    verb: said?.[1] ?? (method === 'POST' ? 'create' : 'get'),
    resource: said?.[2] ?? path,
    ...(namespace === undefined ? {} : { namespace: decodeURIComponent(namespace) }),
  };
}
