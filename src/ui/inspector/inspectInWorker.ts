import { Worker } from 'node:worker_threads';
import type { Inspection } from '../../core/catalog/inspectBackup';
import { AppError, type ErrorCode, toldError } from '../../core/base/errors';
import { identitiesToHandOver, ownIdentities } from '../../core/encrypt/ownIdentities';
import { t } from '../../words/language';

/** What the thread says, once. */
export type FromWorker = { readonly inspection: Inspection } | { readonly failure: Failure };

/** An error, as it goes from one thread to another. */
export type Failure =
  | { readonly code: ErrorCode; readonly data: AppError['data'] }
  | { readonly message: string; readonly syscall?: string };

/** Reads an archive file and the manifest beside it, as `inspectBackup` does. */
export type Inspect = (file: string, options: { readonly signal: AbortSignal }) => Promise<Inspection>;

/** The heap that the thread may use; a table of contents of fifty thousand tables takes about a tenth. */
const heapMegabytes = 384;

/**
 * `inspectBackup` in a thread of its own: a file that somebody made to be slow or large to read neither stops the editor nor takes its memory. `script` is
 * the bundle of `inspectWorker.ts`. Throws what `inspectBackup` throws, and `archive.tooLarge` where the thread's memory was not enough.
 */
export function inspectInWorker(script: string): Inspect {
  return async (file, { signal }) => {
    // the thread has a memory of its own, and opens encrypted backups with the same keys
    const identities = identitiesToHandOver(await ownIdentities());
    if (signal.aborted) throw new AppError('cancelled');
    const worker = new Worker(script, {
      workerData: { file, identities },
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32 },
      // the editor's own options are for its process
      execArgv: [],
    });
    const stop = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new AppError('cancelled')), { once: true });
    });
    try {
      return await Promise.race([answerOf(worker), stop]);
    } finally {
      stop.catch(() => undefined);
      await worker.terminate();
    }
  };
}

function answerOf(worker: Worker): Promise<Inspection> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if ('inspection' in message) resolve(message.inspection);
      else reject(errorOf(message.failure));
    });
    worker.once('error', (error) => {
      const full = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(full ? new AppError('archive.tooLarge', { megabytes: heapMegabytes }, { cause: error }) : error);
    });
    worker.once('exit', () => reject(new AppError('internal', { message: t`the thread that reads archives ended` })));
  });
}

function errorOf(failure: Failure): Error {
  if ('code' in failure) return toldError(failure.code, failure.data);
  const { message, syscall } = failure;
  return Object.assign(new Error(message), syscall === undefined ? {} : { syscall });
}
