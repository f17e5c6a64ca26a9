import { addKubeconfig } from './addKubeconfig';
import { adoptDump } from './adoptDump';
import { addStore } from './addStore';
import { backUp } from './backUp';
import { backUpTo } from './backUpTo';
import { cancelJob } from './cancelJob';
import { checkStore } from './checkStore';
import { cleanUp } from './cleanUp';
import type { Command } from './command';
import { compare } from './compare';
import { copyId } from './copyId';
import { copyReference } from './copyReference';
import { copyMaskedTo } from './copyMaskedTo';
import { copyTo } from './copyTo';
import { approveRequest, denyRequest, openRequest, reviewRequest, withdrawRequest } from './decideRequests';
import { deepVerify } from './deepVerify';
import { deleteBackup } from './deleteBackup';
import { dropKept } from './dropKept';
import { exportBackup } from './exportBackup';
import { clearFilter, filterProjects } from './filterProjects';
import { goOn } from './goOn';
import { holdBackup, unholdBackup } from './holdBackup';
import { inspectArchive } from './inspectArchive';
import { installCommand } from './installCommand';
import { openDocs } from './openDocs';
import { pinProject, unpinProject } from './pinProject';
import { proposeMaskingRules } from './proposeMaskingRules';
import { protectCluster, unprotectCluster } from './protectCluster';
import { refresh } from './refresh';
import { removeStore } from './removeStore';
import { removeJob } from './removeJob';
import { retainBackups } from './retainBackups';
import { restoreAsNew } from './restoreAsNew';
import { restoreBackup } from './restoreBackup';
import { replaceWith, restoreInto } from './restoreInto';
import { revealInExplorer } from './revealInExplorer';
import { runRequest } from './runRequest';
import { sendBackup } from './sendBackup';
import { setUpEncryption } from './setUpEncryption';
import { showJobs } from './showJobs';
import { showLog } from './showLog';
import { showReport } from './showReport';
import { showProtection } from './showProtection';
import { showRule } from './showRule';
import { discardPrepared, swapPrepared } from './swapPrepared';
import { undoRestore } from './undoRestore';
import { useKey } from './useKey';
import { verify } from './verify';

/** All commands, in the order of package.json. */
export const commands: readonly Command[] = [
  backUp,
  backUpTo,
  restoreInto,
  replaceWith,
  copyTo,
  copyMaskedTo,
  proposeMaskingRules,
  restoreBackup,
  restoreAsNew,
  compare,
  verify,
  deepVerify,
  swapPrepared,
  discardPrepared,
  undoRestore,
  dropKept,
  inspectArchive,
  revealInExplorer,
  exportBackup,
  adoptDump,
  sendBackup,
  holdBackup,
  unholdBackup,
  addStore,
  checkStore,
  removeStore,
  retainBackups,
  setUpEncryption,
  useKey,
  deleteBackup,
  cancelJob,
  goOn,
  showLog,
  showReport,
  cleanUp,
  removeJob,
  showJobs,
  openRequest,
  approveRequest,
  denyRequest,
  withdrawRequest,
  runRequest,
  reviewRequest,
  addKubeconfig,
  refresh,
  protectCluster,
  unprotectCluster,
  filterProjects,
  clearFilter,
  pinProject,
  unpinProject,
  copyReference,
  copyId,
  openDocs,
  showRule,
  installCommand,
  showProtection,
];
