import type { BackupSummary } from '../catalog/manifest';
import { compressionText, type Compression } from '../postgres/tools/dumpCommand';

/** How long a backup is expected to take and how large its archive to be. */
export interface Expectation {
  readonly bytes: number;
  readonly seconds: number;
  readonly basis: 'last run' | 'size';
}

/**
 * From the last backup of the same database with the same compression, scaled to today's size; else from the size alone, which is a guess: the
 * ratio of an archive to its tables lies anywhere between 0.01 and 1, so a high one is taken.
 */
export function expect(
  history: readonly Pick<BackupSummary, 'manifest'>[],
  now: {
    readonly databaseBytes: number;
    readonly tableBytes: number;
    readonly compression: Compression;
    readonly cores: number;
    /** bytes a second at most */
    readonly gentle?: number | undefined;
  },
): Expectation {
  const paced = (archive: number): number => (now.gentle === undefined ? 0 : archive / now.gentle);
  const wanted = compressionText(now.compression);
  const last = history.filter((entry) => entry.manifest.dump.compression === wanted).at(-1)?.manifest;
  if (last?.size.database !== undefined && last.size.database > 0) {
    const growth = now.databaseBytes / last.size.database;
    const archive = last.size.archive * growth;
    return { bytes: archive, seconds: Math.max(last.time.seconds * growth, paced(archive)), basis: 'last run' };
  }
  const { method, level } = now.compression;
  const bytes = now.tableBytes * (method === 'none' ? 1 : 0.45);
  return {
    bytes,
    seconds: 1 + Math.max(now.tableBytes / speed(method, level) / Math.min(1, Math.max(0.1, now.cores)), paced(bytes)),
    basis: 'size',
  };
}

/** Bytes of tables a second on one core, as measured without a network; less for what travels. */
function speed(method: Compression['method'], level: number): number {
  if (method === 'none') return 60e6;
  if (method === 'zstd') return level <= 3 ? 90e6 : 90e6 / (level - 2);
  return level <= 1 ? 60e6 : level <= 3 ? 40e6 : 18e6;
}
