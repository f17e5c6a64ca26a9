import { isAppError } from '../../base/errors';
import { Readable } from 'node:stream';
import { isBlocked, type Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import { query } from '../../pod/server/sql';
import type { ArchiveReading } from '../../postgres/archive/reading';
import type { Work } from '../../base/progress';
import { workplace, type Workplace } from '../databaseRow';
import { aboutInPlace, askInPlace } from '../inPlace/inPlaceFindings';
import { goesOn } from '../options';
import { originOfDatabase } from './origin';
import { newSide } from '../side/makeNew';
import { preflight, type Preflight, type PreflightInput } from './preflight';
import { rehearseDefinitions } from './rehearseDefinitions';
import { readTableOfContents } from '../../postgres/archive/format/readTableOfContents';
import { readLive } from '../../compare/readLive';
import { applicationOf } from '../../postgres/tools/applicationName';

export interface AheadRequest extends Omit<PreflightInput, 'origin'> {
  /** of which a backup will be taken, and what its place is called */
  readonly source: { readonly pod: OpenPod; readonly database: string; readonly environment?: string };
  readonly job: string;
  /** bytes of a source from which on its definitions are rehearsed before it is dumped; default: where the dump takes longer than that */
  readonly rehearseFrom?: number;
}

/**
 * What a restore of this database will find, before any row of it is dumped: its definitions are dumped and read, and the target is asked what
 * the restore will ask; of a large one they are also made there, without rows, and dropped again. Only what the rows themselves show is missing. Leaves nothing. Throws `database.unknown`, `exec.*`, `cancelled`.
 */
export async function lookAhead(request: AheadRequest, work: Work): Promise<readonly Finding[]> {
  const { source, ...input } = request;
  const { target, database, noOwner = false, inPlace = false } = input;
  const { environment } = source;
  const options = { signal: work.signal, ...(environment === undefined ? {} : { environment }) };
  const asked = await originOfDatabase(source.pod, source.database, options);
  const archive = new KeptArchive();
  const reading = await readAhead(request, archive, work);
  const { roles, owners, namedRoles, extensions, ofPublic = true } = reading ?? nothing;
  const needs = reading?.needs === undefined ? {} : { needs: reading.needs };
  const server = workplace(target, database);
  const seen = await preflight(
    server,
    { ...input, origin: { ...asked, roles, owners, namedRoles, extensions, ofPublic, ...needs } },
    work,
  );
  if (!inPlace) {
    const isWorthIt = reading && asked.bytes >= (request.rehearseFrom ?? rehearsedBytes);
    return [...seen.findings, ...(isWorthIt ? await rehearsed(server, request, { reading, seen, archive }, work) : [])];
  }
  if (!reading) return seen.findings;
  const facts = seen.live?.allowConnections ? await askInPlace(server, database, work.signal) : undefined;
  return [...seen.findings, ...aboutInPlace({ target, database, reading, noOwner, seen }, facts)];
}

/** The dump of less takes no longer than a rehearsal, and its restore tells the same within seconds. */
const rehearsedBytes = 64_000_000;
/** bytes of definitions, about 15,000 tables: more takes longer than a person waits for an answer */
export const longestRehearsal = 16_000_000;
export const toldFailures = 200;

/** What the target refuses of the definitions. Where it is refused or passed over anyhow, or they are too many, nothing is made. */
async function rehearsed(
  server: Workplace,
  request: AheadRequest,
  { reading, seen, archive }: { reading: ArchiveReading; seen: Preflight; archive: KeptArchive },
  work: Work,
): Promise<Finding[]> {
  const { noOwner = false, noPrivileges = false, database, job, source } = request;
  const pieces = archive.pieces();
  if (isBlocked(seen.findings) || goesOn(request) || !pieces) return [];
  const toc = await readTableOfContents(Readable.from(pieces));
  const failures = await rehearseDefinitions(
    server,
    {
      ...{ toc, database, job, origin: `${source.database}, definitions only`, roles: seen.roles },
      ...(request.trustArchive === undefined ? {} : { trustArchive: request.trustArchive }),
      ...{ isSigned: true, findings: seen.findings },
      like: seen.live ?? newSide(reading, seen.own),
      leavesOut: { noOwner, noPrivileges, noTablespaces: seen.withoutTablespaces },
    },
    work,
  );
  if (failures.length === 0) return [];
  const data = { failures: failures.slice(0, toldFailures), count: failures.length };
  return [{ level: 'block', code: 'definitions.refused', data }];
}

/** An archive of definitions, as long as it is short enough to be kept. */
class KeptArchive {
  #pieces: Buffer[] | undefined = [];
  #bytes = 0;

  take(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > longestRehearsal) this.#pieces = undefined;
    this.#pieces?.push(bytes);
  }

  /** Undefined where it was too long. */
  pieces(): readonly Buffer[] | undefined {
    return this.#pieces;
  }
}

const nothing = { roles: [], owners: [], namedRoles: [], extensions: [], ofPublic: true };

/** The archive as it will be, without rows; undefined where pg_dump refuses, since the backup says why in its own words. */
async function readAhead(
  { source, job }: AheadRequest,
  archive: KeptArchive,
  work: Work,
): Promise<ArchiveReading | undefined> {
  const { pod, database } = source;
  const application = applicationOf(job);
  try {
    const how = { application, schemaOnly: true, onBytes: (bytes: Buffer) => archive.take(bytes) };
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
