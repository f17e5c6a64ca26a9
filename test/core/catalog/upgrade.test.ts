import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atOf } from '../../../src/core/catalog/atOf';
import { findBackup, findSummary, listBackups, listPartials } from '../../../src/core/catalog/catalog';
import { holdBackup } from '../../../src/core/catalog/hold';
import { isOurs } from '../../../src/core/catalog/manifest';
import { recordVerification, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { upgradeBackup } from '../../../src/core/catalog/upgradeBackup';
import type { DrillRecord } from '../../../src/core/catalog/drillRecord';
import { writeDrill } from '../../../src/core/catalog/verifications';
import { AppError, isAppError } from '../../../src/core/base/errors';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { lockTarget } from '../../../src/core/job/run/targetLock';
import { ferry, resultOf } from '../cli/ferry';
import { requestOf } from '../job/requestOf';
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

  it('takes along what was shown of it since, and leaves what another run makes or left', async () => {
    const old = await putBackup(root, id);
    const entry = await findBackup(root, id);
    const drill: DrillRecord = {
      ...{
        outcome: 'proved' as const,
        time: '2026-11-24T05:15:00.000Z',
        place: 'beta/x/pg-0',
        job: 'tparu5hgex',
        by: 'me',
      },
      ...{ seconds: 2, steps: { find: 1, restore: 1 }, checks: [] },
    };
    await writeDrill(atOf(entry), { backup: id, archive: entry.manifest.archive.sha256 }, drill);
    const others = [`${id}.partial`, `${id}.0a1b2c.partial`];
    for (const name of others) {
      await mkdir(path.join(old, '..', name));
      await cp(path.join(old, 'manifest.json'), path.join(old, '..', name, 'manifest.json'));
    }
    const told = await ferry('upgrade', id, '--root', root, '--json');
    assert.equal(told.exitCode, 0, told.out);
    assert.deepEqual((await readdir(path.dirname(old))).sort(), [id, ...others].sort());
    const { folder: sealed, manifest, drills } = await findSummary(root, id);
    assert.deepEqual([manifest.formatVersion, drills?.map(({ job }) => job)], [2, ['tparu5hgex']]);
    assert.ok(!(await readdir(sealed)).includes('job'));
    await verifyBackup(await findBackup(root, id), work);
  });

  it('puts nothing out of its way, also an empty folder', async () => {
    const old = await putBackup(root, id);
    const byId = path.join(path.dirname(old), id);
    const takenBy = async (at: string): Promise<void> =>
      assert.rejects(
        async () => upgradeBackup(await findBackup(root, id), work),
        (error) => isAppError(error, 'backup.damaged') && error.data.reason === 'upgrade.taken' && error.data.at === at,
        at,
      );
    await mkdir(byId);
    await takenBy(byId);
    await rmdir(byId);
    // named by its id as today's are
    await rename(old, byId);
    await mkdir(old);
    await takenBy(old);
    await writeFile(path.join(old, 'x'), '');
    await takenBy(old);
    assert.deepEqual((await readdir(path.dirname(old))).sort(), [path.basename(old), id].sort());
    await rm(old, { recursive: true });
    assert.equal((await upgradeBackup(await findBackup(root, id), work)).folder, byId);
    assert.deepEqual(await readdir(path.dirname(old)), [id]);
  });

  it('waits for nobody: a job that reads it, a drill that may choose it, and another upgrade are told', async () => {
    const old = await putBackup(root, id);
    const { source } = (await findBackup(root, id)).manifest;
    const { cluster, namespace, pod, database } = source;
    const told = async (exit: number, words: string): Promise<void> => {
      const { exitCode, err } = await ferry('upgrade', id, '--root', root);
      assert.deepEqual([exitCode, err.includes(words)], [exit, true], err);
    };
    const into = { cluster, namespace, pod };
    const work = { kind: 'drill', backup: { of: { ...into, database }, pick: 'newest' }, into, options: {} } as const;
    for (const reads of [requestOf('verify', [old], { root }), { ...requestOf('verify', [id], { root }), ...work }]) {
      const job = await createJobFolder(root, reads);
      await told(1, job.id);
      await rm(job.folder, { recursive: true });
    }
    const lock = await lockTarget(root, 'tparu5hgex', `upgrade ${await realpath(old)}`, old);
    await told(2, 'Another upgrade');
    await lock.release();
    // who comes while it is read is heard, too
    const reading = { signal: new AbortController().signal, report: () => undefined };
    let asked = 0;
    const mustBeFree = async (): Promise<void> => {
      if ((asked += 1) > 1) throw new AppError('target.busy', { reference: old, job: 'tparu5hgex' });
    };
    await assert.rejects(upgradeBackup(await findBackup(root, id), { ...reading, mustBeFree }), (error) =>
      isAppError(error, 'target.busy'),
    );
    assert.deepEqual(await readdir(path.dirname(old)), [path.basename(old)]);
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
