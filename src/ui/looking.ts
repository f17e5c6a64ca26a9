import { AppError } from '../core/base/errors';
import { withProgress } from './shown';
import { t } from '../words/language';

/** Shows that both sides are looked at, with Cancel, while something is asked. Throws `cancelled`, and what asking throws. */
export async function looking<T>(place: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  return withProgress({ title: t`Looking at ${place}…`, cancellable: true }, async (_progress, token) => {
    token.onCancellationRequested(() => abort.abort(new AppError('cancelled')));
    return ask(abort.signal);
  });
}
