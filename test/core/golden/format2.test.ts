import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { archivePath, findBackup, readCatalog, removeBackup } from '../../../src/core/catalog/catalog';
import { isOurs } from '../../../src/core/catalog/manifest';
import { proveBackup, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { trustKey } from '../../../src/core/state/keys';
import { postgresBinaries } from '../../lab/binaries';

const golden = fileURLToPath(new URL('../../golden/format2/', import.meta.url));

interface Made {
  /** what signed them */
  readonly key: string;
  readonly made: readonly { readonly what: string; readonly backup: string; readonly origin: string }[];
}

describe('backups of format 2 as they were first written', () => {
  let folder: string;
  let root: string;
  let made: Made;
  const stateBefore = process.env['XDG_STATE_HOME'];
  const work = { signal: new AbortController().signal, report: () => undefined };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dbf-golden2-'));
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    root = path.join(folder, 'root');
    await cp(path.join(golden, 'root'), root, { recursive: true });
    made = JSON.parse(await readFile(path.join(golden, 'made.json'), 'utf8')) as Made;
  });
  after(async () => {
    process.env['XDG_STATE_HOME'] = stateBefore;
    await rm(folder, { recursive: true, force: true });
  });

  it('are listed, found, verified, proven, and read by a stock pg_restore', async () => {
    const { entries, unreadable } = await readCatalog(root);
    assert.deepEqual(unreadable, []);
    assert.deepEqual(
      entries.map(({ id, manifest }) => [id, manifest.origin, manifest.formatVersion]),
      made.made.map(({ backup, origin }) => [backup, origin, 2]).sort(),
    );
    const bin = await postgresBinaries(18);
    for (const { id, tables } of entries) {
      const entry = await findBackup(root, id);
      const reading = await verifyBackup(entry, work);
      assert.equal(reading.tables.length, tables);
      assert.deepEqual((await proveBackup(entry, work)).reading.sha256, entry.manifest.archive.sha256);
      execFileSync(path.join(bin, 'pg_restore'), ['-f', '/dev/null', archivePath(entry)]);
    }
  });

  it('are proven by the key that signed them, once it is trusted, with what was verified since', async () => {
    const ours = async (): Promise<string[]> => (await readCatalog(root)).entries.filter(isOurs).map(({ id }) => id);
    assert.deepEqual(await ours(), []);
    await trustKey(made.key, 'the golden one');
    const signed = made.made.filter(({ what, origin }) => origin === 'db-ferry' && !what.includes('nobody'));
    assert.deepEqual(await ours(), signed.map(({ backup }) => backup).sort());
    const counted = (await findBackup(root, signed[0]?.backup ?? '')).manifest;
    assert.deepEqual(counted.verified.map(({ level }) => level).sort(), ['counted', 'digest', 'restored', 'structure']);
    assert.equal(counted.generated?.length, 1);
    assert.equal(Object.keys(counted.counted ?? {}).length, counted.tables.length);
  });

  it('are held as they were', async () => {
    const held = made.made.find(({ what }) => what.startsWith('PostgreSQL 18'))?.backup ?? '';
    await assert.rejects(async () => removeBackup(await findBackup(root, held)), { code: 'backup.held' });
  });
});
