import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { pick } from '../ui/ask/pick';
import type { Command } from './command';
import { t } from '../words/language';

/** Opens a page of the documentation that came with the extension: it is there without a network, pictures as well. */
export const openDocs: Command = {
  id: 'dbFerry.openDocs',
  async run({ extensionPath }) {
    const folder = join(extensionPath, 'docs');
    const pages = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
    const items = pages.map((name) => ({
      icon: 'book',
      label: name.replace(/\.md$/, '').replaceAll('-', ' '),
      value: join(folder, name),
    }));
    const file = await pick(items, { title: t`Documentation`, placeholder: t`Which page?` });
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), 'vscode.markdown.preview.editor');
  },
};
