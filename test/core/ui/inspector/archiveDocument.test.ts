import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectBackup } from '../../../../src/core/catalog/inspectBackup';
import type { Manifest } from '../../../../src/core/catalog/manifest';
import { manifestText } from '../../../../src/core/catalog/verifyBackup';
import { readArchive } from '../../../../src/core/postgres/archive/format/readArchive';
import { ArchiveDocument } from '../../../../src/ui/inspector/archiveDocument';
import type { PageContents, ToPage } from '../../../../src/ui/inspector/messages';
import { aManifest } from '../../catalog/aManifest';
import { generateArchive } from '../../postgres/archive/generateArchive';
import { inPieces } from '../../postgres/archive/realArchives';
import { writeSparseArchive } from '../../postgres/archive/sparseArchive';

describe('ArchiveDocument', () => {
  let folder: string;
  let file: string;
  let archive: Buffer;
  let opened: ArchiveDocument;
  let told: ToPage[];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-document-'));
    file = path.join(folder, 'database.dump');
    const parts: Buffer[] = [];
    for await (const part of generateArchive({ tables: 3, bytesPerTable: 2000, compression: 'gzip' })) parts.push(part);
    archive = Buffer.concat(parts);
    await writeFile(file, archive);
    told = [];
    opened = new ArchiveDocument(file, (error) => ({ what: String(error) }), inspectBackup);
    opened.addPage((message) => told.push(message));
  });
  afterEach(async () => {
    opened.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows the contents first, and measures them then', async () => {
    await opened.load();
    const contents = contentsOf(told[0]);
    assert.deepEqual([contents.hasRows, contents.tables.length, contents.provenance.state], [false, 3, 'foreign']);
    assert.ok(contents.tables.every(({ bytes }) => bytes === undefined));
    const sizes = told.flatMap((message) => (message.type === 'measured' ? message.sizes : []));
    assert.deepEqual(sizes.map(([place]) => place).sort(), [0, 1, 2]);
    assert.deepEqual(told.at(-1), { type: 'measured', sizes: [], measuring: { state: 'done' } });
    // a page that comes later is told the sizes with the contents
    const later: ToPage[] = [];
    opened.addPage((message) => later.push(message));
    assert.deepEqual(
      contentsOf(later[0]).tables.map(({ bytes }) => bytes),
      sizes.toSorted().map(([, bytes]) => bytes),
    );
  });

  it('takes rows and sizes from the manifest, and measures nothing', async () => {
    const manifest = await writeManifest();
    await opened.load();
    assert.equal(told.length, 1);
    const { hasRows, tables, provenance, title } = contentsOf(told[0]);
    assert.deepEqual([hasRows, provenance.state], [true, 'known']);
    assert.ok(provenance.state === 'known');
    assert.deepEqual([provenance.signed, provenance.whose], ['by nobody: all here is as its manifest says', 'said']);
    assert.match(title, /^\S+ of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.deepEqual(
      tables.map(({ rows, bytes }) => [rows, bytes]),
      manifest.tables.map(({ rows, textBytes }) => [rows, textBytes]),
    );
  });

  it('says that an archive is damaged by its manifest, and what of it is there', async () => {
    await writeManifest();
    await truncate(file, archive.length - 20);
    await opened.load();
    const { damage, hasRows } = contentsOf(told[0]);
    assert.match(damage?.why ?? '', /^It has [\d,]+ bytes; its manifest says [\d,]+\.$/);
    assert.equal(hasRows, false);
    const last = told.at(-1);
    assert.ok(last?.type === 'measured' && last.measuring.state === 'failed');
    assert.match(last.measuring.words.todo ?? '', /Do not restore/);
    const sizes = told.flatMap((message) => (message.type === 'measured' ? message.sizes : []));
    assert.deepEqual(
      sizes.map(([place]) => place),
      [0, 1],
    );
  });

  it('says why a file cannot be shown, and shows it once it can', async () => {
    await rm(file);
    await opened.load();
    assert.ok(told[0]?.type === 'failed' && told[0].words.what === 'The file cannot be read.');
    await writeFile(file, 'no archive');
    await opened.load();
    assert.ok(told[1]?.type === 'failed' && told[1].words.what.includes('archive.foreign'));
    await writeFile(file, archive);
    await opened.load();
    assert.equal(contentsOf(told[2]).fileBytes, (await stat(file)).size);
  });

  it('can be stopped while it measures, and goes on when asked', async () => {
    await writeSparseArchive(file, { tables: 4, bytes: 2e9, chunk: 131_072 });
    const stopping = opened.load();
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    opened.stop();
    await stopping;
    assert.deepEqual(told.at(-1), { type: 'measured', sizes: [], measuring: { state: 'stopped' } });
    await opened.measure();
    assert.deepEqual(told.at(-1), { type: 'measured', sizes: [], measuring: { state: 'done' } });
  });

  async function writeManifest(): Promise<Manifest> {
    const { header, tables, largeObjects, bytes, sha256 } = await readArchive(inPieces(archive));
    const manifest = aManifest({
      ...{ tables, largeObjects, size: { archive: bytes, text: 1 } },
      archive: { file: 'database.dump', sha256, header },
    });
    await writeFile(path.join(folder, 'manifest.json'), manifestText(manifest));
    return manifest;
  }
});

function contentsOf(message: ToPage | undefined): PageContents {
  assert.ok(message?.type === 'contents', JSON.stringify(message));
  return message.contents;
}
