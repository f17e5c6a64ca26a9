import { AppError } from '../../base/errors';
import { block as blocks, type Finding, type FindingCode } from '../../base/finding';
import { query } from '../../pod/server/sql';
import type { ArchiveReading } from '../../postgres/archive/reading';
import type { OpenPod } from '../../pod/databasePod';
import type { Workplace } from '../databaseRow';
import { rightsSql } from './inPlaceScript';
import { aboutWorkers, type Preflight } from '../preflight/preflight';

/** What the live database says of a restore into itself by our role. */
export interface InPlaceFacts {
  /** objects of roles that we are not; the first twenty */
  readonly foreign: readonly string[];
  /** extensions that are there, and whether our role owns them */
  readonly extensions: Readonly<Record<string, boolean>>;
  /** extensions that only a superuser can create */
  readonly untrusted: readonly string[];
  readonly eventTriggers: readonly string[];
  readonly publications: readonly string[];
  readonly largeObjects: number;
  /** in the schema public, and new schemas in the database */
  readonly mayCreate: boolean;
  /** on the schema public: we may change them, they are those of a new database, or they are others; null without such a schema */
  readonly publicRights: 'ours' | 'initial' | 'others' | null;
  /** how many locks the server has room for, and how many objects would be dropped */
  readonly locks: { readonly most: number; readonly live: number };
  /** roles in whose name our role may act */
  readonly owners: readonly string[];
  /** schemas that stay: public, and those of extensions */
  readonly schemas: readonly string[];
}

/** Asks inside the live database. Throws what the exec throws. */
export async function askInPlace(server: Workplace, database: string, signal: AbortSignal): Promise<InPlaceFacts> {
  const [facts] = await query<InPlaceFacts>(server, database, rightsSql, { signal });
  if (!facts) throw new AppError('internal', { message: 'the database gave no answer' });
  return facts;
}

/** What is asked of the archive. */
interface InPlaceReading extends Pick<ArchiveReading, 'definitions' | 'kinds' | 'extensions'> {
  readonly largeObjects: Pick<ArchiveReading['largeObjects'], 'count'>;
}

interface Plan {
  readonly target: OpenPod;
  readonly database: string;
  readonly reading: InPlaceReading;
  readonly noOwner: boolean;
  readonly seen: Preflight;
}

/** What cannot be dropped or made again without a side database, and, loudly, what this way means. */
export function aboutInPlace(
  { target, database, reading, noOwner, seen }: Plan,
  facts: InPlaceFacts | undefined,
): Finding[] {
  if (!facts) return [{ level: 'block', code: 'inPlace.absent', data: { database } }];
  const { superuser, name: role } = target.facts.role;
  const findings: Finding[] = [{ level: 'warn', code: 'inPlace', data: { database } }];
  const block = <C extends FindingCode>(...finding: Parameters<typeof blocks<C>>): unknown =>
    findings.push(blocks(...finding));
  const { server, inside } = seen.facts;
  findings.push(...aboutWorkers(server, inside.extensions, database));
  if (server.prepared.length > 0) block('preparedTransactions', { transactions: server.prepared });
  const { foreign, eventTriggers, publications } = facts;
  if (foreign.length > 0) block('inPlace.foreign', { objects: foreign, role });
  if (eventTriggers.length > 0) block('inPlace.eventTriggers', { triggers: eventTriggers, superuser });
  if (publications.length > 0) block('inPlace.publications', { publications });
  const objects = Math.max(facts.largeObjects, reading.largeObjects.count);
  if (objects > 0) block('inPlace.largeObjects', { live: facts.largeObjects, backup: reading.largeObjects.count });
  if (!facts.mayCreate) block('role.rights', { role, right: 'CREATE', database });
  const missing = reading.extensions.filter((one) => !Object.hasOwn(facts.extensions, one));
  const untrusted = missing.filter((one) => facts.untrusted.includes(one));
  if (untrusted.length > 0) block('inPlace.extensions', { extensions: untrusted, role });
  const kinds = superuser ? [] : superuserKinds.filter((kind) => Object.hasOwn(reading.kinds, kind));
  if (kinds.length > 0) block('inPlace.kinds', { kinds, role });
  const owners = ownersOf(reading, noOwner).filter((owner) => !facts.owners.includes(owner));
  if (owners.length > 0) block('inPlace.owners', { owners, role });
  const needed = facts.locks.live + locksOf(reading);
  if (needed > facts.locks.most) block('inPlace.locks', { needed, most: facts.locks.most });
  const ofPublic = reading.definitions.some(({ kind, name }) => kind === 'ACL' && name === 'SCHEMA public');
  if (facts.publicRights === 'others' || (facts.publicRights === 'initial' && ofPublic)) {
    findings.push({ level: 'warn', code: 'inPlace.publicRights', data: { role } });
  }
  return findings;
}

/** Entries of an archive that only a superuser can restore. */
const superuserKinds = ['EVENT TRIGGER', 'FOREIGN DATA WRAPPER', 'ACCESS METHOD'];

/** Without owners too, default privileges are of a role. */
function ownersOf({ definitions }: InPlaceReading, noOwner: boolean): string[] {
  const made = definitions.filter(
    ({ kind, owner }) => owner !== '' && (noOwner ? kind === 'DEFAULT ACL' : !ownerless.has(kind)),
  );
  return [...new Set(made.map(({ owner }) => owner))].sort();
}

/**
 * Kinds of which the owner is not restored: the database's properties, what extensions own, grants. Large objects block by themselves, and
 * who owns them, where they are several, is one digest in a reading.
 */
const ownerless = new Set([
  'BLOB',
  'DATABASE',
  'DATABASE PROPERTIES',
  'EXTENSION',
  'COMMENT',
  'ACL',
  'PUBLICATION',
  'SUBSCRIPTION',
]);

/** About how many locks an archive takes that is restored in one transaction: a table has a TOAST table with its index. */
function locksOf({ definitions }: InPlaceReading): number {
  return definitions.reduce((sum, { kind }) => sum + (locksOfKind[kind] ?? 1), 0);
}

const locksOfKind: Readonly<Record<string, number>> = {
  TABLE: 3,
  'MATERIALIZED VIEW': 3,
  ACL: 0,
  DEFAULT: 0,
  COMMENT: 0,
};
