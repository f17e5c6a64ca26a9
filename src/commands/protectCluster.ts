import * as vscode from 'vscode';
import { wholeCluster } from '../model/protection';
import type { Services } from '../services';
import { ClusterNode } from '../tree/clusterNode';
import { pickCluster } from '../ui/pickPlace';
import { saveList, settings } from '../ui/settings';
import type { Command } from './command';

/** From now on replacing a database of this cluster asks for its name. */
export const protectCluster: Command = {
  id: 'dbFerry.protectCluster',
  async run(services, target) {
    const alias = await clusterOf(services, target, 'Protect This Cluster');
    await saveList('protectedPlaces', [...new Set([...settings.protectedPlaces(), wholeCluster(alias)])]);
  },
};

/** Takes that back, after a question. */
export const unprotectCluster: Command = {
  id: 'dbFerry.unprotectCluster',
  async run(services, target) {
    const alias = await clusterOf(services, target, 'Unprotect This Cluster');
    const detail = 'Databases there can then be replaced without typing their names.';
    const answer = await vscode.window.showWarningMessage(`Unprotect ${alias}?`, { modal: true, detail }, 'Unprotect');
    if (answer === undefined) return;
    await saveList(
      'protectedPlaces',
      settings.protectedPlaces().filter((pattern) => pattern !== wholeCluster(alias)),
    );
  },
};

async function clusterOf(services: Services, target: unknown, title: string): Promise<string> {
  if (target instanceof ClusterNode) return target.model.cluster.alias;
  return (await pickCluster(services, { title })).cluster.alias;
}
