import * as vscode from 'vscode';
import type { BackupEntry } from '../core/catalog/manifest';
import type { BackupSummary } from '../core/catalog/summary';
import { storedScheme } from '../contributions';
import type { Services } from '../services';
import { BackupNode } from '../tree/backupNode';
import { pickBackup } from '../ui/ask/pickBackup';
import { storedAt } from '../ui/openInspector';
import { settings } from '../ui/settings';
import { withKey } from './useKey';

/** A backup that a command works on. */
export interface BackupTarget {
  /** as a job's request names it: a path, or an id where a button gave one */
  readonly operand: string;
  readonly entry: BackupEntry;
}

/**
 * A backup from a row, a file of the Explorer or an editor, its id (from a button), or asked for. Throws `cancelled` and what `findBackup`
 * throws.
 */
export async function oneBackup(services: Services, target: unknown, title: string): Promise<BackupTarget> {
  const operand = backupOperand(target) ?? (await pickBackup(services, { title }));
  const { findBackup } = await import('../core/catalog/catalog');
  return { operand, entry: await withKey(services, () => findBackup(settings.root(), operand)) };
}

/** The same without what grows with the database, for which an encrypted one needs no key. */
export async function oneSummary(services: Services, target: unknown, title: string): Promise<BackupSummary> {
  if (target instanceof BackupNode) return target.summary;
  const operand = backupOperand(target) ?? (await pickBackup(services, { title, others: [] }));
  const { findSummary } = await import('../core/catalog/catalog');
  return findSummary(settings.root(), operand);
}

/** What rows, files or a button name, each once; with nothing named, one that is asked for. */
export async function backupOperands(
  services: Services,
  selected: readonly unknown[],
  title: string,
): Promise<readonly string[]> {
  const named = operandsOf(selected);
  return named.length > 0 ? named : [await pickBackup(services, { title })];
}

/** The same of backups of the catalog alone. */
export async function ownBackups(
  services: Services,
  selected: readonly unknown[],
  title: string,
): Promise<readonly BackupSummary[]> {
  // rows of a store are not in the folder of backups
  const rows = selected.flatMap((row) => (row instanceof BackupNode ? [row.summary] : []));
  if (rows.length > 0 && rows.length === selected.length) return rows;
  const known = await services.backups.all();
  const named = operandsOf(selected);
  const wanted = named.length > 0 ? named : [await pickBackup(services, { title, others: [] })];
  return known.filter(({ id, folder }) => wanted.includes(folder) || wanted.includes(id));
}

/** What a row, a file or a button names; undefined where it names no backup. */
export function backupOperand(target: unknown): string | undefined {
  if (target instanceof BackupNode) return target.summary.folder;
  if (target instanceof vscode.Uri) return target.scheme === storedScheme ? storedAt(target) : target.fsPath;
  return typeof target === 'string' ? target : undefined;
}

function operandsOf(selected: readonly unknown[]): string[] {
  const operands = selected.map(backupOperand).filter((operand) => operand !== undefined);
  return [...new Set(operands)];
}
