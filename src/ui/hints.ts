import type { Hints, OptionWord } from '../words/hints';

/** where how to restore is chosen */
const options = 'Options… in the question before a restore or a copy';

/** What one does next in the editor. */
export const editorHints: Hints = {
  again: () => 'try again',
  login: () => 'log in again in a terminal (for OpenShift: `oc login`), then choose Refresh in the Clusters view',
  addCluster: () => 'log in in a terminal (`oc login`), or choose Add Kubeconfig… in the Clusters view',
  details: () => 'in its report',
  listClusters: () => 'see the Clusters view',
  listPods: () => 'open the project in the Clusters view',
  listDatabases: () => 'open the pod in the Clusters view',
  listBackups: () => 'see the Backups view',
  listJobs: () => 'see the Jobs view',
  option: (name) => names[name],
  usage: () => 'see the documentation',
  deployRunner: (place) => `ask who looks after ${place} to put the runner of DB Ferry there`,
  deleteBackup: () => 'right-click it in the Backups view and choose Delete Backup',
  otherFolder: () => 'change the setting "Backup Folder"',
  otherRoot: () => 'change the setting "Backup Folder"',
  cleanUp: () => 'right-click the job in the Jobs view and choose Clean Up',
  forget: () => 'right-click the job in the Jobs view and choose Remove From List',
  cancel: () => 'right-click the job in the Jobs view and choose Cancel Job',
  restore: () => 'right-click the backup in the Backups view and choose Restore…',
  replace: () => 'choose in Restore… that it replaces the database',
  inPlace: () =>
    'a restore in place, which Restore… offers then, does without: slower, all of it locked meanwhile, no undo but a backup taken before',
  noOwner: () => `${options} leaves owners out`,
  trustSettings: () => `${options} sets it all the same`,
  trustArchive: () => `${options} takes all of it as it is, with the rights of the role that restores`,
  noPrivileges: () => `${options} leaves grants out`,
  goOn: () => `choose it under ${options}`,
  missingRoles: () =>
    `have an administrator make them; ${options} may make them, too, or leave out who is named, and a restore from a terminal can use others instead`,
  undo: (place) => `right-click ${place} in the Clusters view and choose Undo Restore`,
  swap: (job) => `right-click job ${job} in the Jobs view and choose Swap…`,
  discard: (job) => `right-click job ${job} in the Jobs view and choose Discard Prepared Database`,
  acceptChanges: () => 'Swap… offers to go on all the same',
  prepareAgain: () => 'prepare it anew',
  putBack: (backup, place) =>
    `right-click the backup ${backup} in the Backups view, choose Restore…, and ${place} as its target`,
  release: (place = 'the kept database') => `right-click ${place} in the Clusters view and choose Drop Kept Database`,
  dropSlots: () => 'choose Drop Kept Database again, which names them and asks',
  confirm: (database = 'it') =>
    `right-click ${database} below the database in the Clusters view; its name is asked for`,
  listKeys: () => 'the command line lists the keys',
  makeRecoveryKey: () => 'the command line makes and prints it',
  identity: () => 'the path of its file in DB_FERRY_IDENTITY, where the editor is started',
  asking: (what) =>
    ({
      reason: 'the question for it before a job',
      ticket: 'the question for it before a job',
      notBefore: 'the question when it is to begin',
      drill: '"Deep Verify…" at the backup',
    })[what],
  askApproval: () => 'the question before it asks for it',
  confirmName: () => 'the question before it asks for that name',
  letSleep: () => 'the setting "Keep Awake"',
};

const names: Readonly<Record<OptionWord, string>> = {
  replace: 'replacing the database',
  noOwner: 'without owners',
  noPrivileges: 'without grants',
  noTablespaces: 'without tablespaces',
  goOn: 'going on without what is refused',
  acceptMissing: 'accepting what is missing',
  createRoles: 'creating roles',
  trustSettings: 'trusting settings',
  trustArchive: 'trusting the archive',
  mapRoles: 'mapping a role',
  streams: 'the setting "Restore Streams"',
  gentle: 'the setting "Gentle"',
  mask: 'masking',
  prepare: 'preparing only',
  inPlace: 'a restore in place',
  compress: 'the setting "Compression"',
  count: 'the setting "Count Rows"',
  forget: 'giving up a job',
};
