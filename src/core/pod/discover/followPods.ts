import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../cluster/kubeClient';
import { isAppError, type AppError, type ErrorCode } from '../../base/errors';
import type { DatabasePod } from '../databasePod';
import { findPods } from './findPods';
import type { PodObject } from './podObject';

/**
 * The database pods of a namespace, again each time they may have changed, until the signal aborts. The watch only says
 * that something happened; where it may not be had, they are asked for every half minute. Throws `cluster.*` from the
 * first listing; later failures are waited out, except `cluster.unauthorized`, `cluster.kubeconfig` and `cluster.plugin`: no waiting brings a login back.
 */
export async function* followPods(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): AsyncGenerator<readonly DatabasePod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  for (let first = true; !signal.aborted; first = false) {
    try {
      // taken before the listing: what changes in between is told by the watch
      const { metadata } = await client.get<{ metadata?: { resourceVersion?: string } }>(path, {
        signal,
        query: { limit: 1 },
      });
      yield (await findPods(client, { namespace, signal })).pods;
      await somethingHappens(client, path, metadata?.resourceVersion ?? '', signal);
    } catch (error) {
      if (isAppError(error, 'cancelled')) return;
      if (first || isLostLogin(error)) throw error;
      await pause(pollMs, signal);
    }
  }
}

/** True where the credentials are not accepted, or cannot be had, any more. */
export function isLostLogin(error: unknown): error is AppError {
  return isAppError(error) && lostLogins.includes(error.code);
}

const lostLogins: readonly ErrorCode[] = ['cluster.unauthorized', 'cluster.kubeconfig', 'cluster.plugin'];

const pollMs = 30_000;
/** A rollout changes a pod many times in a second. */
const settleMs = 300;

async function somethingHappens(client: KubeClient, path: string, version: string, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  try {
    const watching = AbortSignal.any([signal, ended.signal]);
    for await (const { type } of client.watch<PodObject>(path, version, { signal: watching })) {
      if (type !== 'BOOKMARK') return await pause(settleMs, signal);
    }
  } catch (error) {
    if (isLostLogin(error)) throw error;
    if (!isAppError(error, 'cancelled')) await pause(pollMs, signal);
  } finally {
    ended.abort();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
