import * as vscode from 'vscode';
import { looking } from '../ui/looking';
import { rulesLanguage } from '../ui/masking/rulesLanguage';
import type { Command } from './command';
import { oneDatabase } from './targets';
import { t } from '../words/language';

/** Looks at names of columns and at a few rows, and opens the rules that these speak for. No value leaves the extension. */
export const proposeMaskingRules: Command = {
  id: 'dbFerry.proposeMaskingRules',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await oneDatabase(services, target, t`Propose Masking Rules`);
    const content = await looking(place.reference, async (signal) => {
      const [{ openPod }, { proposeRules }, { proposedRules }] = await Promise.all([
        import('../core/pod/openPod'),
        import('../core/mask/plan/proposeRules'),
        import('../words/proposedRules'),
      ]);
      const pod = await openPod(place.model.client, place.pod, signal);
      const how = { application: 'db-ferry-mask', signal };
      return proposedRules(await proposeRules(pod, place.database, how), place.reference);
    });
    const document = await vscode.workspace.openTextDocument({ language: rulesLanguage, content });
    await vscode.window.showTextDocument(document, { preview: false });
  },
};
