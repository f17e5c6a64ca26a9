import { AppError } from '../base/errors';
import { isGentleRate } from '../exec/gentleExec';
import { isCompression } from '../postgres/tools/dumpCommand';

/** How a backup is taken. */
export interface BackupOptions {
  /** another root to put it under: an absolute path, or the address of a bucket */
  readonly to?: string;
  /** `auto`, `zstd:N`, `gzip:N` or `none`; default `auto` */
  readonly compress?: string;
  /** count the source's rows in the dump's own snapshot; reads every table again */
  readonly count?: boolean;
  /** bytes a second at most, with low priority */
  readonly gentle?: number;
  /** encrypted before anything reaches a disk */
  readonly encrypt?: boolean;
  /** rows are masked while they stream by, before anything is written */
  readonly mask?: MaskingOptions;
}

/** How rows are masked. */
export interface MaskingOptions {
  /** the text of a file of rules: what was asked for is what runs, whatever becomes of the file */
  readonly rules: string;
  /** the name of the key; default: the target, or of a backup its source */
  readonly key?: string;
}

/** Whether the options of a backup are such: asked by each host before it makes a job, and by the job itself. Throws `usage` { rule }. */
export function checkBackupOptions({ compress, gentle, count, mask }: BackupOptions): void {
  if (mask !== undefined && count === true) throw new AppError('usage', { rule: 'mask.count' });
  if (compress !== undefined && !isCompression(compress))
    throw new AppError('usage', { rule: 'compress.form', compress });
  if (gentle !== undefined && !isGentleRate(gentle)) throw new AppError('usage', { rule: 'gentle.range' });
}
