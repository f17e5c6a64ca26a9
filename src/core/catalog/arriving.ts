import type { ContentsReading } from '../postgres/archive/reading';
import type { GrowingSource } from '../store/byteSource';
import type { Manifest, Provenance } from './manifest';

/** A backup as far as a restore asks for it, so that it need not be whole yet. */
export interface BackupInMaking extends Provenance {
  readonly id: string;
  readonly manifest: Pick<Manifest, 'origin' | 'source' | 'masked'> & {
    readonly time: Pick<Manifest['time'], 'snapshot'>;
    readonly size: Pick<Manifest['size'], 'database' | 'archive' | 'text'>;
  };
}

/** A backup that is being made, for who restores it meanwhile. Nothing of it is proven before it is whole. */
export interface ArrivingBackup {
  readonly backup: BackupInMaking;
  readonly contents: ContentsReading;
  /** its archive, for who takes it over, and lets go of it */
  readonly archive: GrowingSource;
}
