import { createHash } from 'node:crypto';
import path from 'node:path';
import { sizeSafely } from '../base/safeFile';
import { canonical } from '../state/canonical';
import type { Signed } from '../state/signed';
import { contentsFile, globalsFile, manifestFile, reportFile } from '../store/layout';
import { writeDurably } from './backupFolder';
import type { Contents, FileFacts, Manifest, SealedManifest } from './manifest';
import { signManifest } from './signature';
import { withoutContents } from './summaryOf';

/**
 * Writes what format 2 has besides archive and globals into the folder of a backup that has no final name yet: contents, report, signature, and the manifest last, which refers to all of them by
 * size and SHA-256. From then on nothing of it is written again. `sign`: whether it is this workspace's to sign; a signature that fails is told to `onUnsigned`, and the backup is worth more than it.
 * Returns the manifest as it is sealed. Throws what the file system says.
 */
export async function writeSealed(
  partial: string,
  manifest: Manifest,
  options: {
    readonly report?: string | undefined;
    readonly sign: boolean;
    readonly onUnsigned?: (error: unknown) => void;
  },
): Promise<{ readonly manifest: Manifest; readonly signed: Signed }> {
  const files: Record<string, FileFacts> = {
    [manifest.archive.file]: { bytes: manifest.size.archive, sha256: manifest.archive.sha256 },
  };
  if (manifest.globals) {
    const bytes = await sizeSafely(path.join(partial, globalsFile));
    files[globalsFile] = { bytes, sha256: manifest.globals.sha256 };
  }
  files[contentsFile] = await writeFact(partial, contentsFile, contentsText(manifest));
  if (options.report !== undefined) files[reportFile] = await writeFact(partial, reportFile, options.report);
  const sealed = sealedOf(manifest, files);
  let signed: Signed = { by: 'nobody' };
  if (options.sign) {
    try {
      signed = await signManifest(partial, sealed);
    } catch (error) {
      options.onUnsigned?.(error);
    }
  }
  // its bytes are what is signed, so that any tool can check the signature
  await writeDurably(path.join(partial, manifestFile), textOf(sealed));
  return { manifest: { ...manifest, formatVersion: 2, files }, signed };
}

/** Its canonical form; of what has none (half a character in a reason) plain JSON, which nobody signs. */
function textOf(sealed: SealedManifest): string {
  try {
    return canonical(sealed);
  } catch {
    return JSON.stringify(sealed);
  }
}

/** `contents.json`, a line for each table: it is read by people, too. Pure. */
export function contentsText(manifest: Contents & Pick<Manifest, 'id'>): string {
  const { id, tables, sequences, largeObjects, generated, counted } = manifest;
  const head = { format: 'db-ferry-contents', formatVersion: 2, backup: id };
  const fields: [string, unknown][] = [
    ...Object.entries(head),
    ...Object.entries({ tables, sequences, generated, largeObjects, counted }),
  ];
  const lines = fields.flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text =
      Array.isArray(value) && value.length > 0
        ? `[\n${value.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n ]`
        : JSON.stringify(value);
    return [` ${JSON.stringify(name)}: ${text}`];
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** `manifest.json` of format 2, of all that is known of a backup. Pure. */
export function sealedOf(manifest: Manifest, files: Readonly<Record<string, FileFacts>>): SealedManifest {
  const { tables, largeObjects } = manifest;
  const rows = tables.reduce((sum, one) => sum + one.rows, 0);
  const counts = { tables: tables.length, rows, largeObjects: largeObjects.count };
  return { ...withoutContents(manifest), formatVersion: 2, files, counts };
}

async function writeFact(folder: string, name: string, text: string): Promise<FileFacts> {
  const content = Buffer.from(text);
  await writeDurably(path.join(folder, name), [content]);
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
