import type * as vscode from 'vscode';
import type { Backups } from './model/backups';
import type { Clusters } from './model/clusters';
import type { Jobs } from './model/jobs';
import type { OwnKeys } from './model/ownKeys';
import type { Stores } from './model/stores';
import type { ProtectedPlaces } from './core/policy/protectedPlaces';
import type { BackupsTree } from './tree/backupsTree';
import type { ClustersTree } from './tree/clustersTree';
import type { JobsTree } from './tree/jobsTree';
import type { Requests } from './model/requests';
import type { RequestsTree } from './tree/requestsTree';
import type { AskedHere } from './ui/requests/askedHere';
import type { ProtectionPanel } from './ui/protection/protectionPanel';
import type { RequestPanels } from './ui/requests/requestPanels';
import type { JobMessages } from './ui/notify/jobMessages';

/** What commands work with; made once in extension.ts and handed on. */
export interface Services {
  readonly clusters: Clusters;
  readonly backups: Backups;
  /** those that have names */
  readonly stores: Stores;
  /** what opens encrypted backups here */
  readonly keys: OwnKeys;
  readonly jobs: Jobs;
  readonly requests: Requests;
  /** the pages of requests */
  readonly pages: RequestPanels;
  /** the page of how all databases are protected */
  readonly protectionPanel: ProtectionPanel;
  /** digests of what was asked for in this editor: where nobody keeps others from writing requests, no other is run */
  readonly asked: AskedHere;
  readonly protection: ProtectedPlaces;
  readonly messages: JobMessages;
  readonly trees: {
    readonly clusters: ClustersTree;
    readonly backups: BackupsTree;
    readonly jobs: JobsTree;
    readonly requests: RequestsTree;
  };
  readonly log: vscode.LogOutputChannel;
  /** where the extension is installed; `dist/cli.js` in it runs the jobs */
  readonly extensionPath: string;
}
