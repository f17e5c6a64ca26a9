import type * as vscode from 'vscode';
import { isHidden } from './trusted';

/**
 * The protected places of the settings, written down for jobs and terminals, which know no settings: they refuse what was not confirmed by its name. And those that a terminal
 * named, for the editor. What cannot be written or read is said in the log; a job that cannot read it changes nothing there.
 */
export class KeptProtected {
  /** the entries that the command line protects */
  own: readonly string[] = [];

  constructor(
    private readonly named: () => readonly string[],
    private readonly log: Pick<vscode.LogOutputChannel, 'warn'>,
  ) {}

  /** Looks again, and writes what changed. Does not wait for it. */
  keep(): void {
    this.#keep().catch((error: unknown) => this.log.warn(`protected places: ${String(error)}`));
  }

  async #keep(): Promise<void> {
    const [{ stateFolder }, { readProtected, writeProtected }] = await Promise.all([
      import('../core/state/stateFolder'),
      import('../core/policy/protectedList'),
    ]);
    if (isHidden(stateFolder())) return;
    this.own = await readProtected('own');
    const wanted = this.named();
    const known = await readProtected('editor');
    if (wanted.join('\n') !== known.join('\n')) await writeProtected('editor', wanted);
  }
}
