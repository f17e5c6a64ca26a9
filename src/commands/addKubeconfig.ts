import * as vscode from 'vscode';
import { saveList, settings } from '../ui/settings';
import type { Command } from './command';

/** Adds a kubeconfig file to the setting. */
export const addKubeconfig: Command = {
  id: 'dbFerry.addKubeconfig',
  async run({ clusters }) {
    const files = await vscode.window.showOpenDialog({
      title: 'Add Kubeconfig',
      openLabel: 'Add',
      canSelectMany: true,
    });
    if (!files) return;
    await saveList('kubeconfigFiles', [
      ...new Set([...settings.kubeconfigFiles(), ...files.map(({ fsPath }) => fsPath)]),
    ]);
    clusters.refresh();
  },
};
