import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adopt } from '../../../src/core/catalog/adopt';
import {
  encodeName,
  makeBackupId,
  makePartialFolder,
  seal,
  writeDurably,
} from '../../../src/core/catalog/backupFolder';
import {
  findBackup,
  jobOfPartial,
  listBackups,
  listPartials,
  removeBackup,
  removePartial,
} from '../../../src/core/catalog/catalog';
import { defaultRoot, prepareRoot } from '../../../src/core/catalog/root';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { aManifest } from './aManifest';

describe('catalog', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-catalog-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('lists sealed backups alone, oldest first, and finds them by id, by its beginning, by path', async () => {
    const late = await sealed(root, 'shop', new Date('2026-11-23T05:15:00Z'));
    const early = await sealed(root, 'sh/op…', new Date('2026-11-22T05:15:00Z'));
    const { partial } = await makePartialFolder(root, place('shop'), makeBackupId(new Date()), 'job-7');
    await mkdir(path.join(root, '.jobs', 'a', 'b', 'c', 'd'), { recursive: true });
    assert.deepEqual(
      (await listBackups(root)).map((entry) => entry.id),
      [early.id, late.id],
    );
    assert.deepEqual(
      (await listBackups(root, { database: 'sh/op…' })).map((entry) => entry.id),
      [early.id],
    );
    assert.deepEqual(await listPartials(root), [partial]);
    assert.equal(await jobOfPartial(partial), 'job-7');
    assert.equal((await findBackup(root, late.id)).folder, late.folder);
    assert.equal((await findBackup(root, late.id.slice(0, 8))).folder, late.folder);
    assert.equal((await findBackup(root, late.folder)).id, late.id);
    await rejects(findBackup(root, '2026'), 'backup.unknown');
    await rejects(findBackup(root, partial), 'backup.incomplete');
    await rejects(findBackup(root, '/nowhere'), 'backup.unknown');
    await removePartial(partial);
    await rejects(removePartial(late.folder), 'usage');
    await removeBackup(await findBackup(root, late.id));
    assert.deepEqual(
      (await listBackups(root)).map((entry) => entry.id),
      [early.id],
    );
  });

  it('says that a manifest is damaged rather than taking the folder for a foreign one', async () => {
    const one = await sealed(root, 'shop', new Date());
    await writeFile(path.join(one.folder, 'manifest.json'), '{"format":"db-ferry-ba');
    await rejects(findBackup(root, one.folder), 'backup.damaged');
    assert.deepEqual(await listBackups(root), []);
  });

  it('keeps folders and files to their owner', async () => {
    const one = await sealed(root, 'shop', new Date());
    assert.equal((await stat(one.folder)).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(one.folder, 'manifest.json'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(one.folder), ['manifest.json']);
  });

  it('gives two backups of one second two folders', async () => {
    const now = new Date();
    const first = await sealed(root, 'shop', now);
    const second = await sealed(root, 'shop', now);
    assert.notEqual(first.folder, second.folder);
    assert.equal((await listBackups(root)).length, 2);
  });

  it('encodes every name so that no path escapes', () => {
    assert.deepEqual(['a b/ü', '..', '.', 'ok-1.2_3', '%', ''].map(encodeName), [
      'a%20b%2F%C3%BC',
      '%2E.',
      '%2E',
      'ok-1.2_3',
      '%25',
      '',
    ]);
  });

  it('adopts a custom-format archive and refuses everything else with its reason', async () => {
    const file = path.join(root, 'theirs.dump');
    const foreign: [RegExp, string | Buffer][] = [
      [/^sqlDump$/, '--\n-- PostgreSQL database dump\n--\n\\restrict abc\nSET statement_timeout = 0;\n'],
      [/^file$/, Buffer.from([0x1f, 0x8b, 8, 0])],
      [/tar/, Buffer.concat([Buffer.from('toc.dat'), Buffer.alloc(250), Buffer.from('ustar\0')])],
      [/empty/, ''],
      [/^unknown$/, Buffer.from([1, 2, 3])],
    ];
    for (const [reason, bytes] of foreign) {
      await writeFile(file, bytes);
      await assert.rejects(
        findBackup(root, file),
        (error) => isAppError(error, 'archive.foreign') && reason.test(error.data['reason']),
      );
    }
    await writeFile(file, 'PGDMP\x01\x0e\x00rest');
    const entry = await adopt(file);
    assert.deepEqual(
      [entry.manifest.origin, entry.manifest.archive.file, entry.manifest.archive.sha256],
      ['adopted', 'theirs.dump', ''],
    );
    await rejects(removeBackup(entry), 'usage');
  });

  it('defaults to the workspace volume in Dev Spaces, to the data folder elsewhere', () => {
    const dev = { DEVWORKSPACE_ID: 'w', PROJECTS_ROOT: '/projects', HOME: '/home/user' };
    assert.equal(defaultRoot(dev), '/projects/.db-ferry');
    assert.equal(defaultRoot({ HOME: '/home/me' }), '/home/me/.local/share/db-ferry');
    assert.equal(defaultRoot({ HOME: '/home/me', XDG_DATA_HOME: '/data' }), '/data/db-ferry');
  });

  it('ignores itself inside a git work tree, and only there', async () => {
    await prepareRoot(path.join(root, 'outside'));
    assert.deepEqual(await readdir(path.join(root, 'outside')), []);
    await mkdir(path.join(root, 'clone', '.git'), { recursive: true });
    const inside = path.join(root, 'clone', 'backups', 'here');
    await prepareRoot(inside);
    await prepareRoot(inside);
    assert.equal(await readFile(path.join(inside, '.gitignore'), 'utf8'), '*\n');
    await writeFile(path.join(inside, '.gitignore'), 'dist\n');
    await prepareRoot(inside, 'alpha');
    assert.equal(await readFile(path.join(inside, '.gitignore'), 'utf8'), 'dist\n');
    assert.equal(await readFile(path.join(inside, 'alpha', '.gitignore'), 'utf8'), '*\n');
  });
});

describe('the final name', () => {
  it('is taken back after an error', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'ferry-seal-'));
    const { partial, final } = await makePartialFolder(root, place('shop'), makeBackupId(new Date()), 'job-1');
    await writeDurably(path.join(partial, 'manifest.json'), '{}');
    const prove = async (): Promise<void> => Promise.reject(new Error('not what it should be'));
    await assert.rejects(seal(partial, final, prove), /not what it should be/);
    assert.deepEqual([await listBackups(root), await listPartials(root)], [[], [partial]]);
    await rm(root, { recursive: true });
  });
});

function place(database: string): { cluster: string; namespace: string; workload: string; database: string } {
  return { cluster: 'alpha', namespace: 'demo', workload: 'pg', database };
}

async function sealed(root: string, database: string, now: Date): Promise<{ id: string; folder: string }> {
  const id = makeBackupId(now);
  const { partial, final } = await makePartialFolder(root, place(database), id, 'job-1');
  const { source } = aManifest();
  const manifest = aManifest({ id, source: { ...source, ...place(database) } });
  await writeDurably(path.join(partial, 'manifest.json'), JSON.stringify(manifest));
  await seal(partial, final);
  return { id, folder: final };
}

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(promise, (error) => isAppError(error, code));
}
