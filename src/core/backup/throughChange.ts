import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { AppError, isAppError } from '../base/errors';
import type { Sink } from '../exec/podExec';
import type { Packing } from '../postgres/archive/format/blockWriter';
import type { ArchiveChange } from './archiveChange';
import type { ArchiveFile } from './growingFile';

/**
 * A dump through what changes it, and only what that makes into the file. Resolves when the dump ended well and all of it was changed. What either of them throws first ends the
 * other; what the change says of the dump comes before what the dump says of being ended.
 */
export async function throughChange(
  change: Pick<ArchiveChange, 'run'>,
  dumpTo: (sink: Sink, signal: AbortSignal) => Promise<void>,
  how: { readonly file: Pick<ArchiveFile, 'write'>; readonly packing: Packing; readonly signal: AbortSignal },
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([how.signal, stop.signal]);
  const between = new PassThrough({ highWaterMark: 1 << 20 });
  const sink: Sink = async (chunk) => {
    if (between.destroyed) throw new AppError('cancelled');
    if (!between.write(chunk)) await once(between, 'drain', { signal });
  };
  const changing = change.run(between as AsyncIterable<Buffer>, {
    packing: how.packing,
    take: (bytes) => how.file.write(bytes),
    signal,
  });
  const dumping = dumpTo(sink, signal).then(() => between.end());
  try {
    await Promise.all([changing, dumping]);
  } catch (error) {
    stop.abort(error);
    between.destroy();
    const [changed, dumped] = await Promise.allSettled([changing, dumping]);
    if (how.signal.aborted) throw error;
    const reasons = [changed, dumped].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    // a stream that ended early is what the dump's own failure looks like from behind
    const own = reasons.findLast(
      (reason) => isAppError(reason) && reason.code !== 'cancelled' && reason.code !== 'archive.damaged',
    );
    throw own ?? error;
  }
}
