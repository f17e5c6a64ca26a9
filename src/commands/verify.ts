import { startJobs } from '../ui/startJobs';
import { backupOperands } from './backupTargets';
import { parseBackupRef } from '../core/job/request';
import type { Command } from './command';

/** Reads backups again to their last byte and compares them with what their manifests say. */
export const verify: Command = {
  id: 'dbFerry.verify',
  rowsOf: 'backups',
  async run(services, _target, selected) {
    const operands = await backupOperands(services, selected, 'Verify');
    await startJobs(
      services,
      operands.map((operand) => ({ kind: 'verify', backup: parseBackupRef(operand), options: {} })),
    );
  },
};
