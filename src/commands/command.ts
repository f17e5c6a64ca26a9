import * as vscode from 'vscode';
import { toAppError } from '../core/base/errors';
import type { Services } from '../services';
import { showError } from '../ui/notify/showError';

/** One command: its id and what it does. `target` is the row, the file or nothing that it was called on. */
export interface Command {
  readonly id: `dbFerry.${string}`;
  /** the view whose selected rows are meant where the palette or a key names none */
  readonly rowsOf?: keyof Services['trees'];
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
  const registered = commands.map(({ id, rowsOf, run }) =>
    vscode.commands.registerCommand(id, async (named: unknown, several: unknown, onto: unknown) => {
      try {
        const rows = named === undefined && rowsOf !== undefined ? services.trees[rowsOf].selection : [named];
        const selected = Array.isArray(several) && several.length > 0 ? (several as unknown[]) : rows;
        // of several rows none is meant by a command for one
        await run(services, named ?? (rows.length === 1 ? rows[0] : undefined), selected, onto);
      } catch (error) {
        if (toAppError(error).code === 'cancelled') return;
        services.log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        await showError(error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
