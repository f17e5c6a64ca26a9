import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { makePartialFolder, seal } from '../../../src/core/catalog/backupFolder';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { writeSealed } from '../../../src/core/catalog/sealBackup';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { localStore } from '../../../src/core/store/local';
import { writeOnce, type Store } from '../../../src/core/store/store';
import { generateArchive } from '../postgres/archive/generateArchive';
import { aManifest } from './aManifest';

/** Seals a backup of format 2 as a job would, under a root, signed by this workspace unless told otherwise; returns its folder. */
export async function putSealed(
  root: string,
  id: string,
  {
    source = {},
    sign = true,
    globals = '',
    archive,
    manifest: more = {},
  }: {
    readonly source?: Partial<Manifest['source']>;
    readonly sign?: boolean;
    readonly globals?: string;
    readonly archive?: Buffer;
    readonly manifest?: Partial<Manifest>;
  } = {},
): Promise<string> {
  const from = { ...aManifest().source, ...source };
  await mkdir(root, { recursive: true, mode: 0o700 });
  const { partial, final } = await makePartialFolder(root, from, id, 'tparu5hgex');
  const content = archive ?? (await generated());
  await writeFile(path.join(partial, 'database.dump'), content);
  await writeFile(path.join(partial, 'globals.sql'), globals);
  const reading = await readArchive(Readable.from([content]));
  const { digest = 1, header, tables, sequences, largeObjects, bytes, sha256, textBytes } = reading;
  const manifest = aManifest({
    ...{ formatVersion: 2, id, source: from, digest, tables, sequences, largeObjects },
    size: { archive: bytes, text: textBytes },
    archive: { file: 'database.dump', sha256, header },
    globals: { file: 'globals.sql', sha256: createHash('sha256').update(globals).digest('hex') },
    verified: [{ level: 'structure', time: '2026-11-23T05:15:00.000Z' }],
    ...more,
  });
  await writeSealed(partial, manifest, { report: '# The report\n', sign });
  await seal(partial, final);
  return final;
}

async function generated(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of generateArchive({ tables: 2, bytesPerTable: 1000, compression: 'gzip' })) parts.push(part);
  return Buffer.concat(parts);
}

/** Copies a backup's folder into a store, the manifest last. */
export async function copyInto(store: Store, folder: string, prefix: string): Promise<void> {
  const from = localStore(folder);
  const keys: string[] = [];
  for await (const { key } of from.list('')) keys.push(key);
  for (const key of keys.sort((a, b) => Number(a === 'manifest.json') - Number(b === 'manifest.json'))) {
    await writeOnce(store, prefix + key, await from.get(key, 1e9));
  }
}
