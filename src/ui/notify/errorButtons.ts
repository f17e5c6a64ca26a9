import type { AnyFacts } from '../../core/base/errorData';
import * as vscode from 'vscode';
import type { ErrorCode } from '../../core/base/errors';
import { ruleFor, showRule } from '../showRule';
import { t } from '../../words/language';

/** A button of an error message: what it says and does. */
export interface ErrorButton {
  readonly title: string;
  press(): Thenable<unknown>;
}

/** The one or two things that help with an error; none where only the words can. */
export function errorButtons(code: ErrorCode, data: AnyFacts): readonly ErrorButton[] {
  return buttons[code]?.(data) ?? [];
}

const refresh = (): ErrorButton => command(t`Refresh`, 'dbFerry.refresh');
const showJobs = (): ErrorButton => command(t`Show Jobs`, 'dbFerry.showJobs');
const addKubeconfig = (): ErrorButton => command(t`Add Kubeconfig…`, 'dbFerry.addKubeconfig');

const buttons: Readonly<Partial<Record<ErrorCode, (data: AnyFacts) => readonly ErrorButton[]>>> = {
  'cluster.none': () => [addKubeconfig()],
  'cluster.unknown': () => [addKubeconfig(), refresh()],
  'cluster.unreachable': () => [refresh()],
  'cluster.untrusted': () => [refresh()],
  'cluster.plugin': () => [command(t`Open Terminal`, 'workbench.action.terminal.new'), refresh()],
  'cluster.unauthorized': () => [command(t`Open Terminal`, 'workbench.action.terminal.new'), refresh()],
  'cluster.forbidden': (data) => [...ruleToAskFor(data), refresh()],
  'cluster.kubeconfig': ({ file }) => [open(t`Open File`, String(file))],
  'pod.unknown': () => [refresh()],
  'pod.noPrimary': () => [refresh()],
  'database.unknown': () => [refresh()],
  'target.busy': () => [showJobs()],
  'job.interrupted': ({ job }) => [command(t`Clean Up`, 'dbFerry.cleanUp', job)],
  'restore.unknown': ({ job }) => [command(t`Clean Up`, 'dbFerry.cleanUp', job)],
  'encrypted.noIdentity': () => [command(t`Use a Key…`, 'dbFerry.useKey')],
  'encrypted.locked': () => [command(t`Use a Key…`, 'dbFerry.useKey')],
  'recovery.missing': () => [command(t`Set Up Encryption…`, 'dbFerry.setUpEncryption')],
  'disk.full': () => [settings('dbFerry.backupFolder')],
  'root.unreadable': () => [refresh(), settings('dbFerry.backupFolder')],
  internal: ({ log }) => (typeof log === 'string' ? [open(t`Show Log`, log)] : []),
};

/** The Role that is missing, as YAML to send to an administrator. */
function ruleToAskFor(data: AnyFacts): readonly ErrorButton[] {
  const rule = ruleFor({ code: 'cluster.forbidden', data });
  return rule === undefined ? [] : [{ title: t`Show the Rule to Ask For`, press: () => showRule(rule) }];
}

function command(title: string, id: string, ...args: unknown[]): ErrorButton {
  return { title, press: () => vscode.commands.executeCommand(id, ...args) };
}

function open(title: string, file: string): ErrorButton {
  return { title, press: () => vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file)) };
}

function settings(id: string): ErrorButton {
  return command(t`Open Settings`, 'workbench.action.openSettings', id);
}
