import assert from 'node:assert/strict';
import type { Report } from '../../../src/report/model';
import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createJobFolder, openEventLog } from '../../../src/core/job/record/jobFolder';
import { writeReport } from '../../../src/core/job/record/report';
import { describeJob } from '../../../src/cli/describeJob';
import { putBackup } from '../catalog/putBackup';
import { generateArchive } from '../postgres/archive/generateArchive';
import { ferry, resultOf, type Told } from './ferry';
import { requestOf } from '../job/requestOf';

describe('archives on the command line', () => {
  let folder: string;
  let root: string;
  let dump: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-files-'));
    root = join(folder, 'root');
    dump = join(folder, 'old.dump');
    await writeFile(dump, Readable.from(generateArchive({ tables: 3, bytesPerTable: 5000, compression: 'gzip' })));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const run = (...argv: string[]): Promise<Told> => ferry(...argv, '--root', root);
  const dataOf = async (...argv: string[]): Promise<Record<string, unknown>> => {
    const told = await run(...argv, '--json');
    assert.equal(told.exitCode, 0, told.out);
    return resultOf(told)['data'] as Record<string, unknown>;
  };

  it('a dump is imported with its reason, inspected, and exported as it was', async () => {
    const { backup, tables } = await dataOf('import', dump, '--reason', 'an old one');
    assert.equal(tables, 3);
    const listed = JSON.parse((await run('backups', '-o', 'json')).out) as { items: Record<string, unknown>[] };
    assert.deepEqual(
      listed.items.map(({ id, origin, asked }) => [id, origin, (asked as { reason: string }).reason]),
      [[backup, 'adopted', 'an old one']],
    );
    const copy = join(folder, 'copy.dump');
    const { sha256, bytes } = await dataOf('export', String(backup), copy);
    assert.ok((await readFile(dump)).equals(await readFile(copy)));
    assert.equal((await stat(copy)).mode & 0o777, 0o600);
    assert.deepEqual([bytes, typeof sha256], [(await stat(dump)).size, 'string']);
  });

  it('what is no dump is not imported, and leaves nothing', async () => {
    await writeFile(join(folder, 'x.sql'), '-- PostgreSQL database dump\n');
    await execa('tar', ['-C', folder, '-cf', join(folder, 'x.tar'), 'x.sql']);
    const whole = await readFile(dump);
    await writeFile(join(folder, 'cut.dump'), whole.subarray(0, whole.length - 100));
    for (const [file, exitCode, code] of [
      // it wants a pod
      ['x.sql', 2, 'usage'],
      ['cut.dump', 1, 'archive.damaged'],
      ['none', 1, 'backup.unknown'],
      // no dump is in them
      ['x.tar', 1, 'archive.foreign'],
      ['.', 1, 'archive.foreign'],
    ] as const) {
      const told = await run('import', join(folder, file), '--json');
      assert.deepEqual([told.exitCode, (resultOf(told)['error'] as { code: string }).code], [exitCode, code], file);
    }
    // to be loaded: SQL alone
    for (const [file, exitCode, code] of [
      [dump, 2, 'usage'],
      [join(folder, 'x.tar'), 2, 'usage'],
      [folder, 2, 'usage'],
    ] as const) {
      const told = await run('import', file, '--into', 'a/b/c', '--json');
      assert.deepEqual([told.exitCode, (resultOf(told)['error'] as { code: string }).code], [exitCode, code], file);
    }
    assert.equal((await run('backups')).out, '');
  });

  it('an export never writes over what is there unless it is told to, and is not there where the archive is damaged', async () => {
    const made = await putBackup(root, '20261120T010000Z-aaaaaa');
    const target = join(folder, 'shop.dump');
    await symlink(join(folder, 'elsewhere'), join(folder, 'link.dump'));
    await writeFile(target, 'mine');
    for (const file of [target, join(folder, 'link.dump'), join(made, 'database.dump')]) {
      assert.equal((await run('export', 'latest', file)).exitCode, 2, file);
    }
    assert.equal((await run('export', 'latest', join(made, 'database.dump'), '--overwrite')).exitCode, 2);
    assert.equal(String(await readFile(target)), 'mine');
    assert.equal((await run('export', 'latest', target, '--overwrite')).exitCode, 0);
    assert.ok((await readFile(target)).equals(await readFile(join(made, 'database.dump'))));
    await mkdir(join(folder, 'archive'));
    const { file } = await dataOf('export', 'latest', join(folder, 'archive'));
    assert.equal(file, join(folder, 'archive', 'shop-20261120T010000Z.dump'));
    const bytes = await readFile(join(made, 'database.dump'));
    bytes[bytes.length - 30] = (bytes[bytes.length - 30] ?? 0) ^ 1;
    await writeFile(join(made, 'database.dump'), bytes);
    const damaged = await run('export', 'latest', join(folder, 'bad.dump'), '--json');
    assert.deepEqual([damaged.exitCode, (resultOf(damaged)['error'] as { code: string }).code], [1, 'backup.damaged']);
    await assert.rejects(stat(join(folder, 'bad.dump')), { code: 'ENOENT' });
  });

  it('an archive is inspected with the manifest that is of it, and with none that is of another', async () => {
    const made = await putBackup(root, '20261120T010000Z-aaaaaa');
    const known = await run('inspect', 'latest');
    assert.match(
      known.out,
      /^archive +\S+database\.dump\n[^]*backup +20261120T010000Z-aaaaaa[^]*signed +by this workspace\nSQL runs +as the role that restores; where that is a superuser, as a temporary role that is none, but for what/,
    );
    await putBackup(root, '20261119T020000Z-bbbbbb', { isSigned: false });
    const unsigned = (await run('inspect', '20261119T020000Z-bbbbbb')).out;
    assert.match(unsigned, /^SQL runs +.+ a temporary role that is none, without what only a superuser can make$/m);
    assert.match(known.out, /^SCHEMA +TABLE +OWNER +COLUMNS +ROWS +SIZE$/m);
    const tsv = (await run('inspect', 'latest', '-o', 'tsv', '--columns', 'table,rows')).out.trimEnd().split('\n');
    assert.equal(tsv.length, 3);
    assert.match(tsv[1] ?? '', /^\S+\t[1-9]\d*$/);
    const foreign = JSON.parse((await run('inspect', dump, '-o', 'json')).out) as Record<string, unknown>;
    assert.deepEqual([foreign['provenance'], (foreign['items'] as unknown[]).length], ['foreign', 3]);
    assert.match((await run('inspect', dump)).out, /Not a backup of DB Ferry[^]*\?/);
    await writeFile(
      join(made, 'database.dump'),
      Buffer.concat([await readFile(join(made, 'database.dump')), Buffer.alloc(9)]),
    );
    const longer = await run('inspect', made);
    assert.equal(longer.exitCode, 1);
    assert.match(longer.out, /their sizes differ/);
    assert.match((await run('inspect', join(folder, 'none'))).err, /There is no backup/);
  });

  it('the report of a job is printed as it was written, and one that is not there is said', async () => {
    const asked = { by: 'a test', reason: 'to read it' };
    const request = requestOf('backup', ['a/b/c/d'], { root, asked });
    const { id, folder: job } = await createJobFolder(root, request);
    const none = await run('report', id, '--json');
    assert.deepEqual([none.exitCode, (resultOf(none)['error'] as { code: string }).code], [1, 'report.none']);
    assert.equal((await run('report', 'latest')).exitCode, 1);
    const time = new Date().toISOString();
    const result = { type: 'result', outcome: 'done', exitCode: 0, data: {} } as const;
    await writeReport(job, result, describeJob);
    openEventLog(job).finish({ time, ...result });
    for (const name of [id, 'latest', 'latest:backup', id.slice(0, 9)]) {
      assert.match((await run('report', name)).out, /^# .*\n[^]*to read it/, name);
    }
    const { out } = await run('report', id, '-o', 'json');
    const said = JSON.parse(out) as Report;
    assert.deepEqual([said.schema, said.title], [1, 'Back up d from c']);
    assert.match(JSON.stringify(said.sections[0]), /"reason"}\],\[{"text":"to read it"}\]/);
    const events = (await run('report', id, '--json')).out
      .split('\n')
      .map((one) => (one === '' ? {} : JSON.parse(one)) as { says?: Report });
    assert.deepEqual(events.find(({ says }) => says !== undefined)?.says, said);
    assert.match((await run('report', id, '--html')).out, /<td>to read it<\/td>/);
    assert.equal((await run('report', id, '--html', '-o', 'json')).exitCode, 2);
    await putBackup(root, '20261120T010000Z-aaaaaa');
    assert.equal((await run('report', '20261120')).exitCode, 1);
    assert.equal((await run('report', 'nosuch')).exitCode, 1);
  });
});
