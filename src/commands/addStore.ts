import * as vscode from 'vscode';
import { AppError } from '../core/base/errors';
import { defined } from '../core/base/defined';
import type { NamedStore } from '../core/catalog/namedStores';
import { pick } from '../ui/ask/pick';
import { showInputBox } from '../ui/shown';
import type { Command } from './command';
import { tellChecks } from './checkStore';
import { given } from './storeTargets';
import { t } from '../words/language';

const title = (): string => t`Add Store`;

/** Gives a bucket or a folder a name, step by step, and tries it. Nothing secret is asked for or written down: only where the login is found. */
export const addStore: Command = {
  id: 'dbFerry.addStore',
  changes: 'addStore',
  async run(services) {
    const where = await pick(
      [
        { icon: 'cloud', label: t`A Bucket`, description: t`S3 and what speaks it`, value: askBucket },
        { icon: 'folder-library', label: t`A Folder`, description: t`another volume, a share`, value: askFolder },
      ],
      { title: title(), placeholder: t`Where do backups lie?` },
    );
    const place = await where();
    const { addStore: write, isStoreName, rootOfStore } = await import('../core/catalog/namedStores');
    const known = (await services.stores.all()).map(({ store }) => store.name);
    const name = given(
      await showInputBox({
        ...{ title: title(), prompt: t`What is it called here?`, value: nameOf(place.address), ignoreFocusOut: true },
        validateInput: (text) => {
          if (!isStoreName(text.trim())) return t`Letters, digits, - and _; it begins with a letter or digit`;
          return known.includes(text.trim()) ? t`A store has this name already` : undefined;
        },
      }),
    );
    const store = { ...place, name };
    await write(store);
    services.stores.refresh();
    await tellChecks(name, rootOfStore(store));
  },
};

async function askBucket(): Promise<Omit<NamedStore, 'name'>> {
  const { parseS3Address } = await import('../core/store/s3/s3Address');
  const address = await asked('s3://bucket/prefix', t`Which bucket, and where in it?`, (text) =>
    isRefused(() => parseS3Address(text, {})) ? t`It looks like s3://bucket or s3://bucket/prefix` : undefined,
  );
  const endpoint = await asked('', t`Its server, as https://s3.example.org; empty: Amazon’s own`, (text) =>
    text === '' || URL.canParse(text) ? undefined : t`An address, as https://s3.example.org`,
  );
  const login = await pick(
    [
      {
        icon: 'account',
        label: t`From the Environment`,
        description: t`as Amazon's own tools find it`,
        value: () => Promise.resolve(''),
      },
      { icon: 'key', label: t`From a Mounted Secret`, description: t`a folder`, value: () => askPath('folder') },
      { icon: 'file', label: t`From a File`, description: t`as ~/.aws/credentials`, value: () => askPath('file') },
    ],
    { title: title(), placeholder: t`Where is its login found? The login itself is not written down.` },
  );
  const found = await login();
  return { address, ...defined({ endpoint: endpoint || undefined, login: found || undefined }) };
}

async function askFolder(): Promise<Omit<NamedStore, 'name'>> {
  return { address: (await askPath('folder')).replace(/^folder:/, '') };
}

async function asked(value: string, prompt: string, refuse: (text: string) => string | undefined): Promise<string> {
  const validateInput = (text: string): string | undefined => refuse(text.trim());
  return given(await showInputBox({ title: title(), value, prompt, ignoreFocusOut: true, validateInput }));
}

async function askPath(kind: 'file' | 'folder'): Promise<string> {
  const isFolder = kind === 'folder';
  const [found] =
    (await vscode.window.showOpenDialog({
      ...{ title: title(), openLabel: t`Choose` },
      ...{ canSelectFolders: isFolder, canSelectFiles: !isFolder },
    })) ?? [];
  if (!found) throw new AppError('cancelled');
  return `${kind}:${found.fsPath}`;
}

function isRefused(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}

/** `s3://backups/team-a` may be called `backups`. */
function nameOf(address: string): string {
  const [, bucket] = /^s3:\/\/([^/]+)/.exec(address) ?? [];
  const name = bucket ?? address.split('/').findLast((part) => part !== '') ?? '';
  return name.replaceAll(/[^a-z0-9_-]/gi, '-').slice(0, 40);
}
