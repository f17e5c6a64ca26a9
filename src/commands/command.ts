import * as vscode from 'vscode';
import { toAppError } from '../core/base/errors';
import type { Services } from '../services';
import { askedBy } from '../ui/jobRequest';
import { showError } from '../ui/notify/showError';
import { t } from '../words/language';

/** One command: its id and what it does. `target` is the row, the file or nothing that it was called on. */
export interface Command {
  readonly id: `dbFerry.${string}`;
  /** the view whose selected rows are meant where the palette or a key names none */
  readonly rowsOf?: keyof Services['trees'];
  /** of one that changes something and starts no job for it: what the audit trail calls it */
  readonly changes?: string;
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
  const registered = commands.map(({ id, rowsOf, changes, run }) =>
    vscode.commands.registerCommand(id, async (named: unknown, several: unknown, onto: unknown) => {
      try {
        const rows = named === undefined && rowsOf !== undefined ? services.trees[rowsOf].selection : [named];
        const selected = Array.isArray(several) && several.length > 0 ? (several as unknown[]) : rows;
        // of several rows none is meant by a command for one
        const target = named ?? (rows.length === 1 ? rows[0] : undefined);
        const act = async (): Promise<void> => run(services, target, selected, onto);
        await (changes === undefined ? act() : inTrail(services, changes, selected, act));
      } catch (error) {
        if (toAppError(error).code === 'cancelled') return;
        services.log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        await showError(error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Frames it in the audit trail. Throws `audit.unwritable`, and nothing is done then. */
async function inTrail(
  services: Services,
  kind: string,
  selected: readonly unknown[],
  act: () => Promise<void>,
): Promise<void> {
  const { audited } = await import('../core/audit/ownTrail');
  const rows = selected
    .map((row) => (row as { readonly id?: unknown } | undefined)?.id)
    .filter((id) => typeof id === 'string');
  const about = { actor: { user: askedBy(), via: 'editor' }, details: { rows } };
  const onLost = (error: unknown): void =>
    services.log.error(t`the outcome is not in the audit trail: ${String(error)}`);
  await audited(kind, about, act, { onLost });
}
