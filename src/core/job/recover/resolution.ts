import { toldNotes } from '../record/toldNote';
import { join } from 'node:path';
import { defined } from '../../base/defined';
import type { Fate } from '../../base/fate';
import type { Cleaned } from '../../restore/side/clean';
import type { DatabaseRow } from '../../restore/databaseRow';
import { oursAmong, sideName } from '../../restore/side/sideDatabase';
import { swapNote, type Exchange } from '../../restore/side/swap';
import type { JobEvent } from '../record/jobEvents';
import { jobFiles, writeWhole } from '../record/jobFolder';
import { uncertainPhases, type Job } from '../record/readJob';

/** True for a job that ended without anyone knowing what became of its target. */
export function isUncertain({ state, phase }: Pick<Job, 'state' | 'phase'>): boolean {
  return state === 'unknown' || (state === 'interrupted' && phase !== undefined && uncertainPhases.includes(phase));
}

/** Writes into the folder of a job what became of it, for all who ask later: what proved it may be gone by then. */
export async function recordResolution({ folder }: Job, fate: Fate): Promise<void> {
  const resolved = { fate, time: new Date().toISOString() };
  await writeWhole(join(folder, jobFiles.resolved), `${JSON.stringify(resolved)}\n`);
}

/** What a job said of the exchange in `database` before it began; undefined where it had not come so far. */
export function exchangeIn(events: readonly JobEvent[], database: string): Exchange | undefined {
  const said = toldNotes(events, swapNote).at(-1);
  return said?.database === database ? said : undefined;
}

/**
 * What became of an exchange, from the names that its databases have now; undefined where they do not tell. The sessions of the
 * job must be gone: until then it still can commit. Pure.
 */
export function resolutionByOid(
  { id: job, request: { kind } }: Pick<Job, 'id' | 'request'>,
  place: string,
  exchange: Exchange,
  databases: readonly DatabaseRow[],
): Fate | undefined {
  const named = databases.find(({ name }) => name === exchange.database);
  const side = databases.find(({ oid }) => oid === exchange.oid);
  const before = databases.find(({ oid }) => oid === exchange.live);
  if (side && side === named) {
    return { job, code: kind === 'undo' ? 'putBack' : 'restored', place, ...defined({ before: before?.name }) };
  }
  if (side?.name === exchange.side) return notCommitted(job, place);
  if (side) return { job, code: 'renamed', name: side.name };
  // dropped since, as what was not committed is; or undone before
  if (before && before === named) return { job, code: 'notCommittedOrUndone', place };
  if (exchange.live === undefined && !named) return { job, code: 'notCommittedOrDropped', place };
  return undefined;
}

/**
 * The same from the marks of what a job kept, what it was to drop, or its side database, on the server of `place`, which names `database`: for a
 * release, and for a job whose events were lost; `unproven` where they do not tell. Pure.
 */
export function resolutionOf({ id: job, request }: Job, place: string, database: string, cleaned: Cleaned): Fate {
  const { kind } = request;
  const named = 'of' in request && 'job' in request.of ? request.of.job : undefined;
  const kept = cleaned.swapped.filter((one) => one.database === database);

  if (kind === 'release') {
    const left = kept.filter((one) => named === undefined || one.job === named);
    if (left.length === 0) return { job, code: 'released', place };
    return { job, code: 'notReleased', kept: left.map((one) => one.kept) };
  }
  // a preparation that is still there was neither swapped nor dropped
  const waits = oursAmong(cleaned.databases).some(
    ({ mark }) => mark.role === 'prepared' && mark.of === database && (named === undefined || mark.job === named),
  );
  if (kind === 'discard') return { job, code: waits ? 'notDiscarded' : 'discarded', place };
  if (kind === 'swap' && waits) return notCommitted(job, place);
  const own = kept.find((one) => one.job === job);
  if (own) return { job, code: kind === 'undo' ? 'putBack' : 'restored', place, before: own.kept };
  const undone = kept.find((one) => one.origin === `undo of ${job}`);
  if (undone) return { job, code: 'undone', by: undone.job };
  if (kind === 'undo' && kept.some((one) => one.job === named)) return notCommitted(job, place);
  const side = sideName(database, job);
  const seen = [...cleaned.removed, ...cleaned.left];
  if (seen.some((one) => one.kind !== 'commands' && one.name === side)) return notCommitted(job, place);
  return { job, code: 'unproven', place, kind };
}

/** What a side database that never got its name says of its job. */
export function notCommitted(job: string, place: string): Fate {
  return { job, code: 'notCommitted', place };
}
