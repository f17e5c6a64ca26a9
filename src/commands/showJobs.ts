import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import type { Command } from './command';

/** Opens the Jobs view: what a click on the status bar does. */
export const showJobs: Command = {
  id: 'dbFerry.showJobs',
  async run() {
    await vscode.commands.executeCommand(`${viewIds.jobs}.focus`);
  },
};
