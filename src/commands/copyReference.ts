import * as vscode from 'vscode';
import { ClusterNode } from '../tree/clusterNode';
import { DatabaseNode } from '../tree/databaseNode';
import { NamespaceNode } from '../tree/namespaceNode';
import { PodNode } from '../tree/podNode';
import type { Command } from './command';
import { oneDatabase } from './targets';
import { t } from '../words/language';

/** Puts `cluster[/namespace[/pod[/database]]]` on the clipboard, as the command line takes it. */
export const copyReference: Command = {
  id: 'dbFerry.copyReference',
  rowsOf: 'clusters',
  async run(services, target) {
    await vscode.env.clipboard.writeText(
      referenceOf(target) ?? (await oneDatabase(services, target, t`Copy Reference`)).reference,
    );
  },
};

function referenceOf(target: unknown): string | undefined {
  if (target instanceof PodNode || target instanceof DatabaseNode) return target.reference;
  return target instanceof NamespaceNode || target instanceof ClusterNode ? target.id : undefined;
}
