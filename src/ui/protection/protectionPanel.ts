import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pricesOf, readStores, rootOfStore } from '../../core/catalog/namedStores';
import { usualObjectives } from '../../core/fleet/status/objectives';
import type { Clusters } from '../../model/clusters';
import { html } from '../../report/html';
import { protectionPage } from '../../report/protection/protectionPage';
import { runningText, wordsFor } from '../../words/errorWords';
import { kubeconfigWords } from '../../words/kubeconfigWords';
import { t } from '../../words/language';
import { editorHints } from '../hints';
import { looking } from '../looking';
import { shownLanguage } from '../shownLanguage';

/** The page of protection: one, drawn anew each time that somebody asks for it. It runs no script; what can be done with it is a link to a command. */
export class ProtectionPanel implements vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;

  constructor(
    private readonly clusters: Clusters,
    private readonly root: () => string,
  ) {}

  /** Asks all clusters and stores, and shows what they say. What does not answer is told on the page. Throws `cancelled`. */
  async show(): Promise<void> {
    const page = await looking(t`how databases are protected`, async (signal) => this.#look(signal));
    this.#panel ??= this.#open();
    this.#panel.webview.html = page;
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel('dbFerry.protection', t`Protection`, vscode.ViewColumn.Active, {
      ...{ enableScripts: false, localResourceRoots: [], enableFindWidget: true },
      enableCommandUris: ['dbFerry.showProtection'],
    });
    panel.onDidDispose(() => (this.#panel = undefined));
    return panel;
  }

  async #look(signal: AbortSignal): Promise<string> {
    // the Kubernetes client is most of the bundle
    const [{ gatherFleet }, { protectionOf }, { knownRunners }] = await Promise.all([
      import('../../core/fleet/status/gather'),
      import('../../core/fleet/status/protection'),
      import('../../core/job/runner/knownRunners'),
    ]);
    const now = new Date();
    const clusters = (await this.clusters.all()).map(({ cluster }) => cluster);
    const roots = [...new Set([this.root(), ...(await readStores()).map(rootOfStore)])];
    const { problems, ...facts } = await gatherFleet({ clusters, roots, runners: await knownRunners() }, now, signal);
    const files = this.clusters.problems.map((one) => ({ place: one.file, text: kubeconfigWords(one) }));
    const told = problems.map(({ place, error }) => ({
      ...{ place, text: runningText(wordsFor(error.code, error.data, editorHints)) },
    }));
    const protection = protectionOf(facts, usualObjectives, now, { prices: await pricesOf() });
    return protectionPage(protection, [...files, ...told], {
      nonce: randomBytes(16).toString('hex'),
      // a language of which there is no bundle is told in English
      language: shownLanguage(),
      actions: html`<p><a href="command:dbFerry.showProtection">${t`Look again`}</a></p>`,
    });
  }
}
