import { realpath } from 'node:fs/promises';
import { AppError, isAppError } from '../../core/base/errors';
import type { BackupEntry } from '../../core/catalog/manifest';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { copying } from '../copying';
import { backupNamed } from '../named';
import { rootOf } from '../setting';

/** Seals a backup of format 1 as one of format 2. */
export const upgrade: Command = {
  name: 'upgrade',
  summary: 'seal a backup that 0.1.0 took in the format of today, after it was read to its last byte',
  more: [
    'From then on nothing of it is written again. The archive stays the same file. It is signed by this workspace where it was proven to be yours before, and by nobody where it was not. What drills and verifications showed of it goes along. A backup of format 2 is left as it is, one that is held or read by a job is refused.',
  ],
  examples: ['db-ferry upgrade 20261123T051500Z-3f9a1c'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: [],
  changes: () => 'upgrade',
  async run(call) {
    const { findBackup } = await import('../../core/catalog/catalog');
    const { upgradeBackup } = await import('../../core/catalog/upgradeBackup');
    const { mustBeFree } = await import('../../core/job/plan/inUse');
    const { listJobs } = await import('../../core/job/record/listJobs');
    const { terminal, operands } = call;
    const root = await rootOf(call);
    const backup = await findBackup(root, await backupNamed(call, operands[0] ?? ''));
    const from = backup.manifest.formatVersion;
    const lock = await held(root, backup);
    const sealed = await copying(terminal, 'reading', ({ signal, onBytes }) =>
      upgradeBackup(backup, {
        signal,
        mustBeFree: async () => mustBeFree(await listJobs(root), backup),
        report: (progress) => {
          if (progress.type === 'progress') onBytes?.(progress.bytes, backup.manifest.size.archive);
        },
      }),
    ).finally(() => lock.release());
    const { id, folder, signed } = sealed;
    const data = { backup: id, folder, from, formatVersion: 2, signed: signed ?? { by: 'nobody' } };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(
      from === 2 ? `${id} is of format 2 already.` : `${id} was read, is whole, and is sealed in format 2.`,
    );
    terminal.line(safe(`  ${folder}`));
    return 0;
  },
};

/** One upgrade of a backup at a time: the second would read what the first takes away. */
async function held(root: string, { id, folder }: BackupEntry): Promise<{ release(): Promise<void> }> {
  const { newJobId } = await import('../../core/job/record/jobFolder');
  const { lockTarget } = await import('../../core/job/run/targetLock');
  try {
    return await lockTarget(root, newJobId(), `upgrade ${await realpath(folder)}`, folder);
  } catch (error) {
    if (!isAppError(error, 'target.busy')) throw error;
    throw new AppError('usage', { rule: 'upgrade.running', backup: id, command: 'upgrade' }, { cause: error });
  }
}
