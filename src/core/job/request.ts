import type { BackupOptions } from '../backup/options';
import {
  formatReference,
  parseDatabaseReference,
  type DatabaseReference,
  type PodReference,
} from '../cluster/reference';
import type { DrillCheck } from '../restore/check/checks';
import type { RestoreOptions } from '../restore/options';
import type { MeantDatabase } from '../restore/side/undo';
import { inNamedStore } from '../store/layout';

/** What was asked for: `request.json` of a job folder. The whole of it; a job never asks back. */
export type JobRequest = JobWork & RequestFrame;

/** The request of one kind of job. */
export type RequestOf<Kind extends JobKind> = Works[Kind] & RequestFrame;

/** What a job is to do: its kind, what it works on, and how. */
export type JobWork = Works[JobKind];

export type JobKind = keyof Works;

interface Works {
  backup: BackupWork;
  restore: RestoreWork;
  copy: CopyWork;
  verify: VerifyWork;
  drill: DrillWork;
  diff: DiffWork;
  undo: UndoWork;
  release: ReleaseWork;
  swap: SwapWork;
  discard: DiscardWork;
  clean: CleanWork;
  import: ImportWork;
}

export interface BackupWork {
  readonly kind: 'backup';
  readonly source: DatabaseReference;
  readonly options: BackupOptions;
}

export interface RestoreWork {
  readonly kind: 'restore';
  readonly backup: BackupRef;
  readonly target: DatabaseReference;
  /** the name of the database that is replaced, as somebody typed it: what protected places ask for */
  readonly confirmed?: string;
  readonly options: RestoreOptions;
}

export interface CopyWork {
  readonly kind: 'copy';
  readonly source: DatabaseReference;
  readonly target: DatabaseReference;
  /** the name of the database that is replaced, as somebody typed it: what protected places ask for */
  readonly confirmed?: string;
  readonly options: CopyOptions;
}

/** Of a copy: how it is backed up, and how restored. */
export interface CopyOptions extends RestoreOptions, Pick<BackupOptions, 'compress' | 'count' | 'encrypt' | 'mask'> {
  /** the backup between stays */
  readonly keep?: boolean;
  /** the restore follows the dump; without it nothing is made in the target before the backup is whole */
  readonly pipeline?: boolean;
}

/** Whether the restore follows the dump, as the options say: what both together take says nothing of one after the other. Not where it is to be gentle, which both together are not; not where rows are masked, which is proven as a whole before anything leaves; not in place, where it is the live database that is filled. */
export function follows({ kind, options }: Pick<JobWork, 'kind' | 'options'>): boolean {
  if (kind !== 'copy' || !('pipeline' in options)) return false;
  const { inPlace, mask, pipeline, gentle }: CopyOptions = options;
  return pipeline && inPlace !== true && mask === undefined && gentle === undefined;
}

export interface VerifyWork {
  readonly kind: 'verify';
  readonly backup: BackupRef;
  /** where it is restored for it */
  readonly deep?: PodReference;
  readonly options: PacedOptions & Pick<RestoreOptions, 'trustArchive'>;
}

/** A backup is restored, compared and asked, and what was restored is dropped: what is recorded is whether it can be recovered from, and how fast. */
export interface DrillWork {
  readonly kind: 'drill';
  readonly backup: BackupRef | ChosenBackup;
  /** where it is restored for it */
  readonly into: PodReference;
  readonly checks?: readonly DrillCheck[];
  readonly options: PacedOptions & Pick<RestoreOptions, 'trustArchive'>;
}

/** A backup of a database that is chosen when the job runs. */
export interface ChosenBackup {
  readonly of: DatabaseReference;
  /** `random`: of the last thirty days */
  readonly pick: 'newest' | 'random' | 'oldest';
}

export interface DiffWork {
  readonly kind: 'diff';
  readonly left: BackupRef | DatabaseReference;
  readonly right: BackupRef | DatabaseReference;
  readonly options: PacedOptions;
}

export interface PacedOptions {
  /** bytes a second at most, with low priority and in one stream */
  readonly gentle?: number;
}

export interface UndoWork {
  readonly kind: 'undo';
  /** the restore that is undone, or the database of the last one */
  readonly of: JobRef | DatabaseReference;
  /** the name of the live database, or of the kept one, as somebody typed it: what protected places ask for */
  readonly confirmed?: string;
  readonly options: KeptOptions;
}

export interface ReleaseWork {
  readonly kind: 'release';
  readonly of: JobRef | DatabaseReference;
  /** the name of the live database, or of the kept one, as somebody typed it: what protected places ask for */
  readonly confirmed?: string;
  readonly options: ReleaseOptions;
}

/** Gives what was prepared its name. */
export interface SwapWork {
  readonly kind: 'swap';
  /** the restore or copy that prepared it, or the database that it is for */
  readonly of: JobRef | DatabaseReference;
  /** the name of the database that is replaced, as somebody typed it: what protected places ask for */
  readonly confirmed?: string;
  readonly options: SwapOptions;
}

export interface SwapOptions {
  /** also where the definitions of the live database changed since it was prepared */
  readonly acceptChanges?: boolean;
}

/** Drops what was prepared. */
export interface DiscardWork {
  readonly kind: 'discard';
  readonly of: JobRef | DatabaseReference;
  readonly options: DiscardOptions;
}

export type DiscardOptions = Readonly<Record<string, never>>;

export interface KeptOptions {
  /** those that are meant, as they were shown; no other is touched */
  readonly only?: readonly MeantDatabase[];
}

export interface ReleaseOptions extends KeptOptions {
  /** also where replication slots of the kept database go with it */
  readonly dropSlots?: boolean;
}

export interface CleanWork {
  readonly kind: 'clean';
  /** one job, or all that is in one server; neither: all jobs of the root */
  readonly of?: JobRef | PodReference;
  readonly options: CleanOptions;
}

/** Somebody else's dump, loaded into a database that is made for it in a pod, and backed up. */
export interface ImportWork {
  readonly kind: 'import';
  /** a file or a folder; absolute */
  readonly file: string;
  readonly into: PodReference;
  readonly options: ImportOptions;
}

export interface ImportOptions extends Pick<BackupOptions, 'compress' | 'encrypt' | 'gentle'> {
  /** of a dump of a whole server: these alone */
  readonly databases?: readonly string[];
  /** roles that the dump gives something to are made for it, without login, and dropped with it */
  readonly createRoles?: boolean;
}

export interface CleanOptions {
  /** what only claims to be a job's, and whose name was confirmed: it is removed too */
  readonly only?: readonly MeantDatabase[];
  /** the servers are not asked, and what is left there is not looked for any more */
  readonly forget?: boolean;
}

/** A backup: its id in the catalog, an absolute path, or where it stands in a bucket that has a name. */
export type BackupRef = { readonly id: string } | { readonly path: string };

/** A job of the same root. */
export interface JobRef {
  readonly job: string;
}

/** What each request has, whatever its kind. */
export interface RequestFrame {
  readonly schema: 2;
  /** files that were named; absolute */
  readonly kubeconfigs: readonly string[];
  /** the catalog's root; absolute */
  readonly root: string;
  /** what an operand that is an id or a path stands for, for people: nothing is done by it */
  readonly about?: JobAbout;
  readonly asked: Asked;
}

/** Who asks, and why. */
export interface Asked {
  readonly by: string;
  readonly reason?: string;
  /** who approved it, in words, or the request by which it was approved */
  readonly approval?: string;
  readonly ticket?: string;
  /** what a policy asks for is asked for afterwards */
  readonly emergency?: boolean;
  /** UTC ISO 8601: it does not begin earlier */
  readonly notBefore?: string;
}

/** What a job is about, as it was known when it was asked for. */
export interface JobAbout {
  /** the place that a backup was taken from, or that a job worked on: `cluster/namespace/workload/database` */
  readonly place?: string;
  /** when the backup was taken, UTC ISO 8601 */
  readonly snapshot?: string;
}

/** A backup as people name it: what starts with a slash is a path, else it is an id. */
export function parseBackupRef(text: string): BackupRef {
  return text.startsWith('/') || inNamedStore(text) ? { path: text } : { id: text };
}

/** The text that `parseBackupRef` reads as the same. */
export function formatBackupRef(backup: BackupRef): string {
  return 'id' in backup ? backup.id : backup.path;
}

/** A backup or a database as people name it: what holds slashes and is no path is a database. Throws `reference.invalid`. */
export function parseSide(text: string): BackupRef | DatabaseReference {
  return text.includes('/') && !text.startsWith('/') && !inNamedStore(text)
    ? parseDatabaseReference(text)
    : parseBackupRef(text);
}

/** What a job works on, as people name it, in the order of the command line. */
export function operandsOf(work: JobWork): readonly string[] {
  switch (work.kind) {
    case 'backup':
      return [formatReference(work.source)];
    case 'restore':
      return [formatBackupRef(work.backup), formatReference(work.target)];
    case 'copy':
      return [formatReference(work.source), formatReference(work.target)];
    case 'verify':
      return [formatBackupRef(work.backup)];
    case 'drill':
      return ['of' in work.backup ? formatReference(work.backup.of) : formatBackupRef(work.backup)];
    case 'diff':
      return [formatOperand(work.left), formatOperand(work.right)];
    case 'undo':
    case 'release':
    case 'swap':
    case 'discard':
      return [formatOperand(work.of)];
    case 'clean':
      return work.of === undefined ? [] : [formatOperand(work.of)];
    case 'import':
      return [work.file, formatReference(work.into)];
  }
}

/** Any of what a job can work on, as people name it. */
export function formatOperand(operand: BackupRef | JobRef | PodReference): string {
  if ('cluster' in operand) return formatReference(operand);
  return 'job' in operand ? operand.job : formatBackupRef(operand);
}

/** Every place on a server that a job names, each once. */
export function placesOf(work: JobWork): readonly PodReference[] {
  const named = (...all: readonly (BackupRef | JobRef | PodReference | undefined)[]): readonly PodReference[] => {
    const places = all.filter((one): one is PodReference => one !== undefined && 'cluster' in one);
    return [...new Map(places.map((place) => [formatReference(place), place])).values()];
  };
  switch (work.kind) {
    case 'backup':
      return named(work.source);
    case 'restore':
      return named(work.target);
    case 'copy':
      return named(work.source, work.target);
    case 'verify':
      return named(work.deep);
    case 'drill':
      return named(work.into);
    case 'import':
      return named(work.into);
    case 'diff':
      return named(work.left, work.right);
    case 'undo':
    case 'release':
    case 'swap':
    case 'discard':
    case 'clean':
      return named(work.of);
  }
}

/** Kinds of jobs that may name an earlier job instead of the database that they work on. */
export type OfJob = RequestOf<'undo' | 'release' | 'swap' | 'discard'>;

/** True for a job that works on what an earlier one made, or kept. */
export function isOfJob(request: JobRequest): request is OfJob;
export function isOfJob(work: JobWork): work is OfJob | Works[OfJob['kind']];
export function isOfJob({ kind }: JobWork): boolean {
  return kind === 'undo' || kind === 'release' || kind === 'swap' || kind === 'discard';
}

/** Every backup that a job names. */
export function backupsOf(work: JobWork): readonly BackupRef[] {
  if (work.kind === 'restore' || work.kind === 'verify') return [work.backup];
  if (work.kind === 'drill') return 'of' in work.backup ? [] : [work.backup];
  return work.kind === 'diff' ? [work.left, work.right].filter((side): side is BackupRef => !('cluster' in side)) : [];
}

/** How gently a job goes, bytes a second; undefined: as fast as it can. */
export function gentleOf(work: JobWork): number | undefined {
  return 'gentle' in work.options ? work.options.gentle : undefined;
}
