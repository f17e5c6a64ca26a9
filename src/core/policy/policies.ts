import path from 'node:path';
import { AppError, isAppError, isErrno } from '../base/errors';
import { asRecord } from '../base/json';
import { readSafely } from '../base/safeFile';
import { writeDurably } from '../catalog/backupFolder';
import { storeOfRoot } from '../catalog/storeOfRoot';
import type { KubeClient } from '../cluster/kubeClient';
import { checkState, prepareState, stateFolder } from '../state/stateFolder';
import { policyKey } from '../store/layout';
import { getIfThere } from '../store/store';
import { longestPolicy, readPolicy, type ReadPolicy } from './rules/readPolicy';
import { hasStatus } from '../cluster/apiError';

/** A policy that counts, and who says so. All of them count: what one of them asks for, no other takes away. */
export interface PolicyInForce extends ReadPolicy {
  /** own: this user's; root: the file beside the backups; or the alias of the cluster that holds it */
  readonly by:
    { readonly kind: 'own' } | { readonly kind: 'root' } | { readonly kind: 'cluster'; readonly alias: string };
}

/**
 * The policies that count for what is done with a root and in these clusters. Throws `policy.invalid` for one that cannot be read, `policy.unreadable` { cluster } for one that may not: what
 * governs and is not known lets nobody go on. Throws `state.unsafe`, `file.refused`, `store.*`, `cluster.*` too.
 */
export async function policiesInForce(
  root: string | undefined,
  clients: readonly KubeClient[],
  signal?: AbortSignal,
): Promise<readonly PolicyInForce[]> {
  const own = (await ownTexts()).map(({ file, text }) => naming(file, () => readPolicy(text)));
  const ofRoot = root === undefined ? undefined : await readRootPolicy(root);
  const ofClusters = await Promise.all(
    clients.map(async (client) => ({
      by: { kind: 'cluster', alias: client.cluster.alias } as const,
      read: await readClusterPolicy(client, signal),
    })),
  );
  return [
    ...own.map((one) => ({ ...one, by: { kind: 'own' } as const })),
    ...(ofRoot === undefined ? [] : [{ ...ofRoot, by: { kind: 'root' } as const }]),
    ...ofClusters.flatMap(({ by, read }) => (read === undefined ? [] : [{ ...read, by }])),
  ];
}

/** What a pod is told of the policy that its user chose: the text. */
export const policyVariable = 'DB_FERRY_POLICY';

/** The policy that this user chose for all that they do, as jobs elsewhere are given it; undefined: none. Throws `policy.invalid` for one that no job could obey. */
export async function ownPolicyText(): Promise<string | undefined> {
  const [own] = await ownTexts({});
  if (own === undefined) return undefined;
  naming(own.file, () => readPolicy(own.text));
  return own.text;
}

/** What this user chose here, and what a pod was given of that. */
async function ownTexts(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  await checkState();
  const file = path.join(stateFolder(), folderName, fileName);
  const bytes = await readSafely(file, { most: longestPolicy, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return undefined;
    throw error;
  });
  const given = env[policyVariable] ?? '';
  return [
    ...(bytes === undefined ? [] : [{ file, text: bytes.toString('utf8') }]),
    ...(given === '' ? [] : [{ file: policyVariable, text: given }]),
  ];
}

/** Writes it down, or, without a text, takes it away. The text is read before. Throws `policy.invalid`. */
export async function writeOwnPolicy(text: string): Promise<ReadPolicy> {
  const read = readPolicy(text);
  await writeDurably(path.join(await prepareState(folderName), fileName), text);
  return read;
}

async function readRootPolicy(root: string): Promise<ReadPolicy | undefined> {
  const text = await getIfThere(await storeOfRoot(root), policyKey, longestPolicy).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return undefined;
    throw error;
  });
  return text === undefined ? undefined : naming(`${root}/${policyKey}`, () => readPolicy(text.toString('utf8')));
}

/** The OperationPolicy `default` of a cluster. Where the cluster knows the kind and does not show it, nobody goes on. */
export async function readClusterPolicy(client: KubeClient, signal?: AbortSignal): Promise<ReadPolicy | undefined> {
  const options = signal === undefined ? {} : { signal };
  try {
    // everybody who is logged in may read this, and so a refusal of the policy itself is told from a cluster that has none
    await client.get(groupPath, options);
  } catch (error) {
    if (hasStatus(error, 404) || isAppError(error, 'cluster.forbidden')) return undefined;
    throw error;
  }
  try {
    const found = asRecord(await client.get(`${groupPath}/operationpolicies/default`, options)) ?? {};
    const { apiVersion, kind, spec } = found;
    const text = JSON.stringify({ apiVersion, kind, metadata: { name: 'default' }, spec });
    return naming(`${client.cluster.alias}: OperationPolicy default`, () => readPolicy(text));
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    if (!isAppError(error, 'cluster.forbidden')) throw error;
    throw new AppError('policy.unreadable', { cluster: client.cluster.alias }, { cause: error });
  }
}

const groupPath = '/apis/db-ferry.io/v1alpha1';

function naming(file: string, read: () => ReadPolicy): ReadPolicy {
  try {
    return read();
  } catch (error) {
    if (!isAppError(error, 'policy.invalid')) throw error;
    throw new AppError('policy.invalid', { ...error.data, file }, { cause: error });
  }
}

const folderName = 'policy';
const fileName = 'own.yaml';
