import type { Hints, OptionWord } from '../words/hints';
import { t } from '../words/language';

/** where how to restore is chosen */
const options = () => t`Options… in the question before a restore or a copy`;

/** What one does next in the editor. */
export const editorHints: Hints = {
  again: () => t`try again`,
  login: () => t`log in again in a terminal (for OpenShift: \`oc login\`), then choose Refresh in the Clusters view`,
  addCluster: () => t`log in in a terminal (\`oc login\`), or choose Add Kubeconfig… in the Clusters view`,
  details: () => t`in its report`,
  listClusters: () => t`see the Clusters view`,
  listPods: () => t`open the project in the Clusters view`,
  listDatabases: () => t`open the pod in the Clusters view`,
  listBackups: () => t`see the Backups view`,
  listJobs: () => t`see the Jobs view`,
  option: (name) => names()[name],
  usage: () => t`see the documentation`,
  loadSql: () => t`the command line imports it, in a terminal`,
  deployRunner: (place) => t`ask who looks after ${place} to put the runner of DB Ferry there`,
  deleteBackup: () => t`right-click it in the Backups view and choose Delete Backup`,
  otherFolder: () => t`change the setting "Backup Folder"`,
  otherRoot: () => t`change the setting "Backup Folder"`,
  cleanUp: () => t`right-click the job in the Jobs view and choose Clean Up`,
  forget: () => t`right-click the job in the Jobs view and choose Remove From List`,
  cancel: () => t`right-click the job in the Jobs view and choose Cancel Job`,
  restore: () => t`right-click the backup in the Backups view and choose Restore…`,
  replace: () => t`choose in Restore… that it replaces the database`,
  inPlace: () =>
    t`a restore in place, which Restore… offers then, does without: slower, all of it locked meanwhile, no undo but a backup taken before`,
  noOwner: () => t`${options()} leaves owners out`,
  trustSettings: () => t`${options()} sets it all the same`,
  trustArchive: () => t`${options()} takes all of it as it is, with the rights of the role that restores`,
  noPrivileges: () => t`${options()} leaves grants out`,
  goOn: () => t`choose it under ${options()}`,
  missingRoles: () =>
    t`have an administrator make them; ${options()} may make them, too, or leave out who is named, and a restore from a terminal can use others instead`,
  undo: (place) => t`right-click ${place} in the Clusters view and choose Undo Restore`,
  swap: (job) => t`right-click job ${job} in the Jobs view and choose Swap…`,
  discard: (job) => t`right-click job ${job} in the Jobs view and choose Discard Prepared Database`,
  acceptChanges: () => t`Swap… offers to go on all the same`,
  prepareAgain: () => t`prepare it anew`,
  putBack: (backup, place) =>
    t`right-click the backup ${backup} in the Backups view, choose Restore…, and ${place} as its target`,
  release: (place = t`the kept database`) => t`right-click ${place} in the Clusters view and choose Drop Kept Database`,
  dropSlots: () => t`choose Drop Kept Database again, which names them and asks`,
  confirm: (database = t`it`) =>
    t`right-click ${database} below the database in the Clusters view; its name is asked for`,
  listKeys: () => t`the command line lists the keys`,
  makeRecoveryKey: () => t`choose Set Up Encryption… in the palette`,
  identity: () => t`choose Use a Key… in the palette`,
  asking: (what) =>
    ({
      reason: t`the question for it before a job`,
      ticket: t`the question for it before a job`,
      notBefore: t`the question when it is to begin`,
      drill: t`"Deep Verify…" at the backup`,
    })[what],
  askApproval: () => t`Ask for Approval in the question before it`,
  confirmName: () => t`the question before it asks for that name`,
  letSleep: () => t`the setting "Keep Awake"`,
};

const names = (): Readonly<Record<OptionWord, string>> => ({
  replace: t`replacing the database`,
  noOwner: t`without owners`,
  noPrivileges: t`without grants`,
  noTablespaces: t`without tablespaces`,
  goOn: t`going on without what is refused`,
  acceptMissing: t`accepting what is missing`,
  createRoles: t`creating roles`,
  trustSettings: t`trusting settings`,
  trustArchive: t`trusting the archive`,
  mapRoles: t`mapping a role`,
  streams: t`the setting "Restore Streams"`,
  gentle: t`the setting "Gentle"`,
  mask: t`masking`,
  prepare: t`preparing only`,
  inPlace: t`a restore in place`,
  compress: t`the setting "Compression"`,
  count: t`the setting "Count Rows"`,
  forget: t`giving up a job`,
  encrypt: t`encryption`,
  into: t`the command line`,
  at: t`a schedule`,
  root: t`the setting "Backup Folder"`,
  store: t`the name of a store`,
  asOf: t`a look back`,
  removeUnfinished: t`a check of the store from a terminal`,
});
