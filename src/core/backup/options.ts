import { AppError } from '../base/errors';
import { isGentleRate } from '../exec/gentleExec';
import { isCompression } from '../postgres/tools/dumpCommand';

/** How a backup is taken. */
export interface BackupOptions {
  /** another root to put it under; absolute */
  readonly to?: string;
  /** `auto`, `zstd:N`, `gzip:N` or `none`; default `auto` */
  readonly compress?: string;
  /** count the source's rows in the dump's own snapshot; reads every table again */
  readonly count?: boolean;
  /** bytes a second at most, with low priority */
  readonly gentle?: number;
}

/** Whether the options of a backup are such: asked by each host before it makes a job, and by the job itself. Throws `usage` { rule }. */
export function checkBackupOptions({ compress, gentle }: BackupOptions): void {
  if (compress !== undefined && !isCompression(compress))
    throw new AppError('usage', { rule: 'compress.form', compress });
  if (gentle !== undefined && !isGentleRate(gentle)) throw new AppError('usage', { rule: 'gentle.range' });
}
