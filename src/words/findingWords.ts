import type { FindingCode, FindingData, Left } from '../core/base/findingData';
import type { FailureFacts } from '../core/base/facts';
import type { Finding } from '../core/base/finding';
import { some } from './some';
import { cures, refusalLines } from './causeWords';
import { duration, localTime, safe, size } from './format';
import type { Hints } from './hints';
import { importFindings } from './importWords';
import { maskFindings } from './maskWords';
import { detail, fact, few, numberOf, shown, text, texts, type KeyOf } from './shown';
import { policyFindings } from './policyWords';
import { t } from './language';

/** One line for a finding; a code without words of its own shows its data. */
export function findingWords(finding: Finding, hints: Hints): string {
  return `${levels()[finding.level]} ${plainFinding(finding, hints)}`;
}

/** The same without how grave it is. */
export function plainFinding({ code, data }: Finding, hints: Hints): string {
  return (findings as Readonly<Partial<Record<string, AnyWords>>>)[code]?.(data, hints) ?? `${code}${detail(data)}`;
}

const levels = () => ({ block: t`blocks:`, warn: t`warning:`, note: t`note:` }) as const;

/** What comes back from a disk may lack any of the facts. */
type Words<C extends FindingCode = FindingCode> = {
  readonly [One in C]: (data: FindingData[One], hints: Hints) => string;
};

/** Words that take whatever is told: what a disk holds need not be what the types say. */
type AnyWords = (data: object, hints: Hints) => string;

const ofSources = {
  'dump.tooOld': (data) =>
    t`the pod's pg_dump ${shown(data, 'pgDump')} is older than its server (${shown(data, 'server')})`,
  'dump.rowSecurity': (data) =>
    t`row security would hide rows from ${shown(data, 'role')} in ${few(data, 'tables')}: a backup would not be whole`,
  'dump.unreadable': (data) => t`${shown(data, 'role')} may not read ${few(data, 'tables')}`,
  'source.oldServer': (data) => {
    const fixed = text(data, 'fixed') === undefined ? t`a major that is still maintained` : shown(data, 'fixed');
    return t`the server is ${shown(data, 'version')}, from before August 2024 (CVE-2024-7348): whoever owns a table in it can put a view in its place while it is dumped, and what that computes is computed with the rights of ${shown(data, 'role')}, a superuser. Update it to ${fixed}, or back it up with a role that is none`;
  },
  'source.standby': (data) => t`the source ${shown(data, 'pod')} is a standby`,
  'source.unlogged': (data) => t`unlogged tables are empty on a standby, and so in the backup: ${few(data, 'tables')}`,
  'dump.passwords': (data) => {
    const [mappings, subscriptions] = [numberOf(data, 'mappings'), numberOf(data, 'subscriptions')];
    const held = [
      ...(mappings > 0 ? [t`${some(mappings, 'password')} of foreign servers`] : []),
      ...(subscriptions > 0 ? [t`${some(subscriptions, 'password')} of subscriptions`] : []),
    ];
    return t`the archive holds ${held.join(t` and `)}, as pg_dump writes them: whoever can read the backup can read them`;
  },
  'source.collation': (data) => {
    const now = text(data, 'is') === undefined ? t`none that can be told` : shown(data, 'is');
    return t`the system libraries under this database have changed: its collation was of version ${shown(data, 'was')}, now it has ${now}. Rows are not concerned; indexes over text may be: REINDEX, then ALTER DATABASE … REFRESH COLLATION VERSION`;
  },
  'source.loginTriggers': (data) =>
    t`triggers run at each login, also at ours, and may write into the database: the role ${shown(data, 'role')} may not turn them off`,
  'source.warned': (data) => t`the server says at login: ${shown(data, 'lines')}`,
  'source.timescale': () => t`the source uses TimescaleDB: a restore needs its own steps`,
  'cluster.insecure': (data) =>
    t`who answers at ${shown(data, 'server')} is not proven: the kubeconfig of ${shown(data, 'cluster')} says insecure-skip-tls-verify, and logins and rows go to whoever it is`,
  'login.ends': (data, hints) =>
    t`the login at ${shown(data, 'cluster')} ends at ${localTime(shown(data, 'ends'))}, before this is expected to be done (${duration(numberOf(data, 'seconds'))}): what has to connect after that fails; before it, ${hints.login()}`,
  'backup.unsigned': (data) =>
    t`the backup could not be signed, so that nothing will prove later that it is yours: ${shown(data, 'message')}`,
  'globals.failed': (data) => t`roles could not be written down, the backup has none: ${shown(data, 'message')}`,
  'disk.full': (data) =>
    t`not enough space in ${shown(data, 'folder')}: ${bytes(data, 'free')} free, ${bytes(data, 'needed')} needed with the reserve`,
} satisfies Partial<Words>;

const ofTargets = {
  'target.exists': (data, hints) =>
    t`the database ${shown(data, 'database')} exists there; to replace it: ${hints.replace()}`,
  'policy.protected': (data, hints) =>
    t`${shown(data, 'reference')} is in a protected place (${shown(data, 'by')}): it is changed only when it is confirmed by its name; ${hints.confirmName(text(data, 'database') ?? '?')}`,
  'policy.encrypted': (data) =>
    t`backups of ${shown(data, 'reference')} are encrypted, asked for or not (${shown(data, 'by')})`,
  'policy.unencrypted': (data, hints) =>
    t`backups of ${shown(data, 'reference')} are encrypted or not made (${shown(data, 'by')}); before there is a recovery key nothing is: ${hints.makeRecoveryKey()}`,
  'target.standby': (data) => t`${shown(data, 'pod')} is a standby and takes no writes; name its primary`,
  'target.template': (data) => t`${shown(data, 'database')} is a template of the server itself`,
  'target.maintenance': (data) =>
    t`${shown(data, 'database')} is the database that tools log in to by default: what looks for it there finds the new one`,
  'target.sessions': (data) =>
    data['count'] === 0
      ? t`nobody is connected to the database now; sessions that come until the swap end then`
      : t`${some(numberOf(data, 'count'), 'session')} of the database will end, open transactions roll back`,
  'role.rights': (data, hints) =>
    t`the role ${shown(data, 'role')} lacks ${rightWords(data)}${data['for'] === undefined ? '' : t`, to make ${shown(data, 'for')}; ${hints.noOwner()}, ${hints.noPrivileges()}`}${data['inPlace'] === true ? `; ${hints.inPlace()}` : ''}`,
  'roles.missing': (data, hints) => t`roles missing in the target: ${shown(data, 'roles')}; ${hints.missingRoles()}`,
  'roles.owners': (data, hints) =>
    t`the role ${shown(data, 'role')} may not give objects to ${shown(data, 'owners')}; ${hints.noOwner()}`,
  'roles.mapped': (data) => t`roles that are mapped away exist in the target already: ${shown(data, 'roles')}`,
  'tablespaces.missing': (data) =>
    t`tablespaces that are not there, or not to be used by our role: ${shown(data, 'tablespaces')}; what lies in them goes where the database is`,
  'collations.missing': (data) =>
    t`collations that the server does not have: ${shown(data, 'collations')}${data['imports'] === true ? t`; those that its image has are imported` : ''}; they belong to the locales of an image`,
  'owners.superuser': (data, hints) =>
    t`event triggers and foreign-data wrappers belong to superusers only, and these are none there: ${shown(data, 'owners')}; a role that is made gets no such right: have them made superusers before, ${hints.noOwner()}, ${hints.goOn()}`,
  'owners.ours': (data) =>
    t`without its owners everything in the archive becomes that of ${shown(data, 'role')}, a superuser: what its functions with SECURITY DEFINER, views, rules and materialized views do is then done with all rights, whoever wrote it; give what is its owners' to an ordinary role instead, by mapping roles`,
  'owners.powerful': (data) =>
    t`a part of the archive belongs to superusers of that server: ${shown(data, 'owners')}; where it calls functions of others, these run with all rights, as they do at the source if those owners are superusers there, too`,
  'objects.superuser': (data, hints) =>
    t`the role ${shown(data, 'role')} is no superuser, and only one can make: ${few(data, 'objects')}; to go on without: ${hints.goOn()}`,
  'privileges.public': (data) =>
    t`rights that the backup takes from everybody (PUBLIC) stay, since grants are left out: ${few(data, 'objects')}`,
  'definitions.refused': (data, hints) => {
    const failures = Array.isArray(data['failures']) ? (data['failures'] as FailureFacts[]) : [];
    const all = Number(fact(data, 'count') ?? failures.length);
    const told = [...refusalLines(failures, all), ...cures(failures, hints)].map((line) => line.replace(/\.$/, ''));
    return t`the target refuses ${some(all, 'part')} of what would be restored: ${told.join('; ')}; to go on without: ${hints.goOn()}`;
  },
  'roles.create': (data) => t`roles that will be made, without login: ${shown(data, 'roles')}`,
  'wrongTarget.same': (data) =>
    data['by'] === 'place'
      ? t`the target is where the backup was taken from: the same name in the same place`
      : t`the target is the very database that the backup was taken from`,
  'wrongTarget.environment': (data) =>
    t`the target's place is called ${shown(data, 'target')}, the backup's ${shown(data, 'source')}`,
  'wrongTarget.protected': (data) =>
    data['source'] === undefined
      ? t`the target is protected; where the backup comes from is not known`
      : t`the target is protected; what replaces it is of ${shown(data, 'source')}, which is not`,
  'version.older': (data) =>
    t`the archive is of version ${shown(data, 'archive')}, newer than the target (${shown(data, 'target')}, pg_restore ${shown(data, 'pgRestore')})`,
  'extensions.missing': (data, hints) =>
    t`extensions the target does not have: ${shown(data, 'extensions')}; to go on without: ${hints.goOn()}`,
  'extensions.untrusted': (data, hints) =>
    t`extensions that only a superuser can create: ${shown(data, 'extensions')}; to go on without: ${hints.goOn()}`,
  timescaledb: () => t`TimescaleDB needs its own steps in a restore`,
  pgcron: () => t`pg_cron lives in one database of a server, by name; its jobs would run in the wrong one`,
  'encoding.differs': (data) =>
    t`the archive's encoding is ${shown(data, 'archive')}, the database's ${shown(data, 'target')}`,
  'encoding.unreadable': (data) =>
    t`text that the database's encoding ${shown(data, 'target')} cannot hold (the archive's is ${shown(data, 'archive')}): ${unreadableText(data)}; put it right in the source, or restore into a database of the archive's encoding`,
  'encoding.noConversion': (data) =>
    t`the server cannot convert ${shown(data, 'archive')} into ${shown(data, 'target')}; restore into a database of the archive's encoding`,
  'locale.differs': (data) =>
    t`text was sorted and changed by ${shown(data, 'archive')}, and will be by ${shown(data, 'target')}: ORDER BY, upper() and lower(), and columns that are generated from them may give something else`,
  'public.create': () =>
    t`until version 14 everyone might create objects in the schema public, since 15 nobody may: whoever needs it is given it anew (GRANT CREATE ON SCHEMA public TO …)`,
  'database.left': (data, hints) => t`not carried over to the new database: ${leftText(data, hints)}`,
  'database.notCompared': () =>
    t`the rows are the backup's; whether owner, grants and settings of the new database are could not be compared`,
  'archive.foreign': (data) => t`the archive is not ours: that it is what was dumped cannot be proven${runsAs(data)}`,
  'backup.unproven': (data) =>
    t`the backup is as its manifest says: no key that you trust signed it, and anybody may have written it${runsAs(data)}`,
  'inPlace.superuser': () =>
    t`in place, what the archive defines runs with the rights of the role that restores, a superuser; beside the database it would run as a temporary role that is none`,
  'inPlace.unproven': (_, hints) =>
    t`in place, what the archive defines would run with the rights of the role that restores, a superuser, and nobody vouches for it; ${hints.trustArchive()}`,
  'archive.superuser': (data, hints) =>
    t`nobody vouches for the archive, so what only a superuser can make is not made: ${few(data, 'objects')}; ${hints.trustArchive()}; to go on without: ${hints.goOn()}`,
  'archive.owners': (data, hints) =>
    t`nobody vouches for the archive, and what it defines would belong to ${shown(data, 'owners')}, in whose name more can be done than the database holds (superusers, and who has something elsewhere on the server): in that name the server would compute ${few(data, 'objects')}; restore over a database of a role that has nothing else, which gets all of it then; ${hints.trustArchive()}`,
  'loader.noLogin': (data, hints) =>
    t`the server lets in no temporary role by a password, neither by its socket nor by TCP: ${
      data['isSigned']
        ? t`what the archive defines runs with the rights of the role that restores, a superuser`
        : t`nobody vouches for the archive, so it is not restored; ${hints.trustArchive()}`
    }`,
  'grants.left': (data) =>
    t`not carried over, since nobody vouches for the archive: what it grants on ${few(data, 'objects')}`,
  'disk.unknown': (data) => t`how much space ${shown(data, 'reference')} has cannot be seen`,
  'disk.target': (data) =>
    t`not enough space on the disk of ${shown(data, 'reference')}: ${bytes(data, 'free')} free, ${bytes(data, 'needed')} needed`,
} satisfies Partial<Words>;

/** In whose name an archive's own words run. */
function runsAs(data: FindingData['archive.foreign']): string {
  const as = fact(data, 'runsAs');
  if (as === 'loader') return t`; its SQL runs with the rights of a temporary role, which is no superuser`;
  if (as === 'superuser') return t`; its SQL runs with the rights of the role that restores: a superuser`;
  return as === 'role' ? t`; its SQL runs with the rights of the role that restores` : '';
}

function unreadableText(data: FindingData['encoding.unreadable']): string {
  const all = Array.isArray(data['tables']) ? (data['tables'] as { table?: string; rows?: number }[]) : [];
  const names = all.map(({ table = '?', rows = 0 }) => `${table} (${some(rows, 'row')})`);
  const more = typeof data['count'] === 'number' ? data['count'] - all.length : 0;
  return safe(`${names.join(', ')}${more > 0 ? t` and ${more} more` : ''}`);
}

/** Grouped by why. */
function leftText(data: FindingData['database.left'], hints: Hints): string {
  const all = Array.isArray(data['left']) ? (data['left'] as Partial<Left>[]) : [];
  const groups = new Map<string, string[]>();
  for (const { what = '', name = '', why, reason } of all) {
    const because = (why === 'server' ? reason : why === undefined ? undefined : whyLeft[why](hints)) ?? '?';
    const which = `${what === 'other' ? t`entry` : what}${name === '' ? '' : ` ${name}`}`;
    groups.set(because, [...(groups.get(because) ?? []), which]);
  }
  return safe(Array.from(groups, ([because, which]) => `${which.join(', ')} (${because})`).join('; '));
}

const whyLeft: Readonly<Record<Exclude<Left['why'], 'server'>, (hints: Hints) => string>> = {
  role: () => t`the role is missing`,
  superuser: () => t`only a superuser may`,
  unknown: () => t`the server does not have it`,
  trust: (hints) => t`it gives a right or runs code in the name of whoever sets it; ${hints.trustSettings()}`,
  mark: () => t`it looks like a mark of ours`,
  unread: () => t`it cannot be read`,
};

const ofSwaps = {
  'sessions.protected': (data) => t`sessions that our role cannot end: ${shown(data, 'sessions')}`,
  preparedTransactions: (data) => t`prepared transactions: ${shown(data, 'transactions')}`,
  'slots.active': (data) => t`replication slots in use: ${shown(data, 'slots')}`,
  'slots.inactive': (data) =>
    t`replication slots of the database, not in use, stay with the old one: ${shown(data, 'slots')}`,
  subscriptions: (data) => t`subscriptions: ${shown(data, 'subscriptions')}`,
  replicas: (data) =>
    data['count'] === 1
      ? t`a replica follows this server and will receive all that is written; ${onReplicas(t`it`)}`
      : t`${shown(data, 'count')} replicas follow this server and will receive all that is written; ${onReplicas(t`them`)}`,
  pooler: (data) =>
    t`a pooler is connected: ${shown(data, 'names')}${data['sessions'] === undefined ? '' : ` (${some(numberOf(data, 'sessions'), 'session')})`}`,
  'pooler.idle': (data) =>
    t`a pooler runs beside the server, and no session of it is seen in the database: ${shown(data, 'names')}`,
  securityLabels: (data) =>
    t`security labels stay with the old database; whoever needs them sets them anew (SECURITY LABEL … ON DATABASE ${shown(data, 'database')}): ${shown(data, 'labels')}`,
  'kept.exists': (data, hints) =>
    t`databases kept by earlier restores: ${shown(data, 'databases')} (${bytes(data, 'bytes')}); to drop them: ${hints.release()}`,
  'kept.claims': (data) =>
    t`left alone, since nothing proves that a restore of yours kept it: ${shown(data, 'databases')}`,
  writesAfterBackup: (data) =>
    t`what was written after the backup (${localTime(shown(data, 'snapshot'))}) will exist only in the kept database`,
  'undo.written': (data) =>
    data['rows'] === 0
      ? t`no row was written since the restore`
      : t`written since the restore: ${some(numberOf(data, 'rows'), 'row')}, which will exist only in the database kept now`,
  'swap.live': (data) => liveWords(data),
  'swap.opened': (data) =>
    t`${shown(data, 'side')} was opened or altered since it was proven: nobody knows what is in it now. Discard it, and prepare it anew`,
  'swap.unlogged': (data, hints) =>
    t`the server ended without a shutdown, or may have, since ${shown(data, 'side')} was proven, and that empties ${some(numberOf(data, 'tables'), 'unlogged table')} of it; ${hints.prepareAgain()}`,
  'swap.restarted': (data) =>
    t`the server was restarted since it was proven (${localTime(shown(data, 'since'))}); what was proven is logged and stays`,
  'swap.age': (data) =>
    t`it was proven ${duration(numberOf(data, 'seconds'))} ago (${localTime(shown(data, 'proven'))}), and holds what was there at ${localTime(shown(data, 'snapshot'))}`,
  'swap.written': (data) =>
    data['rows'] === 0
      ? t`no row was written into the live database since it was prepared`
      : t`written into the live database since it was prepared: ${some(numberOf(data, 'rows'), 'row')}, which will exist only in the database kept then`,
  'swap.writtenUnknown': (data) =>
    t`how much was written into the live database since (${localTime(shown(data, 'proven'))}) is not known: its statistics were reset`,
  'swap.schemaUnknown': () =>
    t`whether the definitions of the live database changed since it was prepared could not be seen`,
  'swap.schema': (data, hints) => {
    const altered = texts(data, 'altered');
    const names = altered.length === 0 ? t`something was dropped` : altered.join(', ');
    return t`the definitions of the live database changed since it was prepared, and would go back with it: ${names}; ${hints.acceptChanges()}`;
  },
  downtime: (data) => downtime(data),
} satisfies Partial<Words>;

/** The exchange of names ends the sessions of the primary only. */
function onReplicas(them: string): string {
  return t`sessions on ${them} stay in the old database until they connect again`;
}

const inPlace = {
  inPlace: (data) =>
    t`IN PLACE: ${shown(data, 'database')} is emptied and filled again in one transaction; writers wait from its beginning, readers from when the safety backup is complete; there is no undo but that backup, and what was written after the backup that is restored exists only there`,
  'inPlace.absent': (data) => t`there is no database ${shown(data, 'database')} to restore into in place`,
  'inPlace.foreign': (data) =>
    t`the role ${shown(data, 'role')} does not own, and cannot replace: ${shown(data, 'objects')}`,
  'inPlace.eventTriggers': (data, { option }) =>
    data['superuser']
      ? t`event triggers would fire on what a restore in place itself does, so there is none beside them: ${shown(data, 'triggers')}; drop them before, or do without ${option('inPlace')}`
      : t`event triggers, which only a superuser may drop: ${shown(data, 'triggers')}`,
  'inPlace.publications': (data) => t`publications would lose their tables: ${shown(data, 'publications')}`,
  'inPlace.largeObjects': (data) =>
    t`large objects cannot be restored in place (here ${shown(data, 'live')}, in the backup ${shown(data, 'backup')})`,
  'inPlace.extensions': (data) =>
    t`extensions that only a superuser can create: ${shown(data, 'extensions')}; made before, they stay`,
  'inPlace.kinds': (data) => t`only a superuser can restore what the backup holds: ${shown(data, 'kinds')}`,
  'inPlace.owners': (data, hints) =>
    t`the role ${shown(data, 'role')} may not give objects to ${shown(data, 'owners')}; ${hints.noOwner()}`,
  'inPlace.locks': (data) =>
    t`about ${shown(data, 'needed')} locks are needed in one transaction, the server has room for ${shown(data, 'most')}: max_locks_per_transaction is too low`,
  'inPlace.publicRights': (data) =>
    t`the rights on the schema public stay as they are: ${shown(data, 'role')} does not own it`,
  'inPlace.answerLost': () =>
    t`the answer to the COMMIT was lost; the server says that it committed; whether a synchronous standby has it is not known`,
  'inPlace.commitWarned': (data) => t`the server committed, and said: ${shown(data, 'lines')}`,
  'inPlace.definitions': (data) =>
    t`the rows are the backup's; the definitions could not be compared (${shown(data, 'code')})`,
} satisfies Partial<Words>;

const findings: Words = {
  ...ofSources,
  ...ofTargets,
  ...ofSwaps,
  ...inPlace,
  ...maskFindings,
  ...importFindings,
  ...policyFindings,
};

function liveWords(data: FindingData['swap.live']): string {
  const name = shown(data, 'database');
  if (data['is'] === 'gone') return t`there is no database ${name} any more; when it was prepared there was one`;
  if (data['is'] === 'new') return t`there is a database ${name} by now; when it was prepared there was none`;
  return t`${name} is another database than when it was prepared: somebody restored, swapped or undid it since`;
}

function downtime(data: FindingData['downtime']): string {
  const { seconds, pooler } = data;
  const wait = typeof seconds === 'number' ? duration(seconds) : '?';
  if (data['method'] === 'catalog') return t`logins will wait about ${wait}, none fails`;
  const behind = typeof pooler === 'number' ? t`; PgBouncer then waits ${duration(pooler)}` : '';
  return t`for about ${wait} some logins fail${behind}: our role is no superuser`;
}

function bytes<D extends object>(data: D, key: KeyOf<D>): string {
  const value = fact(data, key);
  return typeof value === 'number' ? size(value) : shown(data, key);
}

/** A right that a role lacks; an earlier version told all of it in one text. */
function rightWords(data: FindingData['role.rights']): string {
  if (data.database === undefined) return shown(data, 'right');
  const database = shown(data, 'database');
  if (data.right === 'membership') return t`membership in ${shown(data, 'owner')}, the owner of ${database}`;
  return t`${shown(data, 'right')} in ${database} and its schema public`;
}
