import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { AppError } from '../core/base/errors';
import { defined } from '../core/base/defined';
import type { Asked, JobWork, RequestFrame } from '../core/job/request';
import { sharedRoot } from '../words/rootWords';
import type { Call } from './command';
import { isInCluster } from './inCluster';

/** The root that was named (`--root`, `DB_FERRY_ROOT`), or the default one; absolute. Says where others may write to it. Throws `root.refused`, `usage`. */
export async function rootOf(call: Call): Promise<string> {
  const root = await namedRootOf(call);
  const time = call.options['as-of'];
  if (time === undefined) return root;
  const { isBucketRoot, rootAsOf } = await import('../core/catalog/namedStores');
  const asOf = new Date(time);
  if (!/^\d{4}-/.test(time) || Number.isNaN(asOf.getTime()) || asOf > new Date())
    throw new AppError('usage', { rule: 'asOf.time', time });
  if (!isBucketRoot(root)) throw new AppError('usage', { rule: 'asOf.bucket', root });
  return rootAsOf(root, asOf);
}

async function namedRootOf({ options, terminal }: Call): Promise<string> {
  const { checkRoot, defaultRoot } = await import('../core/catalog/root');
  const { isBucket } = await import('../core/catalog/storeOfRoot');
  if (options.store !== undefined) return ofStore(options);
  const named = process.env['DB_FERRY_ROOT'] ?? '';
  if (options.root === undefined && named !== '' && !path.isAbsolute(named) && !isBucket(named)) {
    // it would mean another folder wherever one stands
    throw new AppError('usage', { message: `DB_FERRY_ROOT wants an absolute path, not "${named}".` });
  }
  const asked = options.root === undefined ? named || defaultRoot(process.env) : options.root;
  const root = options.root === undefined && !isBucket(asked) ? asked : await rootNamed(asked);
  const { isShared } = await checkRoot(root);
  if (isShared) terminal.info(sharedRoot(root));
  return root;
}

async function ofStore({ store = '', root }: Call['options']): Promise<string> {
  if (root !== undefined) throw new AppError('usage', { rule: 'store.root' });
  const { rootOfStore, storeNamed } = await import('../core/catalog/namedStores');
  return rootOfStore(await storeNamed(store));
}

/** A root as a person names it: the address of a bucket, the name of a store, or a folder; a folder that is called like a store is named by its path. */
export async function rootNamed(text: string): Promise<string> {
  const { isBucketRoot, isStoreName, readStores, rootOfStore } = await import('../core/catalog/namedStores');
  if (isBucketRoot(text)) return text;
  const store = isStoreName(text) ? (await readStores()).find(({ name }) => name === text) : undefined;
  return store ? rootOfStore(store) : path.resolve(text);
}

/** The kubeconfig files that were named; absolute. */
export function kubeconfigsOf({ options }: Pick<Call, 'options'>): string[] {
  return (options.kubeconfig ?? []).map((file) => path.resolve(file));
}

/**
 * A request for a job, as this call asks for it, of names that are known. Throws `usage` for options that do not go together, and what looking for the
 * names throws.
 */
export async function requestOf<Work extends JobWork>(call: Call, work: Work): Promise<Work & RequestFrame> {
  const { checkWork } = await import('../core/job/checkRequest');
  checkWork(work);
  if (isInCluster(call)) {
    // a volume of its own: what there is in it is seen there
    const root = '/db-ferry/backups';
    return { ...work, schema: 2, kubeconfigs: kubeconfigsOf(call), root, asked: askedOf(call) };
  }
  const frame: RequestFrame = {
    schema: 2,
    kubeconfigs: kubeconfigsOf(call),
    root: await rootOf(call),
    asked: askedOf(call),
  };
  const { knowNames } = await import('./knownNames');
  return { ...work, ...frame, ...defined({ about: await knowNames(work, frame) }) };
}

/** Who asks, why, and who approved it. */
export function askedOf({ options }: Call): Asked {
  const { reason, approval, ticket, emergency } = options;
  const notBefore = options['not-before'] === undefined ? undefined : timeOf(options['not-before']);
  return defined({ by: askedBy(), reason, approval, ticket, emergency, notBefore });
}

/** A moment as it is written down. Throws `usage`. */
function timeOf(text: string): string {
  const time = new Date(text);
  // without a zone it would mean another moment wherever one sits
  if (/(?:Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new AppError('usage', {
    message: `--not-before wants a time with its zone, as 2026-12-04T20:00:00Z, not "${text}".`,
  });
}

/** True for an operand that names a backup by its path. */
export function isPath(operand: string): boolean {
  return operand.startsWith('/') || operand.startsWith('.');
}

/** Who asks, as far as this side knows: the user and the workspace or machine. */
function askedBy(): string {
  const place = process.env['DEVWORKSPACE_NAME'] ?? hostname();
  try {
    return `${userInfo().username}@${place}`;
  } catch {
    // an arbitrary uid of OpenShift may have no name
    return `uid ${process.getuid?.() ?? '?'}@${place}`;
  }
}
