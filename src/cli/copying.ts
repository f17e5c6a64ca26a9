import { AppError } from '../core/base/errors';
import type { CopyWork } from '../core/catalog/exportBackup';
import { size } from '../words/format';
import type { Terminal } from './terminal';

/** Shows how a file is copied, on one line that changes; Ctrl-C ends it. Throws what `act` throws. */
export async function copying<T>(terminal: Terminal, what: string, act: (work: CopyWork) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const onSignal = (): void => abort.abort(new AppError('cancelled'));
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let shown = -1;
  try {
    return await act({
      signal: abort.signal,
      onBytes(bytes, total) {
        const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
        if (percent !== shown) terminal.live(`${what} · ${percent} % of ${size(total)}`);
        shown = percent;
      },
    });
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    if (shown >= 0) terminal.live('');
  }
}
