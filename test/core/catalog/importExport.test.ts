import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { findBackup, isInCatalog, listBackups, listPartials, removeBackup } from '../../../src/core/catalog/catalog';
import type { Room } from '../../../src/core/catalog/disk';
import { exportBackup } from '../../../src/core/catalog/exportBackup';
import { importDump } from '../../../src/core/catalog/importDump';
import { noteUnfinished } from '../../../src/core/catalog/unfinished';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { rootState } from '../../../src/core/state/stateFolder';
import { generateArchive } from '../postgres/archive/generateArchive';

describe('a dump from elsewhere, and back', () => {
  let folder: string;
  let root: string;
  let dump: string;
  const signal = new AbortController().signal;
  const work = { signal, report: () => undefined };
  const options = (): Parameters<typeof importDump>[1] => ({ root, signal, asked: { by: 'someone' } });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-import-'));
    root = join(folder, 'root');
    dump = join(folder, 'Old "shop" dump.dump');
    const content = generateArchive({ tables: 3, bytesPerTable: 50_000, compression: 'gzip' });
    await writeFile(dump, Readable.from(content));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is copied into the catalog, marked as adopted, and verified like others from then on', async () => {
    const seen: number[] = [];
    const { folder: copy } = await importDump(dump, { ...options(), onBytes: (bytes) => seen.push(bytes) });
    const [listed] = await listBackups(root);
    assert.ok(listed);
    const entry = await findBackup(root, listed.id);
    assert.equal(entry.folder, copy);
    assert.equal(entry.manifest.origin, 'adopted');
    assert.equal(entry.manifest.tables.length, 3);
    assert.equal(entry.manifest.asked.by, 'someone');
    assert.ok(isInCatalog(entry));
    const original = await readFile(dump);
    assert.ok(original.equals(await readFile(join(copy, 'database.dump'))));
    assert.equal(seen.at(-1), original.length);
    await verifyBackup(entry, work);
    assert.ok((await findBackup(root, entry.id)).manifest.verified.some(({ level }) => level === 'digest'));
    await removeBackup(entry);
    assert.deepEqual(await listBackups(root), []);
    assert.ok(original.equals(await readFile(dump)), 'the file itself stays');
  });

  it('that was changed in the catalog is damaged', async () => {
    const entry = await importDump(dump, options());
    const file = join(entry.folder, 'database.dump');
    const bytes = await readFile(file);
    const at = bytes.length - 40;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(file, bytes);
    await assert.rejects(verifyBackup(entry, work), { code: 'backup.damaged' });
    await assert.rejects(exportBackup(entry, join(folder, 'out.dump'), { signal, root }), { code: 'backup.damaged' });
    assert.deepEqual((await readdir(folder)).sort(), ['Old "shop" dump.dump', 'root']);
  });

  it('that is cut, or no archive, leaves nothing', async () => {
    await truncate(dump, 20_000);
    await assert.rejects(importDump(dump, options()), { code: 'archive.damaged' });
    await writeFile(dump, '--\n-- PostgreSQL database dump\n--\n');
    await assert.rejects(importDump(dump, options()), { code: 'archive.foreign' });
    assert.deepEqual([await listBackups(root), await listPartials(root)], [[], []]);
  });

  it('can be given up', async () => {
    const stop = new AbortController();
    const importing = importDump(dump, { ...options(), signal: stop.signal, onBytes: () => stop.abort() });
    await assert.rejects(importing, { code: 'cancelled' });
    assert.deepEqual([await listBackups(root), await listPartials(root)], [[], []]);
  });

  it('is kept out of a git work tree', async () => {
    await mkdir(join(folder, '.git'));
    await mkdir(root);
    await writeFile(join(root, '.gitignore'), '*.log\n');
    await importDump(dump, options());
    assert.equal(await readFile(join(root, 'adopted', '.gitignore'), 'utf8'), '*\n');
  });

  it('neither comes nor goes where the reserve would be touched', async () => {
    const entry = await importDump(dump, options());
    const { size } = entry.manifest;
    const room = async (): Promise<Room> => ({ free: size.archive + 99, reserve: 100 });
    const target = join(folder, 'out.dump');
    await assert.rejects(importDump(dump, { ...options(), room }), { code: 'disk.full' });
    await assert.rejects(exportBackup(entry, target, { signal, room, root }), { code: 'disk.full' });
    assert.deepEqual([(await listBackups(root)).length, await listPartials(root)], [1, []]);
    assert.deepEqual((await readdir(folder)).sort(), ['Old "shop" dump.dump', 'root']);
  });

  it('what a killed export left goes with the next one', async () => {
    const entry = await importDump(dump, options());
    const [killed, working] = ['killed.dump.0123ab.tmp', 'working.dump.cd0123.tmp'].map((name) => join(folder, name));
    const long = new Date(Date.now() - 3600_000);
    for (const file of [killed, working, join(folder, 'mine.tmp')]) {
      assert.ok(file);
      await writeFile(file, 'a part');
      if (file !== working) await utimes(file, long, long);
    }
    for (const file of [killed, working]) await noteUnfinished(root, file ?? '');
    const notes = join(rootState(root), 'unfinished');
    for (const name of await readdir(notes)) await utimes(join(notes, name), long, long);
    await exportBackup(entry, join(folder, 'out.dump'), { signal, root });
    const left = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    assert.deepEqual(left.sort(), ['mine.tmp', 'working.dump.cd0123.tmp']);
    assert.equal((await readdir(notes)).length, 1);
  });

  it('leaves as the same bytes, over what was there', async () => {
    const entry = await importDump(dump, options());
    const target = join(folder, 'out.dump');
    await writeFile(target, 'something else');
    await exportBackup(entry, target, { signal, root });
    const digest = createHash('sha256')
      .update(await readFile(target))
      .digest('hex');
    assert.equal(digest, entry.manifest.archive.sha256);
  });

  it('says where it cannot be written', async () => {
    const entry = await importDump(dump, options());
    await mkdir(join(folder, 'there.dump'));
    await assert.rejects(exportBackup(entry, join(folder, 'nowhere', 'x.dump'), { signal, root }), { code: 'usage' });
    await assert.rejects(exportBackup(entry, join(folder, 'there.dump'), { signal, root }), { code: 'usage' });
  });
});
