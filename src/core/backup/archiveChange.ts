import type { Finding } from '../base/finding';
import type { MaskedFacts } from '../catalog/manifest';
import type { Packing, TakeBytes } from '../postgres/archive/format/blockWriter';
import type { ArchiveTap } from '../postgres/archive/format/dataReader';
import type { ArchiveReading } from '../postgres/archive/reading';

/** Makes another archive of the one that a dump writes, while it streams by: only what it makes touches a disk. */
export interface ArchiveChange {
  /** Reads the dump to its end. Throws what it finds wrong: nothing may have been written then that it did not make. */
  run(
    dump: AsyncIterable<Buffer>,
    how: { readonly packing: Packing; readonly take: TakeBytes; readonly signal: AbortSignal },
  ): Promise<void>;
  /** looks at what was made, as it is read from the disk */
  readonly tap: ArchiveTap;
  /** Holds what was read from the disk against the dump. Throws `backup.damaged` where it is not what it must be. */
  prove(reading: ArchiveReading, backup: string): MaskedFacts;
  readonly findings: readonly Finding[];
}
