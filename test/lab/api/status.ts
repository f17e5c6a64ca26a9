import type { ServerResponse } from 'node:http';

/** The `Status` object that an API server answers a refusal with. */
export function status(code: number, reason: string, message: string): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export function forbidden(
  user: string,
  verb: string,
  resource: string,
  group: string,
  namespace: string,
  name: string,
): Refusal {
  const named = name === '' ? '' : ` "${name}"`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return new Refusal(
    403,
    'Forbidden',
    `${resource.split('/')[0] ?? ''}${named === '' ? '' : named} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`,
  );
}

export function notFound(resource: string, name: string): Refusal {
  return new Refusal(404, 'NotFound', `${resource} "${name}" not found`);
}

export function send(response: ServerResponse, code: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
