import type { BackupInMaking } from '../../catalog/arriving';
import { isOurs, type MaskedFacts } from '../../catalog/manifest';
import { AppError } from '../../base/errors';
import type { OpenPod } from '../../pod/databasePod';
import { query } from '../../pod/server/sql';
import type { DatabaseReading } from '../../postgres/archive/databaseReading';
import type { ArchiveNeeds } from '../../postgres/archive/meaning/archiveNeeds';
import type { ArchiveHeader } from '../../postgres/archive/reading';
import { ownOf, ownSql, type OwnRow } from '../side/databaseFacts';

/** What is restored, as far as a preflight needs to know it: a backup, or a database of which one will be taken. */
export interface RestoreOrigin {
  /** the backup's id; undefined for a database */
  readonly backup?: string;
  /** where it comes from: for the wrong-target guard */
  readonly systemId?: string;
  /** `cluster/namespace/workload`: tells it where the server's identifier is not known */
  readonly place: string;
  readonly database: string;
  readonly environment?: string;
  readonly serverVersion: string;
  readonly dumpVersion: string;
  readonly encoding: string;
  /** what belongs to the database itself; only a new one gets it */
  readonly own?: DatabaseReading;
  /** PUBLIC may not create in the schema public, or the archive says itself what it may */
  readonly ofPublic?: boolean;
  /** what else it asks of a target; not known of a database that was only asked */
  readonly needs?: ArchiveNeeds;
  readonly extensions: readonly string[];
  /** named by what is in the database */
  readonly roles: readonly string[];
  /** those of them to whom a restore gives what it makes, unless owners are left out */
  readonly owners: readonly string[];
  /** those of them that are needed without owners too */
  readonly namedRoles: readonly string[];
  /** what it takes on the disk of a target, without its WAL */
  readonly bytes: number;
  /** UTC ISO 8601; what the target was given later is not in it */
  readonly snapshot: string;
  /** an adopted archive: that it is what was dumped cannot be proven */
  readonly isForeign: boolean;
  /** its rows are not those of the source */
  readonly masked?: MaskedOrigin;
  /** false: nothing proves where it comes from. An adopted archive, and a backup that no key signed which counts here */
  readonly isProven: boolean;
}

/** A backup as an origin. `reading`: the whole archive, or as much as its table of contents says. */
export function originOfBackup(entry: BackupInMaking, reading: ReadArchive): RestoreOrigin {
  const { id, manifest } = entry;
  const isProven = isOurs(entry);
  const { source, size, time, origin } = manifest;
  const { header, extensions, roles, owners, namedRoles, database: own, ofPublic, needs } = reading;
  const text = reading.textBytes ?? (size.text > 0 ? size.text : size.archive * guessedRatio[header.compression]);
  return {
    backup: id,
    ...(source.systemId === undefined ? {} : { systemId: source.systemId }),
    // what calls itself production could replace production without a warning
    ...(source.environment === undefined || !isProven ? {} : { environment: source.environment }),
    place: `${source.cluster}/${source.namespace}/${source.workload}`,
    database: source.database,
    serverVersion: header.serverVersion,
    dumpVersion: header.dumpVersion,
    encoding: header.encoding,
    ...(own === undefined ? {} : { own }),
    ...(ofPublic === undefined ? {} : { ofPublic }),
    ...(needs === undefined ? {} : { needs }),
    extensions,
    roles,
    owners,
    namedRoles,
    bytes: Math.max(size.database ?? 0, text * 1.5),
    snapshot: time.snapshot,
    isForeign: origin === 'adopted',
    isProven,
    ...(manifest.masked === undefined ? {} : { masked: maskedOrigin(manifest.masked) }),
  };
}

/** What a target that gets masked rows should know of them. */
export interface MaskedOrigin {
  /** SHA-256 of the file of rules, hex */
  readonly rules: string;
  readonly columns: number;
  /** tables whose rows were left out */
  readonly emptied: number;
  /** values that looked like somebody's all the same */
  readonly hits: number;
}

function maskedOrigin({ rules, columns, emptied, hits }: MaskedFacts): MaskedOrigin {
  const found = hits.reduce((sum, hit) => sum + hit.count, 0);
  return { rules, columns: columns.length, emptied: emptied.length, hits: found };
}

/** What is read of an archive. */
export interface ReadArchive {
  readonly header: ArchiveHeader;
  readonly extensions: readonly string[];
  readonly roles: readonly string[];
  readonly owners: readonly string[];
  readonly namedRoles: readonly string[];
  readonly database?: DatabaseReading;
  readonly ofPublic?: boolean;
  readonly needs?: ArchiveNeeds;
  /** absent where the data was not read */
  readonly textBytes?: number;
}

/**
 * A database as an origin, asked in one exec. Roles are those that own something or are named in it, as the dump will name them:
 * what belongs to an extension is not dumped. Throws `database.unknown`, `exec.*`.
 */
export async function originOfDatabase(
  pod: OpenPod,
  database: string,
  options: { readonly signal: AbortSignal; readonly environment?: string },
): Promise<RestoreOrigin> {
  const { facts } = pod;
  const known = facts.databases.filter(({ isTemplate }) => !isTemplate).map(({ name }) => name);
  if (!facts.databases.some(({ name, allowConnections }) => name === database && allowConnections)) {
    const reference = `${pod.pod.cluster}/${pod.pod.namespace}/${pod.pod.name}`;
    throw new AppError('database.unknown', { reference, database, known });
  }
  const [row] = await query<OriginRow>({ exec: pod.exec, access: facts.access }, database, originSql, options);
  if (!row) throw new AppError('internal', { message: 'the server gave no answer' });
  const { own, ...contents } = row;
  return {
    ...contents,
    own: ownOf(own),
    place: placeOf(pod),
    ...(facts.systemId === undefined ? {} : { systemId: facts.systemId }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    database,
    roles: [...new Set([...row.owners, ...row.namedRoles])].sort(),
    serverVersion: String(Math.floor(facts.serverVersion / 10_000)),
    dumpVersion: String(facts.pgDump.major),
    snapshot: new Date().toISOString(),
    isForeign: false,
    isProven: true,
  };
}

/** `cluster/namespace/workload` of a pod. */
export function placeOf({ pod: { cluster, namespace, workload } }: OpenPod): string {
  return `${cluster}/${namespace}/${workload.name}`;
}

type OriginRow = Pick<RestoreOrigin, 'encoding' | 'extensions' | 'owners' | 'namedRoles' | 'bytes' | 'ofPublic'> & {
  readonly own: OwnRow;
};

/**
 * The bootstrap superuser stands in no pg_shdepend, so owners are also read where they are written. Default privileges and user mappings
 * name the role they belong to. What extensions made, temporary tables and initial privileges (`i`) are not dumped,
 * nor is who owns an extension; the array over a type is of no extension, and belongs to whom the type does.
 */
const originSql = `
with deps as (select classid, objid, refobjid as role, deptype = 'o' and classid not in ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass) as owns
  from pg_shdepend where deptype <> 'i' and classid <> 'pg_extension'::regclass and dbid = (select oid from pg_database where datname = current_database()) and refclassid = 'pg_authid'::regclass),
spaces as (select oid, nspowner from pg_namespace where oid >= 16384 and nspname !~ '^pg_' or nspname = 'public'),
owned as (select classid, objid, role from deps where owns
  union all select 'pg_namespace'::regclass, oid, nspowner from spaces where oid >= 16384
  union all select 'pg_class'::regclass, oid, relowner from pg_class where relnamespace in (select oid from spaces)
  union all select 'pg_proc'::regclass, oid, proowner from pg_proc where pronamespace in (select oid from spaces)
  union all select 'pg_type'::regclass, oid, typowner from pg_type where typnamespace in (select oid from spaces) and not (typtype = 'b' and typcategory = 'A')
  union all select 'pg_largeobject'::regclass, oid, lomowner from pg_largeobject_metadata)
select json_build_object('encoding', getdatabaseencoding(), 'bytes', pg_database_size(current_database()),
  'own', (${ownSql('d.datname = current_database()')}),
  'ofPublic', not coalesce(has_schema_privilege('public', to_regnamespace('public')::oid, 'create'), false),
  'extensions', (select coalesce(json_agg(extname), '[]') from pg_extension where oid >= 16384),
  'namedRoles', (select coalesce(json_agg(distinct pg_get_userbyid(role)), '[]') from deps where not owns),
  'owners', (select coalesce(json_agg(distinct pg_get_userbyid(role)), '[]') from owned o
    where not exists (select from pg_depend d where d.classid = o.classid and d.objid = o.objid and d.deptype = 'e')
      and not exists (select from pg_class c where o.classid = 'pg_class'::regclass and c.oid = o.objid and c.relpersistence = 't')));`;

/** Text for each byte of an archive that nothing is known of: high, since a disk that fills up takes the server down. */
const guessedRatio: Readonly<Record<ArchiveHeader['compression'], number>> = { none: 1, gzip: 6, lz4: 4, zstd: 8 };
