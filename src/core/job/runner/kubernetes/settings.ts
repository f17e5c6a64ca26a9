import * as v from 'valibot';
import { AppError } from '../../../base/errors';
import { parseJson } from '../../../base/json';
import type { KubeClient } from '../../../cluster/kubeClient';
import { pathOf } from './names';
import { hasStatus } from '../../../cluster/apiError';

/** What is the same for all jobs of one namespace: written by `deploy`, read by whoever starts one. */
export type RunnerSettings = v.InferOutput<typeof settings>;

/** The ConfigMap that holds them. */
export const settingsName = 'db-ferry-runner';
const settingsKey = 'settings.json';

const name = v.pipe(v.string(), v.regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/));
const settings = v.strictObject({
  schema: v.literal(1),
  image: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)),
  /** where the image holds the command line, its path; else the bundle's ConfigMaps */
  bundle: v.union([
    v.strictObject({ sha256: v.pipe(v.string(), v.hash(['sha256'])), parts: v.pipe(v.array(name), v.maxLength(20)) }),
    v.strictObject({ path: v.pipe(v.string(), v.startsWith('/')) }),
  ]),
  /** the PersistentVolumeClaim of backups and records */
  claim: name,
  serviceAccount: name,
  /** the group that owns the volume, where the cluster gives none by itself (OpenShift does) */
  fsGroup: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Secrets whose keys are variables of the job: logins of S3 stores */
  secrets: v.exactOptional(v.array(name)),
  /** a Secret with the key `config`: the kubeconfig of other clusters */
  kubeconfig: v.exactOptional(name),
  recipients: v.exactOptional(v.pipe(v.string(), v.maxLength(20_000))),
  trustedKeys: v.exactOptional(v.pipe(v.string(), v.maxLength(20_000))),
});

/** The settings of a namespace. Throws `runner.absent` where nobody deployed a runner there, `runner.settings` for what cannot be read. */
export async function readSettings(
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<RunnerSettings> {
  const where = { cluster: client.cluster.alias, namespace };
  let found: { data?: Partial<Record<string, string>> };
  try {
    found = await client.get(pathOf('configmaps', namespace, settingsName), signal ? { signal } : {});
  } catch (error) {
    if (hasStatus(error, 404)) throw new AppError('runner.absent', where);
    throw error;
  }
  const read = v.safeParse(settings, parseJson(found.data?.[settingsKey] ?? ''));
  if (read.success) return read.output;
  throw new AppError('runner.settings', { ...where, at: v.getDotPath(read.issues[0]) ?? '' });
}

/** The ConfigMap of settings. Pure. */
export function settingsMap(value: RunnerSettings): Readonly<Record<string, string>> {
  return { [settingsKey]: JSON.stringify(value, null, 2) };
}
