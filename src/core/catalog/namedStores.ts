import path from 'node:path';
import * as v from 'valibot';
import { AppError, isErrno } from '../base/errors';
import { parseJson } from '../base/json';
import { readSafely } from '../base/safeFile';
import { checkState, prepareState, stateFolder } from '../state/stateFolder';
import { isS3Address, parseS3Address } from '../store/s3/s3Address';
import { checkLogin } from '../store/s3/s3Login';
import { writeDurably } from './backupFolder';

/** A store that the user gave a name. Nothing of it is secret: where its login is found, never the login. */
export interface NamedStore {
  readonly name: string;
  /** `s3://bucket/prefix`, or the absolute path of a folder */
  readonly address: string;
  /** `https://s3.example.org`; absent: as the environment says, else Amazon's own */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** a file with the PEM of the authorities that sign its certificate; absolute */
  readonly authority?: string | undefined;
  /** `env:PREFIX`, `file:/path`, `file:/path#profile`, `folder:/path`; absent: from environment, files and web identity, in the order of Amazon's own tools */
  readonly login?: string | undefined;
  /** what a GB costs in a month, in whatever money */
  readonly price?: number | undefined;
}

/** What a root begins with that is the name of a bucket: `store:archive`. */
const rootPrefix = 'store:';

/** A root without the time as of which it is read, and that time (`s3://bucket/prefix?asOf=2026-11-30T12:00:00.000Z`). Pure. */
export function splitAsOf(root: string): { readonly root: string; readonly asOf?: Date } {
  const [, plain, text] = /^((?:s3|store):.*)\?asOf=([0-9TZ:.-]{20,30})$/is.exec(root) ?? [];
  const asOf = new Date(text ?? '');
  return plain === undefined || Number.isNaN(asOf.getTime()) ? { root } : { root: plain, asOf };
}

/** A bucket as it was at a time, as a root. Pure. */
export function rootAsOf(root: string, asOf: Date): string {
  return `${splitAsOf(root).root}?asOf=${asOf.toISOString()}`;
}

/** True where a root is a bucket, by its address or by the name of its store. Pure. */
export function isBucketRoot(root: string): boolean {
  return isS3Address(root) || isStoreRoot(root);
}

/** True for `store:<name>`. Pure. */
export function isStoreRoot(named: string): boolean {
  const { root } = splitAsOf(named);
  return root.startsWith(rootPrefix) && isStoreName(root.slice(rootPrefix.length));
}

/** The root that a named store is: its folder, or its name with a mark before it. Pure. */
export function rootOfStore({ name, address }: Pick<NamedStore, 'name' | 'address'>): string {
  return isS3Address(address) ? `${rootPrefix}${name}` : address;
}

/** Every store that has a name, by name. Throws `state.unsafe`, `stores.damaged` for a list that cannot be read: to leave a store out could send backups elsewhere. */
export async function readStores(): Promise<readonly NamedStore[]> {
  await checkState();
  const file = listFile();
  const text = await readSafely(file, { most: 1e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return undefined;
    throw error;
  });
  if (text === undefined) return [];
  try {
    const { stores } = v.parse(listForm, parseJson(text.toString()));
    return [...stores].sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new AppError('stores.damaged', { file }, { cause: error });
  }
}

/** What a GB (10^9 bytes) costs in a month, by root, of the stores that have a price. Throws what `readStores` throws. */
export async function pricesOf(): Promise<ReadonlyMap<string, number>> {
  const stores = await readStores();
  return new Map(stores.flatMap((one) => (one.price === undefined ? [] : [[rootOfStore(one), one.price] as const])));
}

/** The store of a name. Throws `store.unknown` { name, known }, and what `readStores` throws. */
export async function storeNamed(name: string): Promise<NamedStore> {
  const all = await readStores();
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new AppError('store.unknown', { name, known: all.map((one) => one.name) });
}

/** The store of a root that says its name. */
export async function storeOfName(root: string): Promise<NamedStore> {
  return storeNamed(splitAsOf(root).root.slice(rootPrefix.length));
}

/** Writes it down; one of the name is replaced. Throws `usage` { rule } for what is none, and what `readStores` throws. */
export async function addStore(store: NamedStore): Promise<void> {
  checkStore(store);
  const others = (await readStores()).filter(({ name }) => name !== store.name);
  await writeStores([...others, store]);
}

/** Forgets it; what lies there stays. Throws `store.unknown`. */
export async function removeStore(name: string): Promise<NamedStore> {
  const found = await storeNamed(name);
  await writeStores((await readStores()).filter((one) => one.name !== name));
  return found;
}

/** Throws `usage` { rule } for what is no store. Pure. */
export function checkStore({ name, address, endpoint, authority, login, price }: NamedStore): void {
  if (!isStoreName(name)) throw new AppError('usage', { rule: 'store.name', name });
  if (isS3Address(address)) parseS3Address(address, endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint });
  else if (!path.isAbsolute(address)) throw new AppError('usage', { rule: 'store.address', address });
  else if (endpoint !== undefined || authority !== undefined || login !== undefined)
    throw new AppError('usage', { rule: 'store.folder', address });
  if (login !== undefined) checkLogin(login);
  if (price !== undefined && !(price >= 0 && price < 1e6)) throw new AppError('usage', { rule: 'store.price' });
}

/** True for what can be the name of a store: a word that is no path and no address. */
export function isStoreName(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,39}$/i.test(text);
}

async function writeStores(stores: readonly NamedStore[]): Promise<void> {
  await prepareState(folderName);
  const list = { format: listFormat, formatVersion: 1, stores };
  await writeDurably(listFile(), `${JSON.stringify(list, undefined, 1)}\n`);
}

function listFile(): string {
  return path.join(stateFolder(), folderName, 'stores.json');
}

const folderName = 'stores';
const listFormat = 'db-ferry-stores';

const word = v.pipe(v.string(), v.maxLength(4096));
const listForm = v.strictObject({
  format: v.literal(listFormat),
  formatVersion: v.literal(1),
  stores: v.array(
    v.pipe(
      v.strictObject({
        ...{ name: word, address: word, endpoint: v.optional(word), region: v.optional(word) },
        ...{ authority: v.optional(word), login: v.optional(word), price: v.optional(v.number()) },
      }),
      v.check((store) => {
        checkStore(store);
        return true;
      }),
    ),
  ),
});
