import { allRoles, rolesOfDatabase } from '../../core/postgres/archive/databaseReading';
import path from 'node:path';
import type { Inspection, Provenance } from '../../core/catalog/inspectBackup';
import type { Manifest } from '../../core/catalog/manifest';
import type { ArchiveContents } from '../../core/postgres/archive/format/inspectArchive';
import type { TableReading } from '../../core/postgres/archive/reading';
import type { Signed } from '../../core/state/signed';
import { count } from '../../words/format';
import { runsAsText, signedText, unreadableWords, whoseIs } from '../../words/provenanceWords';
import { editorHints } from '../hints';
import { backupName } from '../backupWords';
import type { PageContents, PageOrigin, PageProvenance, PageTable, PageWords } from './messages';
import { t } from '../../words/language';

/** An inspection as the page shows it. `sizes` are those measured so far, by dump id. */
export function pageContents(
  file: string,
  { contents, provenance }: Inspection,
  sizes: ReadonlyMap<number, number>,
): PageContents {
  const manifest = provenance.state === 'known' ? provenance.manifest : undefined;
  const damage = damageOf(provenance, contents);
  return {
    title: titleOf(file, provenance),
    name: path.basename(file),
    folder: path.dirname(file),
    fileBytes: contents.fileBytes,
    header: contents.header,
    provenance: pageProvenance(provenance),
    ...(damage === undefined ? {} : { damage }),
    largeObjects: largeObjectsOf(contents, manifest),
    hasRows: manifest !== undefined,
    tables: manifest === undefined ? measuredTables(contents, sizes) : countedTables(contents, manifest),
    sequences: contents.sequences.map(({ schema, name, lastValue }) => ({ schema, name, lastValue })),
    schemas: contents.schemas,
    extensions: contents.extensions,
    roles: rolesOf(contents),
    kinds: Object.entries(contents.kinds).map(([kind, number]) => ({ kind, count: number })),
  };
}

/** All archives are files of the same name. */
function titleOf(file: string, provenance: Provenance): string {
  if (provenance.state !== 'known' && provenance.state !== 'size') return path.basename(file);
  return backupName(provenance);
}

function damageOf(provenance: Provenance, contents: ArchiveContents): PageWords | undefined {
  if (provenance.state !== 'size') return undefined;
  const { archive } = provenance.manifest.size;
  return {
    what: t`The archive is damaged.`,
    why: t`It has ${count(contents.fileBytes)} bytes; its manifest says ${count(archive)}.`,
    todo: t`Do not restore from it. Take another backup.`,
  };
}

function pageProvenance(provenance: Provenance): PageProvenance {
  if (provenance.state === 'unreadable')
    return { state: 'unreadable', message: unreadableWords(provenance.error, editorHints) };
  if (provenance.state !== 'known' && provenance.state !== 'size') return { state: provenance.state };
  return { state: provenance.state, ...originOf(provenance.manifest, provenance.signed) };
}

function originOf(manifest: Manifest, signed: Signed): PageOrigin {
  const { source, time, asked, job, archive, verified } = manifest;
  const { cluster, namespace, workload, pod, database, standby, environment } = source;
  return {
    ...{ cluster, namespace, workload, pod, database, standby },
    ...(environment === undefined ? {} : { environment }),
    ...{ snapshot: time.snapshot, seconds: time.seconds },
    ...asked,
    ...{ job, sha256: archive.sha256, verified },
    ...{ signed: signedText({ manifest, signed }), whose: whoseIs({ manifest, signed }) },
    runsAs: runsAsText({ manifest, signed }),
  };
}

function measuredTables(contents: ArchiveContents, sizes: ReadonlyMap<number, number>): PageTable[] {
  return contents.tables.map(({ schema, name, owner, columns, dumpId }) => {
    const bytes = dumpId === undefined ? undefined : sizes.get(dumpId);
    const table = { schema, name, owner, columns: columns.length, hasData: dumpId !== undefined };
    return bytes === undefined ? table : { ...table, bytes };
  });
}

function countedTables(contents: ArchiveContents, manifest: Manifest): PageTable[] {
  const readings = new Map<string, TableReading>();
  for (const reading of manifest.tables) readings.set(`${reading.schema}\0${reading.name}`, reading);
  return contents.tables.map(({ schema, name, owner, columns, dumpId }) => {
    const reading = readings.get(`${schema}\0${name}`);
    const table = { schema, name, owner, columns: columns.length, hasData: dumpId !== undefined };
    return reading === undefined ? table : { ...table, rows: reading.rows, bytes: reading.textBytes };
  });
}

function rolesOf(contents: ArchiveContents): PageContents['roles'] {
  const { namedRoles, database } = contents;
  const ofDatabase = database === undefined ? [] : rolesOfDatabase(database).filter((role) => role !== database.owner);
  const named = new Set([...namedRoles, ...ofDatabase]);
  return allRoles(contents).map((name) => ({ name, named: named.has(name) }));
}

/** Without a manifest their number is known only where each has an entry of its own (before PostgreSQL 17). */
function largeObjectsOf(contents: ArchiveContents, manifest: Manifest | undefined): PageContents['largeObjects'] {
  if (manifest !== undefined) {
    const { count: number, bytes } = manifest.largeObjects;
    return number === 0 ? undefined : { count: number, bytes };
  }
  const entries = contents.kinds['BLOB'];
  return entries === undefined ? undefined : { count: entries };
}
