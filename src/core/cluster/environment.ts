import type { KubeClient } from './kubeClient';
import { isAppError } from '../base/errors';
import { asRecord, type JsonObject } from '../base/json';
import { hasHidden } from '../base/visible';

/**
 * What a namespace is called where its labels say so: production, test, … Undefined where they do not, or where the
 * namespace may not be read. Throws `cancelled`.
 */
export async function environmentOf(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const found = await client.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`, { signal });
    return environmentIn(asRecord(asRecord(asRecord(found)?.['metadata'])?.['labels']));
  } catch (error) {
    if (isAppError(error, 'cancelled') || signal.aborted) throw error;
    return undefined;
  }
}

/** The same from labels that are at hand. */
export function environmentIn(labels: JsonObject = {}): string | undefined {
  // no value of a label is longer
  const isLabel = (value: unknown): value is string =>
    typeof value === 'string' && value !== '' && value.length <= 63 && !hasHidden(value);
  return environmentLabels.map((label) => labels[label]).find(isLabel);
}

/** Labels in use for it; the first that is there counts. */
const environmentLabels = ['db-ferry/environment', 'app.kubernetes.io/environment', 'environment', 'env', 'stage'];
