import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { registerCommands } from './commands/command';
import { commands } from './commands/commands';
import { reportScheme } from './contributions';
import { identitiesFrom } from './core/encrypt/ownIdentities';
import { Backups } from './model/backups';
import { Clusters } from './model/clusters';
import { readDevSpaces } from './model/devSpaces';
import { Jobs } from './model/jobs';
import { OwnKeys } from './model/ownKeys';
import { Stores } from './model/stores';
import { Requests } from './model/requests';
import { askedBy } from './ui/jobRequest';
import { AskedHere } from './ui/requests/askedHere';
import { requestLinks } from './ui/requests/requestLinks';
import { ProtectionPanel } from './ui/protection/protectionPanel';
import { RequestPanels } from './ui/requests/requestPanels';
import { KeptProtected } from './model/keptProtected';
import { ProtectedPlaces } from './core/policy/protectedPlaces';
import { BackupsTree } from './tree/backupsTree';
import { ClustersTree } from './tree/clustersTree';
import { DragToCopy } from './tree/dragToCopy';
import { JobsTree } from './tree/jobsTree';
import { RequestsTree } from './tree/requestsTree';
import { devSpacesWarnings } from './ui/notify/devSpacesWarnings';
import { registerArchiveInspector } from './ui/inspector/archiveEditor';
import { registerRulesLanguage } from './ui/masking/rulesLanguage';
import { JobMessages } from './ui/notify/jobMessages';
import { loginWarnings } from './ui/notify/loginWarnings';
import { refreshWhenJobsEnd } from './ui/notify/refreshWhenJobsEnd';
import { ReportFiles } from './ui/reportFiles';
import { onSettings, settings } from './ui/settings';
import { statusBar } from './ui/notify/statusBar';
import { warnOnce } from './ui/notify/warnOnce';
import { speak } from './words/language';

/** Composes, and looks for jobs: nothing else is read or asked before a view is opened. */
export function activate(context: vscode.ExtensionContext): void {
  speak(vscode.l10n.bundle);
  const log = vscode.window.createOutputChannel('DB Ferry', { log: true });
  const given = process.env[trustedKeysVariable] ?? '';
  // the core, and the jobs that are started from here, read it there
  const trust = (): void => void (process.env[trustedKeysVariable] = [given, ...settings.trustedKeys()].join(' '));
  trust();
  const clusters = new Clusters(settings.kubeconfigFiles);
  const backups = new Backups(settings.root);
  const stores = new Stores();
  const keys = new OwnKeys(context.secrets);
  identitiesFrom(() => keys.identities());
  const jobs = new Jobs(settings.root);
  const requests = new Requests(clusters, () => ({ root: settings.root(), who: askedBy() }));
  const kept = new KeptProtected(settings.protectedPlaces, log);
  const protection = new ProtectedPlaces(() => [...settings.protectedPlaces(), ...kept.own]);
  const window = randomUUID();
  const messages = new JobMessages(jobs, window);
  const once = warnOnce(settings.root, window);
  const trees = {
    clusters: new ClustersTree(clusters, backups, protection, new DragToCopy()),
    backups: new BackupsTree(backups, stores),
    jobs: new JobsTree(jobs),
    requests: new RequestsTree(requests),
  };
  const pages = new RequestPanels(requests, context.extensionUri);
  const protectionPanel = new ProtectionPanel(clusters, settings.root);
  const asked = new AskedHere(context.globalState);
  const { extensionPath } = context;
  const services = {
    clusters,
    backups,
    stores,
    keys,
    jobs,
    requests,
    pages,
    protectionPanel,
    asked,
    protection,
    messages,
    trees,
    log,
    extensionPath,
  };
  context.subscriptions.push(
    ...[log, clusters, backups, stores, keys, jobs, requests, pages, protectionPanel, messages],
    ...[trees.clusters, trees.backups, trees.jobs, trees.requests],
    vscode.window.registerUriHandler(
      requestLinks(async (address) => {
        await vscode.commands.executeCommand('dbFerry.openRequest', address);
      }),
    ),
    jobs.onDidEnd(() => (requests.wasAsked ? void requests.refresh() : undefined)),
    registerCommands(commands, services),
    statusBar(jobs),
    registerArchiveInspector(context),
    registerRulesLanguage(),
    vscode.workspace.registerFileSystemProvider(reportScheme, new ReportFiles(), { isReadonly: true }),
    refreshWhenJobsEnd(services),
    loginWarnings(jobs, once),
    onSettings(['kubeconfigFiles'], () => clusters.refresh()),
    onSettings(['clusterNames', 'protectedPlaces', 'pinnedProjects'], () => trees.clusters.changed(undefined)),
    onSettings(['protectedPlaces'], () => kept.keep()),
    vscode.window.onDidChangeWindowState(({ focused }) => focused && kept.keep()),
    onSettings(['backupFolder'], lookAgain),
    onSettings(['trustedKeys'], () => {
      trust();
      backups.refresh();
    }),
    // what was not looked at before
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      clusters.refresh();
      lookAgain();
    }),
  );
  void readDevSpaces(process.env).then((workspace) => {
    if (workspace) context.subscriptions.push(devSpacesWarnings(workspace, jobs, once));
  });
  kept.keep();
  // jobs outlive windows: one that runs is shown again, and one of a terminal is told of here
  void jobs.watch().catch(tellLater);

  function lookAgain(): void {
    backups.refresh();
    if (requests.wasAsked) void requests.refresh();
    void jobs.restart().catch(tellLater);
  }
}

const trustedKeysVariable = 'DB_FERRY_TRUSTED_KEYS';

/** The Jobs view asks again when it is opened, and says what is wrong. */
function tellLater(): void {
  // nobody has asked yet
}

/** Jobs run on: they are processes of their own. */
export function deactivate(): void {
  // nothing to end
}
