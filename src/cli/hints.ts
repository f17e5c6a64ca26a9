import type { Hints, OptionWord } from '../words/hints';
import { shellCommand, shellWord } from '../words/shellCommand';

/** What one does next in a terminal. */
export const cliHints: Hints = {
  loadSql: () => '`db-ferry import <file> --into <pod ref>`',
  deployRunner: (place) => command('deploy runner', [place]),
  again: () => 'repeat the command',
  login: () => 'log in again (for OpenShift: `oc login`), then repeat the command',
  addCluster: () => 'log in (`oc login`), or name a file with --kubeconfig',
  details: () => 'above',
  listClusters: () => '`db-ferry clusters`',
  listPods: () => '`db-ferry pods`',
  listDatabases: () => '`db-ferry databases <pod>`',
  listBackups: () => '`db-ferry backups`; a path starts with / or a dot, --root names another catalog',
  listJobs: () => '`db-ferry jobs`; --root names another folder',
  option: (name) => flags[name],
  usage: (name) => (name === undefined || name === '' ? '`db-ferry --help`' : command('help', [name])),
  deleteBackup: () => '`db-ferry delete <backup>`',
  otherFolder: () => '--root <folder>',
  otherRoot: () => '--root <folder>',
  cleanUp: (job) => (job === undefined ? '`db-ferry clean`' : command('clean', [job])),
  forget: (job) => (job === undefined ? '`db-ferry clean <id> --forget`' : command('clean', [job], '--forget')),
  cancel: (job) => (job === undefined ? '`db-ferry cancel <id>`' : command('cancel', [job])),
  restore: () => '`db-ferry restore`',
  replace: () => '--as replace',
  inPlace: () =>
    '--as replace --in-place does without: slower, all of it locked meanwhile, no undo but a backup taken before',
  noOwner: () => '--no-owner leaves owners out',
  trustSettings: () => '--trust-settings sets it',
  trustArchive: () => '--trust-archive takes all of it as it is, with the rights of the role that restores',
  noPrivileges: () => '--no-privileges leaves grants out',
  goOn: (replaces = false) =>
    replaces ? '--accept-missing, beside --as replace' : '--go-on; where a database is replaced, --accept-missing',
  missingRoles: () => '--create-roles makes them without login, --map-role a=b uses others',
  undo: (place) => command('undo', [place]),
  swap: (job) => command('swap', [job]),
  discard: (job) => command('discard', [job]),
  acceptChanges: () => '--accept-changes goes on all the same',
  prepareAgain: () => 'repeat it with --prepare',
  putBack: (backup, place) => command('restore', [backup, place], '--as replace --in-place'),
  release: (place) => (place === undefined ? '`db-ferry release <database>`' : command('release', [place])),
  dropSlots: () => '--drop-slots drops them too',
  confirm: (database) => `--confirm ${database === undefined ? '<its name>' : shellWord(database)}`,
  listKeys: () => '`db-ferry keys list`',
  makeRecoveryKey: () => '`db-ferry keys init <file>`',
  identity: () => '--identity <file>, or the path of it in DB_FERRY_IDENTITY',
  confirmName: (database) => `a script says --confirm ${shellWord(database)} beside --yes`,
  asking: (what) =>
    ({
      reason: '--reason',
      ticket: '--ticket',
      notBefore: '--not-before',
      drill: '`db-ferry verify <backup> --deep <pod>`',
    })[what],
  askApproval: () => 'to ask for it: the same words behind `db-ferry request`',
  letSleep: () => 'DB_FERRY_KEEP_AWAKE=0',
};

const flags: Readonly<Record<OptionWord, string>> = {
  replace: '--as replace',
  noOwner: '--no-owner',
  noPrivileges: '--no-privileges',
  noTablespaces: '--no-tablespaces',
  goOn: '--go-on',
  acceptMissing: '--accept-missing',
  createRoles: '--create-roles',
  trustSettings: '--trust-settings',
  trustArchive: '--trust-archive',
  mapRoles: '--map-role',
  streams: '--streams',
  gentle: '--gentle',
  mask: '--mask',
  prepare: '--prepare',
  inPlace: '--in-place',
  compress: '--compress',
  count: '--count',
  forget: '--forget',
  encrypt: '--encrypt',
  into: '--into',
  at: '--at',
  root: '--root',
  store: '--store',
  asOf: '--as-of',
  removeUnfinished: '--remove-unfinished <hours>',
};

/** Between backticks; what it names stands in it as words of a shell. */
function command(name: string, operands: readonly string[], options?: string): string {
  return `\`${shellCommand(`db-ferry ${name}`, operands, options)}\``;
}
