import { AppError } from '../../../base/errors';

/** The files of a dump that is several: a folder of `pg_dump -Fd`, or a tar of one or of `pg_dump -Ft`. Names are without any folder. */
export interface Members {
  /** bytes of each, by name */
  readonly sizes: ReadonlyMap<string, number>;
  /** The bytes of one that is there, in pieces. Throws `file.refused`, and what the file system says. */
  read(name: string, signal?: AbortSignal): AsyncIterable<Buffer>;
}

/** The table of contents. */
export const tocFile = 'toc.dat';

/** Files that are looked at: each large object has one. */
export const mostFiles = 4_000_000;

export function tooMany(): AppError {
  return new AppError('archive.foreign', { reason: 'manyFiles', way: 'load', tool: 'pg_restore' });
}
