import type { JsonObject } from '../../core/base/json';
import { stat } from 'node:fs/promises';
import { AppError } from '../../core/base/errors';
import type { Inspection } from '../../core/catalog/inspectBackup';
import type { InspectedTable } from '../../core/postgres/archive/format/inspectArchive';
import { allRoles } from '../../core/postgres/archive/databaseReading';
import { standingWords } from '../../words/archiveWords';
import { count, localTime, safe, size } from '../../words/format';
import { runsAsText, signedText, unreadableWords, whoseIs } from '../../words/provenanceWords';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { List, listFlags, type Listing } from '../list';
import { backupNamed } from '../named';
import { readableFile } from '../operands';
import { isPath, rootOf } from '../setting';

/** Looks into an archive. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'look into an archive: header, origin, tables, roles that a target must have',
  more: [
    'Only the table of contents is read, so that a large archive is quick; it proves nothing about the data, which `db-ferry verify` reads. -o prints the tables for other programs.',
  ],
  examples: [
    'db-ferry inspect latest:prod/shop',
    'db-ferry inspect ./shop.dump',
    'db-ferry inspect 20261123T051500Z-3f9a1c -o tsv',
  ],
  operands: [{ name: 'backup | file', takes: ['backup', 'file'] }],
  options: [...listFlags, 'identity'],
  async run(call) {
    const { archivePath, findBackup, findSummary } = await import('../../core/catalog/catalog');
    const { inspectBackup, inspectEntry } = await import('../../core/catalog/inspectBackup');
    const { terminal, operands } = call;
    const list = new List(call, listing);
    const named = await backupNamed(call, operands[0] ?? '');
    // a file needs to be no backup to be looked into
    const isFile = isPath(named) && !(await isFolder(named));
    const root = isFile ? '' : await rootOf(call);
    const backup = isFile ? undefined : await findSummary(root, named);
    const file = backup ? archivePath(backup) : await readableFile(named);
    const inspection = backup?.at ? await inspectEntry(await findBackup(root, named)) : await inspectBackup(file);
    const { contents, provenance } = inspection;
    const rows = rowsOf(inspection);
    const about = factsOf(file, inspection);
    terminal.event({ type: 'archive', ...about });
    for (const row of rows) terminal.event(listing.itemOf(row));
    if (list.isTable) printFacts(file, inspection, (line) => terminal.line(line));
    list.show(rows, about);
    if (provenance.state === 'size') {
      const [found, expected] = [contents.fileBytes, provenance.manifest.size.archive];
      throw new AppError('backup.damaged', { backup: file, reason: 'archive.bytes', found, expected });
    }
    const data = { file, tables: rows.length, provenance: provenance.state };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    return 0;
  },
};

interface Row {
  readonly table: InspectedTable;
  /** of a manifest that is of this archive */
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
}

const listing: Listing<Row> = {
  nameOf: ({ table }) => `${table.schema}.${table.name}`,
  itemOf: ({ table, rows, bytes }) => {
    const { schema, name, owner, columns, dumpId } = table;
    return { type: 'table', schema, name, owner, columns, hasData: dumpId !== undefined, rows, bytes };
  },
  columns: [
    { name: 'schema', text: ({ table }) => table.schema },
    { name: 'table', text: ({ table }) => table.name, isFlexible: true },
    { name: 'owner', text: ({ table }) => table.owner },
    { name: 'columns', text: ({ table }) => String(table.columns.length), isRight: true },
    {
      name: 'rows',
      text: ({ rows }) => (rows === undefined ? '?' : count(rows)),
      raw: ({ rows }) => rows,
      isRight: true,
    },
    { name: 'size', text: ({ bytes }) => size(bytes), raw: ({ bytes }) => bytes, isRight: true },
  ],
};

/** Rows and sizes are known of a manifest that fits; one that does not says nothing of this file. */
function rowsOf({ contents, provenance }: Inspection): Row[] {
  const known = provenance.state === 'known' ? provenance.manifest.tables : [];
  const readings = new Map(known.map((one) => [`${one.schema}\0${one.name}`, one]));
  return contents.tables.map((table) => {
    const reading = readings.get(`${table.schema}\0${table.name}`);
    return { table, rows: reading?.rows, bytes: reading?.textBytes };
  });
}

function factsOf(file: string, { contents, provenance }: Inspection): JsonObject {
  const { header, fileBytes, schemas, extensions, sequences, kinds, needs } = contents;
  const manifest = provenance.state === 'known' || provenance.state === 'size' ? provenance.manifest : undefined;
  return {
    ...{ file, bytes: fileBytes, header, provenance: provenance.state, schemas, extensions, roles: allRoles(contents) },
    ...{ sequences: sequences.length, kinds, ...(needs === undefined ? {} : { needs }) },
    ...(manifest === undefined ? {} : { backup: manifest.id, source: manifest.source, time: manifest.time }),
    ...(provenance.state === 'known' ? { signed: provenance.signed } : {}),
  };
}

function standingOf(provenance: Inspection['provenance']): Parameters<typeof standingWords>[1] {
  if (provenance.state === 'unreadable') return { message: unreadableWords(provenance.error, cliHints) };
  return provenance.state === 'known' ? { whose: whoseIs(provenance) } : {};
}

function printFacts(file: string, { contents, provenance }: Inspection, print: (line: string) => void): void {
  const { header, fileBytes, extensions, sequences } = contents;
  const line = (name: string, text: string): void => {
    if (text !== '') print(safe(`${name.padEnd(12)}${text}`));
  };
  line('archive', file);
  line('size', `${size(fileBytes)}, ${header.compression}, format ${header.version}`);
  line('database', `${header.database}, ${header.encoding}`);
  line('written', `${header.created} by pg_dump ${header.dumpVersion}, server ${header.serverVersion}`);
  line('origin', standingWords(provenance.state, standingOf(provenance)));
  if (provenance.state === 'known') {
    const { manifest } = provenance;
    const { source, time, asked } = manifest;
    line('backup', manifest.id);
    line('of', [source.cluster, source.namespace, source.pod, source.database].filter((part) => part !== '').join('/'));
    line('taken', `${localTime(time.snapshot)}${asked.by === '' ? '' : ` for ${asked.by}`}`);
    line('reason', asked.reason ?? '');
    line('signed', signedText(provenance));
    line('SQL runs', runsAsText(provenance));
    line('masked', manifest.masked === undefined ? '' : `by rules ${manifest.masked.rules.slice(0, 8)}`);
    line('verified', manifest.verified.map(({ level, time: when }) => `${level} ${localTime(when)}`).join(', '));
  }
  line('roles', allRoles(contents).join(', '));
  line('extensions', extensions.join(', '));
  line('sequences', sequences.length === 0 ? '' : count(sequences.length));
  print('');
}

async function isFolder(named: string): Promise<boolean> {
  return (await stat(named).catch(() => undefined))?.isDirectory() === true;
}
