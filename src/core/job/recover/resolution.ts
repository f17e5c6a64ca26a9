import { toldNotes } from '../record/toldNote';
import { join } from 'node:path';
import type { Cleaned } from '../../restore/side/clean';
import type { DatabaseRow } from '../../restore/databaseRow';
import { oursAmong, sideName } from '../../restore/side/sideDatabase';
import { swapNote, type Exchange } from '../../restore/side/swap';
import type { JobEvent } from '../record/jobEvents';
import { jobFiles, writeWhole } from '../record/jobFolder';
import { uncertainPhases, type Job } from '../record/readJob';

/** What is known by now of a job whose outcome was not. */
export interface Resolution {
  /** false: nothing on the server proves what became of it */
  readonly known: boolean;
  /** for people */
  readonly text: string;
}

/** True for a job that ended without anyone knowing what became of its target. */
export function isUncertain({ state, phase }: Pick<Job, 'state' | 'phase'>): boolean {
  return state === 'unknown' || (state === 'interrupted' && phase !== undefined && uncertainPhases.includes(phase));
}

/** Writes into the folder of a job what became of it, for all who ask later: what proved it may be gone by then. */
export async function recordResolution({ folder }: Job, text: string): Promise<void> {
  const resolved = { text, time: new Date().toISOString() };
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
  { id, request: { kind } }: Pick<Job, 'id' | 'request'>,
  place: string,
  exchange: Exchange,
  databases: readonly DatabaseRow[],
): Resolution | undefined {
  const known = (text: string): Resolution => ({ known: true, text: `job ${id}: ${text}` });
  const named = databases.find(({ name }) => name === exchange.database);
  const side = databases.find(({ oid }) => oid === exchange.oid);
  const before = databases.find(({ oid }) => oid === exchange.live);
  if (side && side === named) {
    const kept = before ? `, ${before.name} is the one before` : '';
    return known(`committed; ${place} is ${kind === 'undo' ? 'what was kept' : 'the restored database'}${kept}`);
  }
  if (side?.name === exchange.side) return notCommitted(id, place);
  if (side) return known(`committed; what it put there is called ${side.name} since`);
  // dropped since, as what was not committed is; or undone before
  if (before && before === named) return known(`not committed, or undone since; ${place} is what it was`);
  if (exchange.live === undefined && !named) return known(`not committed, or dropped since; there is no ${place}`);
  return undefined;
}

/**
 * The same from the marks of what a job kept, what it was to drop, or its side database, on the server of `place`, which names `database`: for a
 * release, and for a job whose events were lost. Pure.
 */
export function resolutionOf(job: Job, place: string, database: string, cleaned: Cleaned): Resolution {
  const { request } = job;
  const { kind } = request;
  const named = 'of' in request && 'job' in request.of ? request.of.job : undefined;
  const kept = cleaned.swapped.filter((one) => one.database === database);
  const known = (text: string): Resolution => ({ known: true, text: `job ${job.id}${text}` });

  if (kind === 'release') {
    const left = kept.filter((one) => named === undefined || one.job === named);
    if (left.length === 0) return known(`: done; nothing of it is kept for ${place} any more`);
    return known(`: not done; still kept: ${left.map((one) => one.kept).join(', ')}`);
  }
  // a preparation that is still there was neither swapped nor dropped
  const waits = oursAmong(cleaned.databases).some(
    ({ mark }) => mark.role === 'prepared' && mark.of === database && (named === undefined || mark.job === named),
  );
  if (kind === 'discard') {
    return known(
      waits ? `: not done; what is prepared for ${place} is still there` : `: done; nothing of it is left for ${place}`,
    );
  }
  if (kind === 'swap' && waits) return notCommitted(job.id, place);
  const own = kept.find((one) => one.job === job.id);
  if (own && kind === 'undo') {
    return known(`: committed; ${place} is what was kept, ${own.kept} is what was live until then`);
  }
  if (own) return known(`: committed; ${place} is the restored database, ${own.kept} is the one before`);
  const undone = kept.find((one) => one.origin === `undo of ${job.id}`);
  if (undone) return known(`: committed, and undone since by job ${undone.job}`);
  if (kind === 'undo' && kept.some((one) => one.job === named)) return notCommitted(job.id, place);
  const side = sideName(database, job.id);
  if ([...cleaned.removed, ...cleaned.left].some(({ name }) => name === side)) return notCommitted(job.id, place);
  const text = `job ${job.id} (${kind}): unknown: look at ${place}; nothing on the server proves what became of it`;
  return { known: false, text };
}

/** What a side database that never got its name says of its job. */
export function notCommitted(job: string, place: string): Resolution {
  return { known: true, text: `job ${job}: not committed; ${place} is what it was` };
}
