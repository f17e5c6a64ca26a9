import { backupName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { showInformationMessage } from '../ui/shown';
import { oneSummary } from './backupTargets';
import type { Command } from './command';
import { oneStore } from './storeTargets';
import { t } from '../words/language';

/** Copies a backup into a store that has a name; it counts when it was read back from there. */
export const sendBackup: Command = {
  id: 'dbFerry.sendBackup',
  changes: 'send',
  rowsOf: 'backups',
  async run(services, target) {
    const entry = await oneSummary(services, target, t`Send to Store`);
    const { store, root } = await oneStore(services, undefined, t`Send ${backupName(entry)} to Store`);
    const { mustBeAllowedToLeave } = await import('../core/job/run/mayLeave');
    await mustBeAllowedToLeave(entry);
    const { sendBackup: send } = await import('../core/catalog/sendBackup');
    const { prepareRoot } = await import('../core/catalog/root');
    const { isBucket, storeOfRoot } = await import('../core/catalog/storeOfRoot');
    if (!isBucket(root)) await prepareRoot(root, entry.manifest.source.cluster);
    const to = await storeOfRoot(root);
    const { state } = await copying(t`Sending ${backupName(entry)} to ${store.name}`, (work) => send(entry, to, work));
    services.stores.refresh();
    const [name, where] = [backupName(entry), store.name];
    void showInformationMessage(
      state === 'there'
        ? t`${name} was there already, the same: ${where}.`
        : t`${name} is there, read back and the same: ${where}.`,
    );
  },
};
