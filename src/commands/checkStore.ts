import { storeCheckWords } from '../words/storeCheckWords';
import { editorHints } from '../ui/hints';
import { looking } from '../ui/looking';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import type { Command } from './command';
import { oneStore } from './storeTargets';
import { t } from '../words/language';

/** Tries a store as backups will use it, and says what works and what does not. */
export const checkStore: Command = {
  id: 'dbFerry.checkStore',
  rowsOf: 'backups',
  async run(services, target) {
    const { store, root } = await oneStore(services, target, t`Check Store`);
    await tellChecks(store.name, root);
  },
};

/** The outcome of trying a store, in one message. */
export async function tellChecks(name: string, root: string): Promise<void> {
  const { checkStore: check } = await import('../core/catalog/checkStore');
  const checks = await looking(name, () => check(root));
  const lines = checks.map((one) => {
    const { says, todo } = storeCheckWords(one, editorHints);
    const mark = { ok: '✓', warn: '!', bad: '✗' }[one.level];
    return `${mark} ${says}${todo === undefined || one.level === 'ok' ? '' : ` ${todo}`}`;
  });
  const bad = checks.filter(({ level }) => level === 'bad').length;
  if (bad === 0 && checks.every(({ level }) => level === 'ok')) {
    void showInformationMessage(t`${name} works: backups can be kept there.`);
    return;
  }
  const message = bad > 0 ? t`${name} does not work as it is.` : t`${name} works, and there is something to look at.`;
  await showWarningMessage(message, { modal: true, detail: lines.join('\n\n') });
}
