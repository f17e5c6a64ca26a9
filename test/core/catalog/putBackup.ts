import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { encodeName } from '../../../src/core/catalog/backupFolder';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { signManifest } from '../../../src/core/catalog/signature';
import { manifestText } from '../../../src/core/catalog/verifyBackup';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { generateArchive } from '../postgres/archive/generateArchive';
import { aManifest } from './aManifest';

/**
 * Puts a backup as a job would leave it under a root, signed by this workspace, and returns its folder. `id` begins with its time: `20261123T051500Z-00ff00`.
 */
export async function putBackup(
  root: string,
  id: string,
  { source = {}, isSigned = true }: { readonly source?: Partial<Manifest['source']>; readonly isSigned?: boolean } = {},
): Promise<string> {
  const from = { ...aManifest().source, ...source };
  const place = [from.cluster, from.namespace, from.workload, from.database].map(encodeName);
  const [time = ''] = id.split('-');
  const folder = path.join(root, ...place, time);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const parts: Buffer[] = [];
  for await (const part of generateArchive({ tables: 2, bytesPerTable: 100, compression: 'gzip' })) parts.push(part);
  const archive = Buffer.concat(parts);
  await writeFile(path.join(folder, 'database.dump'), archive);
  const reading = await readArchive(Readable.from([archive]), { digest: 1 });
  const { header, tables, sequences, largeObjects, bytes, sha256, textBytes } = reading;
  const snapshot = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const manifest = aManifest({
    ...{ id, source: from, tables, sequences, largeObjects, size: { archive: bytes, text: textBytes } },
    time: { ...aManifest().time, snapshot },
    archive: { file: 'database.dump', sha256, header },
  });
  await writeFile(path.join(folder, 'manifest.json'), manifestText(manifest));
  if (isSigned) await signManifest(folder, manifest);
  return folder;
}
