import path from 'node:path';
import * as vscode from 'vscode';
import { archiveEditor, storedScheme } from '../../contributions';
import { wordsFor } from '../notify/errorText';
import { storedAt } from '../openInspector';
import { ArchiveDocument } from './archiveDocument';
import { archivePage } from './archivePage';
import { inspectInWorker, type Inspect } from './inspectInWorker';
import { shownLanguage } from '../shownLanguage';
import type { FromPage, ToPage } from './messages';
import { t } from '../../words/language';

/** Registers the read-only editor of `.dump` files. */
export function registerArchiveInspector(context: { readonly extensionUri: vscode.Uri }): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(archiveEditor, new ArchiveEditor(context.extensionUri), {
    supportsMultipleEditorsPerDocument: true,
  });
}

class OpenArchive implements vscode.CustomDocument {
  readonly document: ArchiveDocument;
  readonly #watcher: vscode.FileSystemWatcher | undefined;
  #reload: NodeJS.Timeout | undefined;

  constructor(
    readonly uri: vscode.Uri,
    inspect: Inspect,
  ) {
    const isStored = uri.scheme === storedScheme;
    const folder = path.dirname(uri.fsPath);
    this.document = new ArchiveDocument(isStored ? storedAt(uri) : uri.fsPath, wordsFor, inspect);
    // what lies in a bucket is never written again
    if (isStored) return;
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), '*'));
    const changed = (which: vscode.Uri): void => {
      if (which.fsPath !== uri.fsPath && path.basename(which.fsPath) !== 'manifest.json') return;
      clearTimeout(this.#reload);
      this.#reload = setTimeout(() => void this.document.load(), settled);
    };
    watcher.onDidChange(changed);
    watcher.onDidCreate(changed);
    watcher.onDidDelete(changed);
    this.#watcher = watcher;
  }

  dispose(): void {
    clearTimeout(this.#reload);
    this.#watcher?.dispose();
    this.document.close();
  }
}

/** A file that has not changed for so many milliseconds is read again. */
const settled = 500;

class ArchiveEditor implements vscode.CustomReadonlyEditorProvider<OpenArchive> {
  readonly #extensionUri: vscode.Uri;
  readonly #inspect: Inspect;

  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
    this.#inspect = inspectInWorker(vscode.Uri.joinPath(extensionUri, 'dist', 'inspectWorker.cjs').fsPath);
  }

  openCustomDocument(uri: vscode.Uri): OpenArchive {
    // a file as some revision had it is not on disk
    if (uri.scheme !== 'file' && uri.scheme !== storedScheme)
      throw new Error(t`Only an archive on disk can be inspected.`);
    const opened = new OpenArchive(uri, this.#inspect);
    void opened.document.load();
    return opened;
  }

  resolveCustomEditor({ uri, document }: OpenArchive, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const script = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'inspector.js');
    const style = vscode.Uri.joinPath(this.#extensionUri, 'media', 'inspector.css');
    const roots = ['dist', 'media'].map((folder) => vscode.Uri.joinPath(this.#extensionUri, folder));
    webview.options = { enableScripts: true, localResourceRoots: roots };
    const tell = (message: ToPage): void => void webview.postMessage(message);
    // a page that was hidden is made anew, and says so
    let remove = (): void => undefined;
    const listener = webview.onDidReceiveMessage((message: FromPage) => {
      switch (message.type) {
        case 'ready':
          remove();
          tell({ type: 'language', language: shownLanguage(), messages: vscode.l10n.bundle });
          remove = document.addPage(tell);
          return;
        case 'restore':
          return void vscode.commands.executeCommand('dbFerry.restoreBackup', uri);
        case 'verify':
          return void vscode.commands.executeCommand('dbFerry.verify', uri);
        case 'text':
          return void vscode.commands.executeCommand('vscode.openWith', uri, 'default');
        case 'measure':
          return void document.measure();
        case 'stop':
          return document.stop();
      }
    });
    panel.onDidDispose(() => {
      listener.dispose();
      remove();
    });
    webview.html = archivePage({
      script: webview.asWebviewUri(script).toString(),
      style: webview.asWebviewUri(style).toString(),
      source: webview.cspSource,
    });
  }
}
