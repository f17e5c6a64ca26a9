import * as vscode from 'vscode';
import { formatReference } from '../core/cluster/reference';
import { isAppError, toAppError, type AppError } from '../core/base/errors';
import type { DatabasePod, PodFacts } from '../core/pod/databasePod';
import { keyRing } from '../core/state/keys';
import { userDatabases } from '../model/databases';
import { serverVersionText } from '../ui/format';
import { DatabaseNode } from './databaseNode';
import { FailureNode } from './failureNode';
import { comesSoon, LookingNode } from './lookingNode';
import type { NamespaceNode } from './namespaceNode';
import { contextValue, type TreeNode } from './node';
import { textTooltip } from '../ui/tooltip';
import { t } from '../words/language';

/** A database pod: its databases, once somebody opens it. Nothing is run in a pod before that. */
export class PodNode implements TreeNode {
  readonly id: string;
  /** why it could not be opened, when that took longer than its rows could wait */
  #failedLate: AppError | undefined;

  constructor(
    readonly parent: NamespaceNode,
    readonly pod: DatabasePod,
  ) {
    this.id = `${parent.id}/${pod.name}`;
  }

  /** `cluster/namespace/pod` */
  get reference(): string {
    const { cluster, namespace, name } = this.pod;
    return formatReference({ cluster, namespace, pod: name });
  }

  item(): vscode.TreeItem {
    const { pod } = this;
    const { name, ready, reason, roleHint, flavour, workload } = pod;
    const opened = this.parent.parent.model.opened(pod);
    const role = opened ? (opened.facts.standby ? t`standby` : t`primary`) : roleHint;
    const version = opened ? t`PostgreSQL ${serverVersionText(opened.facts.serverVersion)}` : undefined;
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = this.id;
    item.iconPath = ready
      ? new vscode.ThemeIcon('server')
      : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.description = [ready ? undefined : (reason ?? t`not ready`), version, role]
      .filter((part) => part !== undefined)
      .join(' · ');
    item.tooltip = textTooltip(
      [
        this.reference,
        t`${workload.kind} ${workload.name}, container ${pod.container}`,
        t`image family: ${flavour}`,
        ready ? t`ready` : t`not ready: ${reason ?? t`unknown`}`,
      ].join('\n'),
    );
    item.contextValue = contextValue('pod', {
      canBackUp: true,
      canRestoreInto: true,
      canCleanUp: true,
      canRefresh: true,
      hasReference: true,
    });
    item.accessibilityInformation = {
      label: [t`Database pod`, name, item.description, ready ? t`ready` : undefined].filter(Boolean).join(', '),
    };
    return item;
  }

  async children(): Promise<readonly TreeNode[]> {
    const { model, view } = this.parent.parent;
    const late = this.#failedLate;
    this.#failedLate = undefined;
    if (late) return [this.#failure(late)];
    // also while it is asked again: rows that vanish close what was open below them
    const known = model.opened(this.pod);
    if (known) return this.#databases(known.facts);
    const opening = model.open(this.pod);
    if (!(await comesSoon(opening))) {
      opening.then(
        () => view.changed(this),
        (error: unknown) => {
          // forgotten meanwhile: the rows are asked for anew
          if (isAppError(error, 'cancelled')) return;
          this.#failedLate = toAppError(error);
          view.changed(this);
        },
      );
      return [new LookingNode(this)];
    }
    try {
      const { facts } = await opening;
      view.changed(this);
      return await this.#databases(facts);
    } catch (error) {
      return [isAppError(error, 'cancelled') ? new LookingNode(this) : this.#failure(toAppError(error))];
    }
  }

  async #databases(facts: PodFacts): Promise<readonly TreeNode[]> {
    const ring = await keyRing().catch(() => ({ trusted: [] }));
    return userDatabases(facts, ring).map((database) => new DatabaseNode(this, database));
  }

  #failure(error: AppError): FailureNode {
    return new FailureNode(this, error, () => this.parent.parent.model.reprobe(this.pod.uid));
  }
}
