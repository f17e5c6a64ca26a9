import { addKubeconfig } from './addKubeconfig';
import { backUp } from './backUp';
import { backUpTo } from './backUpTo';
import { cancelJob } from './cancelJob';
import { cleanUp } from './cleanUp';
import type { Command } from './command';
import { copyReference } from './copyReference';
import { copyTo } from './copyTo';
import { dropKept } from './dropKept';
import { clearFilter, filterProjects } from './filterProjects';
import { pinProject, unpinProject } from './pinProject';
import { protectCluster, unprotectCluster } from './protectCluster';
import { refresh } from './refresh';
import { removeJob } from './removeJob';
import { restoreAsNew } from './restoreAsNew';
import { restoreBackup } from './restoreBackup';
import { restoreInto } from './restoreInto';
import { showJobs } from './showJobs';
import { showLog } from './showLog';
import { showReport } from './showReport';
import { undoRestore } from './undoRestore';

/** All commands, in the order of package.json. */
export const commands: readonly Command[] = [
  backUp,
  backUpTo,
  restoreInto,
  copyTo,
  restoreBackup,
  restoreAsNew,
  undoRestore,
  dropKept,
  cancelJob,
  showLog,
  showReport,
  cleanUp,
  removeJob,
  showJobs,
  addKubeconfig,
  refresh,
  protectCluster,
  unprotectCluster,
  filterProjects,
  clearFilter,
  pinProject,
  unpinProject,
  copyReference,
];
