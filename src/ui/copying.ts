import type { CopyWork } from '../core/catalog/exportBackup';
import { size } from './format';
import { withProgress } from './shown';
import { t } from '../words/language';

/** Shows how a file is copied, with Cancel. Throws what `act` throws. */
export async function copying<T>(title: string, act: (work: CopyWork) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  return withProgress({ title, cancellable: true }, async (progress, token) => {
    token.onCancellationRequested(() => abort.abort());
    let shown = 0;
    return act({
      signal: abort.signal,
      onBytes(bytes, total) {
        const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
        if (percent === shown) return;
        progress.report({ increment: percent - shown, message: t`${percent} % of ${size(total)}` });
        shown = percent;
      },
    });
  });
}
