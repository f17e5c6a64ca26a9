import { createHash } from 'node:crypto';
import { canonical } from '../state/canonical';
import type { Signed } from '../state/signed';
import { keyFileName, sealBackupKey } from '../encrypt/backupKey';
import { encryptWhole } from '../encrypt/encryptStream';
import type { WrittenIdentity } from '../encrypt/identity';
import { contentsFile, encryptedSuffix, manifestFile, reportFile } from '../store/layout';
import { filesIn, type BackupFiles } from './backupFiles';
import type { Contents, FileFacts, Manifest, SealedManifest } from './manifest';
import { signManifestBy } from './signature';
import { withoutContents } from './summaryOf';

/** What a backup is sealed with. */
export interface SealOptions {
  readonly report?: string | undefined;
  /** encrypted: the key of the backup, whom that is for, and what lies there of its archive */
  readonly encryption?: Sealing | undefined;
  readonly sign: boolean;
  readonly onUnsigned?: (error: unknown) => void;
  /** when all but the manifest is there: the last moment at which it can be left */
  readonly beforeManifest?: (() => Promise<void>) | undefined;
}

/** Seals a backup in a folder that has no final name yet: see `sealInto`. */
export async function writeSealed(
  partial: string,
  manifest: Manifest,
  options: SealOptions,
): ReturnType<typeof sealInto> {
  return sealInto(filesIn(partial), manifest, options);
}

/**
 * Writes what format 2 has besides archive and globals where a backup is made: contents, report, signature, and the manifest last, which refers to all of them by
 * size and SHA-256. From then on nothing of it is written again. `sign`: whether it is this workspace's to sign; a signature that fails is told to `onUnsigned`, and the backup is worth more than it.
 * Returns the manifest as it is sealed. Throws what the file system or the store says.
 */
export async function sealInto(
  where: BackupFiles,
  manifest: Manifest,
  options: SealOptions,
): Promise<{ readonly manifest: Manifest; readonly signed: Signed }> {
  const { encryption } = options;
  const files: Record<string, FileFacts> = {
    [manifest.archive.file]: encryption?.archive ?? {
      bytes: manifest.size.archive,
      sha256: manifest.archive.sha256,
    },
  };
  if (manifest.globals) {
    const { file, sha256 } = manifest.globals;
    files[file] = { bytes: await where.size(file), sha256 };
  }
  const add = async (name: string, text: string): Promise<void> => {
    const stored = encryption ? name + encryptedSuffix : name;
    const plain = Buffer.from(text);
    files[stored] = await writeFact(where, stored, encryption ? await encrypted(plain, encryption) : plain);
  };
  await add(contentsFile, contentsText(manifest));
  if (options.report !== undefined) await add(reportFile, options.report);
  if (encryption) files[keyFileName(1)] = await writeFact(where, keyFileName(1), await keyFile(manifest, encryption));
  const sealed = sealedOf(manifest, files);
  let signed: Signed = { by: 'nobody' };
  if (options.sign) {
    try {
      signed = await signManifestBy(sealed, async (name, content) => where.put(name, content));
    } catch (error) {
      options.onUnsigned?.(error);
    }
  }
  // its bytes are what is signed, so that any tool can check the signature
  await options.beforeManifest?.();
  await where.put(manifestFile, Buffer.from(textOf(sealed)));
  return { manifest: { ...manifest, formatVersion: 2, files }, signed };
}

/** How a backup is encrypted that is being made. */
export interface Sealing {
  readonly key: WrittenIdentity;
  readonly recipients: readonly string[];
  /** its archive as it lies there */
  readonly archive: FileFacts;
}

async function encrypted(plain: Buffer, { key }: Sealing): Promise<Buffer> {
  return encryptWhole(plain, [key.recipient]);
}

async function keyFile({ id, time }: Manifest, { key, recipients }: Sealing): Promise<Buffer> {
  return sealBackupKey(key, recipients, { backup: id, made: new Date(time.finished) });
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
export function contentsText(manifest: Contents & Pick<Manifest, 'id' | 'encryption' | 'masked'>): string {
  const { id, digest, tables, sequences, largeObjects, generated, counted, encryption, roles, extensions, masked } =
    manifest;
  const head = { format: 'db-ferry-contents', formatVersion: 2, backup: id, digest };
  const fields: [string, unknown][] = [
    ...Object.entries(head),
    ...Object.entries({ tables, sequences, generated, largeObjects, counted }),
    // its manifest is not encrypted, and does not name them
    ...(encryption ? Object.entries({ roles, extensions, masked }) : []),
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
  const hidden = manifest.encryption ? { roles: [], extensions: [], ...withoutNames(manifest) } : {};
  return { ...withoutContents(manifest), ...hidden, formatVersion: 2, files, counts };
}

/** That it is masked may be known, the names of columns not. */
function withoutNames({ masked }: Manifest): Pick<Manifest, 'masked'> {
  return masked === undefined ? {} : { masked: { ...masked, columns: [], emptied: [], hits: [] } };
}

async function writeFact(where: BackupFiles, name: string, content: Buffer): Promise<FileFacts> {
  await where.put(name, content);
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
