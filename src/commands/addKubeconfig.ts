import * as vscode from 'vscode';
import { addKubeconfigFiles } from '../ui/settings';
import type { Command } from './command';
import { t } from '../words/language';

/** Adds a kubeconfig file to the setting. */
export const addKubeconfig: Command = {
  id: 'dbFerry.addKubeconfig',
  async run({ clusters }) {
    const files = await vscode.window.showOpenDialog({
      title: t`Add Kubeconfig`,
      openLabel: t`Add`,
      canSelectMany: true,
    });
    if (!files) return;
    await addKubeconfigFiles(files.map(({ fsPath }) => fsPath));
    clusters.refresh();
  },
};
