import { asRecord, parseJson } from '../core/base/json';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { reportScheme } from '../contributions';
import { jobFiles, jobFolder } from '../core/job/record/jobFolder';
import { longestReport } from '../core/job/record/report';
import { readSafely } from '../core/base/safeFile';
import { stateFolder } from '../core/state/stateFolder';
import { settings } from './settings';

/** Whose report it is. */
export type ReportOf = { readonly job: string } | { /** the folder of a backup */ readonly backup: string };

/** A report under the name that its tab shows. */
export function reportUri(title: string, of: ReportOf): vscode.Uri {
  const name = title.replaceAll(/[/\\]/g, '-');
  return vscode.Uri.from({ scheme: reportScheme, path: `/${name}.md`, query: JSON.stringify(of) });
}

/**
 * Reports as files that can only be read: opened in the core's one way, from the places where they are and from no other, whoever made the address.
 */
export class ReportFiles implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { file, ...how } = placeOf(uri);
    try {
      return await readSafely(file, { most: longestReport, ...how });
    } catch (error) {
      throw vscode.FileSystemError.FileNotFound(error instanceof Error ? error.message : uri);
    }
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}

function placeOf(uri: vscode.Uri): { readonly file: string; readonly inside: string; readonly own?: true } {
  const { job, backup } = parsed(uri.query);
  const root = settings.root();
  if (typeof job === 'string') {
    return { file: join(jobFolder(root, job), jobFiles.report), inside: stateFolder(), own: true };
  }
  if (typeof backup === 'string') return { file: join(backup, jobFiles.report), inside: root };
  throw vscode.FileSystemError.FileNotFound(uri);
}

function parsed(text: string): { readonly job?: unknown; readonly backup?: unknown } {
  return asRecord(parseJson(text)) ?? {};
}
