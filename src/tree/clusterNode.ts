import * as vscode from 'vscode';
import type { ClusterModel } from '../model/clusterModel';
import type { Protection } from '../core/policy/protectedPlaces';
import { wordsFor } from '../ui/notify/errorText';
import { FailureNode } from './failureNode';
import { comesSoon, LookingNode } from './lookingNode';
import { NamespaceNode } from './namespaceNode';
import { contextValue, type TreeNode } from './node';
import type { ClustersView } from './clustersTree';
import { titledTooltip } from '../ui/tooltip';
import { t } from '../words/language';
import { some } from '../words/some';

/** A cluster: its projects that hold database pods. */
export class ClusterNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(
    readonly view: ClustersView,
    readonly model: ClusterModel,
  ) {
    this.id = model.cluster.alias;
  }

  /** as people call it here */
  get label(): string {
    return this.view.nameOf(this.model.cluster);
  }

  item(): vscode.TreeItem {
    const { model, label } = this;
    const { server, user, insecure } = model.cluster;
    const protection: Protection = this.view.protection.ofCluster(model.cluster);
    const state = stateOf(model);
    const item = new vscode.TreeItem(label, this.view.initialState(this));
    item.id = this.id;
    item.iconPath = model.failure
      ? new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'))
      : insecure
        ? new vscode.ThemeIcon('unverified', new vscode.ThemeColor('list.warningForeground'))
        : new vscode.ThemeIcon(protection === 'protected' ? 'lock' : 'server-environment');
    const marks = [
      protection === 'protected' ? t`protected` : undefined,
      insecure ? t`certificate not checked` : undefined,
    ];
    item.description = [...marks, state].filter(Boolean).join(' · ');
    item.tooltip = titledTooltip(
      label,
      t`${server}\nas ${user}\nfrom ${model.cluster.kubeconfigFile}${insecure ? notChecked() : ''}`,
    );
    item.contextValue = contextValue('cluster', {
      canProtect: protection !== 'protected',
      canUnprotect: protection === 'protected',
      canRefresh: true,
      hasReference: true,
    });
    item.accessibilityInformation = { label: t`Cluster ${label}, ${item.description}` };
    return item;
  }

  async children(): Promise<readonly TreeNode[]> {
    const { model, view } = this;
    const loading = model.load(view.pinnedIn(model.cluster.alias));
    // what is found early is shown early; the rest comes by a change
    const isHere = await comesSoon(Promise.race([loading, view.somethingIn(model)]));
    if (!isHere) return [new LookingNode(this)];
    if (model.failure) return [new FailureNode(this, model.failure, () => model.forget())];
    return view.namespacesOf(model).map((namespace) => new NamespaceNode(this, namespace));
  }
}

const notChecked = () => t`\nWho answers there is not proven: the kubeconfig says insecure-skip-tls-verify.`;

function stateOf({ failure, contents, isLoaded, cluster }: ClusterModel): string {
  if (failure) return wordsFor(failure).short;
  if (!isLoaded) return new URL(cluster.server).host;
  const { namespaces, forbidden, total, word } = contents;
  let pods = 0;
  for (const each of namespaces.values()) pods += each.length;
  const projects = (count: number): string => (word === 'project' ? some(count, 'project') : some(count, 'namespace'));
  if (total === 0) return word === 'project' ? t`no project that you may see` : t`no namespace that you may see`;
  if (pods === 0 && forbidden.length > 0) return t`pods of ${projects(forbidden.length)} may not be listed`;
  if (pods === 0) return t`no database pods${total === undefined ? '' : t` in ${projects(total)}`}`;
  return t`${some(pods, 'pod')} in ${projects(namespaces.size)}`;
}
