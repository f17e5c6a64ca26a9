import type * as vscode from 'vscode';
import type { WrittenIdentity } from '../core/encrypt/identity';

/** How long a key is kept: until the window is closed, or in the editor's secret storage until it is forgotten. */
export type Keeping = 'window' | 'storage';

/** The identity that opens encrypted backups for this person, in this editor. It is in no setting, file or argument. */
export class OwnKeys implements vscode.Disposable {
  #inWindow: string | undefined;
  readonly #listening: vscode.Disposable;

  constructor(private readonly secrets: vscode.SecretStorage) {
    // another window may have exchanged it
    this.#listening = secrets.onDidChange(({ key }) => {
      if (key === secretName) void forgetOpened();
    });
  }

  /** Lines of `AGE-SECRET-KEY-…`; undefined where there is none. */
  async text(): Promise<string | undefined> {
    return this.#inWindow ?? (await this.secrets.get(secretName));
  }

  /** Throws `identity.unusable`. */
  async identities(): Promise<readonly WrittenIdentity[]> {
    const text = await this.text();
    if (text === undefined) return [];
    const { parseIdentities } = await import('../core/encrypt/identity');
    return parseIdentities('DB Ferry', text);
  }

  /** From now on these open encrypted backups here, and no others. Throws what the storage says. */
  async use(identities: readonly Pick<WrittenIdentity, 'opens'>[], keeping: Keeping): Promise<void> {
    const text = identities.map(({ opens }) => `${opens}\n`).join('');
    if (keeping === 'storage') {
      await this.secrets.store(secretName, text);
      this.#inWindow = undefined;
    } else this.#inWindow = text;
    await forgetOpened();
  }

  /** Throws what the storage says. */
  async forget(): Promise<void> {
    this.#inWindow = undefined;
    await this.secrets.delete(secretName);
    await forgetOpened();
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

const secretName = 'dbFerry.identity';

async function forgetOpened(): Promise<void> {
  const { forgetBackupKeys } = await import('../core/encrypt/ownIdentities');
  forgetBackupKeys();
}
