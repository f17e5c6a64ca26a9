import { toAppError } from '../../core/base/errors';
import { wordsFor as words, type Words } from '../../words/errorWords';
import { editorHints } from '../hints';

/** The words for an error, as the editor says them. */
export function wordsFor(error: unknown): Words & { /** for a row's dimmed part */ readonly short: string } {
  const { code, data } = toAppError(error);
  return { ...words(code, data, editorHints), short: shortWords[code] ?? 'cannot be shown' };
}

export { runningText } from '../../words/errorWords';

const shortWords: Readonly<Partial<Record<string, string>>> = {
  'cluster.unreachable': 'cannot be reached',
  'cluster.untrusted': 'not trusted',
  'cluster.unauthorized': 'login expired',
  'cluster.forbidden': 'not allowed',
  'cluster.kubeconfig': 'kubeconfig cannot be used',
  'cluster.plugin': 'no login',
  'cluster.api': 'refused by the API server',
  'root.unreadable': 'cannot be read',
};
