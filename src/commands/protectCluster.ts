import * as vscode from 'vscode';
import type { ClusterModel } from '../model/clusterModel';
import { wholeCluster } from '../core/policy/protectedPlaces';
import type { Services } from '../services';
import { ClusterNode } from '../tree/clusterNode';
import { pickCluster } from '../ui/ask/pickPlace';
import { saveList, settings } from '../ui/settings';
import type { Command } from './command';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

/** From now on replacing a database of this cluster asks for its name. */
export const protectCluster: Command = {
  id: 'dbFerry.protectCluster',
  changes: 'protect',
  rowsOf: 'clusters',
  async run(services, target) {
    const { cluster } = await clusterOf(services, target, t`Protect This Cluster`);
    const { whole } = services.protection.entriesOf(cluster);
    if (whole.length > 0)
      return tell(t`${services.trees.clusters.nameOf(cluster)} is protected already, by ${quoted(whole)}.`);
    await saveList('protectedPlaces', [...settings.protectedPlaces(), wholeCluster(cluster)]);
  },
};

/** Takes that back, after a question that says by what it is protected, and what stays so. */
export const unprotectCluster: Command = {
  id: 'dbFerry.unprotectCluster',
  changes: 'unprotect',
  rowsOf: 'clusters',
  async run(services, target) {
    const { cluster } = await clusterOf(services, target, t`Unprotect This Cluster`);
    const name = services.trees.clusters.nameOf(cluster);
    const { own, whole, parts } = services.protection.entriesOf(cluster);
    const wider = whole.filter((entry) => !own.includes(entry));
    const stays = [
      wider.length === 0
        ? ''
        : t`All of it stays protected by ${quoted(wider)}, which can mean other clusters as well.`,
      parts.length === 0 ? '' : t`Projects of it stay protected by ${quoted(parts)}.`,
    ].filter((sentence) => sentence !== '');
    if (own.length === 0) {
      return tell(
        stays.length === 0
          ? t`${name} is not protected.`
          : t`${name} is not unprotected from here. ${stays.join(' ')} The settings hold them.`,
      );
    }
    const freed = wider.length > 0 ? [] : [t`Its databases can then be replaced without typing their names.`];
    const detail = [t`Removes ${quoted(own)} from the protected places.`, ...freed, ...stays].join('\n\n');
    const message = t`Unprotect ${name}?`;
    const answer = await showWarningMessage(message, { modal: true, detail }, t`Unprotect`);
    if (answer === undefined) return;
    await saveList(
      'protectedPlaces',
      settings.protectedPlaces().filter((entry) => !own.includes(entry)),
    );
  },
};

/** What the settings alone can change. */
async function tell(message: string): Promise<void> {
  const pressed = await showInformationMessage(message, t`Open Settings`);
  if (pressed !== undefined) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'dbFerry.protectedPlaces');
  }
}

function quoted(entries: readonly string[]): string {
  return entries.map((entry) => `“${entry}”`).join(', ');
}

async function clusterOf(services: Services, target: unknown, title: string): Promise<ClusterModel> {
  return target instanceof ClusterNode ? target.model : pickCluster(services, { title });
}
