import type { ArrivingBackup, BackupInMaking } from '../catalog/arriving';
import { openArchive } from '../catalog/catalog';
import type { BackupEntry } from '../catalog/manifest';
import { proveBackup } from '../catalog/verifyBackup';
import { AppError } from '../base/errors';
import type { Work } from '../base/progress';
import type { PlacedBlock } from '../postgres/archive/format/blockReader';
import type { ArchiveReading, ContentsReading } from '../postgres/archive/reading';
import type { ByteSource } from '../store/byteSource';

/** A backup that a side database is filled from: one that is whole and proven, or one that is still on its way. */
export interface Filling {
  readonly backup: BackupInMaking;
  /** `textBytes`: of one that is whole */
  readonly contents: ContentsReading & Partial<Pick<ArchiveReading, 'textBytes'>>;
  readonly archive: Pick<ByteSource, 'name' | 'read'>;
  /** how many of its bytes pg_restore takes; absent while nobody knows */
  readonly bytes?: number;
  /** where its data blocks stand */
  readonly blocks?: readonly PlacedBlock[];
  /** The whole of it, proven: before that nothing that was restored counts. Rejects where it never becomes whole. */
  whole(): Promise<WholeBackup>;
  /** Told at once what ended the restore, while that still cleans up. */
  readonly onFailed?: (error: unknown) => void;
}

/** A backup with what was read of its archive, to the last byte. */
export interface WholeBackup {
  readonly entry: BackupEntry;
  readonly reading: ArchiveReading;
}

/** From a backup that lies there, which is proven first. Errors are those of `proveBackup`. */
export async function fillingFrom(entry: BackupEntry, work: Work): Promise<Filling> {
  work.report({ type: 'phase', phase: 'read' });
  const { reading, blocks } = await proveBackup(entry, work);
  const known = { contents: reading, bytes: dataEnd(reading), blocks };
  return { backup: entry, archive: await openArchive(entry), ...known, whole: async () => ({ entry, reading }) };
}

/** From one that is being made. `whole` says what it came to. */
export function fillingFromArriving(
  arriving: ArrivingBackup,
  whole: Promise<WholeBackup>,
  onFailed: (error: unknown) => void,
): Filling {
  return { ...arriving, whole: async () => whole, onFailed };
}

/**
 * What was restored from is whole, and all of its rows went through pg_restore: `taken` is how far it was taken while it grew. Throws what kept it from becoming whole, `exec.cut`.
 */
export async function wholeOf(filling: Filling, taken: number | undefined): Promise<ArchiveReading> {
  const { reading } = await filling.whole();
  if (taken === undefined || taken >= dataEnd(reading)) return reading;
  throw new AppError('exec.cut', { bytes: taken, message: `of ${dataEnd(reading)} bytes` });
}

/** pg_restore ends with the last data block, and what stands behind it would not arrive. */
function dataEnd({ bytes, behind }: ArchiveReading): number {
  return bytes - (behind?.bytes ?? 0);
}
