import { toAppError } from '../../core/base/errors';
import { wordsFor as words, type Words } from '../../words/errorWords';
import { editorHints } from '../hints';
import { t } from '../../words/language';

/** The words for an error, as the editor says them. */
export function wordsFor(error: unknown): Words & { /** for a row's dimmed part */ readonly short: string } {
  const { code, data } = toAppError(error);
  return { ...words(code, data, editorHints), short: shortWords()[code] ?? t`cannot be shown` };
}

export { runningText } from '../../words/errorWords';

const shortWords = (): Readonly<Partial<Record<string, string>>> => ({
  'cluster.unreachable': t`cannot be reached`,
  'cluster.untrusted': t`not trusted`,
  'cluster.unauthorized': t`login expired`,
  'cluster.forbidden': t`not allowed`,
  'cluster.kubeconfig': t`kubeconfig cannot be used`,
  'cluster.plugin': t`no login`,
  'cluster.api': t`refused by the API server`,
  'root.unreadable': t`cannot be read`,
});
