import { backupName } from '../ui/backupWords';
import { askedBy } from '../ui/jobRequest';
import { showInformationMessage, showInputBox, showWarningMessage } from '../ui/shown';
import { oneSummary } from './backupTargets';
import type { Command } from './command';
import { given } from './storeTargets';
import { t } from '../words/language';

/** Keeps a backup from being deleted, by whomever, with a reason. */
export const holdBackup: Command = {
  id: 'dbFerry.holdBackup',
  changes: 'hold',
  rowsOf: 'backups',
  async run(services, target) {
    const entry = await oneSummary(services, target, t`Hold Backup`);
    const reason = given(
      await showInputBox({
        ...{ title: t`Hold ${backupName(entry)}`, prompt: t`Why must nobody delete it?`, ignoreFocusOut: true },
        validateInput: (text) => (text.trim() === '' ? t`A hold has a reason` : undefined),
      }),
    );
    const { holdBackup: hold } = await import('../core/catalog/hold');
    await hold(entry, { owner: askedBy(), reason });
    void showInformationMessage(t`${backupName(entry)} is held: nobody deletes it until the hold is taken back.`);
  },
};

/** Takes a hold back. */
export const unholdBackup: Command = {
  id: 'dbFerry.unholdBackup',
  changes: 'unhold',
  rowsOf: 'backups',
  async run(services, target) {
    const entry = await oneSummary(services, target, t`Take Back Hold`);
    const { holdOf, releaseHold } = await import('../core/catalog/hold');
    const held = await holdOf(entry);
    if (held === undefined) {
      void showInformationMessage(t`Nobody holds ${backupName(entry)}.`);
      return;
    }
    const detail = held.reason === '' ? t`What the hold says cannot be read.` : `${held.owner}: ${held.reason}`;
    const message = t`Take back the hold of ${backupName(entry)}?`;
    if ((await showWarningMessage(message, { modal: true, detail }, t`Take Back`)) === undefined) return;
    await releaseHold(entry);
    void showInformationMessage(t`${backupName(entry)} is held no more.`);
  },
};
