import type { FailureFacts, NoData, NotLoadedFacts } from './facts';

/**
 * Everything that a preflight or a job can find, and the facts that go with it: names and numbers, never a secret. A new code needs words
 * (`src/words/findingWords.ts`). Sizes are bytes, durations seconds; a list with a `count` may have been shortened.
 */
export interface FindingData {
  // sources
  'dump.tooOld': { readonly pgDump: string; readonly server: number };
  'dump.rowSecurity': Tables & { readonly role: string };
  'dump.unreadable': Tables & { readonly role: string };
  /** its pg_dump and we may be given a view for a table; `fixed` is absent where no release of its major refuses that */
  'source.oldServer': { readonly version: string; readonly fixed?: string | undefined; readonly role: string };
  'source.standby': { readonly pod: string };
  'source.unlogged': Tables;
  'dump.passwords': { readonly mappings: number; readonly subscriptions: number };
  /** versions of the collation; `is` is null where nobody can tell */
  'source.collation': { readonly was: string; readonly is: string | null };
  'source.loginTriggers': { readonly role: string };
  'source.warned': { readonly lines: readonly string[] };
  'source.timescale': NoData;
  'cluster.insecure': { readonly cluster: string; readonly server: string };
  /** `ends` is a time */
  'login.ends': { readonly cluster: string; readonly ends: string; readonly seconds: number };
  'backup.unsigned': { readonly message: string };
  'globals.failed': { readonly message: string };
  'disk.full': {
    readonly folder: string;
    readonly free: number;
    readonly needed: number;
    readonly reserve: number;
    readonly expected: number;
  };

  // targets
  'target.exists': { readonly database: string };
  'policy.protected': { readonly reference: string; readonly database?: string | undefined; readonly by: string };
  /** its backups are encrypted, as an entry asks for */
  'policy.encrypted': { readonly reference: string; readonly by: string };
  /** an entry asks for encryption, and there is none */
  'policy.unencrypted': { readonly reference: string; readonly by: string };
  'target.standby': { readonly pod: string };
  'target.template': { readonly database: string };
  'target.maintenance': { readonly database: string };
  'target.sessions': { readonly count: number };
  'role.rights': {
    readonly role: string;
    /** an attribute, CREATE in `database` and its schema public, or `membership` in the role that owns it */
    readonly right: string;
    readonly database?: string | undefined;
    readonly owner?: string | undefined;
    /** the roles that would have to be made */
    readonly for?: readonly string[] | undefined;
    /** a restore in place needs none */
    readonly inPlace?: boolean | undefined;
  };
  /** `mapped`: they are what others are mapped to */
  'roles.missing': {
    readonly roles: readonly string[];
    readonly mapped?: Readonly<Record<string, string>> | undefined;
  };
  'roles.owners': { readonly role: string; readonly owners: readonly string[] };
  'roles.mapped': { readonly roles: readonly string[] };
  'tablespaces.missing': { readonly tablespaces: readonly string[] };
  /** `imports`: those of the image are taken in */
  'collations.missing': { readonly collations: readonly string[]; readonly imports?: boolean | undefined };
  'owners.superuser': { readonly owners: readonly string[] };
  /** everything becomes that superuser's */
  'owners.ours': { readonly role: string };
  /** superusers there, beside others that own something as well */
  'owners.powerful': { readonly owners: readonly string[] };
  'objects.superuser': Objects & { readonly role: string };
  'privileges.public': Objects;
  'definitions.refused': { readonly failures: readonly FailureFacts[]; readonly count: number };
  'roles.create': { readonly roles: readonly string[] };
  'wrongTarget.same': { readonly cluster: string; readonly database: string; readonly by: 'server' | 'place' };
  'wrongTarget.environment': { readonly source: string; readonly target: string };
  /** `source` is absent where nobody knows */
  'wrongTarget.protected': { readonly source?: string | undefined };
  'version.older': { readonly archive: number; readonly target: number; readonly pgRestore: string };
  'extensions.missing': { readonly extensions: readonly string[] };
  'extensions.untrusted': {
    readonly role: string;
    readonly extensions: readonly string[];
    readonly inPlace?: boolean | undefined;
  };
  timescaledb: { readonly database: string };
  pgcron: { readonly database: string };
  'encoding.differs': Encodings;
  'encoding.unreadable': Encodings & {
    readonly tables: readonly { readonly table: string; readonly rows: number }[];
    readonly count: number;
  };
  'encoding.noConversion': Encodings;
  'locale.differs': Encodings;
  'public.create': { readonly database: string };
  'database.left': { readonly left: readonly Left[] };
  'database.notCompared': NoData;
  'archive.foreign': Unproven;
  'backup.unproven': Unproven;
  'inPlace.superuser': NoData;
  'inPlace.unproven': NoData;
  'archive.superuser': Objects;
  'archive.owners': Objects & { readonly owners: readonly string[] };
  'loader.noLogin': { readonly isSigned: boolean };
  'grants.left': Objects;
  'disk.unknown': { readonly reference: string };
  'disk.target': { readonly reference: string; readonly free: number; readonly needed: number };

  // dumps of others
  'import.noEnd': NoData;
  'import.noSuperuser': { readonly role: string };
  'import.roles': { readonly database: string; readonly roles: readonly string[] };
  'import.locale': { readonly collate: string; readonly ctype: string };
  'import.notLoaded': NotLoaded;
  'import.ofServer': NotLoaded;
  'import.heir': { readonly database: string; readonly role: string };
  'import.owners': Objects & { readonly database: string };

  // the exchange of names
  'sessions.protected': {
    readonly sessions: readonly { readonly pid: number; readonly user: string; readonly application: string }[];
  };
  preparedTransactions: { readonly transactions: readonly string[] };
  'slots.active': { readonly slots: readonly string[] };
  'slots.inactive': { readonly slots: readonly string[] };
  subscriptions: { readonly subscriptions: readonly string[] };
  replicas: { readonly count: number };
  /** `sessions` that were seen of them, where any was */
  pooler: { readonly names: readonly string[]; readonly sessions?: number | undefined };
  'pooler.idle': { readonly names: readonly string[] };
  securityLabels: {
    readonly database: string;
    readonly labels: readonly { readonly provider: string; readonly label: string }[];
  };
  'kept.exists': { readonly databases: readonly string[]; readonly bytes: number };
  'kept.claims': { readonly databases: readonly string[] };
  /** `snapshot` is a time; `written` counts rows */
  writesAfterBackup: { readonly snapshot: string; readonly written: number };
  'undo.written': { readonly rows: number };
  /** what answers to the name now is not what did: none, one where there was none, another one */
  'swap.live': { readonly database: string; readonly is: 'gone' | 'new' | 'another' };
  'swap.opened': { readonly side: string };
  /** `tables` that are not logged */
  'swap.unlogged': { readonly side: string; readonly tables: number };
  'swap.restarted': { readonly since: string };
  'swap.age': { readonly proven: string; readonly snapshot: string; readonly seconds: number };
  'swap.written': { readonly rows: number };
  'swap.writtenUnknown': { readonly proven: string };
  'swap.schemaUnknown': { readonly proven: string };
  /** `before` and `now` count objects */
  'swap.schema': { readonly altered: readonly string[]; readonly before: number; readonly now: number };
  /** how long logins wait, by which way, and how long PgBouncer then waits */
  downtime: {
    readonly method: 'catalog' | 'database';
    readonly seconds: number;
    readonly pooler?: number | undefined;
  };

  // in place
  inPlace: { readonly database: string };
  'inPlace.absent': { readonly database: string };
  'inPlace.foreign': { readonly objects: readonly string[]; readonly role: string };
  'inPlace.eventTriggers': { readonly triggers: readonly string[]; readonly superuser: boolean };
  'inPlace.publications': { readonly publications: readonly string[] };
  'inPlace.largeObjects': { readonly live: number; readonly backup: number };
  'inPlace.extensions': { readonly extensions: readonly string[]; readonly role: string };
  'inPlace.kinds': { readonly kinds: readonly string[]; readonly role: string };
  'inPlace.owners': { readonly owners: readonly string[]; readonly role: string };
  'inPlace.locks': { readonly needed: number; readonly most: number };
  'inPlace.publicRights': { readonly role: string };
  'inPlace.answerLost': { readonly database: string };
  'inPlace.commitWarned': { readonly lines: readonly string[] };
  /** `code` of the error */
  'inPlace.definitions': { readonly code: string };

  // masking
  /** its rows are not those of its source; `said`: only the manifest says so */
  'backup.masked': {
    readonly rules: string;
    readonly columns: number;
    readonly emptied: number;
    readonly hits: number;
    readonly said: boolean;
  };
  'mask.uncovered': { readonly columns: readonly (Column & { readonly type: string })[] };
  'mask.unused': { readonly rules: readonly { readonly match: string; readonly line: number }[] };
  'mask.unfit': Column & {
    readonly type: string;
    readonly as: string;
    readonly reason: string;
    readonly line?: number | undefined;
  };
  'mask.largeObjects': NoData;
  'mask.definitions': {
    readonly definitions: readonly {
      readonly kind: string;
      readonly schema: string;
      readonly name: string;
      readonly kinds: readonly string[];
    }[];
  };
  'mask.notNull': Column;
  'mask.default': Column;
  'mask.subject': Column & { readonly subject: string };
  'mask.check': MaskedKey & { readonly constraint: string };
  'mask.partitionKey': MaskedKey;
  'mask.unique': MaskedKey & { readonly key: string };
  'mask.expression': MaskedKey & { readonly key: string };
  'mask.referencesNone': { readonly table: string; readonly constraint: string; readonly to: string };
  'mask.reference': MaskedKey & { readonly constraint: string; readonly to: string };

  /** a RoleBinding that may have been given for a request could not be taken away; `because`: the code of what the cluster said */
  'policy.rightRemains': { readonly right: string; readonly request: string; readonly because: string };

  /** a request has no room for so many more that were found */
  'policy.moreFindings': { readonly count: number };

  // policies; `next`, `until`, `earliest`, `last` are times
  'policy.class': OfPolicy & {
    readonly by: 'matched' | 'missing' | 'none';
    /** the conditions that hold, each with the fact and the value it met */
    readonly because: readonly {
      readonly fact?: string | undefined;
      readonly value?: string | number | boolean | undefined;
      readonly text: string;
    }[];
    readonly missing?: string | undefined;
    readonly of?: string | undefined;
  };
  'policy.approval': OfPolicy & {
    readonly operation: string;
    readonly approvals: number;
    readonly approvers: readonly string[];
    readonly emergency?: boolean | undefined;
  };
  'policy.reason': OfPolicy;
  'policy.ticket': OfPolicy & { readonly form: string; readonly ticket: string };
  'policy.notice': OfPolicy & { readonly hours: number; readonly earliest: string };
  'policy.drill': OfPolicy & { readonly days: number; readonly last?: string | undefined };
  'policy.window': OfPolicy & {
    readonly kind: 'allow' | 'deny';
    readonly next?: string | undefined;
    readonly reason?: string | undefined;
  };
  'policy.tooLong': OfPolicy & {
    readonly until: string;
    readonly seconds: number;
    readonly next?: string | undefined;
  };
}

export type FindingCode = keyof FindingData;

/** Something of the database itself that a new one does not get. */
export interface Left {
  readonly what:
    'owner' | 'locale' | 'tablespace' | 'comment' | 'connection limit' | 'template' | 'grant' | 'setting' | 'other';
  /** which one; never a value of a setting */
  readonly name: string;
  /** `role`: it is missing; `trust`: it gives a right or runs code, and nobody asked for it; `server`: it said no, in `reason` */
  readonly why: 'role' | 'superuser' | 'unknown' | 'trust' | 'mark' | 'unread' | 'server';
  readonly reason?: string;
}

interface Tables {
  readonly tables: readonly string[];
  readonly count: number;
}

/** The first of the statements that were not done. */
interface NotLoaded {
  readonly database: string;
  readonly statements: readonly NotLoadedFacts[];
  readonly count: number;
}

interface Objects {
  readonly objects: readonly string[];
  readonly count: number;
}

/** Encodings, or locales. */
interface Encodings {
  readonly archive: string;
  readonly target: string;
}

/** In whose name the words of an archive run that nobody vouches for. */
interface Unproven {
  readonly backup?: string | undefined;
  readonly runsAs: 'loader' | 'superuser' | 'role';
}

/** The name of a policy, and the class that it puts an operation into. */
interface OfPolicy {
  readonly policy: string;
  readonly class: string;
}

/** `schema.table`, and its column. */
interface Column {
  readonly table: string;
  readonly column: string;
}

interface MaskedKey {
  readonly table: string;
  readonly columns: readonly string[];
}
