import { showWarningMessage } from '../ui/shown';
import type { Command } from './command';
import { oneStore } from './storeTargets';
import { t } from '../words/language';

/** Forgets the name of a store; what lies there stays. */
export const removeStore: Command = {
  id: 'dbFerry.removeStore',
  changes: 'removeStore',
  rowsOf: 'backups',
  async run(services, target) {
    const { store } = await oneStore(services, target, t`Forget Store`);
    const detail = t`What lies in ${store.address} stays there. The Backups view and other commands no longer know it.`;
    const answer = await showWarningMessage(t`Forget the store ${store.name}?`, { modal: true, detail }, t`Forget`);
    if (answer === undefined) return;
    const { removeStore: forget } = await import('../core/catalog/namedStores');
    await forget(store.name);
    services.stores.refresh();
  },
};
