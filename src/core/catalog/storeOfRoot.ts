import { localStore } from '../store/local';
import { isS3Address, parseS3Address } from '../store/s3/s3Address';
import type { Store } from '../store/store';

/** Buckets that this process opened, by their addresses: a login is looked up once. */
const buckets = new Map<string, Promise<Store>>();

/** True where a root is a bucket: it is read as every root is, and filled by sending backups there. Pure. */
export function isBucket(root: string): boolean {
  return isS3Address(root);
}

/** The store that a root is: a folder, or a bucket at `s3://bucket/prefix`. Throws `usage` for an address that is none, `store.failed` for a bucket that is not to be had. */
export async function storeOfRoot(root: string): Promise<Store> {
  if (!isBucket(root)) return localStore(root);
  const known = buckets.get(root) ?? openBucket(root);
  buckets.set(root, known);
  // what failed once may be there the next time
  known.catch(() => buckets.delete(root));
  return known;
}

async function openBucket(root: string): Promise<Store> {
  const settings = parseS3Address(root, process.env);
  const { openS3Store } = await import('../store/s3/s3Store');
  return openS3Store(settings);
}
