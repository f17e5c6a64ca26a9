import { AppError } from '../base/errors';
import type { KubeClient } from '../cluster/kubeClient';
import { reachError } from '../cluster/reachError';
import { openExecSocket, UpgradeRefused, type ExecProtocol, type ExecSocket, type SocketEvents } from './execSocket';
import type { ExecPlace } from './podExec';

export interface ExecClient {
  readonly client: Pick<KubeClient, 'upgrade' | 'cluster'>;
  readonly place: ExecPlace;
  readonly protocols: readonly ExecProtocol[];
  /** what this server accepted before */
  accepted?: ExecProtocol;
}

/**
 * Starts `argv` with stdin, stdout and stderr open. Tries the next protocol where one is refused, and the kubeconfig
 * as it is now where the token is. Throws `cluster.unauthorized`, `cluster.forbidden`, `cluster.unreachable`, `cluster.untrusted`,
 * `exec.refused` or `cancelled`.
 */
export async function openExec(
  connections: ExecClient,
  argv: readonly string[],
  events: SocketEvents,
  signal?: AbortSignal,
): Promise<ExecSocket> {
  const protocols = connections.accepted ? [connections.accepted] : connections.protocols;
  let refused: UpgradeRefused | undefined;
  for (const protocol of protocols) {
    try {
      const socket = await openAs(connections, protocol, argv, events, signal);
      connections.accepted = protocol;
      return socket;
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw reachError(connections.client.cluster, error);
      refused ??= error;
      if (!isProtocolRefusal(error)) throw toRefusal(connections, error);
    }
  }
  throw toRefusal(connections, refused ?? new UpgradeRefused(0, 'no protocol', false));
}

async function openAs(
  { client, place }: ExecClient,
  protocol: ExecProtocol,
  argv: readonly string[],
  events: SocketEvents,
  signal?: AbortSignal,
): Promise<ExecSocket> {
  const path = `/api/v1/namespaces/${encodeURIComponent(place.namespace)}/pods/${encodeURIComponent(place.pod)}/exec`;
  const query = [
    ['container', place.container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ['tty', 'false'],
    ...argv.map((argument) => ['command', argument] as const),
  ] as const;
  const open = async (fresh: boolean): Promise<ExecSocket> => {
    if (signal?.aborted === true) throw new AppError('cancelled');
    const request = await client.upgrade(path, query, fresh);
    return openExecSocket(request, protocol, events, signal ? { signal } : {});
  };
  try {
    return await open(false);
  } catch (error) {
    if (!(error instanceof UpgradeRefused && error.status === 401)) throw error;
    return open(true);
  }
}

/** The API server explains its own refusals; the handshake of the runtime says 403 and nothing else. */
function isProtocolRefusal(error: UpgradeRefused): boolean {
  return !error.isStatus && (error.status === 403 || error.status === 400);
}

function toRefusal({ client, place }: ExecClient, error: UpgradeRefused): AppError {
  const cluster = client.cluster.alias;
  if (error.status === 401) {
    return new AppError('cluster.unauthorized', { cluster, server: client.cluster.server }, { cause: error });
  }
  const { status, body: message } = error;
  if (status === 403 && error.isStatus) {
    const resource = 'pods/exec';
    const verb = /cannot (\w+) resource/.exec(message)?.[1] ?? 'create';
    const data = { cluster, verb, resource, namespace: place.namespace, message };
    return new AppError('cluster.forbidden', data, { cause: error });
  }
  return new AppError('exec.refused', { status, message }, { cause: error });
}
