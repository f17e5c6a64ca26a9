import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asRecord, parseJson } from '../base/json';
import { readSafely } from '../base/safeFile';
import { checkState, prepareRootState, rootState } from '../state/stateFolder';
import type { BackupSummary } from './manifest';

/** A backup as it was read once, and what told then whether it had changed. */
export interface Indexed {
  readonly version: string;
  readonly summary: Omit<BackupSummary, 'folder' | 'at'>;
}

/**
 * What was read before of the backups of one database, by prefix. It lies in this user's own state, where nobody else can write, and is no more than memory: what does not fit is read anew.
 * `ring`: the keys that counted then. Never throws.
 */
export async function readIndex(root: string, database: string, ring: string): Promise<Map<string, Indexed>> {
  try {
    await checkState();
    const text = await readSafely(indexFile(root, database), { most: longestIndex, own: true });
    const found = asRecord(parseJson(text.toString()));
    const backups = asRecord(found?.['backups']);
    if (found?.['format'] !== indexFormat || found['ring'] !== ring || !backups) return new Map();
    return new Map(Object.entries(backups).filter((one): one is [string, Indexed] => isIndexed(one[1])));
  } catch {
    return new Map();
  }
}

/** Remembers what was read. Never throws: it is read again where it cannot be kept. */
export async function writeIndex(
  root: string,
  database: string,
  ring: string,
  backups: ReadonlyMap<string, Indexed>,
): Promise<void> {
  try {
    await prepareRootState(root, indexFolder);
    const file = indexFile(root, database);
    const making = `${file}.${randomBytes(3).toString('hex')}.tmp`;
    const handle = await open(making, 'wx', 0o600);
    try {
      const content = { format: indexFormat, ring, backups: Object.fromEntries(backups) };
      await handle.writeFile(JSON.stringify(content));
    } finally {
      await handle.close();
    }
    await rename(making, file).catch(async () => rm(making, { force: true }));
  } catch {
    // a list is worth more than its memory
  }
}

function indexFile(root: string, database: string): string {
  const name = createHash('sha256').update(database).digest('hex').slice(0, 24);
  return path.join(rootState(root), indexFolder, `${name}.json`);
}

function isIndexed(value: unknown): value is Indexed {
  const { version, summary } = asRecord(value) ?? {};
  return typeof version === 'string' && asRecord(asRecord(summary)?.['manifest']) !== undefined;
}

const indexFormat = 'db-ferry-index-1';
const indexFolder = 'catalog';
const longestIndex = 256e6;
