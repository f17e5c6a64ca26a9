import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { isErrno } from '../base/errors';
import { parseJson } from '../base/json';
import { readSafely } from '../base/safeFile';
import { checkState, prepareState, stateFolder } from '../state/stateFolder';
import type { StoredSpan } from './cost';
import type { BackupSummary } from './manifest';
import { databasePrefix } from '../store/layout';

/** A backup of a catalog as its cost sees it; `store` is what people call where it lies. */
export function spanOf({ manifest }: Pick<BackupSummary, 'manifest'>, store: string): StoredSpan {
  const { source, time, size, files } = manifest;
  const all = Object.values(files ?? {}).reduce((sum, { bytes }) => sum + bytes, 0);
  const { cluster, namespace, workload, database } = source;
  const place = [cluster, namespace, workload, database].join('/');
  return { store, place, bytes: all > 0 ? all : size.archive, from: new Date(time.finished) };
}

/** Writes down that a backup is gone, for what it cost. Never throws: it is gone all the same. */
export async function noteDeleted(backup: Pick<BackupSummary, 'manifest' | 'folder' | 'at'>): Promise<void> {
  try {
    const span = spanOf(backup, storeOf(backup));
    const line = { ...span, from: span.from.toISOString(), until: new Date().toISOString() };
    await appendFile(path.join(await prepareState(folderName), fileName), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch {
    // its cost is not worth an error
  }
}

/** Those that were deleted, as far as it was written down; a line that cannot be read is left out. Throws `state.unsafe`. */
export async function readDeleted(): Promise<readonly StoredSpan[]> {
  await checkState();
  const file = path.join(stateFolder(), folderName, fileName);
  const text = await readSafely(file, { most: 64e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return Buffer.alloc(0);
    throw error;
  });
  return text
    .toString()
    .split('\n')
    .flatMap((line) => {
      try {
        const { from, until, ...rest } = v.parse(lineForm, parseJson(line));
        return [{ ...rest, from: new Date(from), until: new Date(until) }];
      } catch {
        return [];
      }
    });
}

/** The root that a backup lies under. */
function storeOf({ folder, at, manifest }: Pick<BackupSummary, 'manifest' | 'folder' | 'at'>): string {
  if (at) return at.store.name;
  const parent = path.dirname(folder);
  const place = path.sep + databasePrefix(manifest.source).replace(/\/$/, '');
  return parent.endsWith(place) ? parent.slice(0, -place.length) : parent;
}

const folderName = 'cost';
const fileName = 'deleted.ndjson';
const time = v.pipe(v.string(), v.isoTimestamp());
const lineForm = v.strictObject({
  ...{ store: v.string(), place: v.string(), bytes: v.number(), from: time, until: time },
});
