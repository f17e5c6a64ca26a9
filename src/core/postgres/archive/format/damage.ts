import type { ArchiveDamage, EntryPlace, PlainDamage } from '../../../base/damage';
import { AppError } from '../../../base/errors';

/** What is wrong; a reason alone where no facts go with it. */
export type Damage = PlainDamage | ArchiveDamage;

/** The archive is not whole. `offset` is the place in the file, in bytes, where that showed; `entry` the entry in work. */
export function damaged(offset: number, what: Damage, entry?: EntryPlace, cause?: unknown): AppError {
  const damage = typeof what === 'string' ? ({ reason: what } as ArchiveDamage) : what;
  const data = entry === undefined ? { offset, ...damage } : { offset, ...damage, entry };
  return new AppError('archive.damaged', data, cause === undefined ? undefined : { cause });
}

/**
 * The archive may well be whole, but holds more in one place than is read. Bytes: `size` what is there, where that is known, `most` what is read.
 * `entry` is the entry in work, by kind and name where these are known.
 */
export function beyondLimit(data: {
  readonly what: 'text' | 'entry' | 'contents';
  readonly size?: number;
  readonly most: number;
  readonly offset: number;
  readonly entry: EntryPlace;
}): AppError {
  return new AppError('archive.limit', data);
}
