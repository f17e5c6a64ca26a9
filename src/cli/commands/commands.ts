import type { Command } from '../command';
import { audit } from './audit';
import { backup } from './backup';
import { backups } from './backups';
import { consoleCommand } from './console';
import { cost } from './cost';
import { cancel } from './cancel';
import { clean } from './clean';
import { clusters } from './clusters';
import { completeCommand, completion } from './completion';
import { copy } from './copy';
import { deleteCommand } from './delete';
import { deploy } from './deploy';
import { databases } from './databases';
import { exportCommand } from './export';
import { governanceCheck } from './governance';
import { hold, unhold } from './hold';
import { importCommand } from './import';
import { inspect } from './inspect';
import { report } from './report';
import { diff } from './diff';
import { drill } from './drill';
import { job } from './job';
import { jobs } from './jobs';
import { keys } from './keys';
import { mask } from './mask';
import { mcp } from './mcp';
import { notify } from './notify';
import { pods } from './pods';
import { policy } from './policy';
import { protect, unprotect } from './protect';
import { release } from './release';
import { requestCommands } from './requests';
import { discard } from './discard';
import { restore } from './restore';
import { retainCommand } from './retain';
import { schedules } from './schedule';
import { send } from './send';
import { status } from './status';
import { steward } from './steward';
import { stores } from './stores';
import { runJobCommand } from './runJob';
import { swap } from './swap';
import { runRequestCommand } from './runRequest';
import { undo } from './undo';
import { upgrade } from './upgrade';
import { verify } from './verify';

/** All commands, in the order in which help shows them. */
export const commands: readonly Command[] = [
  clusters,
  pods,
  databases,
  backup,
  backups,
  verify,
  drill,
  inspect,
  exportCommand,
  importCommand,
  send,
  ...stores,
  retainCommand,
  cost,
  deleteCommand,
  hold,
  unhold,
  upgrade,
  diff,
  restore,
  copy,
  swap,
  discard,
  undo,
  release,
  clean,
  jobs,
  job,
  report,
  cancel,
  protect,
  unprotect,
  ...keys,
  ...mask,
  ...deploy,
  ...audit,
  ...policy,
  ...notify,
  ...requestCommands,
  governanceCheck,
  steward,
  consoleCommand,
  ...schedules,
  status,
  mcp,
  completion,
  completeCommand(() => commands),
  runJobCommand,
  runRequestCommand,
];
