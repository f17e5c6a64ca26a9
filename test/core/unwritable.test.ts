import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reserveIn, room } from '../../src/core/catalog/disk';
import { prepareRoot } from '../../src/core/catalog/root';
import { isAppError, toAppError } from '../../src/core/base/errors';
import { unwritable } from '../../src/core/base/unwritable';
import { cliHints } from '../../src/cli/hints';
import { sentences, wordsFor } from '../../src/words/errorWords';

describe('a folder that cannot be written to', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-unwritable-'));
    await writeFile(join(folder, 'file'), '');
    await symlink('loop', join(folder, 'loop'));
    await symlink('nowhere', join(folder, 'dangling'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is called what it is, and no fault of DB Ferry', async () => {
    const cases: readonly (readonly [place: string, trouble: string])[] = [
      ['file', 'notFolder'],
      ['file/below', 'notFolder'],
      ['loop/below', 'loop'],
      ['dangling/below', 'notFolder'],
      ['x'.repeat(300), 'nameTooLong'],
      [`${'y'.repeat(200)}/`.repeat(30), 'nameTooLong'],
    ];
    for (const [place, trouble] of cases) {
      await assert.rejects(prepareRoot(join(folder, place)), (error) => {
        assert.ok(isAppError(error, 'root.unreadable'), String(error));
        assert.equal(error.data['trouble'], trouble);
        const said = sentences(wordsFor(error.code, error.data, cliHints));
        assert.match(said, /cannot be written to\.\n.*\.\n.*--root <folder>/);
        assert.doesNotMatch(said, /ENO|mkdir|fault/);
        return true;
      });
    }
  });

  it('a file system for reading only is known by whichever error it gives', async () => {
    const errno = (code: string): Error =>
      Object.assign(new Error(`${code}: …, mkdir '/ro/x'`), { code, path: '/ro/x' });
    const denied = await unwritable('/ro/x', errno('EROFS'));
    assert.deepEqual([denied.code, denied.data['trouble']], ['root.unreadable', 'readOnly']);
    assert.equal(toAppError(errno('EROFS')).code, 'root.unreadable');
    for (const code of ['ENOSPC', 'EDQUOT']) assert.equal((await unwritable('/x', errno(code))).code, 'disk.full');
    assert.equal((await unwritable('/x', new Error('odd'))).code, 'internal');
  });
});

describe('the space that is kept free', () => {
  it('is what is asked for', async () => {
    const sizes = {
      '0': 0,
      '200MB': 200e6,
      '1.5 GiB': 1.5 * 1024 ** 3,
      '64KiB': 65_536,
      '5%': 50,
      '100 %': 1000,
      '7': 7,
    };
    for (const [text, bytes] of Object.entries(sizes)) assert.equal(reserveIn(text, 1000), bytes, text);
    for (const text of ['', 'x', '-1', '101%', '1 PB', '1,5GB']) assert.equal(reserveIn(text, 1000), undefined, text);
    const folder = await mkdtemp(join(tmpdir(), 'dbf-reserve-'));
    try {
      await mkdir(join(folder, 'a'));
      process.env['DB_FERRY_RESERVE'] = '3MB';
      assert.equal((await room(join(folder, 'a'))).reserve, 3e6);
      delete process.env['DB_FERRY_RESERVE'];
      assert.ok((await room(join(folder, 'a'))).reserve >= 1024 ** 3);
    } finally {
      delete process.env['DB_FERRY_RESERVE'];
      await rm(folder, { recursive: true, force: true });
    }
  });
});
