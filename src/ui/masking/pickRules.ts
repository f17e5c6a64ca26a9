import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import { pick } from '../ask/pick';
import { rulesLanguage } from './rulesLanguage';
import { t } from '../../words/language';

/** A file of rules as it is now, saved or not. */
export interface ChosenRules {
  readonly name: string;
  readonly text: string;
}

/** Asks which rules: those that are open, those of the workspace, or any file. Throws `cancelled`, and `mask.rules` for what is none. */
export async function pickRules(title: string): Promise<ChosenRules> {
  const open = vscode.workspace.textDocuments.filter(
    ({ languageId, isClosed }) => languageId === rulesLanguage && !isClosed,
  );
  const inside = await vscode.workspace.findFiles('**/*{masking,.mask}.{yaml,yml}', '**/node_modules/**', 50);
  const others = inside.filter((file) => !open.some(({ uri }) => uri.toString() === file.toString()));
  const items = [...open.map(({ uri }) => uri), ...others].map((uri) => ({
    icon: 'shield',
    label: vscode.workspace.asRelativePath(uri),
    ...(uri.scheme === 'untitled' ? { description: t`not saved` } : {}),
    value: uri,
  }));
  const any = { icon: 'folder-opened', label: t`Another File…`, value: undefined };
  const chosen = (await pick([...items, any], { title, placeholder: t`By which rules?` })) ?? (await anyFile(title));
  const document = await vscode.workspace.openTextDocument(chosen);
  const { readRules } = await import('../../core/mask/rules/readRules');
  const text = document.getText();
  readRules(text);
  return { name: vscode.workspace.asRelativePath(chosen), text };
}

async function anyFile(title: string): Promise<vscode.Uri> {
  const filters = { 'Masking rules': ['yaml', 'yml'] };
  const [file] = (await vscode.window.showOpenDialog({ title, openLabel: t`Mask by These Rules`, filters })) ?? [];
  if (file === undefined) throw new AppError('cancelled');
  return file;
}
