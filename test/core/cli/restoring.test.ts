import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { confirmReplacing, restoreOptions } from '../../../src/cli/restoring';
import type { Options } from '../../../src/cli/options';
import { Terminal } from '../../../src/cli/terminal';
import { isAppError } from '../../../src/core/errors';

describe('replacing a database', () => {
  /** A person at a terminal who types `typed`. */
  async function confirm(options: Options, typed: string, target = 'a/b/c/shop'): Promise<string> {
    const tty = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
    const streams = { in: tty(), out: tty(), err: tty() };
    streams.in.end(typed);
    await confirmReplacing({ operands: [], options, terminal: new Terminal(streams, false, false) }, target, 'x');
    return String(streams.err.read() ?? '');
  }

  it('wants the name typed', async () => {
    assert.match(await confirm({ as: 'replace' }, 'shop\n'), /replaces the database a\/b\/c\/shop/);
    assert.match(await confirm({ as: 'replace' }, 'sh/op\n', 'a/b/c/sh/op'), /\(sh\/op\)/);
  });

  it('another name, or none, cancels', async () => {
    for (const typed of ['Shop\n', 'y\n', '\n', '']) {
      await assert.rejects(confirm({ as: 'replace' }, typed), (error) => isAppError(error, 'cancelled'));
    }
  });

  it('--yes asks nothing and says what is replaced', async () => {
    assert.match(await confirm({ as: 'replace', yes: true }, ''), /replaces the database a\/b\/c\/shop/);
  });

  it('in place says that there is no way back but a backup', async () => {
    const said = await confirm({ as: 'replace', yes: true, 'in-place': true }, '');
    assert.match(said, /in place.*only way back is the backup/);
    assert.doesNotMatch(said, /sessions end/);
  });

  it('a new database needs no word', async () => {
    assert.equal(await confirm({ as: 'new' }, ''), '');
    assert.equal(await confirm({}, ''), '');
  });

  it('options as the job takes them', () => {
    assert.deepEqual(restoreOptions({ as: 'replace', 'no-owner': true, 'create-roles': true, 'map-role': ['a=b'] }), {
      as: 'replace',
      noOwner: true,
      createRoles: true,
      mapRoles: { a: 'b' },
    });
    assert.deepEqual(restoreOptions({}), {});
    assert.deepEqual(restoreOptions({ as: 'replace', 'in-place': true }), { as: 'replace', inPlace: true });
    for (const odd of [
      {},
      { as: 'new' },
      { as: 'replace', 'create-roles': true },
      { as: 'replace', 'map-role': ['a=b'] },
    ]) {
      assert.throws(
        () => restoreOptions({ ...odd, 'in-place': true }),
        (error) => isAppError(error, 'usage'),
      );
    }
    assert.throws(
      () => restoreOptions({ as: 'over' }),
      (error) => isAppError(error, 'usage'),
    );
  });

  it('takes one to four streams', () => {
    assert.deepEqual(restoreOptions({ streams: '2' }), { streams: 2 });
    for (const streams of ['0', '5', 'many'])
      assert.throws(
        () => restoreOptions({ streams }),
        (error) => isAppError(error, 'usage'),
      );
  });
});
