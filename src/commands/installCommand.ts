import { homedir } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { AppError } from '../core/base/errors';
import { planLauncher, writeLauncher } from '../model/launcher';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import type { Command } from './command';
import { t } from '../words/language';

/** Puts `db-ferry` on PATH, after one question that says where and what. */
export const installCommand: Command = {
  id: 'dbFerry.installCommand',
  async run({ extensionPath }) {
    if (process.platform === 'win32') {
      throw new AppError('usage', { message: t`The command is a script for sh, which this machine does not have.` });
    }
    const where = { home: homedir(), extensionPath, node: process.execPath, path: process.env['PATH'] ?? '' };
    const plan = await planLauncher(where);
    if (plan.there === 'foreign') throw new AppError('file.foreign', { file: plan.file });
    const addition = `export PATH="$HOME/.local/bin:$PATH"`;
    if (plan.there !== 'same') {
      const detail = [
        t`Writes the script ${plan.file}, which starts the command line of this extension.`,
        ...(plan.there === 'older' ? [t`The one that an earlier version wrote is replaced.`] : []),
        ...(plan.isOnPath ? [] : [t`${dirname(plan.file)} is not on PATH. A line for ~/.profile adds it: ${addition}`]),
      ].join('\n\n');
      const answer = await showWarningMessage(t`Install the command 'db-ferry'?`, { modal: true, detail }, t`Install`);
      if (answer === undefined) return;
      await writeLauncher(plan);
    }
    const said = plan.there === 'same' ? t`is installed already` : t`is installed`;
    if (plan.isOnPath) {
      await showInformationMessage(
        t`db-ferry ${said}: ${plan.file}. “db-ferry --help” in a new terminal shows what it does.`,
      );
      return;
    }
    const message = t`db-ferry ${said}: ${plan.file}. Its folder is not on PATH yet.`;
    const pressed = await showInformationMessage(message, t`Copy Line for ~/.profile`);
    if (pressed !== undefined) await vscode.env.clipboard.writeText(addition);
  },
};
