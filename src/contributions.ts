/** Everything that package.json contributes and code refers to. A test holds both against each other. */
export const viewIds = {
  clusters: 'dbFerry.clusters',
  backups: 'dbFerry.backups',
  jobs: 'dbFerry.jobs',
  requests: 'dbFerry.requests',
} as const;

/** The custom editor of `.dump` files. */
export const archiveEditor = 'dbFerry.archive';

/** The scheme of reports, which are files that can only be read. */
export const reportScheme = 'dbferry-report';

/** The scheme of archives in a store, which the inspector alone reads. */
export const storedScheme = 'dbferry-stored';

/** The section of all settings; their names follow in `settingNames`. */
export const section = 'dbFerry';

export const settingNames = [
  'kubeconfigFiles',
  'clusterNames',
  'protectedPlaces',
  'pinnedProjects',
  'backupFolder',
  'trustedKeys',
  'compression',
  'countRows',
  'encrypt',
  'keepCopies',
  'pipelineCopies',
  'restoreStreams',
  'gentle',
  'askForReason',
  'openReport',
  'keepAwake',
] as const;

/** Keys for `when` clauses. */
export const contextKeys = {
  /** `none` or `some`: whether the Clusters view shows its welcome */
  clusterState: 'dbFerry.clusterState',
  isFiltered: 'dbFerry.isFiltered',
  hasBackups: 'dbFerry.hasBackups',
  hasRestored: 'dbFerry.hasRestored',
  /** for the walkthrough */
  hasClusters: 'dbFerry.hasClusters',
  hasUndone: 'dbFerry.hasUndone',
} as const;

/** The capabilities that nodes join into their `contextValue` with `;`, as menus look for them. */
export type Capability =
  | 'canBackUp'
  | 'canRestoreInto'
  | 'canReplaceWith'
  | 'canUndo'
  | 'canDropKept'
  | 'canCleanUp'
  | 'canProtect'
  | 'canUnprotect'
  | 'canPin'
  | 'canUnpin'
  | 'canRefresh'
  | 'canAskForRule'
  | 'hasReference'
  | 'canRestore'
  | 'canDelete'
  | 'canBackUpAgain'
  | 'canCancel'
  | 'canGoOn'
  | 'canSwap'
  | 'canRemove'
  | 'hasReport'
  | 'isOnDisk'
  | 'isStore'
  | 'isJob'
  | 'isRequest'
  | 'canApprove'
  | 'canDeny'
  | 'canWithdraw'
  | 'canRunRequest'
  | 'canReview';
