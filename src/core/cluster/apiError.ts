import { AppError } from '../errors';
import type { Cluster } from './cluster';

/** An answer of the API server that is not a success, as the error it means. `body` is a JSON Status, or any text. */
export function apiError(cluster: Cluster, request: { method: string; path: string }, answer: Answer): AppError {
  const { status } = answer;
  if (status === 401) return new AppError('cluster.unauthorized', { cluster: cluster.alias, server: cluster.server });
  const message = statusMessage(answer.body);
  if (status !== 403) return new AppError('cluster.api', { cluster: cluster.alias, status, message });
  return new AppError('cluster.forbidden', { cluster: cluster.alias, ...forbidden(request, message), message });
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The `message` of a JSON Status, else the text itself, shortened. */
export function statusMessage(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string') {
      return value.message.replace(/: $/, '');
    }
  } catch {
    // a proxy's page, or the runtime's plain text
  }
  return body.trim().slice(0, 1000);
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
