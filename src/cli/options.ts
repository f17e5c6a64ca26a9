/** Every option of the command line: how it is parsed and what help says of it. */
export const optionSpecs = {
  kubeconfig: {
    type: 'string',
    multiple: true,
    value: '<file>',
    takes: 'file',
    help: 'read this file too (repeatable)',
  },
  root: { type: 'string', value: '<folder>', takes: 'folder', help: 'where backups are; default: $DB_FERRY_ROOT' },
  store: { type: 'string', value: '<name>', help: 'where backups are, by its name (`stores add`)' },
  'trust-key': {
    type: 'string',
    multiple: true,
    value: '<public key>',
    help: 'what this key signed counts as yours (repeatable); `keys trust` remembers it',
  },
  reason: { type: 'string', value: '<text>', help: 'why; goes into manifest and report' },
  approval: { type: 'string', value: '<reference>', help: 'who approved it; goes into manifest and report' },
  ticket: { type: 'string', value: '<id>', help: 'the ticket it belongs to, where a policy asks for one' },
  emergency: { type: 'boolean', help: 'it is an emergency: what a policy asks for may come afterwards' },
  'not-before': { type: 'string', value: '<time>', help: 'when it is to begin, e.g. 2026-12-04T20:00:00Z' },
  policy: { type: 'string', value: '<file>', takes: 'file', help: 'by this policy alone' },
  json: { type: 'boolean', help: 'one event a line; the last is the result' },
  quiet: { type: 'boolean', help: 'print the outcome only' },
  help: { type: 'boolean', short: 'h', help: 'show this' },
  version: { type: 'boolean', short: 'V', help: 'show the version' },
  to: { type: 'string', value: '<root>', takes: 'folder', help: 'put the backup under another root' },
  compress: {
    type: 'string',
    value: 'auto|zstd:N|gzip:N|none',
    words: ['auto', 'zstd:', 'gzip:', 'none'],
    help: 'default: auto, the fastest the pod knows',
  },
  mask: {
    type: 'string',
    value: '<rules.yaml>',
    takes: 'file',
    help: 'mask rows by these rules while they stream by; what no rule speaks of is refused',
  },
  'mask-key': {
    type: 'string',
    value: '<name>',
    help: 'the key to mask with: equal values become equal under the same; default: the target',
  },
  count: { type: 'boolean', help: "count the source's rows again in the dump's snapshot (reads every table twice)" },
  into: {
    type: 'string',
    value: '<pod ref>',
    takes: 'pod',
    help: 'the pod in which a database is made for it, and dropped again',
  },
  database: {
    type: 'string',
    multiple: true,
    value: '<name>',
    help: 'of a dump of a whole server this database alone (repeatable)',
  },
  deep: {
    type: 'string',
    value: '<pod ref>',
    takes: 'pod',
    help: 'restore into a side database there, compare, drop it',
  },
  as: {
    type: 'string',
    value: 'new|replace',
    words: ['new', 'replace'],
    help: 'replace: where the database exists already',
  },
  yes: { type: 'boolean', help: 'ask nothing (for scripts)' },
  confirm: {
    type: 'string',
    multiple: true,
    value: '<name>',
    help: 'the database of this name is meant: one that is replaced in a protected place, or one that is kept (clean: also a side database or role) though nothing proves that it is yours',
  },
  'no-owner': { type: 'boolean', help: 'leave owners out' },
  'trust-settings': {
    type: 'boolean',
    help: 'a new database also gets settings that only a superuser may set, that give a right or run code',
  },
  'trust-archive': {
    type: 'boolean',
    help: 'what the archive defines runs with the rights of the role that restores, a superuser perhaps, whoever wrote it',
  },
  'no-privileges': { type: 'boolean', help: 'leave grants out, and what was revoked' },
  'no-tablespaces': {
    type: 'boolean',
    help: 'put all where the database is; done by itself where a tablespace is missing',
  },
  'go-on': {
    type: 'boolean',
    help: 'go on without what the target refuses: it is listed with why, the rest is proven; exit 3',
  },
  'accept-missing': { type: 'boolean', help: '--go-on, also where a database is replaced' },
  'create-roles': { type: 'boolean', help: 'create missing roles, without login' },
  'map-role': { type: 'string', multiple: true, value: 'a=b', help: 'role a of the backup is b there (repeatable)' },
  streams: {
    type: 'string',
    value: '1..4',
    words: ['1', '2', '3', '4'],
    help: 'restore in so many streams at most; default: what pays; not with --gentle or --in-place',
  },
  gentle: {
    type: 'string',
    value: '<MB/s>',
    help: 'for busy hours: at most so much a second, low priority, one stream',
  },
  prepare: { type: 'boolean', help: 'make and prove the side database, and stop: `swap` puts it in place later' },
  'accept-changes': {
    type: 'boolean',
    help: 'also where the definitions of the live database changed since it was prepared',
  },
  'in-place': {
    type: 'boolean',
    help: 'without a side database, in one transaction that locks it; no undo but a backup',
  },
  html: { type: 'boolean', help: 'as a page to be printed, or made a PDF of' },
  anchors: {
    type: 'string',
    multiple: true,
    value: '<file>',
    takes: 'file',
    help: 'a file that holds anchors of the trail, among whatever else (repeatable)',
  },
  from: { type: 'string', value: '<day>', help: 'from this day on: 2026-01-01' },
  until: { type: 'string', value: '<day|time>', help: 'to this day, with it; of a pause: the time at which it ends' },
  format: { type: 'string', value: 'csv|json|html', words: ['csv', 'json', 'html'], help: 'default: csv' },
  'drop-slots': { type: 'boolean', help: 'also where replication slots of the old database go with it' },
  keep: { type: 'boolean', help: 'keep the backup between' },
  pipeline: {
    type: 'boolean',
    help: 'restore while it dumps, in one stream: pays where source and target have cores of their own',
  },
  encrypt: { type: 'boolean', help: 'encrypt it for the keys of `keys list`; a recovery key must be among them' },
  identity: {
    type: 'string',
    value: '<file>',
    takes: 'file',
    help: 'the identity that opens what is encrypted; default: $DB_FERRY_IDENTITY',
  },
  recovery: { type: 'boolean', help: 'it is a recovery key: kept offline, for the day when all others are lost' },
  forget: { type: 'boolean', help: 'ask no server: what the job left there, if anything, stays' },
  plan: { type: 'boolean', help: 'show what would be done, and change nothing' },
  output: {
    type: 'string',
    short: 'o',
    value: 'name|wide|json|tsv',
    words: ['name', 'wide', 'json', 'tsv'],
    help: 'names alone, more columns, one JSON document, or tabs between raw values',
  },
  columns: { type: 'string', value: '<a,b>', help: 'these columns and no others, in this order' },
  'no-headers': { type: 'boolean', help: 'leave the heading out' },
  'in-cluster': {
    type: 'boolean',
    help: 'as a Job in the cluster, which outlives this machine; --runner says where',
  },
  runner: {
    type: 'string',
    value: '<cluster/namespace>',
    takes: 'place',
    help: "where jobs in the cluster run; default: $DB_FERRY_RUNNER, else db-ferry in the database's cluster",
  },
  drill: { type: 'boolean', help: 'the schedule of drills is meant, not that of backups' },
  pick: {
    type: 'string',
    value: 'newest|random|oldest',
    words: ['newest', 'random', 'oldest'],
    help: 'which backup of the database; random: of the last 30 days; default: newest',
  },
  checks: {
    type: 'string',
    value: '<checks.yaml>',
    takes: 'file',
    help: 'what the restored database is asked, and what it must answer',
  },
  at: {
    type: 'string',
    value: 'hourly|daily|weekly|<cron>',
    words: ['hourly', 'daily', 'weekly'],
    help: 'when; by a word, minute and hour come from the place; default: daily',
  },
  rpo: { type: 'string', value: '<hours>', help: 'so much may be lost at most; default 24' },
  rto: { type: 'string', value: '<hours>', help: 'so long a recovery may take; default 2' },
  'drill-days': { type: 'string', value: '<days>', help: 'a backup is proven by a restore that often; default 30' },
  page: { type: 'string', value: '<file>', takes: 'file', help: 'write it as an HTML page, too' },
  metrics: { type: 'string', value: '<file>', takes: 'file', help: 'write it as metrics of Prometheus, too' },
  bundle: {
    type: 'string',
    value: 'configmap|<path>',
    words: ['configmap'],
    help: 'this version of DB Ferry in ConfigMaps (default), or the path at which the image holds it',
  },
  image: { type: 'string', value: '<image>', help: "with Node 22.15 or newer; default: the cluster's nodejs image" },
  for: {
    type: 'string',
    multiple: true,
    value: '<namespace>',
    help: 'this namespace, and no other: jobs may run commands in its pods; the steward looks after its requests (repeatable)',
  },
  listen: {
    type: 'string',
    value: '<address:port>',
    help: 'where it answers, e.g. 127.0.0.1:8080',
  },
  console: { type: 'string', value: '<address:port>', help: 'where it serves the console, too, e.g. 127.0.0.1:8080' },
  every: { type: 'string', value: '<seconds>', help: 'how often it looks; default 30' },
  lease: { type: 'string', value: '<seconds>', help: 'after so long without a sign another replica acts; default 30' },
  proxy: {
    type: 'string',
    multiple: true,
    value: '<address>',
    help: "address or network of a proxy that brings people's tokens, beside this machine (repeatable)",
  },
  origin: {
    type: 'string',
    multiple: true,
    value: '<url>',
    help: 'the address of the console as browsers see it (repeatable); default: as the proxy says',
  },
  once: { type: 'boolean', help: 'do it once, and end' },
  size: { type: 'string', value: '<quantity>', help: 'of the volume of backups, e.g. 50Gi; default 20Gi' },
  'storage-class': { type: 'string', value: '<name>', help: "of the volume; default: the cluster's" },
  secret: {
    type: 'string',
    multiple: true,
    value: '<name>',
    help: 'a Secret whose keys become variables of the jobs: the login of a bucket (repeatable)',
  },
  'kubeconfig-secret': {
    type: 'string',
    value: '<name>',
    help: 'a Secret with the key config: the kubeconfig of other clusters',
  },
  overwrite: { type: 'boolean', help: 'replace a file that is there' },
  last: { type: 'string', value: '<n>', help: 'so many at most; default 20 for people' },
  reserve: {
    type: 'string',
    value: '<size>',
    help: 'space that stays free here, e.g. 200MB or 0; default: 10 % of the volume, 1 to 10 GiB',
  },
  'keep-last': { type: 'string', value: '<n>', help: 'the newest so many' },
  'keep-daily': { type: 'string', value: '<n>', help: 'the newest of each of so many days on which there is one' },
  'keep-weekly': { type: 'string', value: '<n>', help: 'the same by weeks, from Monday' },
  'keep-monthly': { type: 'string', value: '<n>', help: 'the same by months' },
  'keep-yearly': { type: 'string', value: '<n>', help: 'the same by years' },
  'keep-within': {
    type: 'string',
    value: '<hours>',
    help: 'all that are so much older than the newest verified one at most',
  },
  'keep-failed': { type: 'string', value: '<n>', help: 'of those that are not verified the newest so many; default 1' },
  'min-verified': { type: 'string', value: '<n>', help: 'never fewer verified ones than this; default 1' },
  zone: { type: 'string', value: '<name>', help: 'the time zone in which days begin, e.g. Europe/Berlin; default UTC' },
  endpoint: { type: 'string', value: '<url>', help: 'the server of the bucket' },
  region: { type: 'string', value: '<name>', help: 'its region; default us-east-1' },
  authority: {
    type: 'string',
    value: '<file>',
    takes: 'file',
    help: "PEM of the authority that signs the server's certificate",
  },
  login: { type: 'string', value: '<place>', help: 'where its login is: env:PREFIX, file:/path#profile, folder:/path' },
  price: { type: 'string', value: '<number>', help: 'what a GB costs there in a month' },
  csv: { type: 'boolean', help: 'lines for a spreadsheet' },
  'as-of': {
    type: 'string',
    value: '<time>',
    help: 'read a bucket that keeps older versions as it was then: what was deleted since is there',
  },
  'remove-unfinished': {
    type: 'string',
    value: '<hours>',
    help: 'take away what was begun so long ago and not ended',
  },
  'dry-run': { type: 'boolean', help: 'show what would stay and what would go, with reasons; delete nothing' },
  follow: { type: 'boolean', help: 'print events until it ends, and exit as it does' },
} as const satisfies Record<string, OptionSpec>;

/** What an operand or a value names. `place`: a reference that may end early. `text`: nothing is offered for it. */
export type OperandKind = 'place' | 'pod' | 'database' | 'backup' | 'job' | 'file' | 'folder' | 'text';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  readonly short?: string;
  /** how help shows its value */
  readonly value?: string;
  /** what is offered when its value is completed */
  readonly takes?: OperandKind;
  readonly words?: readonly string[];
  readonly help: string;
}

export type OptionName = keyof typeof optionSpecs;

/** What every command takes. */
export const commonOptions = [
  'kubeconfig',
  'root',
  'store',
  'as-of',
  'trust-key',
  'reason',
  'approval',
  'ticket',
  'emergency',
  'not-before',
  'reserve',
  'json',
  'quiet',
  'help',
  'version',
] as const satisfies readonly OptionName[];

type Value<Spec extends OptionSpec> = Spec['type'] extends 'boolean'
  ? boolean
  : Spec extends { readonly multiple: true }
    ? readonly string[]
    : string;

/** Options as they were given; what was not given is absent. */
export type Options = { readonly [Name in OptionName]?: Value<(typeof optionSpecs)[Name]> };
