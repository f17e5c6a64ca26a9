import { block, note, warn, type Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import { query } from '../../pod/server/sql';
import type { ArchiveNeeds } from '../../postgres/archive/meaning/archiveNeeds';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';
import type { RolePlan } from './roles';

/** How a restore is asked for, as far as it decides what of an archive's needs is one. */
export interface PartsAsked {
  readonly target: OpenPod;
  readonly encoding: string;
  readonly roles: RolePlan;
  readonly noOwner: boolean;
  readonly noPrivileges: boolean;
  readonly noTablespaces: boolean;
  readonly inPlace: boolean;
}

/** What a target lacks of the parts of an archive. */
export interface PartsFound {
  readonly findings: readonly Finding[];
  /** what the archive puts into tablespaces goes where the database is, since they are missing or not ours to use */
  readonly withoutTablespaces: boolean;
}

interface PartsRow {
  readonly tablespaces: readonly string[];
  readonly superusers: readonly string[];
  readonly collations: readonly string[];
}

/**
 * What of an archive the target would refuse in parts, as far as its table of contents and the catalogs tell: the rest shows when the definitions are
 * made. Asks nothing where the archive needs nothing. Throws what the exec throws.
 */
export async function askAboutParts(
  server: Workplace,
  needs: ArchiveNeeds | undefined,
  asked: PartsAsked,
  signal: AbortSignal,
): Promise<PartsFound> {
  if (!needs) return { findings: [], withoutTablespaces: asked.noTablespaces };
  const wanted = [...needs.tablespaces, ...needs.superusers, ...needs.collations];
  const [row] = wanted.length === 0 ? [] : await query<PartsRow>(server, server.from, partsSql(asked), { signal });
  const { tablespaces = [], superusers = [], collations = [] } = row ?? {};
  const missing = asked.noTablespaces ? [] : needs.tablespaces.filter((name) => !tablespaces.includes(name));
  const findings = [
    ...(missing.length > 0 ? [note('tablespaces.missing', { tablespaces: missing })] : []),
    ...aboutCollations(needs, asked, collations),
    ...aboutSuperusers(needs, asked, superusers),
    ...aboutRole(needs, asked),
    ...aboutPrivileges(needs, asked),
  ];
  return { findings, withoutTablespaces: asked.noTablespaces || missing.length > 0 };
}

/** A superuser has those of the image imported into the new database; whether it has them shows then. */
function aboutCollations(
  { collations }: ArchiveNeeds,
  { target, inPlace }: PartsAsked,
  known: readonly string[],
): Finding[] {
  const missing = collations.filter((name) => !known.includes(name));
  if (missing.length === 0) return [];
  const canImport = target.facts.role.superuser && !inPlace;
  return [
    canImport
      ? warn('collations.missing', { collations: missing, imports: true })
      : block('collations.missing', { collations: missing }),
  ];
}

/** Roles that are made or stand in for others get no such right: that would be one that nobody had there. */
function aboutSuperusers(
  needs: ArchiveNeeds,
  { noOwner, target, inPlace }: PartsAsked,
  superusers: readonly string[],
): Finding[] {
  if (noOwner || inPlace || !target.facts.role.superuser) return [];
  const others = needs.superusers.filter((name) => !superusers.includes(name));
  return others.length === 0 ? [] : [block('owners.superuser', { owners: others })];
}

/** In place has its own words for these. */
function aboutRole({ bySuperuser, functionsBySuperuser }: ArchiveNeeds, { target, inPlace }: PartsAsked): Finding[] {
  const { superuser, name: role } = target.facts.role;
  if (superuser || inPlace) return [];
  const objects = [...bySuperuser, ...functionsBySuperuser];
  if (objects.length === 0) return [];
  const data = { role, objects: objects.slice(0, mostNames), count: objects.length };
  // what the text of a function tells is proven when it is made
  return [bySuperuser.length > 0 ? block('objects.superuser', data) : warn('objects.superuser', data)];
}

function aboutPrivileges({ takenFromPublic: objects }: ArchiveNeeds, { noPrivileges }: PartsAsked): Finding[] {
  if (!noPrivileges || objects.length === 0) return [];
  return [warn('privileges.public', { objects: objects.slice(0, mostNames), count: objects.length })];
}

const mostNames = 20;

/** A collation serves one encoding or all; ICU's are there whatever the image. */
function partsSql({ encoding }: PartsAsked): string {
  return `select json_build_object(
  'tablespaces', (select coalesce(json_agg(spcname), '[]') from pg_tablespace where has_tablespace_privilege(oid, 'create')),
  'superusers', (select coalesce(json_agg(rolname), '[]') from pg_roles where rolsuper),
  'collations', (select coalesce(json_agg(distinct collname), '[]') from pg_collation
    where collnamespace = 'pg_catalog'::regnamespace and collencoding in (-1, pg_char_to_encoding(${quoteLiteral(encoding)}))))`;
}

/** Brings what the image has of locales into a database that was made from template0; harmless where nothing is new. */
export const importCollationsSql = `select to_json(pg_import_system_collations('pg_catalog'::regnamespace))`;

/** Whether collations that the archive names and the server's system has are to be brought into the database. */
export function importsCollations(findings: readonly Finding[]): boolean {
  return findings.some(({ code, data }) => code === 'collations.missing' && data['imports'] === true);
}
