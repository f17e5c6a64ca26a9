import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectBackup } from '../../../src/core/catalog/inspectBackup';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { manifestText } from '../../../src/core/catalog/verifyBackup';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { aManifest } from './aManifest';
import { generateArchive } from '../postgres/archive/generateArchive';
import { inPieces } from '../postgres/archive/realArchives';

describe('inspectBackup', () => {
  let folder: string;
  let file: string;
  let manifest: Manifest;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-inspect-'));
    file = path.join(folder, 'database.dump');
    const parts: Buffer[] = [];
    for await (const part of generateArchive({ tables: 3, bytesPerTable: 2000, compression: 'gzip' })) parts.push(part);
    const archive = Buffer.concat(parts);
    await writeFile(file, archive);
    const { header, tables, bytes, sha256 } = await readArchive(inPieces(archive));
    manifest = aManifest({
      tables,
      size: { archive: bytes, text: 1 },
      archive: { file: 'database.dump', sha256, header },
    });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (text: string): Promise<void> => writeFile(path.join(folder, 'manifest.json'), text);
  const stateNow = async (): Promise<string> => (await inspectBackup(file)).provenance.state;

  it('knows an archive by the manifest beside it', async () => {
    await write(manifestText(manifest));
    const { contents, provenance } = await inspectBackup(file);
    assert.deepEqual(provenance, { state: 'known', manifest, signed: { by: 'nobody' } });
    assert.equal(contents.tables.length, 3);
  });

  it('says that an archive is longer than its manifest says', async () => {
    await write(manifestText(manifest));
    await appendFile(file, 'x');
    assert.equal(await stateNow(), 'size');
  });

  it('takes nothing from a manifest of another archive', async () => {
    const { archive } = manifest;
    await write(
      manifestText({ ...manifest, archive: { ...archive, header: { ...archive.header, database: 'other' } } }),
    );
    assert.equal(await stateNow(), 'other');
    await write(manifestText({ ...manifest, archive: { ...archive, file: 'other.dump' } }));
    assert.equal(await stateNow(), 'foreign');
  });

  it('goes on without a manifest, and with one that cannot be read', async () => {
    assert.equal(await stateNow(), 'foreign');
    await write('{"manifest_version": 3}');
    assert.equal(await stateNow(), 'foreign');
    await write('{"format":"db-ferry-ba');
    assert.equal(await stateNow(), 'unreadable');
    await write('{"format":"db-ferry-backup","formatVersion":2}');
    assert.equal(await stateNow(), 'unreadable');
  });

  it('says that a backup is not finished', async () => {
    const partial = path.join(folder, '20261123T051500Z.partial');
    await mkdir(partial);
    await rename(file, path.join(partial, 'database.dump'));
    file = path.join(partial, 'database.dump');
    assert.equal(await stateNow(), 'partial');
  });
});
