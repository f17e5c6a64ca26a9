import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { readSafely } from '../base/safeFile';
import { keyRing, type KeyRing } from '../state/keys';
import type { Signed } from '../state/signed';
import { manifestFile, partialSuffix } from './backupFolder';
import { damagedManifest, lookForBackups, mustFit, type UnreadableBackup } from './catalog';
import type { Manifest } from './manifest';
import { longestManifest, parseManifest, parseShortManifest } from './parseManifest';
import { signatureFile, signedBy } from './signature';

/** A backup as a list shows it: the manifest without what grows with the database. */
export interface BackupSummary {
  readonly id: string;
  readonly folder: string;
  /** what the signature beside the manifest says */
  readonly signed?: Signed;
  readonly manifest: Omit<Manifest, 'tables' | 'sequences' | 'counted'>;
  readonly tables: number;
  /** of all tables together */
  readonly rows: number;
}

/**
 * Lists backups again and again, for a window that stays open: a manifest is read again only when its file has changed, and its
 * tables, which may be 50,000, are counted without being parsed or kept.
 */
export class Summaries {
  #known = new Map<string, Known>();
  #unreadable: readonly UnreadableBackup[] = [];

  /** Folders that could not be read as a backup when it was listed last. */
  get unreadable(): readonly UnreadableBackup[] {
    return this.#unreadable;
  }

  /** The backups under a root, oldest first, as `readCatalog` finds them; a missing root holds none. */
  async list(root: string): Promise<BackupSummary[]> {
    const known = new Map<string, Known>();
    const { folders, unreadable } = await lookForBackups(root);
    const ring = await keyRing();
    for (const folder of folders) {
      if (folder.endsWith(partialSuffix)) continue;
      try {
        known.set(folder, await this.#summary(root, folder, ring));
      } catch (error) {
        unreadable.push({ folder, error: damagedManifest(folder, error) });
      }
    }
    this.#known = known;
    this.#unreadable = unreadable;
    return [...known.values()].map(({ summary }) => summary).sort(byId);
  }

  async #summary(root: string, folder: string, ring: KeyRing): Promise<Known> {
    const file = path.join(folder, manifestFile);
    const version = [JSON.stringify(ring), await versionOf(file), await versionOf(path.join(folder, signatureFile))];
    const known = this.#known.get(folder);
    if (known?.version === version.join(' ')) return known;
    const text = (await readSafely(file, { most: longestManifest, inside: root })).toString();
    const summary = summaryOf(folder, text);
    mustFit(root, folder, summary.manifest);
    // the whole of it is parsed only where there is something to hold it against
    const signed: Signed =
      version[2] === '' ? { by: 'nobody' } : await signedBy(folder, JSON.parse(text) as unknown, ring, root);
    return { version: version.join(' '), summary: { ...summary, signed } };
  }
}

/** Tells whether a file was changed; '' where there is none. */
async function versionOf(file: string): Promise<string> {
  return lstat(file).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => '',
  );
}

interface Known {
  readonly version: string;
  readonly summary: BackupSummary;
}

/** The summary in a manifest's text. Throws for what is no manifest of a backup. */
export function summaryOf(folder: string, text: string): BackupSummary {
  const { block, rest } = cut(text, 'tables');
  const short = ['sequences', 'counted'].reduce((left, name) => cut(left, name).rest, rest);
  const parsed = parseShortManifest(JSON.parse(short)) as Parsed;
  // a text not written by us is parsed whole
  const tables = block === undefined ? parseManifest(parsed).tables : [];
  delete parsed.tables;
  delete parsed.sequences;
  delete parsed.counted;
  const rows = block === undefined ? tables.map((table) => table.rows) : rowsIn(block);
  return {
    id: parsed.id,
    folder,
    manifest: parsed,
    tables: rows.length,
    rows: rows.reduce((sum, one) => sum + one, 0),
  };
}

type Parsed = BackupSummary['manifest'] & {
  -readonly [Key in 'tables' | 'sequences' | 'counted']?: Manifest[Key];
};

/** Takes a long value out where it stands: a line of this depth and name is there once, and strings hold no newline. */
function cut(text: string, name: string): { readonly block: string | undefined; readonly rest: string } {
  const begins = `\n "${name}": `;
  const from = text.indexOf(begins) + begins.length;
  const open = text.slice(from, from + 2);
  const close = open === '[\n' ? '\n ]' : open === '{\n' ? '\n }' : undefined;
  const to = close === undefined ? -1 : text.indexOf(close, from);
  if (from < begins.length || close === undefined || to < 0) return { block: undefined, rest: text };
  const rest = `${text.slice(0, from)}${open.trim()}${text.slice(to + close.length - 1)}`;
  return { block: text.slice(from, to), rest };
}

function rowsIn(block: string): number[] {
  return Array.from(block.matchAll(/^ {3}"rows": (\d+)/gm), ([, rows]) => Number(rows));
}

function byId(a: BackupSummary, b: BackupSummary): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
