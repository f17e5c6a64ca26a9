import { startJobs } from '../ui/startJobs';
import { backupOperands } from './backupTargets';
import { parseBackupRef } from '../core/job/request';
import type { Command } from './command';
import { t } from '../words/language';

/** Reads backups again to their last byte and compares them with what their manifests say. */
export const verify: Command = {
  id: 'dbFerry.verify',
  rowsOf: 'backups',
  async run(services, _target, selected) {
    const operands = await backupOperands(services, selected, t`Verify`);
    await startJobs(
      services,
      operands.map((operand) => ({ kind: 'verify', backup: parseBackupRef(operand), options: {} })),
    );
  },
};
