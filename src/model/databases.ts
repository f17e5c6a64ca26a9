import type { DatabaseFacts, PodFacts } from '../core/pod/databasePod';
import { readMark, type Mark } from '../core/restore/sideDatabase';

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
}

/** The databases that people made, by name; templates, kept and side databases are not among them. */
export function userDatabases({ databases }: PodFacts): UserDatabase[] {
  const kept = databases.flatMap((facts) => {
    const mark = readMark(facts.comment);
    return mark?.role === 'kept' ? [{ facts, mark }] : [];
  });
  return databases
    .filter((facts) => isUsers(facts, databases))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((facts) => ({
      facts,
      kept: kept.filter(({ mark }) => mark.of === facts.name).sort((a, b) => (a.mark.time > b.mark.time ? -1 : 1)),
    }));
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
