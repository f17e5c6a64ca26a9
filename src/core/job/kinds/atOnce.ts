import type { backUp } from '../../backup/backUp';
import type { ArrivingBackup } from '../../catalog/arriving';
import { fillingFrom, fillingFromArriving, type Filling, type WholeBackup } from '../../restore/filling';
import { defined } from '../../base/defined';
import { isAppError, reasonOf, toAppError } from '../../base/errors';
import type { Phase, Progress, Report, Work } from '../../base/progress';
import type { JobDone } from '../run/jobContext';

type BackedUp = Awaited<ReturnType<typeof backUp>>;

/** The halves of a copy, each with what it is to report to and by what it is ended. */
export interface Halves {
  /** Backs up; `onArriving` is told once when there is something to be restored from, or that it is all to be waited for, `onFailed` at once of what ended it. */
  backUp(
    work: Work,
    onArriving: (arriving: ArrivingBackup | undefined) => void,
    onFailed: (error: unknown) => void,
  ): Promise<BackedUp>;
  /** Restores from what `begin` gives it, which may be on its way. */
  restore(work: Work, begin: (work: Work) => Promise<Filling>): Promise<JobDone>;
}

export interface AtOnce {
  readonly backed: BackedUp;
  readonly restored: JobDone;
}

/** Who is told what, and what ends what. */
export interface Terms {
  /** a backup that is asked for goes on where the restore fails */
  readonly keep: boolean;
  /** of a backup that was whole when the restore had failed: it stays */
  readonly onKept: (backed: BackedUp, error: unknown) => void;
}

/**
 * Backs up and restores at once: the restore reads the archive while it grows. Nothing that it made is compared, or gets a name, before the backup is whole and sealed. What fails first is told to the other half at once, which ends, and is what is thrown when
 * both have cleaned up. Only a backup that is to be kept, or that is being sealed, goes on to its end.
 */
export async function atOnce(work: Work, halves: Halves, { keep, onKept }: Terms): Promise<AtOnce> {
  const stop = { dump: new AbortController(), restore: new AbortController() };
  const of = (half: Half): AbortSignal => AbortSignal.any([work.signal, stop[half].signal]);
  const said = new SideBySide(work.report);
  const arriving = deferred<ArrivingBackup | undefined>();
  let source: ArrivingBackup['archive'] | undefined;
  let first: { readonly half: Half; readonly error: unknown } | undefined;
  const failed = (half: Half, error: unknown): void => {
    // what the dump came to is not the restore's own failure, though that may see it before
    if (first || (half === 'restore' && source?.failure !== undefined)) return;
    first = { half, error: work.signal.aborted ? reasonOf(error, work.signal) : error };
    if (half === 'dump') stop.restore.abort(error);
    else if (!keep && said.phases.dump !== 'seal') stop.dump.abort(error);
    else if (keep && !work.signal.aborted && !said.isDumped) {
      work.report({ type: 'note', code: 'backup.goesOn', data: { after: toAppError(error).code } });
    }
  };

  const onArriving = (found: ArrivingBackup | undefined): void => {
    source = found?.archive;
    arriving.resolve(found);
  };
  const backing = halves
    .backUp({ ...work, report: said.of('dump'), signal: of('dump') }, onArriving, (error) => failed('dump', error))
    .then(
      (backed) => {
        said.dumped();
        arriving.resolve(undefined);
        return backed;
      },
      (error: unknown) => {
        failed('dump', error);
        arriving.reject(error);
        throw error;
      },
    );
  const whole = backing.then(({ entry, reading }): WholeBackup => ({ entry, reading }));
  const begin = async (half: Work): Promise<Filling> => {
    const found = await arriving.promise;
    if (found === undefined) return fillingFrom((await whole).entry, half);
    return fillingFromArriving(found, whole, (error) => failed('restore', error));
  };
  const restoring = halves
    .restore({ ...work, report: said.of('restore'), signal: of('restore') }, begin)
    .catch((error: unknown) => {
      failed('restore', error);
      throw error;
    });

  const [backed, restored] = await Promise.allSettled([backing, restoring, whole]);
  await source?.close().catch(() => undefined);
  if (backed.status === 'fulfilled' && restored.status === 'fulfilled') {
    return { backed: backed.value, restored: restored.value };
  }
  const { half, error } = causeOf(first, backed, restored);
  if (backed.status === 'fulfilled') onKept(backed.value, error);
  else if (half === 'restore' && keep && !work.signal.aborted) {
    work.report({ type: 'note', code: 'backup.failed', data: { after: toAppError(backed.reason).code } });
  }
  said.failedIn(half);
  throw error;
}

/** What is told of both. Nothing else says that nobody knows what became of the target. */
function causeOf(
  first: { readonly half: Half; readonly error: unknown } | undefined,
  backed: PromiseSettledResult<unknown>,
  restored: PromiseSettledResult<unknown>,
): { readonly half: Half; readonly error: unknown } {
  const ofRestore: unknown = restored.status === 'rejected' ? restored.reason : undefined;
  if (first && !isAppError(ofRestore, 'restore.unknown')) return first;
  if (ofRestore !== undefined) return { half: 'restore', error: ofRestore };
  return { half: 'dump', error: backed.status === 'rejected' ? backed.reason : undefined };
}

type Half = 'dump' | 'restore';
type Moved = Extract<Progress, { type: 'progress' }>;

/** One job has one phase: that of the backup until it is over, then that in which the restore is. What is found or noted is told at once, and how far the restore is together with how far the dump is. */
class SideBySide {
  /** in which each is, or ended */
  readonly phases: Partial<Record<Half, Phase>> = {};
  isDumped = false;
  #told: Phase | undefined;
  #dump: Moved | undefined;
  #restore: Moved | undefined;

  constructor(private readonly report: Report) {}

  of(half: Half): Report {
    return (progress) => {
      const isShown = (half === 'restore') === this.isDumped;
      if (progress.type === 'phase') {
        if (progress.phase !== 'stopping') this.phases[half] = progress.phase;
        if (isShown) this.#enter(progress.phase);
      } else if (progress.type !== 'progress') this.report(progress);
      else if (this.isDumped) this.report(progress);
      else this.#moved(half, progress);
    };
  }

  /** The backup is whole: the restore is what is left. */
  dumped(): void {
    this.isDumped = true;
    if (this.phases.restore) this.#enter(this.phases.restore);
  }

  /** The step that is told last is the one that failed. */
  failedIn(half: Half): void {
    const phase = this.phases[half];
    if (phase !== undefined && phase !== this.#told) this.#enter(phase);
  }

  #enter(phase: Phase): void {
    if (phase !== 'stopping') this.#told = phase;
    this.#dump = undefined;
    this.report({ type: 'phase', phase });
  }

  #moved(half: Half, progress: Moved): void {
    if (half === 'dump') this.#dump = progress;
    else this.#restore = progress;
    const { phase = this.phases.dump, bytes = 0, ...rest } = this.#dump ?? {};
    if (phase === undefined) return;
    const { phase: step, bytes: restored, table } = this.#restore ?? {};
    const beside = step === undefined ? {} : { beside: { phase: step, bytes: restored ?? 0, ...defined({ table }) } };
    this.report({ ...rest, type: 'progress', phase, bytes, ...beside });
  }
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
