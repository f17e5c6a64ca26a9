import { AppError } from '../../../base/errors';

/** The archive is not whole. `offset` is the place in the file, in bytes, where that showed; `entry` the entry in work. */
export function damaged(offset: number, reason: string, entry?: string, cause?: unknown): AppError {
  const data = entry === undefined ? { offset, reason } : { offset, reason, entry };
  return new AppError('archive.damaged', data, cause === undefined ? undefined : { cause });
}
