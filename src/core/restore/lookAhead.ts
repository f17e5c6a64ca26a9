import { isAppError } from '../errors';
import type { Finding } from '../finding';
import type { OpenPod } from '../pod/databasePod';
import { query } from '../pod/sql';
import type { ArchiveReading } from '../postgres/archive/reading';
import type { Work } from '../progress';
import { workplace } from './databaseRow';
import { aboutInPlace, askInPlace } from './inPlaceFindings';
import { originOfDatabase } from './origin';
import { preflight, type PreflightInput } from './preflight';
import { readLive } from './readLive';
import { applicationOf } from './sideDatabase';

export interface AheadRequest extends Omit<PreflightInput, 'origin'> {
  /** of which a backup will be taken, and what its place is called */
  readonly source: { readonly pod: OpenPod; readonly database: string; readonly environment?: string };
  readonly job: string;
}

/**
 * What a restore of this database will find, before any row of it is dumped: its definitions are dumped and read, and the target is asked what
 * the restore will ask. Only what the rows themselves show is missing. Changes nothing. Throws `database.unknown`, `exec.*`, `cancelled`.
 */
export async function lookAhead(request: AheadRequest, work: Work): Promise<readonly Finding[]> {
  const { source, ...input } = request;
  const { target, database, noOwner = false, inPlace = false } = input;
  const { environment } = source;
  const options = { signal: work.signal, ...(environment === undefined ? {} : { environment }) };
  const asked = await originOfDatabase(source.pod, source.database, options);
  const reading = await readAhead(request, work);
  const { roles, owners, namedRoles, extensions, ofPublic = true } = reading ?? nothing;
  const needs = reading?.needs === undefined ? {} : { needs: reading.needs };
  const server = workplace(target, database);
  const seen = await preflight(
    server,
    { ...input, origin: { ...asked, roles, owners, namedRoles, extensions, ofPublic, ...needs } },
    work,
  );
  if (!inPlace || !reading) return seen.findings;
  const facts = seen.live?.allowConnections ? await askInPlace(server, database, work.signal) : undefined;
  return [...seen.findings, ...aboutInPlace({ target, database, reading, noOwner, seen }, facts)];
}

const nothing = { roles: [], owners: [], namedRoles: [], extensions: [], ofPublic: true };

/** The archive as it will be, without rows; undefined where pg_dump refuses, since the backup says why in its own words. */
async function readAhead({ source, job }: AheadRequest, work: Work): Promise<ArchiveReading | undefined> {
  const { pod, database } = source;
  const application = applicationOf(job);
  try {
    const how = { application, schemaOnly: true };
    const reading = await readLive(pod, database, how, { ...work, report: () => undefined });
    const server = { exec: pod.exec, access: pod.facts.access };
    const [objects] = await query<LargeObjects>(server, database, largeObjectsSql, {
      application,
      signal: work.signal,
    });
    if (!objects) return reading;
    const { count, owners, named } = objects;
    return {
      ...reading,
      largeObjects: { ...reading.largeObjects, count },
      roles: union(reading.roles, owners, named),
      owners: union(reading.owners, owners),
      namedRoles: union(reading.namedRoles, named),
    };
  } catch (error) {
    if (isAppError(error, 'exec.failed')) return undefined;
    throw error;
  }
}

/** A dump of definitions leaves large objects out, with their owners and grants. */
interface LargeObjects {
  readonly count: number;
  readonly owners: readonly string[];
  readonly named: readonly string[];
}

const largeObjectsSql = `select json_build_object('count', count(*), 'owners', coalesce(json_agg(distinct pg_get_userbyid(lomowner)), '[]'),
  'named', (select coalesce(json_agg(distinct pg_get_userbyid(a.grantee)), '[]') from pg_largeobject_metadata, aclexplode(lomacl) a where a.grantee <> 0))
from pg_largeobject_metadata`;

function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
