import path from 'node:path';
import { AppError } from '../../core/base/errors';
import { defined } from '../../core/base/defined';
import type { OpenDump } from '../../core/import/openDump';
import { count, safe, size } from '../../words/format';
import { compression, gentleRate } from '../arguments';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { copying } from '../copying';
import { podReference, readableFile } from '../operands';
import { askedOf, requestOf, rootOf } from '../setting';

/** Takes what was dumped elsewhere into the catalog: an archive as it is, SQL by loading it. */
export const importCommand: Command = {
  name: 'import',
  summary: 'take a dump that was made elsewhere into the catalog: archives, and SQL of pg_dump, pg_dumpall or others',
  more: [
    'An archive in the custom format is read to its last byte while it is copied. One in the directory format (a folder, or a tar of it) or in the tar format becomes the archive in the custom format that has the same contents, without any server; all of them may be packed with gzip, zstd or bzip2. It stays marked as adopted: that it is whole in its structure is known from now on, that it is what was dumped once nobody can prove. The file itself stays as it is.',
    'SQL, as it is or packed with gzip, zstd or bzip2, needs a server that understands it: with --into it is loaded into a database that is made for it in that pod, by a temporary role without any right outside of it, backed up, and dropped. No command of psql in it is obeyed. What could not be loaded is listed with its lines (exit code 3); a dump that is cut is refused. Of a dump of a whole server (pg_dumpall) each database becomes a backup.',
  ],
  examples: [
    'db-ferry import ./shop.dump',
    'db-ferry import /mnt/old/shop.dump --reason "the last one of the old cluster"',
    'db-ferry import ./shop.dir',
    'db-ferry import ./shop.tar.gz',
    'db-ferry import ./shop.sql.gz --into test/shop/postgres-0 --plan',
    'db-ferry import ./all.sql --into test/shop/postgres-0 --database shop --create-roles',
  ],
  operands: [{ name: 'file', takes: ['file'] }],
  options: ['into', 'database', 'create-roles', 'compress', 'encrypt', 'gentle', 'plan'],
  // a job says by itself what it does
  changes: ({ options }) => (options.into === undefined ? 'import' : undefined),
  async run(call) {
    const file = await readableFile(call.operands[0] ?? '');
    const { openDump, openScript } = await import('../../core/import/openDump');
    if (call.options.into !== undefined) return loadInto(call, await openScript(file), call.options.into);
    const dump = await openDump(file);
    if (dump.holds === 'script') throw new AppError('usage', { rule: 'import.into', file: path.basename(file) });
    return adoptArchive(call, dump);
  },
};

async function loadInto(call: Call, dump: OpenDump, into: string): Promise<number> {
  const { file } = dump;
  const { options, terminal } = call;
  const [compress, gentle] = [compression(options.compress), gentleRate(options.gentle)];
  const request = await requestOf(call, {
    ...{ kind: 'import', file, into: await podReference(into) },
    options: defined({
      ...{ compress, gentle, encrypt: options.encrypt, databases: options.database },
      createRoles: options['create-roles'],
    }),
  });
  if (options.plan !== true) {
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call);
  }
  const { lookThrough } = await import('../../core/import/lookThrough');
  const { sectionsOf } = await import('../../core/import/importInto');
  const { findingWords } = await import('../../words/findingWords');
  const { importPlanLines } = await import('../../words/importWords');
  const facts = await copying(terminal, 'looking through', ({ signal, onBytes }) =>
    lookThrough(dump, { signal, onBytes: (bytes) => onBytes?.(bytes, dump.bytes) }),
  );
  const sections = [...sectionsOf(facts, { dump, databases: options.database }).values()];
  const plan = sections.map(({ database, section }) => ({ ...section, database }));
  terminal.event({
    type: 'plan',
    kind: 'import',
    file,
    into,
    packed: dump.packed,
    databases: plan,
    findings: facts.findings,
  });
  for (const line of importPlanLines(into, plan)) terminal.line(line);
  for (const finding of facts.findings) terminal.line(findingWords(finding, cliHints));
  terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { file, into, planned: true } });
  terminal.line('Nothing was changed.');
  return 0;
}

async function adoptArchive(call: Call, dump: OpenDump): Promise<number> {
  const { importArchive } = await import('../../core/import/importArchive');
  const { file } = dump;
  const { terminal } = call;
  const root = await rootOf(call);
  const entry = await copying(terminal, 'adopting', (work) =>
    importArchive(dump, { ...work, root, asked: askedOf(call) }),
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
}
