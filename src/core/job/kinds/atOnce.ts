import type { backUp } from '../../backup/backUp';
import type { ArrivingBackup } from '../../catalog/arriving';
import { fillingFrom, fillingFromArriving, type Filling, type WholeBackup } from '../../restore/filling';
import { isAppError } from '../../base/errors';
import type { Report, Work } from '../../base/progress';
import type { JobDone } from '../run/jobContext';

type BackedUp = Awaited<ReturnType<typeof backUp>>;

/** The halves of a copy, each with what it is to report to and by what it is ended. */
export interface Halves {
  /** Backs up; `onArriving` is told once when there is something to be restored from, or that it is all to be waited for. */
  backUp(work: Work, onArriving: (arriving: ArrivingBackup | undefined) => void): Promise<BackedUp>;
  /** Restores from what `begin` gives it, which may be on its way. */
  restore(work: Work, begin: (work: Work) => Promise<Filling>): Promise<JobDone>;
}

export interface AtOnce {
  readonly backed: BackedUp;
  readonly restored: JobDone;
}

/**
 * Backs up and restores at once: the restore reads the archive while it grows. Nothing that it made is compared, or gets a name, before the backup is whole and sealed. What fails first ends the other half, and is what is thrown when
 * both have cleaned up. `onKept` is told of a backup that was whole before the restore failed: it stays.
 */
export async function atOnce(
  work: Work,
  halves: Halves,
  onKept: (backed: BackedUp, error: unknown) => void,
): Promise<AtOnce> {
  const stop = { dump: new AbortController(), restore: new AbortController() };
  const of = (half: keyof typeof stop): AbortSignal => AbortSignal.any([work.signal, stop[half].signal]);
  const failures: unknown[] = [];
  const said = new SideBySide(work.report);
  const arriving = deferred<ArrivingBackup | undefined>();

  const backing = halves.backUp({ ...work, signal: of('dump') }, arriving.resolve).then(
    (backed) => {
      said.dumped();
      arriving.resolve(undefined);
      return backed;
    },
    (error: unknown) => {
      failures.push(error);
      said.dumped();
      arriving.reject(error);
      stop.restore.abort(error);
      throw error;
    },
  );
  const whole = backing.then(({ entry, reading }): WholeBackup => ({ entry, reading }));
  const begin = async (half: Work): Promise<Filling> => {
    const found = await arriving.promise;
    return found === undefined ? fillingFrom((await whole).entry, half) : fillingFromArriving(found, whole);
  };
  const restoring = halves
    .restore({ ...work, report: said.restore, signal: of('restore') }, begin)
    .catch((error: unknown) => {
      failures.push(error);
      stop.dump.abort(error);
      throw error;
    });

  const [backed, restored] = await Promise.allSettled([backing, restoring, whole]);
  await arriving.promise.then(async (found) => found?.archive.close()).catch(() => undefined);
  if (backed.status === 'fulfilled' && restored.status === 'fulfilled') {
    return { backed: backed.value, restored: restored.value };
  }
  // nothing else says that nobody knows what became of the target
  const error = failures.find((one) => isAppError(one, 'restore.unknown')) ?? failures[0];
  if (backed.status === 'fulfilled') onKept(backed.value, error);
  throw error;
}

/** One job has one phase: that of the backup until it is over, then that in which the restore is. What is found or noted is told at once. */
class SideBySide {
  #isDumped = false;
  #phase: Parameters<Report>[0] | undefined;

  constructor(private readonly report: Report) {}

  readonly restore: Report = (progress) => {
    if (progress.type === 'phase') this.#phase = progress;
    if (this.#isDumped || (progress.type !== 'phase' && progress.type !== 'progress')) this.report(progress);
  };

  dumped(): void {
    if (this.#isDumped) return;
    this.#isDumped = true;
    if (this.#phase) this.report(this.#phase);
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
