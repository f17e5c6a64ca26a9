import { AppError } from '../errors';
import { isBlocked, type Finding } from '../finding';
import type { OpenPod } from '../pod/databasePod';
import type { Work } from '../progress';
import { readDatabase, workplace, type DatabaseRow, type Workplace } from './databaseRow';
import { aboutSessions } from './preflight';
import { askLive, askServer } from './preflightFacts';
import { applicationOf, listOurs, type OurDatabase } from './sideDatabase';
import { swap } from './swap';

/** Names what a restore kept. */
export interface KeptRequest {
  readonly target: OpenPod;
  readonly database: string;
  /** the restore that kept it; default: the last one */
  readonly restoredBy?: string;
  /** alias of the target's cluster */
  readonly cluster: string;
}

export interface UndoResult {
  /** the database that was put back answers to this name */
  readonly database: string;
  /** when it was replaced, UTC */
  readonly replaced: string;
  /** what was live until now, closed: an undo can be undone */
  readonly kept?: string;
  readonly pauseSeconds: number;
  /** rows written since it was replaced, as the statistics count them: they are in `kept` only; undefined where they do not say */
  readonly written?: number;
  readonly findings: readonly Finding[];
}

/** What an undo would do, as the server says before it. */
export interface UndoPlan {
  readonly kept: OurDatabase;
  /** what answers to the name now */
  readonly live?: DatabaseRow;
  readonly findings: readonly Finding[];
  /** rows written since the database was replaced, as the statistics count them; undefined where they do not say */
  readonly written?: number;
}

/** Looks at everything that an undo would meet; changes nothing. Throws `restore.nothingKept`, `exec.*`. */
export async function planUndo(
  request: KeptRequest & { readonly job?: string },
  signal: AbortSignal,
): Promise<UndoPlan> {
  const { target, database, job } = request;
  const server = workplace(target, database, job === undefined ? undefined : applicationOf(job));
  const kept = (await findKept(server, request, signal)).at(-1);
  if (!kept) throw nothingKept(request);
  const live = await readDatabase(server, database, signal);
  const findings = live ? aboutSessions(await askServer(server, database, signal)) : [];
  const counted = live?.allowConnections ? (await askLive(server, database, signal)).written : undefined;
  const written = writtenSince(counted, kept.mark.written);
  if (written !== undefined) {
    findings.push({ level: written === 0 ? 'note' : 'warn', code: 'undo.written', data: { rows: written } });
  }
  return { kept, findings, ...(live ? { live } : {}), ...(written === undefined ? {} : { written }) };
}

/**
 * Puts the database back that a restore replaced: the swap with the names exchanged, with the properties that the live one has now. What is live until then
 * is kept under the undoing job's name. Throws `restore.nothingKept`, `restore.refused` { findings }, `restore.swap`, `restore.unknown`, `cancelled`.
 */
export async function undo(request: KeptRequest & { readonly job: string }, work: Work): Promise<UndoResult> {
  work.report({ type: 'phase', phase: 'preflight' });
  const { target, database, job } = request;
  const { kept, live, findings, written } = await planUndo(request, work.signal);
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  work.report({ type: 'phase', phase: 'undo' });
  const origin = `undo of ${kept.mark.job}`;
  const input = { database, side: kept.row, job, origin, superuser: target.facts.role.superuser };
  const swapped = await swap(
    workplace(target, database, applicationOf(job)),
    live ? { ...input, live } : { ...input, own: 'unchanged' },
    work,
  );
  return {
    database,
    replaced: kept.mark.time,
    ...(swapped.kept === undefined ? {} : { kept: swapped.kept }),
    pauseSeconds: swapped.pauseSeconds,
    ...(written === undefined ? {} : { written }),
    findings,
  };
}

/** What is kept for a database, oldest first; of one restore where it is named. */
export async function findKept(server: Workplace, request: KeptRequest, signal: AbortSignal): Promise<OurDatabase[]> {
  const ours = await listOurs(server, signal);
  return ours
    .filter(({ mark }) => mark.role === 'kept' && mark.of === request.database)
    .filter(({ mark }) => request.restoredBy === undefined || mark.job === request.restoredBy)
    .sort((a, b) => (a.mark.time < b.mark.time ? -1 : 1));
}

/** The error for a place where no restore kept anything. */
export function nothingKept({ cluster, target, database }: KeptRequest): AppError {
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}/${database}`;
  return new AppError('restore.nothingKept', { reference });
}

/** Statistics that were reset say nothing. */
function writtenSince(now: number | undefined, then: number | undefined): number | undefined {
  if (now === undefined || then === undefined || now < then) return undefined;
  return now - then;
}
