import * as vscode from 'vscode';
import { actionsOn, type FoundRequest } from '../../core/governance/gatherRequests';
import { shownState } from '../../core/governance/judge';
import { addressOf, sameAddress, type RequestAddress, type Requests } from '../../model/requests';
import { requestDoes } from '../../words/requestWords';
import { labelText } from '../shownText';
import { actionOf, pageActions, requestPage } from './requestPage';

/** The pages of requests that are open: each once, and as the request is now. */
export class RequestPanels implements vscode.Disposable {
  readonly #open = new Set<Opened>();
  readonly #listening: vscode.Disposable;

  constructor(
    private readonly requests: Requests,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.#listening = requests.onDidChange(() => {
      for (const opened of this.#open) void this.#draw(opened);
    });
  }

  /** Opens the page of a request, or shows the one that is open. */
  async show(found: FoundRequest): Promise<void> {
    const address = addressOf(found);
    const known = [...this.#open].find((one) => sameAddress(one.address, address));
    if (known) return known.panel.reveal();
    const roots = [vscode.Uri.joinPath(this.extensionUri, 'media')];
    const title = labelText(requestDoes(found.request));
    const panel = vscode.window.createWebviewPanel('dbFerry.request', title, vscode.ViewColumn.Active, {
      ...{ enableScripts: true, localResourceRoots: roots, enableFindWidget: true },
    });
    const opened: Opened = { address, panel, drawn: '' };
    this.#open.add(opened);
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const action = actionOf(message);
      if (action !== undefined) void vscode.commands.executeCommand(pageActions[action], address);
    });
    panel.onDidDispose(() => this.#open.delete(opened));
    await this.#draw(opened);
  }

  dispose(): void {
    this.#listening.dispose();
    for (const { panel } of this.#open) panel.dispose();
  }

  async #draw(opened: Opened): Promise<void> {
    const { address, panel } = opened;
    const found = await this.requests.find(address);
    if (found === undefined) return;
    const { webview } = panel;
    const style = webview.asWebviewUri(vscode.Uri.joinPath(this.extensionUri, 'media', 'request.css')).toString();
    const level = await this.requests.levelOf(found);
    // a page that is drawn anew loses its focus: only where it says something else
    const drawn = JSON.stringify([found.request, shownState(found.request, found.now), actionsOn(found), level]);
    if (drawn === opened.drawn) return;
    opened.drawn = drawn;
    webview.html = requestPage(found, { level, source: webview.cspSource, style });
  }
}

interface Opened {
  readonly address: RequestAddress;
  readonly panel: vscode.WebviewPanel;
  /** what the page shows */
  drawn: string;
}
