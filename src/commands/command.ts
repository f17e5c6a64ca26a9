import * as vscode from 'vscode';
import { toAppError } from '../core/errors';
import type { Services } from '../services';
import { showError } from '../ui/showError';

/** One command: its id and what it does. `target` is the row, the file or nothing that it was called on. */
export interface Command {
  readonly id: `dbFerry.${string}`;
  /** `selected`: all rows, where several are selected; `onto`: the row that another one was dropped on */
  readonly run: (
    services: Services,
    target: unknown,
    selected: readonly unknown[],
    onto?: unknown,
  ) => Promise<void> | void;
}

/** Registers commands with the one wrapper: what fails is said in words, what the user gave up is not. */
export function registerCommands(commands: readonly Command[], services: Services): vscode.Disposable {
  const registered = commands.map(({ id, run }) =>
    vscode.commands.registerCommand(id, async (target: unknown, selected: unknown, onto: unknown) => {
      const all = Array.isArray(selected) && selected.length > 0 ? (selected as unknown[]) : [target];
      try {
        await run(services, target, all, onto);
      } catch (error) {
        if (toAppError(error).code === 'cancelled') return;
        services.log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        await showError(error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
