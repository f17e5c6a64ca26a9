import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBackup, listBackups, listPartials } from '../../../src/core/catalog/catalog';
import { holdBackup } from '../../../src/core/catalog/hold';
import { isOurs } from '../../../src/core/catalog/manifest';
import { recordVerification, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { upgradeBackup } from '../../../src/core/catalog/upgradeBackup';
import { isAppError } from '../../../src/core/base/errors';
import { ferry, resultOf } from '../cli/ferry';
import { putBackup } from './putBackup';
import { putSealed } from './putSealed';

const id = '20261123T051500Z-00ff00';

describe('a backup of format 1 that is sealed as format 2', () => {
  let folder: string;
  let root: string;
  const before = process.env['XDG_STATE_HOME'];
  const work = { signal: new AbortController().signal, report: () => undefined };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dbf-upgrade-'));
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    root = path.join(folder, 'root');
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same backup: same archive, same file, same tables, ours as before, with what was verified', async () => {
    const old = await putBackup(root, id);
    await writeFile(path.join(old, 'report.md'), '# As it was\n');
    const restored = { level: 'restored', time: '2026-11-24T05:15:00.000Z', place: 'beta/x/pg-0/shop' } as const;
    await recordVerification(await findBackup(root, id), restored, work.report);
    const entry = await findBackup(root, id);
    const inode = (await stat(path.join(old, 'database.dump'))).ino;
    const told = await ferry('upgrade', id, '--root', root, '--json');
    assert.equal(told.exitCode, 0, told.out);
    const { data } = resultOf(told) as { data: { folder: string } };
    assert.equal(data.folder, path.join(path.dirname(old), id));
    const sealed = await findBackup(root, id);
    assert.deepEqual([sealed.folder, sealed.manifest.formatVersion, isOurs(sealed)], [data.folder, 2, true]);
    assert.equal((await stat(path.join(sealed.folder, 'database.dump'))).ino, inode);
    assert.deepEqual(await readdir(path.dirname(old)), [id]);
    const { tables, archive, source, time } = entry.manifest;
    const now = sealed.manifest;
    assert.deepEqual(
      [now.tables, now.archive, now.source, now.time, now.upgraded?.from],
      [tables, archive, source, time, 1],
    );
    assert.deepEqual(
      now.verified.map(({ level }) => level),
      ['restored', 'digest'],
    );
    await verifyBackup(sealed, work);
    assert.ok('report.md' in (now.files ?? {}));
    assert.equal((await upgradeBackup(sealed, work)).folder, sealed.folder);
    assert.match((await ferry('upgrade', id, '--root', root)).out, /format 2 already/);
  });

  it('proves nothing that nobody proved', async () => {
    await putBackup(root, id, { isSigned: false });
    const sealed = await upgradeBackup(await findBackup(root, id), work);
    assert.deepEqual([sealed.signed, sealed.manifest.formatVersion], [{ by: 'nobody' }, 2]);
  });

  it('keeps what somebody else signed, what is held, and what is damaged, as it is', async () => {
    const old = await putBackup(root, id);
    const own = process.env['XDG_STATE_HOME'];
    process.env['XDG_STATE_HOME'] = path.join(folder, 'another');
    await refused('usage');
    process.env['XDG_STATE_HOME'] = own;
    const hold = await holdBackup(await findBackup(root, id), { owner: 'audit', reason: 'March' });
    assert.equal(hold.backup, id);
    await refused('backup.held');
    await rm(path.join(old, 'hold.json'));
    await writeFile(path.join(old, 'database.dump'), 'PGDMP, once');
    await refused('backup.damaged');
    assert.deepEqual([await readdir(path.dirname(old)), await listPartials(root)], [[path.basename(old)], []]);
  });

  it('goes on where it was killed: with the new one sealed, the old one goes', async () => {
    const old = await putBackup(root, id);
    const kept = path.join(folder, 'kept');
    await cp(old, kept, { recursive: true });
    const { folder: sealed } = await upgradeBackup(await findBackup(root, id), work);
    await cp(kept, old, { recursive: true });
    await assert.rejects(findBackup(root, id), (error) => isAppError(error, 'backup.unknown'));
    assert.equal((await upgradeBackup(await findBackup(root, old), work)).folder, sealed);
    assert.deepEqual(await readdir(path.dirname(old)), [id]);
    await rm(sealed, { recursive: true });
    await cp(kept, old, { recursive: true });
    const other = await putSealed(path.join(folder, 'elsewhere'), id);
    await cp(other, sealed, { recursive: true });
    await assert.rejects(
      async () => upgradeBackup(await findBackup(root, old), work),
      (error) => isAppError(error, 'backup.damaged'),
    );
    assert.equal((await listBackups(root)).length, 2);
  });

  it('can be given up, and leaves the old one', async () => {
    const old = await putBackup(root, id);
    const stop = new AbortController();
    const entry = await findBackup(root, id);
    const giving = upgradeBackup(entry, { signal: stop.signal, report: () => stop.abort() });
    await assert.rejects(giving, (error) => isAppError(error, 'cancelled'));
    assert.deepEqual(await readdir(path.dirname(old)), [path.basename(old)]);
    await verifyBackup(await findBackup(root, id), work);
  });

  async function refused(code: 'usage' | 'backup.held' | 'backup.damaged'): Promise<void> {
    await assert.rejects(
      async () => upgradeBackup(await findBackup(root, id), work),
      (error) => isAppError(error, code),
      code,
    );
  }
});

describe('a hold on the command line', () => {
  it('wants a reason, keeps a backup from being deleted, and is taken back', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dbf-hold-'));
    const root = path.join(folder, 'root');
    const kept = await putSealed(root, id);
    const exit = async (...argv: string[]): Promise<number> =>
      (await ferry(...argv, '--root', root, '--json')).exitCode;
    assert.equal(await exit('hold', id), 2);
    assert.equal(await exit('hold', id, '--reason', 'March'), 0);
    assert.equal(await exit('delete', id, '--yes'), 1);
    assert.ok((await readdir(kept)).includes('manifest.json'));
    assert.equal(await exit('unhold', id), 0);
    assert.equal(await exit('delete', id, '--yes'), 0);
    await rm(folder, { recursive: true, force: true });
  });
});
