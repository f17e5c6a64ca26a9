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
    'From then on nothing of it is written again. The archive stays the same file. It is signed by this workspace where it was proven to be yours before, and by nobody where it was not. A backup of format 2 is left as it is.',
  ],
  examples: ['db-ferry upgrade 20261123T051500Z-3f9a1c'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: [],
  changes: () => 'upgrade',
  async run(call) {
    const { findBackup } = await import('../../core/catalog/catalog');
    const { upgradeBackup } = await import('../../core/catalog/upgradeBackup');
    const { terminal, operands } = call;
    const backup = await findBackup(await rootOf(call), await backupNamed(call, operands[0] ?? ''));
    const from = backup.manifest.formatVersion;
    const sealed = await copying(terminal, 'reading', ({ signal, onBytes }) =>
      upgradeBackup(backup, {
        signal,
        report: (progress) => {
          if (progress.type === 'progress') onBytes?.(progress.bytes, backup.manifest.size.archive);
        },
      }),
    );
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
