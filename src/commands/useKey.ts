import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { AppError, isAppError } from '../core/base/errors';
import type { WrittenIdentity } from '../core/encrypt/identity';
import type { Services } from '../services';
import { pick, type Item } from '../ui/ask/pick';
import { showInformationMessage, showInputBox } from '../ui/shown';
import type { Keeping } from '../model/ownKeys';
import type { Command } from './command';
import { given } from './storeTargets';
import { t } from '../words/language';

const title = (): string => t`Use a Key`;

/** Takes the identity that opens encrypted backups, or forgets it. Whose it is, is said by its public half; the key itself is never shown. */
export const useKey: Command = {
  id: 'dbFerry.useKey',
  changes: ['keys', 'use'].join(' '),
  async run(services) {
    await askKey(services);
  },
};

/**
 * Does it, and where it needs a key that nobody named, asks for one and does it again: for what only reads. Throws `cancelled`.
 */
export async function withKey<Result>(services: Services, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!isAppError(error, 'encrypted.noIdentity')) throw error;
    await askKey(services, t`It is encrypted: which key opens it?`);
    return act();
  }
}

async function askKey({ keys }: Services, placeholder = t`Which key opens your encrypted backups?`): Promise<void> {
  const known = await keys.text();
  const choices: Item<() => Promise<readonly WrittenIdentity[]>>[] = [
    { icon: 'file', label: t`From a File…`, description: t`a saved page, age-keygen’s file`, value: fromFile },
    { icon: 'key', label: t`Type or Paste It…`, description: 'AGE-SECRET-KEY-…', value: typed },
  ];
  if (known !== undefined)
    choices.push({ icon: 'trash', label: t`Forget the Key That Is Used`, value: () => Promise.resolve([]) });
  const identities = await (await pick(choices, { title: title(), placeholder }))();
  if (identities.length === 0) {
    await keys.forget();
    void showInformationMessage(t`The key is forgotten: encrypted backups cannot be opened from here any more.`);
    return;
  }
  await keys.use(identities, await pick(keepings(), { title: title(), placeholder: t`How long is it kept?` }));
  const [{ recipient }, ...more] = identities as [WrittenIdentity, ...WrittenIdentity[]];
  const whose = more.length === 0 ? shortened(recipient) : t`${shortened(recipient)} and ${more.length} more`;
  void showInformationMessage(t`Backups that are encrypted for ${whose} can be opened from here.`);
}

function keepings(): Item<Keeping>[] {
  return [
    {
      ...{ icon: 'window', label: t`Until This Window Is Closed`, value: 'window' },
      detail: t`In memory alone: for a recovery key, which goes back into its safe`,
    },
    {
      ...{ icon: 'lock', label: t`In the Editor’s Secret Storage`, value: 'storage' },
      detail: t`Until it is forgotten by this command. It must not be the only place where the key is`,
    },
  ];
}

async function fromFile(): Promise<readonly WrittenIdentity[]> {
  const [file] = (await vscode.window.showOpenDialog({ title: title(), openLabel: t`Use` })) ?? [];
  if (!file) throw new AppError('cancelled');
  const { readIdentities } = await import('../core/encrypt/identity');
  const prompt = t`The passphrase of ${file.fsPath}`;
  const ask = async (): Promise<string> =>
    given(await showInputBox({ title: title(), prompt, password: true, ignoreFocusOut: true }));
  return readIdentities(resolve(file.fsPath), ask);
}

async function typed(): Promise<readonly WrittenIdentity[]> {
  const { parseIdentities } = await import('../core/encrypt/identity');
  const read = async (text: string): Promise<readonly WrittenIdentity[]> =>
    // from paper it is typed in groups
    parseIdentities(t`that is typed`, text.replaceAll(/\s+/g, ''));
  const validateInput = async (text: string): Promise<string | undefined> => {
    try {
      await read(text);
      return undefined;
    } catch {
      return t`A key begins with AGE-SECRET-KEY-1, and its last letters prove the others`;
    }
  };
  const prompt = t`The key, in one line`;
  return read(
    given(await showInputBox({ title: title(), prompt, password: true, ignoreFocusOut: true, validateInput })),
  );
}

/** Those that withstand quantum computers are two thousand letters long. */
function shortened(recipient: string): string {
  return recipient.length > 80 ? `${recipient.slice(0, 20)}…` : recipient;
}
