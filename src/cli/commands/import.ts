import { count, safe, size } from '../../words/format';
import type { Command } from '../command';
import { copying } from '../copying';
import { readableFile } from '../operands';
import { askedOf, rootOf } from '../setting';

/** Takes a copy of a dump that was made elsewhere into the catalog. */
export const importCommand: Command = {
  name: 'import',
  summary: 'adopt a dump that was made elsewhere: a copy of it goes into the catalog',
  more: [
    'An archive in the custom format is read to its last byte while it is copied. It stays marked as adopted: that it is whole in its structure is known from now on, that it is what was dumped once nobody can prove. The file itself stays as it is.',
  ],
  examples: [
    'db-ferry import ./shop.dump',
    'db-ferry import /mnt/old/shop.dump --reason "the last one of the old cluster"',
  ],
  operands: [{ name: 'file', takes: ['file'] }],
  options: [],
  changes: () => 'import',
  async run(call) {
    const { importDump } = await import('../../core/catalog/importDump');
    const { terminal, operands } = call;
    const file = await readableFile(operands[0] ?? '');
    const root = await rootOf(call);
    const entry = await copying(terminal, 'adopting', (work) =>
      importDump(file, { ...work, root, asked: askedOf(call) }),
    );
    const { manifest, id, folder } = entry;
    const { archive } = manifest.size;
    const tables = manifest.tables.length;
    const data = { backup: id, folder, file, bytes: archive, tables, sha256: manifest.archive.sha256 };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(
      safe(`Adopted ${file} as ${id}: ${size(archive)}, ${count(tables)} ${tables === 1 ? 'table' : 'tables'}.`),
    );
    terminal.line('  It is whole in its structure; that it is what was dumped cannot be proven.');
    return 0;
  },
};
