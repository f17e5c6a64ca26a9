import { createHash } from 'node:crypto';
import type { BackupDamage } from '../base/damage';
import { AppError, isAppError } from '../base/errors';
import { contentsFile, encryptedSuffix, manifestFile } from '../store/layout';
import { getIfThere } from '../store/store';
import { canonical } from '../state/canonical';
import type { KeyRing } from '../state/keys';
import type { Signed } from '../state/signed';
import type { BackupAt, BackupEntry, BackupSummary, Contents, Counts, SealedManifest, ShortManifest } from './manifest';
import { formatOf, jsonIn, longestManifest, parseContents, parseManifest, parseSealed } from './parseManifest';
import type { EncryptedBackup } from './backupKeys';
import { signedBy } from './signature';
import { summaryOf } from './summaryOf';
import type { DrillRecord } from './drillRecord';
import { laterRecords, withLater } from './verifications';

/** What a manifest's own file says, checked, with its signature and what was verified since. Of format 2 nothing else is read, however large the database. */
export interface ReadManifest {
  readonly short: ShortManifest;
  readonly counts: Counts;
  readonly signed: Signed;
  /** what drills showed of it, oldest first */
  readonly drills: readonly DrillRecord[];
  /** SHA-256 of the file */
  readonly sha256: string;
  /** tables, sequences, large objects: of format 2 from a file of their own. Throws `backup.damaged` where that is not the one that was sealed */
  contents(): Promise<Contents>;
}

/** The same without its signature and what was verified since: only what this very text says. Throws what parsers throw. Pure, but for `contents`. */
export function readText(
  at: BackupAt,
  text: Buffer,
): Omit<ReadManifest, 'signed' | 'sha256' | 'drills'> & { readonly signedText: () => string } {
  if (isOld(text)) {
    const value = (): unknown => jsonIn(text);
    const { manifest: short, ...counts } = summaryOf(text.toString());
    return { short, counts, contents: async () => parseManifest(value()), signedText: () => canonical(value()) };
  }
  const value = jsonIn(text);
  const sealed = parseSealed(value);
  return {
    short: sealed,
    counts: sealed.counts,
    contents: async () => contentsOf(at, sealed),
    signedText: () => canonical(value),
  };
}

/** True for one of format 1. As 0.1.0 wrote it, with all its tables, it is not parsed to find that out. */
function isOld(text: Buffer): boolean {
  const begins = '{\n "format": "db-ferry-backup",\n "formatVersion": 1,';
  return text.toString('latin1', 0, begins.length) === begins || formatOf(jsonIn(text)) === 1;
}

/** Reads the manifest of a backup. Throws `store.absent`, `backup.newer`, what its parser says, and what the store says. */
export async function readManifest(at: BackupAt, ring: KeyRing): Promise<ReadManifest> {
  const text = await at.store.get(at.prefix + manifestFile, longestManifest);
  const { signedText, short, ...rest } = readText(at, text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const signed = await signedBy(at, signedText, ring);
  const { verifications, drills } = await laterRecords(
    at,
    { backup: short.id, archive: short.archive.sha256, manifest: sha256 },
    ring,
  );
  return { ...rest, short: { ...short, verified: withLater(short.verified, verifications) }, signed, drills, sha256 };
}

/** A backup as a list has it. */
export function summarise(
  folder: string,
  { short, counts, signed, drills }: ReadManifest,
  at?: BackupAt,
): BackupSummary {
  const drilled = drills.length === 0 ? {} : { drills };
  return { id: short.id, folder, manifest: short, signed, ...counts, ...drilled, ...(at ? { at } : {}) };
}

/** A backup, whole. Throws what `readManifest` throws, and `backup.damaged` where its contents are not those that were sealed. */
export async function wholeBackup(folder: string, read: ReadManifest, at?: BackupAt): Promise<BackupEntry> {
  const { digest, tables, sequences, largeObjects, generated, counted, roles, extensions, masked } =
    await read.contents();
  const manifest = {
    ...read.short,
    ...(digest === undefined ? {} : { digest }),
    ...{ tables, sequences, largeObjects },
    ...(generated === undefined ? {} : { generated }),
    ...(counted === undefined ? {} : { counted }),
    ...(roles === undefined ? {} : { roles }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(masked === undefined ? {} : { masked }),
  };
  return { id: manifest.id, folder, manifest, signed: read.signed, ...(at ? { at } : {}) };
}

async function contentsOf(at: BackupAt, { id, files, counts, encryption }: SealedManifest): Promise<Contents> {
  const { store, prefix } = at;
  const file = encryption ? contentsFile + encryptedSuffix : contentsFile;
  const damage = (what: BackupDamage): AppError => new AppError('backup.damaged', { backup: id, ...what });
  const facts = Object.hasOwn(files, file) ? files[file] : undefined;
  if (facts === undefined) throw damage({ reason: 'file.unnamed', file });
  const text = await getIfThere(store, prefix + file, longestManifest);
  if (text === undefined) throw damage({ reason: 'file.missing', file });
  if (text.length !== facts.bytes || createHash('sha256').update(text).digest('hex') !== facts.sha256) {
    throw damage({ reason: 'file.sealed', file });
  }
  const clear = encryption ? await decryptedContents(at, { id, encryption }, text) : text;
  try {
    const contents = parseContents(jsonIn(clear), id);
    if (contents.tables.length !== counts.tables) throw damage({ reason: 'contents.tables', file });
    return contents;
  } catch (error) {
    if (isAppError(error, 'backup.damaged')) throw damage({ ...error.data, ...{ file } });
    if (isAppError(error)) throw error;
    throw damage({
      reason: 'manifest.unreadable',
      file,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

async function decryptedContents(at: BackupAt, backup: EncryptedBackup, text: Buffer): Promise<Buffer> {
  const { decryptWhole } = await import('../encrypt/decryptStream');
  const { keyOfBackup } = await import('./backupKeys');
  const name = `${backup.id}/${contentsFile}${encryptedSuffix}`;
  return decryptWhole(name, text, [await keyOfBackup(at, backup)]);
}
