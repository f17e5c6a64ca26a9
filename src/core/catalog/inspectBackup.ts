import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { inspectArchive, type ArchiveContents } from '../postgres/archive/format/inspectArchive';
import { isAppError, type AppError } from '../base/errors';
import { asRecord } from '../base/json';
import { fileSource } from '../store/fileSource';
import type { ByteSource } from '../store/byteSource';
import { encryptedSuffix, manifestFile, partialSuffix } from '../store/layout';
import { localStore } from '../store/local';
import { getIfThere } from '../store/store';
import { keyRing, type KeyRing } from '../state/keys';
import type { Signed } from '../state/signed';
import { openArchive } from './catalog';
import { damagedManifest } from './damagedManifest';
import type { BackupEntry, Manifest } from './manifest';
import { jsonIn, longestManifest } from './parseManifest';
import { readManifest, wholeBackup } from './readBackup';

/** An archive file and what stands beside it. */
export interface Inspection {
  readonly contents: ArchiveContents;
  readonly provenance: Provenance;
}

/** What is known of an archive's past. */
export type Provenance =
  /** no manifest beside it, or one that speaks of another file */
  | { readonly state: 'foreign' }
  /** in the folder of a backup that is under way, or that did not finish */
  | { readonly state: 'partial' }
  /** a manifest that cannot be read */
  | { readonly state: 'unreadable'; readonly error: Pick<AppError, 'code' | 'data'> }
  /** a manifest of another archive: what the two say of themselves differs */
  | { readonly state: 'other'; readonly manifest: Manifest }
  /** a manifest of this archive, but the file is longer or shorter than it says: the archive is damaged */
  | { readonly state: 'size'; readonly manifest: Manifest; readonly signed: Signed }
  /** a manifest of this archive, by header and size; whether each byte is as it says is for `verifyBackup` */
  | { readonly state: 'known'; readonly manifest: Manifest; readonly signed: Signed };

/**
 * Reads an archive file up to the end of its table of contents, and the manifest beside it. Throws what `inspectArchive` throws; a manifest
 * that does not fit is an answer, not an error.
 */
export async function inspectBackup(
  file: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Inspection> {
  const real = await realpath(file);
  const ring = await keyRing();
  const encrypted = real.endsWith(encryptedSuffix) ? await encryptedArchive(real, ring) : undefined;
  const contents = await inspectArchive(encrypted ?? (await fileSource(real)), options);
  return { contents, provenance: await provenanceOf(real, contents, ring) };
}

/** What the archive of an encrypted backup decrypts to; undefined for a file that is none. Throws `encrypted.*`. */
async function encryptedArchive(file: string, ring: KeyRing): Promise<ByteSource | undefined> {
  const entry = await backupIn(path.dirname(file), ring).catch((error: unknown) => {
    if (isAppError(error) && error.code.startsWith('encrypted.')) throw error;
    return undefined;
  });
  return entry?.manifest.archive.file === path.basename(file) ? openArchive(entry) : undefined;
}

/** The same of a backup that was found, wherever it lies. Throws what `inspectArchive` throws, and what its store says. */
export async function inspectEntry(
  entry: BackupEntry,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Inspection> {
  const contents = await inspectArchive(await openArchive(entry), options);
  return { contents, provenance: standing(entry, contents) };
}

async function provenanceOf(file: string, contents: ArchiveContents, ring: KeyRing): Promise<Provenance> {
  const folder = path.dirname(file);
  if (folder.endsWith(partialSuffix)) return { state: 'partial' };
  let entry: BackupEntry | undefined;
  try {
    entry = await backupIn(folder, ring);
  } catch (error) {
    const { code, data } = damagedManifest(folder, error);
    return { state: 'unreadable', error: { code, data } };
  }
  if (entry?.manifest.archive.file !== path.basename(file)) return { state: 'foreign' };
  return standing(entry, contents);
}

/** How an archive stands to the manifest of its folder. Pure. */
function standing(
  { manifest, signed = { by: 'nobody' } }: Pick<BackupEntry, 'manifest' | 'signed'>,
  contents: ArchiveContents,
): Provenance {
  if (!isDeepStrictEqual(manifest.archive.header, contents.header)) return { state: 'other', manifest };
  return { state: manifest.size.archive === contents.fileBytes ? 'known' : 'size', manifest, signed };
}

async function backupIn(folder: string, ring: KeyRing): Promise<BackupEntry | undefined> {
  const at = { store: localStore(folder), prefix: '' };
  const text = await getIfThere(at.store, manifestFile, longestManifest);
  // the manifest.json of some other tool says nothing of this file
  if (text === undefined || asRecord(jsonIn(text))?.['format'] !== 'db-ferry-backup') return undefined;
  return wholeBackup(folder, await readManifest(at, ring));
}
