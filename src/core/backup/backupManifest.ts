import type { BackupPlace } from '../catalog/backupFolder';
import { archiveFile } from '../catalog/backupFolder';
import type { Manifest } from '../catalog/manifest';
import { encryptedSuffix } from '../store/layout';
import type { DatabaseFacts, OpenPod } from '../pod/databasePod';
import type { ContentsReading } from '../postgres/archive/reading';
import { allRoles } from '../postgres/archive/databaseReading';
import { compressionText, type Compression } from '../postgres/tools/dumpCommand';
import { sessionSettings } from '../postgres/tools/session';
import type { BackupTask } from './backupTask';
import type { Expectation } from './expectation';
import type { Taken } from './takeArchive';

/** All that is known of a finished backup. */
export interface Finished {
  readonly id: string;
  readonly place: BackupPlace;
  readonly options: BackupTask;
  readonly source: OpenPod;
  readonly database: DatabaseFacts;
  /** roles of the server that are superusers */
  readonly superusers: readonly string[];
  readonly compression: Compression;
  readonly expected: Expectation;
  readonly started: Date;
  readonly finished: Date;
  readonly taken: Taken;
  readonly globals: Manifest['globals'];
  readonly masked: Manifest['masked'] | undefined;
  /** it is encrypted for this one */
  readonly key?: { readonly recipient: string } | undefined;
}

/** Of everything in the archive and the database itself. Whoever owns the database is the owner of what belongs to that role. Pure. */
function isOfSuperusers(
  { owners, database }: Pick<ContentsReading, 'owners' | 'database'>,
  superusers: readonly string[],
): boolean {
  const all = [...owners, ...(database ? [database.owner] : [])].filter((owner) => owner !== 'pg_database_owner');
  return database !== undefined && all.every((owner) => superusers.includes(owner));
}

/** The manifest of a backup of ours. */
export function backupManifest(all: Finished): Manifest {
  const { options, source, database, taken, expected, started, finished } = all;
  const { reading } = taken;
  const { facts } = source;
  const read = finished.toISOString();
  return {
    format: 'db-ferry-backup',
    formatVersion: 2,
    id: all.id,
    // of what others dumped nobody can prove whose it is, also where we loaded it
    origin: options.imported ? 'adopted' : 'db-ferry',
    source: sourceOf({ ...all, reading }),
    dump: {
      toolVersion: facts.pgDump.text,
      compression: compressionText(all.compression),
      settings: sessionSettings(facts.access, 'read'),
      arguments: taken.arguments,
    },
    time: {
      started: started.toISOString(),
      snapshot: taken.snapshot.toISOString(),
      finished: read,
      expectedSeconds: expected.seconds,
      seconds: (finished.getTime() - started.getTime()) / 1000,
    },
    asked: options.asked,
    job: options.job,
    size: {
      ...(database.bytes === undefined ? {} : { database: database.bytes }),
      archive: reading.bytes,
      text: reading.textBytes,
      expected: Math.round(expected.bytes),
    },
    archive: {
      file: all.key ? archiveFile + encryptedSuffix : archiveFile,
      sha256: reading.sha256,
      header: reading.header,
    },
    ...(all.key ? { encryption: { recipient: all.key.recipient } } : {}),
    ...(all.globals === undefined ? {} : { globals: all.globals }),
    ...(reading.digest === undefined ? {} : { digest: reading.digest }),
    tables: reading.tables,
    sequences: reading.sequences,
    largeObjects: reading.largeObjects,
    ...(reading.generated === undefined ? {} : { generated: reading.generated }),
    definitions: reading.definitions.length,
    roles: allRoles(reading),
    extensions: reading.extensions,
    ...(all.masked === undefined ? {} : { masked: all.masked }),
    ...(options.imported ? { imported: options.imported.facts } : {}),
    verified: [
      { level: 'structure', time: read },
      { level: 'digest', time: read },
      ...(taken.counted === undefined ? [] : [{ level: 'counted' as const, time: read }]),
    ],
    ...(taken.counted === undefined ? {} : { counted: taken.counted }),
  };
}

/** Where it is taken from. */
export function sourceOf({
  place,
  options,
  source: { facts, pod },
  database,
  superusers,
  reading,
}: Pick<Finished, 'place' | 'options' | 'source' | 'database' | 'superusers'> & {
  readonly reading: Pick<ContentsReading, 'owners' | 'database'>;
}): Manifest['source'] {
  return {
    ...(options.imported
      ? { cluster: '', server: '', namespace: '', workload: '', pod: '', database: options.imported.database }
      : {
          cluster: place.cluster,
          server: options.cluster.server,
          namespace: place.namespace,
          workload: place.workload,
          pod: pod.name,
          database: place.database,
        }),
    standby: options.imported ? false : facts.standby,
    ...(facts.systemId === undefined || options.imported ? {} : { systemId: facts.systemId }),
    encoding: database.encoding,
    collate: database.collate,
    ctype: database.ctype,
    serverVersion: facts.serverVersion,
    ...(!options.imported && isOfSuperusers(reading, superusers) ? { ofSuperusers: true } : {}),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  };
}
