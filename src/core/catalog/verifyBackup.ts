import type { BackupDamage, ContentsPart } from '../base/damage';
import { defined } from '../base/defined';
import { asWritten } from '../base/json';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AppError, isAppError, isErrno } from '../base/errors';
import { newestDigest } from '../postgres/archive/digest/digests';
import type { ArchiveReading, DigestVersion } from '../postgres/archive/reading';
import { readArchive } from '../postgres/archive/format/readArchive';
import type { PlacedBlock } from '../postgres/archive/format/blockReader';
import { skimArchive } from '../postgres/archive/format/skimArchive';
import type { Report } from '../base/progress';
import { manifestFile } from '../store/layout';
import { atOf } from './atOf';
import { isInCatalog, openArchive } from './catalog';
import type { BackupEntry, BackupSummary, Manifest, Verification } from './manifest';
import { longestManifest } from './parseManifest';
import { writeVerification } from './verifications';

/**
 * Reads a backup's archive again, to its last byte, and compares it with the manifest: size, SHA-256, tables with rows and digests, sequences,
 * large objects, and the globals' SHA-256. What held is written down beside it. Of an adopted archive the integrity is not provable, and
 * that is reported as a note (`integrity.notProvable`): of a file only the structure can be shown, of one that was imported that it is still the same.
 *
 * Throws `backup.damaged` { backup, reason, offset? }, `archive.version`, `cancelled`; for an adopted archive `archive.*`.
 */
export async function verifyBackup(
  entry: BackupEntry,
  work: {
    readonly signal: AbortSignal;
    readonly report: Report;
    /** is told where the archive's data blocks stand */
    readonly onBlocks?: (blocks: readonly PlacedBlock[]) => void;
  },
): Promise<ArchiveReading> {
  const { onBlocks = () => undefined } = work;
  const reading = await read(entry, work, async (source, options) =>
    readArchive(source, { ...options, onBlocks, digest: digestOf(entry) }),
  );
  tellBehind(entry, reading, work.report);
  if (entry.manifest.origin === 'adopted') {
    notProvable(entry, work.report);
    if (!isInCatalog(entry)) return reading;
  }
  await agree(entry, reading, work.report);
  return { ...reading, ...generatedOf(entry) };
}

/** A backup is digested as it was before; of a file nothing was. */
export function digestOf(entry: BackupEntry): DigestVersion {
  return isInCatalog(entry) ? (entry.manifest.digest ?? 1) : newestDigest;
}

/** No archive holds them: they are what the source said. */
function generatedOf({ manifest: { generated } }: BackupEntry): Pick<ArchiveReading, 'generated'> {
  return generated === undefined ? {} : { generated };
}

/** pg_restore does not look at it, and nothing of it is restored. */
function tellBehind({ id }: BackupEntry, { behind }: ArchiveReading, report: Report): void {
  if (behind?.isToc === false)
    report({ type: 'note', code: 'archive.behind', data: { backup: id, bytes: behind.bytes } });
}

function notProvable({ id }: BackupEntry, report: Report): void {
  report({ type: 'note', code: 'integrity.notProvable', data: { backup: id } });
}

/** Holds what was read against the manifest, and writes down that it held. */
async function agree(entry: BackupEntry, reading: ArchiveReading, report: Report): Promise<void> {
  const damage = disagreement(entry.manifest, reading) ?? (await filesDisagreement(entry));
  if (damage !== undefined) throw new AppError('backup.damaged', { backup: entry.id, ...damage });
  await recordVerification(entry, { level: 'digest', time: new Date().toISOString() }, report);
}

/** A backup whose archive is proven to be the one that was read when it was taken. */
export interface ProvenBackup {
  /** what was read then */
  readonly reading: ArchiveReading;
  /** where its data blocks stand */
  readonly blocks: readonly PlacedBlock[];
}

/**
 * Proves that a backup's archive holds what the manifest says, without unpacking a row: with the SHA-256 that it had when it was read, its tables
 * and digests are those of the manifest. A foreign file has no such past, and is read. Notes and errors are those of `verifyBackup`.
 */
export async function proveBackup(
  entry: BackupEntry,
  work: { readonly signal: AbortSignal; readonly report: Report },
): Promise<ProvenBackup> {
  if (!isInCatalog(entry)) {
    let found: readonly PlacedBlock[] = [];
    const reading = await verifyBackup(entry, { ...work, onBlocks: (blocks) => (found = blocks) });
    return { reading, blocks: found };
  }
  const { blocks, ...skim } = await read(entry, work, skimArchive);
  const { manifest } = entry;
  if (manifest.origin === 'adopted') notProvable(entry, work.report);
  const { tables, largeObjects, digest } = manifest;
  const reading = {
    ...skim,
    ...defined({ digest }),
    tables,
    largeObjects,
    textBytes: manifest.size.text,
    ...generatedOf(entry),
  };
  await agree(entry, reading, work.report);
  return { reading, blocks };
}

/**
 * Writes down what was verified, beside the backup, in an object of its own: nothing of the backup is written again. A foreign
 * file has none. Never throws: what was shown stays shown where nothing can be written; the note
 * `verification.notRecorded` says so.
 */
export async function recordVerification(
  entry: BackupEntry,
  verification: Verification,
  report: Report,
): Promise<void> {
  if (!isInCatalog(entry)) return;
  try {
    await recordOf(entry, verification);
  } catch (error) {
    report({
      type: 'note',
      code: 'verification.notRecorded',
      data: { backup: entry.id, message: error instanceof Error ? error.message : String(error) },
    });
  }
}

/** The same, and throws what keeps it from being written down. */
export async function recordOf(
  entry: Pick<BackupSummary, 'id' | 'folder' | 'at' | 'manifest'>,
  verification: Verification,
): Promise<void> {
  const at = atOf(entry);
  const { id, manifest } = entry;
  const text = await at.store.get(at.prefix + manifestFile, longestManifest);
  const of = { backup: id, archive: manifest.archive.sha256 };
  // before there was format 2 a manifest was changed now and then
  const sha256 = manifest.formatVersion === 1 ? {} : { manifest: createHash('sha256').update(text).digest('hex') };
  await writeVerification(at, { ...of, ...sha256 }, verification);
}

/** A manifest of format 1 as it stands in its file. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 1)}\n`;
}

/** In which point a reading is not what the manifest says; undefined when it is. */
export function disagreement(manifest: Manifest, reading: ArchiveReading): BackupDamage | undefined {
  if (reading.bytes !== manifest.size.archive) {
    return { reason: 'archive.bytes', found: reading.bytes, expected: manifest.size.archive };
  }
  if (reading.sha256 !== manifest.archive.sha256) return { reason: 'archive.digest' };
  const lists: [ContentsPart, readonly unknown[], readonly unknown[]][] = [
    ['table', manifest.tables, reading.tables],
    ['sequence', manifest.sequences, reading.sequences],
    ['largeObjects', [manifest.largeObjects], [reading.largeObjects]],
  ];
  for (const [what, left, right] of lists) {
    const at = left.findIndex((one, index) => !sameJson(one, right[index]));
    if (at >= 0) return { reason: 'archive.differs', what, name: nameOf(left[at]) };
    if (left.length !== right.length)
      return { reason: 'archive.count', what, found: right.length, expected: left.length };
  }
  return undefined;
}

async function read<Reading>(
  entry: BackupEntry,
  work: { readonly signal: AbortSignal; readonly report: Report },
  reader: (source: AsyncIterable<Buffer>, options: { signal: AbortSignal }) => Promise<Reading>,
): Promise<Reading> {
  const archive = await openArchive(entry).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT']) || isAppError(error, 'store.absent')) return undefined;
    throw error;
  });
  if (archive === undefined) throw new AppError('backup.damaged', { backup: entry.id, reason: 'archive.missing' });
  work.report({ type: 'phase', phase: 'read' });
  const progress = paced(work.report, archive.size);
  const source = archive.read({ signal: work.signal });
  try {
    return await reader(counted(source, progress), { signal: work.signal });
  } catch (error) {
    if (work.signal.aborted) throw new AppError('cancelled', {}, { cause: error });
    throw ours(entry, error);
  } finally {
    await source.return();
  }
}

/** Whatever the reader refuses in an archive of ours is damage, since it was whole once. */
function ours(entry: BackupEntry, error: unknown): unknown {
  const { archive } = entry.manifest;
  if (!isInCatalog(entry) || !isAppError(error)) return error;
  if (error.code === 'archive.version' && error.data['version'] === archive.header.version) return error;
  if (!refusals.includes(error.code)) return error;
  if (isAppError(error, 'archive.damaged'))
    return new AppError('backup.damaged', { ...error.data, backup: entry.id }, { cause: error });
  const { offset } = error.data;
  const data = { ...readsAs(error), ...defined({ offset }), backup: entry.id };
  return new AppError('backup.damaged', data, { cause: error });
}

const refusals: readonly string[] = [
  ...['archive.damaged', 'archive.foreign', 'archive.version', 'archive.encoding', 'archive.limit', 'archive.roleName'],
];

function readsAs(error: AppError): BackupDamage {
  if (isAppError(error, 'archive.foreign')) return { reason: 'archive.foreign', foreign: error.data.reason };
  if (isAppError(error, 'archive.version')) return { reason: 'archive.version', version: error.data.version };
  if (isAppError(error, 'archive.encoding')) return { reason: 'archive.encoding', encoding: error.data.encoding };
  return { reason: 'archive.otherwise' };
}

async function* counted(source: AsyncIterable<unknown>, progress: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    progress(bytes);
    yield buffer;
  }
}

/** At most four events a second. */
function paced(report: Report, size: number): (bytes: number) => void {
  const started = Date.now();
  let last = 0;
  return (bytes) => {
    const now = Date.now();
    if (now - last < 250 && bytes < size) return;
    last = now;
    const seconds = (now - started) / 1000;
    const rate = seconds > 0 ? bytes / seconds : 0;
    report({
      type: 'progress',
      phase: 'read',
      bytes,
      ...(size > 0 ? { percent: Math.min(100, (bytes / size) * 100) } : {}),
      ...(rate > 0 ? { rate, secondsLeft: (size - bytes) / rate } : {}),
    });
  };
}

/** Whether everything beside the archive is as the manifest says: of format 1 it knows the globals alone. */
async function filesDisagreement(entry: BackupEntry): Promise<BackupDamage | undefined> {
  const { archive, files, globals } = entry.manifest;
  const { store, prefix } = atOf(entry);
  const known: [string, { readonly sha256: string; readonly bytes?: number }][] = files
    ? Object.entries(files).filter(([name]) => name !== archive.file)
    : globals
      ? [[globals.file, globals]]
      : [];
  for (const [name, { sha256, bytes }] of known) {
    const content = await store.get(prefix + name, longestManifest).catch(() => undefined);
    if (!content) return { reason: 'file.missing', file: name };
    if (bytes !== undefined && content.length !== bytes) {
      return { reason: 'file.bytes', file: name, found: content.length, expected: bytes };
    }
    if (createHash('sha256').update(content).digest('hex') !== sha256) {
      return { reason: 'file.digest', file: name };
    }
  }
  return undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asWritten(a), asWritten(b));
}

function nameOf(one: unknown): string {
  if (typeof one !== 'object' || one === null || !('name' in one)) return '';
  return 'schema' in one ? `${String(one.schema)}.${String(one.name)}` : String(one.name);
}
