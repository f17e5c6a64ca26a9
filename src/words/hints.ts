import type { BackupOptions } from '../core/backup/options';
import type { RestoreOptions } from '../core/restore/options';

/** What `Hints.option` has words for. */
export type OptionWord =
  | Exclude<keyof RestoreOptions, 'as'>
  | keyof Pick<BackupOptions, 'compress' | 'count' | 'mask' | 'encrypt'>
  | 'replace'
  | 'forget'
  | 'into'
  | 'at'
  | 'root'
  | 'store'
  | 'asOf'
  | 'removeUnfinished';

/**
 * What a person does next, which differs by host: a command in a terminal, a menu in the editor. Each is an instruction
 * that can stand behind a colon, without a full stop. A `job` is an id; undefined: it is not known which.
 */
export interface Hints {
  /** loads a dump that is SQL */
  loadSql(): string;
  /** puts what runs jobs into a namespace; `place` is cluster/namespace */
  deployRunner(place: string): string;
  /** after a failure that may pass */
  again(): string;
  /** when a login is not accepted any more */
  login(): string;
  /** when no cluster, or another one, is known */
  addCluster(): string;
  /** where findings and differences stand, for a sentence that ends with it */
  details(): string;
  listClusters(): string;
  listPods(): string;
  listDatabases(): string;
  listBackups(): string;
  listJobs(): string;
  /** an option of a job, as a sentence names it here */
  readonly option: (name: OptionWord) => string;
  /** when arguments are wrong */
  usage(command?: string): string;
  /** deletes a backup that is no longer wanted */
  deleteBackup(): string;
  /** when a backup does not fit into its folder */
  otherFolder(): string;
  /** when a folder cannot be the one of backups */
  otherRoot(): string;
  /** removes what a job, or any job, left */
  cleanUp(job?: string): string;
  /** gives up what a job left, where its server does not answer any more */
  forget(job?: string): string;
  cancel(job?: string): string;
  /** restores from a backup that is there */
  restore(): string;
  /** allows a restore to replace a database */
  replace(): string;
  /** restores where the role may not create databases */
  inPlace(): string;
  /** restores without the owners */
  noOwner(): string;
  /** has a new database get settings that give a right or run code */
  trustSettings(): string;
  /** has what an archive defines run with the rights of the role that restores */
  trustArchive(): string;
  /** restores without the grants */
  noPrivileges(): string;
  /** goes on without what the target refuses; `replaces`: a database is replaced by what lacks it */
  goOn(replaces?: boolean): string;
  /** what helps where roles are missing */
  missingRoles(): string;
  /** swaps back what a restore replaced; `place` is a reference */
  undo(place: string): string;
  /** gives what a job prepared its name */
  swap(job: string): string;
  /** drops what a job prepared */
  discard(job: string): string;
  /** swaps although the live database's definitions changed since */
  acceptChanges(): string;
  /** prepares once more */
  prepareAgain(): string;
  /** restores the backup that a restore in place took before it; `place` is a reference */
  putBack(backup: string, place: string): string;
  /** does it with a database that only claims to be kept; undefined: which one is not known */
  confirm(database?: string): string;
  /** confirms by its name that a database of a protected place is meant */
  confirmName(database: string): string;
  /** says when it is asked for what a policy wants to know, or does what it wants done before */
  asking(what: 'reason' | 'ticket' | 'notBefore' | 'drill'): string;
  /** asks those who may for their approval */
  askApproval(): string;
  /** drops what restores kept */
  release(place?: string): string;
  /** drops what restores kept although replication slots go with it */
  dropSlots(): string;
  /** shows whom backups are encrypted for */
  listKeys(): string;
  makeRecoveryKey(): string;
  /** names the identity that opens what is encrypted */
  identity(): string;
  /** stops that jobs keep the workspace awake */
  letSleep(): string;
}
