import type { ArchiveChange } from './archiveChange';
import type { ArrivingBackup } from '../catalog/arriving';
import type { AppError } from '../base/errors';
import type { Finding } from '../base/finding';
import type { Room } from '../catalog/disk';
import type { BackupPlace } from '../catalog/backupFolder';
import type { BackupAt, BackupEntry, BackupSummary, ImportedFacts, Manifest } from '../catalog/manifest';
import type { Login } from '../cluster/loginEnd';

/** What a backup is of, where the database that it is taken from was only made for it: another one's dump was loaded there. */
export interface ImportedFrom {
  readonly place: BackupPlace;
  /** the database that it was */
  readonly database: string;
  readonly facts: ImportedFacts;
  /** leaves out of the archive what it says of the database that was made for it */
  readonly leaveOut: Pick<ArchiveChange, 'run'>;
}

/** One backup, as its job wants it taken. */
export interface BackupTask {
  /** the catalog's root */
  readonly root: string;
  readonly cluster: { readonly alias: string; readonly server: string };
  /** `auto`, `zstd:N`, `gzip:N`, `none` */
  readonly compress: string;
  /** count the source's rows in the dump's own snapshot; reads every table again */
  readonly count?: boolean;
  /** false: the values of generated columns are not read, which takes the tables that have some once more */
  readonly generated?: boolean;
  /** the job's id; names the sessions on the server */
  readonly job: string;
  /** names them instead */
  readonly application?: string;
  readonly asked: Manifest['asked'];
  /** what the source's place is called: production, test, … */
  readonly environment?: string;
  /** encrypted before anything reaches the disk, for whom `recipientsOfBackups` says */
  readonly encrypt?: boolean | undefined;
  /** how fast it may go, bytes a second; the transport keeps to it */
  readonly gentle?: number | undefined;
  /** false for a backup of other circumstances, which says nothing of how long this one takes */
  readonly isLike?: (entry: BackupSummary) => boolean;
  /** the report that is sealed with it, of what is about to be */
  readonly describe?: (backup: BackupEntry, findings: readonly Finding[]) => Promise<string | undefined>;
  /** Told of the prefix in a bucket before the first byte goes there. */
  readonly onDraft?: (at: BackupAt) => Promise<void>;
  /** Told once what there is to restore from while the dump goes on, as soon as its table of contents is there; undefined where that is nothing. What is told is not proven, and may never become a backup. */
  readonly onArriving?: ((arriving: ArrivingBackup | undefined) => void) | undefined;
  /** Told at once what ended it, while it still cleans up. */
  readonly onFailed?: ((error: AppError) => void) | undefined;
  /** of the source's cluster, where it is known to end */
  readonly login?: Login;
  /** makes another archive of the dump, which alone is written */
  readonly change?: ArchiveChange | undefined;
  /** it is of a database that was made for it */
  readonly imported?: ImportedFrom | undefined;
  /** seconds without a byte after which a dump counts as stalled is the transport's matter; this is how room is looked at (tests) */
  readonly room?: (folder: string) => Promise<Room>;
}
