import type { DatabaseFacts, PodFacts } from '../core/pod/databasePod';
import { signatureOf, type Mark } from '../core/restore/side/marks';
import { readMark } from '../core/restore/side/sideDatabase';
import type { KeyRing } from '../core/state/keys';
import { isProven } from '../core/state/signed';

/** A database as people see it, with what restores left beside it. */
export interface UserDatabase {
  readonly facts: DatabaseFacts;
  /** what restores kept when they replaced it, newest first */
  readonly kept: readonly KeptDatabase[];
}

/** A database that a restore replaced and kept. */
export interface KeptDatabase {
  readonly facts: DatabaseFacts;
  readonly mark: Mark;
  /** a key that counts here signed what it says; without that whoever owns it may have written it */
  readonly isProven: boolean;
}

/** The databases that people made, by name; templates, kept and side databases are not among them. */
export function userDatabases({ databases, systemId }: PodFacts, ring: KeyRing = { trusted: [] }): UserDatabase[] {
  const kept = databases.flatMap((facts) => {
    const mark = readMark(facts.comment);
    if (mark?.role !== 'kept') return [];
    return [{ facts, mark, isProven: isProven(signatureOf(systemId, facts, mark, ring)) }];
  });
  return databases
    .filter((facts) => isUsers(facts, databases))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((facts) => ({
      facts,
      kept: kept.filter(({ mark }) => mark.of === facts.name).sort(byJob),
    }));
}

/** What is proven first, and of that the newest: ids of jobs sort by when these began. */
function byJob(a: KeptDatabase, b: KeptDatabase): number {
  if (a.isProven !== b.isProven) return a.isProven ? -1 : 1;
  return a.mark.job > b.mark.job ? -1 : 1;
}

/** `postgres` is where tools log in: it counts where it is the only one, or where it holds something. */
function isUsers(
  { name, isTemplate, allowConnections, comment, bytes }: DatabaseFacts,
  all: readonly DatabaseFacts[],
): boolean {
  if (isTemplate || !allowConnections || readMark(comment) !== undefined) return false;
  return name !== 'postgres' || all.length <= 3 || (bytes ?? 0) > emptyBytes;
}

/** An empty database has 7 to 8 MB. */
const emptyBytes = 12e6;
