import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { inspectArchive, type ArchiveContents } from '../postgres/archive/format/inspectArchive';
import { manifestFile, partialSuffix } from './backupFolder';
import { isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { fileSource } from '../store/fileSource';
import { keyRing, type KeyRing } from '../state/keys';
import type { Signed } from '../state/signed';
import type { Manifest } from './manifest';
import { longestManifest, parseManifest } from './parseManifest';
import { signedBy } from './signature';

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
  | { readonly state: 'unreadable'; readonly message: string }
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
  const contents = await inspectArchive(await fileSource(real), options);
  return { contents, provenance: await provenanceOf(real, contents, await keyRing()) };
}

async function provenanceOf(file: string, contents: ArchiveContents, ring: KeyRing): Promise<Provenance> {
  const folder = path.dirname(file);
  if (folder.endsWith(partialSuffix)) return { state: 'partial' };
  let manifest: Manifest | undefined;
  try {
    manifest = await manifestBeside(folder);
  } catch (error) {
    return { state: 'unreadable', message: error instanceof Error ? error.message : String(error) };
  }
  if (manifest?.archive.file !== path.basename(file)) return { state: 'foreign' };
  if (!isDeepStrictEqual(manifest.archive.header, contents.header)) return { state: 'other', manifest };
  const signed = await signedBy(folder, manifest, ring);
  return { state: manifest.size.archive === contents.fileBytes ? 'known' : 'size', manifest, signed };
}

async function manifestBeside(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, manifestFile);
  const text = await readSafely(file, { most: longestManifest, inside: folder }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT'])) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const manifest = JSON.parse(text.toString()) as Partial<Manifest> | null;
  // the manifest.json of some other tool says nothing of this file
  if (manifest?.format !== 'db-ferry-backup') return undefined;
  return parseManifest(manifest);
}
