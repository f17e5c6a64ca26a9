import path from 'node:path';
import { stat, lstat } from 'node:fs/promises';
import { AppError } from '../../core/base/errors';
import { safe, size } from '../../words/format';
import type { Command } from '../command';
import { copying } from '../copying';
import { backupNamed, placeOf } from '../named';
import { rootOf } from '../setting';

/** Copies a backup's archive to a file. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'copy the archive of a backup to a file that any pg_restore reads',
  more: [
    'The file is there wholly or not at all, and only when its SHA-256 is the one of the manifest. Without a name, or with the name of a folder, it is called <database>-<time>.dump. It holds all rows, also those of an encrypted backup, and is readable by you alone.',
  ],
  examples: [
    'db-ferry export 20261123T051500Z-3f9a1c shop.dump',
    'db-ferry export latest:prod/shop /mnt/archive/ --overwrite',
  ],
  operands: [
    { name: 'backup', takes: ['backup'] },
    { name: 'file', takes: ['file'], optional: true },
  ],
  options: ['overwrite', 'identity'],
  changes: () => 'export',
  async run(call) {
    const { archivePath, findBackup } = await import('../../core/catalog/catalog');
    const { exportBackup, exportName } = await import('../../core/catalog/exportBackup');
    const { terminal, operands, options } = call;
    const root = await rootOf(call);
    const entry = await findBackup(root, await backupNamed(call, operands[0] ?? ''));
    const named = path.resolve(operands[1] ?? '.');
    const isFolder = (await stat(named).catch(() => undefined))?.isDirectory() === true;
    const file = isFolder ? path.join(named, exportName(entry.manifest)) : named;
    if (options.overwrite !== true && (await isThere(file))) {
      const message = `${file} is there already. --overwrite replaces it.`;
      throw new AppError('usage', { message, command: 'export' });
    }
    if (path.resolve(archivePath(entry)) === file) {
      throw new AppError('usage', { message: `${file} is the archive itself.`, command: 'export' });
    }
    await copying(terminal, 'exporting', (work) => exportBackup(entry, file, { ...work, root }));
    const { sha256 } = entry.manifest.archive;
    const { size: bytes } = await stat(file);
    const data = { backup: entry.id, file, bytes, ...(sha256 === '' ? {} : { sha256 }) };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    const of = placeOf(entry);
    terminal.line(safe(`Exported ${entry.id}${of === '' ? '' : ` of ${of}`} to ${file}, ${size(bytes)}.`));
    if (sha256 !== '') terminal.line(`  SHA-256 ${sha256}`);
    return 0;
  },
};

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
