import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestFile, partialSuffix } from './backupFolder';
import { backupFolders } from './catalog';
import type { Manifest } from './manifest';

/** A backup as a list shows it: the manifest without what grows with the database. */
export interface BackupSummary {
  readonly id: string;
  readonly folder: string;
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

  /** The backups under a root, oldest first, as `listBackups` finds them; a missing root holds none. */
  async list(root: string): Promise<BackupSummary[]> {
    const known = new Map<string, Known>();
    for (const folder of await backupFolders(root)) {
      if (folder.endsWith(partialSuffix)) continue;
      const one = await this.#summary(folder);
      if (one) known.set(folder, one);
    }
    this.#known = known;
    return [...known.values()].map(({ summary }) => summary).sort(byId);
  }

  /** Undefined for a folder whose manifest cannot be read: it shows when it is named. */
  async #summary(folder: string): Promise<Known | undefined> {
    try {
      const file = path.join(folder, manifestFile);
      const { mtimeMs, size, ino } = await stat(file);
      const version = `${mtimeMs} ${size} ${ino}`;
      const known = this.#known.get(folder);
      if (known?.version === version) return known;
      return { version, summary: summaryOf(folder, await readFile(file, 'utf8')) };
    } catch {
      return undefined;
    }
  }
}

interface Known {
  readonly version: string;
  readonly summary: BackupSummary;
}

/** The summary in a manifest's text. Throws for what is no manifest of a backup. */
export function summaryOf(folder: string, text: string): BackupSummary {
  const { block, rest } = cut(text, 'tables');
  const short = ['sequences', 'counted'].reduce((left, name) => cut(left, name).rest, rest);
  const manifest = JSON.parse(short) as Parsed | null;
  if (manifest?.format !== 'db-ferry-backup') throw new Error('not a manifest of a backup');
  if (manifest.formatVersion !== 1) throw new Error(`format version ${String(manifest.formatVersion)} is not known`);
  // a text not written by us is parsed whole
  const parsed = (manifest.tables ?? []).map(({ rows }) => rows);
  delete manifest.tables;
  delete manifest.sequences;
  delete manifest.counted;
  const whole = manifest as BackupSummary['manifest'];
  const rows = block === undefined ? parsed : rowsIn(block);
  return {
    id: whole.id,
    folder,
    manifest: whole,
    tables: rows.length,
    rows: rows.reduce((sum, one) => sum + one, 0),
  };
}

type Parsed = { -readonly [Key in keyof Manifest]?: Manifest[Key] };

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
