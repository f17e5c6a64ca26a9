import { AppError } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { localStore } from '../store/local';
import { parseS3Address } from '../store/s3/s3Address';
import type { S3Settings } from '../store/s3/s3Client';
import { readLogin } from '../store/s3/s3Login';
import type { Store } from '../store/store';
import { isBucketRoot, isStoreRoot, splitAsOf, storeOfName, type NamedStore } from './namedStores';

/** Buckets that this process opened, by their addresses: a login is looked up once. */
const buckets = new Map<string, Promise<Store>>();

/** True where a root is a bucket, at `s3://bucket/prefix` or that of a named store: it is read and filled as every root is. Pure. */
export function isBucket(root: string): boolean {
  return isBucketRoot(root);
}

/** The store that a root is: a folder, a bucket at `s3://bucket/prefix`, or the bucket of a named store. Throws `usage` for an address that is none, `store.unknown`, `store.login`, `store.failed` for a bucket that is not to be had. */
export async function storeOfRoot(root: string): Promise<Store> {
  if (!isBucket(root)) return localStore(root);
  const known = buckets.get(root) ?? openBucket(root);
  buckets.set(root, known);
  // what failed once may be there the next time
  known.catch(() => buckets.delete(root));
  return known;
}

async function openBucket(root: string): Promise<Store> {
  const { openS3Store, openS3StoreAsOf } = await import('../store/s3/s3Store');
  const settings = await settingsOfRoot(root);
  const { root: plain, asOf } = splitAsOf(root);
  const called = isStoreRoot(root) ? plain : undefined;
  return asOf ? openS3StoreAsOf(settings, asOf, called) : openS3Store(settings, called);
}

/** How the bucket of a root is talked to. Throws what `settingsOf` throws, `store.unknown`. */
export async function settingsOfRoot(root: string): Promise<S3Settings> {
  if (isStoreRoot(root)) return settingsOf(await storeOfName(root));
  return parseS3Address(splitAsOf(root).root, process.env);
}

/** How the bucket of a named store is talked to; its login is read where it is. Throws `usage`, `store.login`, and what its authority's file says. */
async function settingsOf(store: NamedStore): Promise<S3Settings> {
  const { address, endpoint, region, authority, login } = store;
  const own = {
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: endpoint }),
    ...(region === undefined ? {} : { AWS_REGION: region }),
  };
  const settings = parseS3Address(address, { ...process.env, ...own });
  return {
    ...settings,
    ...(authority === undefined ? {} : { authorities: await authoritiesOf(authority) }),
    ...(login === undefined ? {} : { credentials: await readLogin(login, process.env) }),
  };
}

async function authoritiesOf(file: string): Promise<string> {
  const text = (await readSafely(file, { most: 1e6, follow: true })).toString();
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new AppError('usage', { rule: 'store.authority', file });
  return text;
}
