import type { Hints } from './hints';
import type { ErrorData } from '../core/base/errorData';
import type { UsageRules } from '../core/base/usageRules';
import { fact, shown } from './shown';
import { t } from './language';

/** Why options do not go together, in a sentence; undefined for a rule that is not known here. */
export function ruleWords(data: ErrorData['usage'], hints: Hints): string | undefined {
  const words = (rules as Readonly<Partial<Record<string, RuleWords>>>)[String(fact(data, 'rule'))];
  return words?.(data, hints);
}

type RuleWords = (data: object, hints: Hints) => string;

const rules: { readonly [R in keyof UsageRules]: (data: UsageRules[R], hints: Hints) => string } = {
  'acceptMissing.replace': (_, { option }) =>
    t`${option('acceptMissing')} needs ${option('replace')}: a new database is put in place with the list of what is missing.`,
  'inPlace.replace': (_, { option }) =>
    t`${option('inPlace')} needs ${option('replace')}: it restores into a database that exists.`,
  'inPlace.prepare': (_, { option }) =>
    t`${option('inPlace')} does not go with ${option('prepare')}: it has no side database that could wait.`,
  'inPlace.gentle': (_, { option }) =>
    t`${option('inPlace')} does not go with ${option('gentle')}: others wait for its locks until it is done.`,
  'inPlace.streams': (_, { option }) =>
    t`${option('inPlace')} does not go with ${option('streams')}: one session restores, in one transaction.`,
  'inPlace.trustSettings': (_, { option }) =>
    t`${option('inPlace')} does not go with ${option('trustSettings')}: the database is there, and keeps its settings.`,
  'inPlace.roles': (_, { option }) =>
    t`${option('inPlace')} makes and maps no roles. Make them before, or leave owners (${option('noOwner')}) and grants (${option('noPrivileges')}) out.`,
  'inPlace.goOn': (_, { option }) =>
    t`${option('inPlace')} does not go with ${option('goOn')}: it is one transaction, which one error ends.`,
  'mapRoles.chain': (data, { option }) =>
    t`${option('mapRoles')} ${shown(data, 'from')}=${shown(data, 'to')}: "${shown(data, 'to')}" is mapped itself.`,
  'mask.count': (_, { option }) =>
    t`${option('count')} does not go with ${option('mask')}: masked tables may have fewer rows than their source.`,
  'gentle.range': (_, { option }) => t`${option('gentle')} takes megabytes a second, 1 to 10000.`,
  'gentle.streams': (_, { option }) =>
    t`${option('gentle')} does not go with ${option('streams')}: it restores in one stream.`,
  'streams.range': (_, { option }) => t`${option('streams')} takes 1 to 4.`,
  'compress.form': (_, { option }) =>
    t`${option('compress')} takes auto, zstd:1 to zstd:22, gzip:1 to gzip:9, or none.`,
  'compress.zstd': (data) => t`The pod's pg_dump does not know zstd (asked: ${shown(data, 'compress')}).`,
  'retention.count': (data) => t`Retention: ${shown(data, 'name')} is a whole number, 0 or more.`,
  'retention.none': () =>
    t`Retention needs a rule that keeps something: the last so many, or one for each of so many days.`,
  'retention.least': () => t`Retention never takes the last verified backup: the least number is 1 or more.`,
  'retention.zone': (data) => t`There is no time zone ${shown(data, 'zone')}. It is a name such as Europe/Berlin.`,
  'root.bucket': (data) =>
    t`${shown(data, 'root')} is a bucket: what is imported goes into a folder, and is sent to it from there.`,
  'send.clear': (data) =>
    t`Backups of ${shown(data, 'place')} are encrypted, and this one is not: it stays where it is. Take one that is encrypted.`,
  'send.foreign': (data) => t`${shown(data, 'backup')} is a file that is not in the catalog yet. Import it first.`,
  's3.address': (data) =>
    t`${shown(data, 'address')} names no bucket. It is s3://bucket or s3://bucket/prefix, without a login in it.`,
  'store.name': (data) =>
    t`${shown(data, 'name')} is no name for a store: letters, digits, - and _, 40 at most, and it begins with a letter or digit.`,
  'store.address': (data) =>
    t`${shown(data, 'address')} is neither s3://bucket/prefix nor the absolute path of a folder.`,
  'store.folder': (data) => t`${shown(data, 'address')} is a folder: it has no address, authority or login.`,
  'store.login': () =>
    t`A login is named by where it is: env:PREFIX (PREFIX_ACCESS_KEY_ID, PREFIX_SECRET_ACCESS_KEY), file:/path#profile, folder:/path of a mounted Secret. The login itself is never written down.`,
  'store.root': (_, { option }) => t`A store is named once: ${option('store')} or ${option('root')}.`,
  'store.hours': () => t`It is named in hours: a whole number.`,
  'store.price': () => t`The price is that of a GB in a month: a number.`,
  'store.authority': (data) => t`${shown(data, 'file')} holds no certificate (PEM).`,
  'asOf.reads': (data) => t`What was there at ${shown(data, 'time')} is read alone: nothing is written into the past.`,
  'asOf.versions': (data) =>
    t`${shown(data, 'name')} keeps no older versions: what was deleted there cannot be brought back.`,
  'asOf.undated': (data) =>
    t`${shown(data, 'name')} keeps older versions, but not when they were written: it cannot be read as of a time.`,
  'asOf.bucket': (data) =>
    t`${shown(data, 'root')} is a folder: only a bucket that keeps older versions is read as of a time.`,
  'asOf.time': (data) => t`${shown(data, 'time')} is no time. It is one such as 2026-11-30T12:00:00Z, in the past.`,
  's3.endpoint': () => t`The address of the S3 store in the environment is no http or https address, or holds a login.`,
  'drill.checks': (data) =>
    t`Checks are a YAML file: checks: with a list of sql, expect and, if you like, name. Not so: ${shown(data, 'at')}.`,
  'drill.into': (_, { option }) =>
    t`Where is it restored for the drill? ${option('into')} names a pod that may have the load.`,
  'schedule.at': (data, { option }) =>
    t`${option('at')} takes hourly, daily, weekly, or five fields of cron that come true, not "${shown(data, 'at')}".`,
  'inCluster.local': (data) =>
    t`${shown(data, 'what')} is of this machine: a job in the cluster has its own volume, and no key that masks.`,
  'inCluster.policy': (data) =>
    t`Your policy is longer than a job in the cluster can be given: ${shown(data, 'most')} bytes. Make it shorter, or the policy of that cluster or root.`,
  'backup.notPartial': (data) => t`${shown(data, 'folder')} is no partial backup.`,
  'backup.notOurs': (data) => t`${shown(data, 'folder')} is not ours to delete.`,
  'backup.clear': (data) => t`The backup ${shown(data, 'backup')} is not encrypted.`,
  'upgrade.foreign': (data) => t`${shown(data, 'folder')} is no backup of the catalog.`,
  'upgrade.running': (data) => t`Another upgrade of ${shown(data, 'backup')} is running. Wait until it has ended.`,
  'upgrade.signed': (data) =>
    data.by === 'unknown'
      ? t`It is signed by a key that you do not trust, and stays as it is.`
      : t`It was changed after it was signed, and stays as it is.`,
  'export.place': (data) => t`${shown(data, 'target')} cannot be written: ${shown(data, 'reason')}`,
  'identity.path': (data) => t`${shown(data, 'variable')} wants an absolute path.`,
  'key.form': (data) => t`${shown(data, 'key')} is no key: ed25519: and 44 characters.`,
  'mask.archiveVersion': (data) => t`An archive of version ${shown(data, 'version')} cannot be compressed with zstd.`,
  'import.asItIs': (data, { option }) =>
    t`${shown(data, 'file')} is an archive: it is taken without ${option('into')}, since no server is needed for that, and restored from there.`,
  'import.into': (data, { option }) =>
    t`${shown(data, 'file')} is SQL, which only a server understands: ${option('into')} names a pod where it is loaded into a database that is made for it.`,
  'forget.job': (_, { option }) => t`${option('forget')} wants the id of a job.`,
  'clean.living': (data, hints) =>
    t`Job ${shown(data, 'job')} is running. To end it, which cleans up as well: ${hints.cancel(data['job'])}.`,
};
