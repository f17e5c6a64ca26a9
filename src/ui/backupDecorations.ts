import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { verifiedState, type VerifiedState } from './backupWords';
import { t } from '../words/language';

const scheme = 'dbferry-backup';

/** The name of a backup's row for decorations. It carries the state, so that another state is another name. */
export function decoratedUri({ folder, manifest }: BackupSummary): vscode.Uri {
  return vscode.Uri.from({ scheme, path: folder, query: verifiedState(manifest) });
}

/** Badges and colours of backups; the row's words say the same. */
export function backupDecorations(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) =>
      uri.scheme === scheme && isState(uri.query) ? decorations()[uri.query] : undefined,
  });
}

const decorations = (): Readonly<Record<VerifiedState, vscode.FileDecoration>> => ({
  restored: new vscode.FileDecoration('✓✓', t`Verified by a restore`, new vscode.ThemeColor('testing.iconPassed')),
  verified: new vscode.FileDecoration('✓', t`Verified`),
  unverified: new vscode.FileDecoration('?', t`Not verified`, new vscode.ThemeColor('list.warningForeground')),
});

function isState(text: string): text is VerifiedState {
  return text in decorations();
}
