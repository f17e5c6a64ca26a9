import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupNamed, jobNamed } from '../../../src/cli/named';
import { backupOrDatabase, jobOrDatabase, jobOrPod } from '../../../src/cli/operands';
import { Terminal } from '../../../src/cli/terminal';
import type { Call } from '../../../src/cli/command';
import { isAppError } from '../../../src/core/base/errors';
import { formatOperand, type JobKind } from '../../../src/core/job/request';
import { createJobFolder, openEventLog } from '../../../src/core/job/record/jobFolder';
import { putBackup } from '../catalog/putBackup';
import { putSealed } from '../catalog/putSealed';
import { ferry, resultOf } from './ferry';
import { PassThrough } from 'node:stream';
import { requestOf } from '../job/requestOf';

describe('names on the command line', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-named-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const call = (...operands: string[]): Call => {
    const streams = { in: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
    return { operands, options: { root }, terminal: new Terminal(streams, false, false) };
  };
  const backup = (name: string): Promise<string> => backupNamed(call(), name);
  const refuses = (name: string, code: 'backup.unknown' | 'backup.damaged', fact?: string): Promise<void> =>
    assert.rejects(
      backup(name),
      (error) => isAppError(error, code) && (fact === undefined || fact in error.data),
      name,
    );

  const prod = { cluster: 'prod', namespace: 'shop', workload: 'pg', pod: 'pg-0', database: 'shop' };
  const test = { ...prod, cluster: 'test' };

  it('a backup: its id, a beginning that is one alone, latest of all, of a database, of a place however far it goes', async () => {
    await putBackup(root, '20261120T010000Z-aaaaaa', { source: prod });
    await putBackup(root, '20261121T010000Z-bbbbbb', { source: prod });
    await putBackup(root, '20261122T010000Z-cccccc', { source: { ...test, database: 'bill/ing' } });
    for (const [name, id] of [
      ['20261121T010000Z-bbbbbb', 'bbbbbb'],
      ['20261120', 'aaaaaa'],
      ['latest', 'cccccc'],
      ['latest:', 'cccccc'],
      ['latest:shop', 'bbbbbb'],
      ['latest:prod/', 'bbbbbb'],
      ['latest:prod/shop', 'bbbbbb'],
      ['latest:prod/shop/pg', 'bbbbbb'],
      ['latest:prod/shop/pg-0', 'bbbbbb'],
      ['latest:prod/shop/pg/shop', 'bbbbbb'],
      ['latest:test/shop/pg/bill/ing', 'cccccc'],
    ] as const) {
      assert.equal((await backup(name)).slice(-6), id, name);
    }
    assert.equal(await backup('./x.dump'), './x.dump');
    for (const name of ['2026112', '202', 'latest:nothing', 'latest:prod/other', 'latests', '']) {
      await refuses(name, 'backup.unknown');
    }
    await refuses('2026112', 'backup.unknown', 'fits');
    const { err, exitCode } = await ferry('verify', '2026112', '--root', root);
    assert.match(err, /3 begin like that: 20261120T010000Z-aaaaaa, 20261121T010000Z-bbbbbb, 2026/);
    assert.equal(exitCode, 1);
  });

  it('latest chooses nothing where the name means several places, and names them', async () => {
    await putBackup(root, '20261120T010000Z-aaaaaa', { source: prod });
    await putBackup(root, '20261121T010000Z-bbbbbb', { source: test });
    await refuses('latest:shop', 'backup.unknown', 'places');
    assert.match(
      (await ferry('verify', 'latest:shop', '--root', root)).err,
      /prod\/shop\/pg\/shop, test\/shop\/pg\/shop/,
    );
    assert.match(await backup('latest:prod/'), /aaaaaa$/);
  });

  it('latest is never one that nobody signed or that cannot be read, nor an older one in its stead', async () => {
    await putBackup(root, '20261120T010000Z-aaaaaa', { source: prod });
    await putBackup(root, '20261121T010000Z-bbbbbb', { source: prod, isSigned: false });
    for (const name of ['latest', 'latest:shop', 'latest:prod/shop']) await refuses(name, 'backup.unknown', 'unproven');
    assert.match(await backup('20261121'), /bbbbbb$/);
    const folder = await putBackup(root, '20261122T010000Z-cccccc', { source: test });
    await writeFile(join(folder, 'manifest.json'), 'x');
    for (const name of ['latest', 'latest:shop', 'latest:test/']) await refuses(name, 'backup.damaged');
    await refuses('latest:prod/', 'backup.unknown', 'unproven');
  });

  it('what cannot be read counts by the name of its folder: a beginning that fits it too means nobody, and it goes by its whole name alone', async () => {
    const good = await putBackup(root, '20261130T123153Z-ba0817', { source: prod });
    const broken = await putSealed(root, '20261130T123212Z-97f098', { source: prod });
    await writeFile(join(broken, 'manifest.json'), '{');
    // what is being made is none, and so is what cannot be read yet
    await mkdir(join(broken, '../20261130T123212Z-aaaaaa.partial'));
    await mkdir(join(broken, '../20261130T123212Z-bbbbbb'));
    await refuses('20261130T123', 'backup.unknown', 'fits');
    await refuses('20261130T12321', 'backup.damaged');
    await refuses('20261130T123212Z-97f098', 'backup.damaged');
    await refuses('20261130T123212Z-bbbbbb', 'backup.damaged');
    assert.equal(await backup('20261130T12315'), '20261130T123153Z-ba0817');
    const told = async (...argv: string[]): Promise<[number, string]> => {
      const { exitCode, err } = await ferry(...argv, '--root', root);
      return [exitCode, err];
    };
    const both = /2 begin like that: 20261130T123153Z-ba0817, 20261130T123212Z-97f098/;
    for (const argv of [
      ['hold', '20261130T123', '--reason', 'x'],
      ['delete', '20261130T123', '--yes'],
    ]) {
      const [exit, text] = await told(...argv);
      assert.equal(exit, 1, text);
      assert.match(text, both);
    }
    for (const name of ['20261130T12321', '20261130T123212Z-bbbbbb']) {
      assert.equal((await told('delete', name, '--yes'))[0], 1, name);
    }
    const gone = ['delete', '20261130T123212Z-97f098'];
    assert.match(
      (await told(...gone))[1],
      /is not what its manifest says[^]*deletes all that is in [^]*97f098 for good/,
    );
    await writeFile(join(broken, 'hold.json'), '{}');
    assert.match((await told(...gone, '--yes'))[1], /held/);
    await rm(join(broken, 'hold.json'));
    const reads = requestOf('verify', ['20261130T123212Z-97f098'], { root });
    const { folder: job } = await createJobFolder(root, reads);
    assert.ok((await told(...gone, '--yes'))[1].includes(job.slice(job.lastIndexOf('/') + 1)));
    await rm(job, { recursive: true });
    assert.deepEqual([existsSync(broken), existsSync(good)], [true, true]);
    assert.deepEqual([(await told(...gone, '--yes'))[0], existsSync(broken), existsSync(good)], [0, false, true]);
  });

  it('a job: its id, its beginning, latest of what the command can be about', async () => {
    const make = async (kind: JobKind, operands: string[]): Promise<string> => {
      const { id, folder } = await createJobFolder(root, requestOf(kind, operands, { root }));
      const time = new Date().toISOString();
      openEventLog(folder).finish({ type: 'result', time, outcome: 'done', exitCode: 0, data: {} });
      return id;
    };
    const restore = await make('restore', ['20261120T010000Z-aaaaaa', 'test/shop/pg/shop']);
    const backed = await make('backup', ['prod/shop/pg/shop']);
    const named = async (name: string): Promise<string> => (await jobNamed(call(), name)).id;
    assert.equal(await named(backed), backed);
    // ids of one second stand in the order of their random ends
    assert.equal(await named('latest'), [restore, backed].sort().at(-1));
    assert.equal(await named('latest:restore'), restore);
    assert.equal(await named('latest:test/shop'), restore);
    assert.equal(await named('latest:prod/'), backed);
    assert.equal(await named(restore.slice(0, -1)), restore);
    for (const name of ['latest', 'latest:restore', 'latest:test/shop/pg/shop']) {
      assert.deepEqual(await jobOrDatabase(call(name)), { job: restore }, name);
    }
    assert.equal(formatOperand(await jobOrDatabase(call('a/b/c/d'))), 'a/b/c/d');
    await assert.rejects(jobOrPod(call('latest')), (error) => isAppError(error, 'job.unknown'));
    assert.equal(await jobOrPod(call()), undefined);
    await assert.rejects(
      jobNamed(call(), restore.slice(0, 4)),
      (error) => isAppError(error, 'job.unknown') && (error.data['fits'] as string[]).length === 2,
    );
    const shown = await ferry('job', 'latest:restore', '--root', root);
    assert.match(shown.out, new RegExp(`^job +${restore}`));
    assert.match((await ferry('cancel', 'latest', '--root', root)).err, /There is no job "latest"/);
    assert.match((await ferry('job', restore.slice(0, 4), '--root', root)).err, /2 begin like that/);
  });

  it('what diff compares may be named so on both sides', async () => {
    await putBackup(root, '20261120T010000Z-aaaaaa', { source: prod });
    assert.match(formatOperand(await backupOrDatabase(call(), 'latest:prod/shop')), /aaaaaa$/);
    assert.equal(formatOperand(await backupOrDatabase(call(), 'a/b/c/d')), 'a/b/c/d');
    await assert.rejects(backupOrDatabase(call(), 'a/b/c'), (error) => isAppError(error, 'reference.invalid'));
  });

  it('DB_FERRY_ROOT says where, --root wins, and one that depends on where one stands is refused', async () => {
    await putBackup(root, '20261120T010000Z-aaaaaa', { source: prod });
    const before = process.env['DB_FERRY_ROOT'];
    try {
      process.env['DB_FERRY_ROOT'] = root;
      assert.match((await ferry('backups')).out, /20261120T010000Z-aaaaaa/);
      assert.equal((await ferry('backups', '--root', join(root, 'other'))).out, '');
      process.env['DB_FERRY_ROOT'] = 'backups';
      const told = await ferry('backups', '--json');
      assert.deepEqual([told.exitCode, resultOf(told)['outcome']], [2, 'usage']);
      process.env['DB_FERRY_ROOT'] = '';
      assert.equal((await ferry('backups', '--root', root)).exitCode, 0);
    } finally {
      if (before === undefined) delete process.env['DB_FERRY_ROOT'];
      else process.env['DB_FERRY_ROOT'] = before;
    }
  });
});
