import type { Finding } from '../../base/finding';
import { query } from '../../pod/server/sql';
import type { Workplace } from '../databaseRow';
import { powerful } from '../load/owners';
import type { RestoreOrigin } from './origin';

/** An archive that nobody vouches for, and what it meets. */
export interface UnprovenAsked {
  readonly origin: RestoreOrigin;
  /** extensions that only a superuser may create */
  readonly untrusted: readonly string[];
  readonly noOwner: boolean;
  /** the database is looked at, and dropped: nobody gets anything of it */
  readonly sideOnly: boolean;
  /** who will own the database, and gets what a superuser does not; absent: our role */
  readonly heir: string | undefined;
}

/** What our role could make of an archive and does not, since it is a superuser and nobody vouches for the words. Throws `exec.*`. */
export async function aboutUnproven(
  server: Workplace,
  { origin, untrusted, noOwner, sideOnly, heir }: UnprovenAsked,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { needs, extensions, owners } = origin;
  const objects = [
    ...extensions.filter((name) => untrusted.includes(name)).map((name) => `EXTENSION ${name}`),
    ...(needs ? [...needs.bySuperuser, ...needs.functionsBySuperuser] : []),
  ];
  const findings: Finding[] = [];
  if (objects.length > 0) {
    const data = { objects: objects.slice(0, mostNames), count: objects.length };
    findings.push({ level: 'block', code: 'archive.superuser', data });
  }
  if (sideOnly || needs?.computes !== true) return findings;
  const sql = `select json_build_object('me', current_user, 'all', (select coalesce(json_agg(rolname), '[]') from (${powerful}) p))`;
  const [roles] = await query<{ readonly me: string; readonly all: readonly string[] }>(server, server.from, sql, {
    signal,
  });
  const { me = '', all = [] } = roles ?? {};
  const named = noOwner ? [] : owners.filter((owner) => all.includes(owner));
  const hasHeir = heir !== undefined && !all.includes(heir);
  if (hasHeir || (named.length === 0 && !noOwner)) return findings;
  findings.push({ level: 'block', code: 'archive.owners', data: { owners: noOwner ? [heir ?? me] : named } });
  return findings;
}

const mostNames = 20;
