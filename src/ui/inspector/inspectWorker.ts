import { parentPort, workerData } from 'node:worker_threads';
import { findBackup } from '../../core/catalog/catalog';
import { inspectBackup, inspectEntry } from '../../core/catalog/inspectBackup';
import { AppError, isAppError } from '../../core/base/errors';
import { parseIdentities } from '../../core/encrypt/identity';
import { useIdentities } from '../../core/encrypt/ownIdentities';
import { inNamedStore } from '../../core/store/layout';
import type { Failure, FromWorker } from './inspectInWorker';

/** The most tables and data blocks of an archive that go over to the editor's process. */
const mostTold = 200_000;

/** Runs in a thread of its own: see `inspectInWorker`. */
async function main(): Promise<void> {
  const { file, identities } = workerData as { readonly file: string; readonly identities?: string };
  const tell = (message: FromWorker): void => parentPort?.postMessage(message);
  try {
    if (identities !== undefined) useIdentities(await parseIdentities('DB Ferry', identities));
    const stored = inNamedStore(file) && (await findBackup('', file));
    const inspection = stored ? await inspectEntry(stored) : await inspectBackup(file);
    const { tables, blocks, sequences } = inspection.contents;
    const count = tables.length + blocks.length + sequences.length;
    if (count > mostTold) throw new AppError('archive.tooLarge', { entries: count });
    tell({ inspection });
  } catch (error) {
    tell({ failure: toldOf(error) });
  }
}

function toldOf(error: unknown): Failure {
  if (isAppError(error)) return { code: error.code, data: error.data };
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'syscall' in error ? { message, syscall: String(error.syscall) } : { message };
}

void main();
