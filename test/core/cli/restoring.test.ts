import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { confirmReplacing, restoreOptions } from '../../../src/cli/restoring';
import type { Options } from '../../../src/cli/options';
import type { RestorePlan } from '../../../src/core/job/plan/planRestore';
import { Terminal } from '../../../src/cli/terminal';
import { isAppError } from '../../../src/core/base/errors';
import { requestOf } from '../job/requestOf';

/** Of a database that is replaced, with two roles that are made. */
function planOf(reference: string, more: Partial<RestorePlan> = {}): RestorePlan {
  const database = reference.split('/').slice(3).join('/');
  const target = { reference, database, exists: true, sessions: 2, applications: [], kept: [], bytes: 36e6 };
  return {
    from: {
      kind: 'backup',
      backup: 'b1',
      database: 'shop',
      snapshot: '2026-11-23T05:15:00Z',
      isForeign: false,
      bytes: 1e6,
    },
    ...{ target, findings: [], isBlocked: false, mayCreateRoles: true, missingWithoutOwners: [] },
    roles: { missing: [], create: ['shop_app', 'Ödd "x"'], map: [], unknownTargets: [], alreadyThere: [] },
    expected: { seconds: 12, basis: 'size' },
    ...more,
  };
}

describe('replacing a database', () => {
  let looked = 0;
  let ended: number | undefined;

  /** A person at a terminal who types `typed`. */
  async function confirm(options: Options, typed: string, target = 'a/b/c/shop'): Promise<string> {
    const tty = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
    const streams = { in: tty(), out: tty(), err: tty() };
    streams.in.end(typed);
    const call = { operands: ['x', target], options, terminal: new Terminal(streams, false, false) };
    const request = requestOf('restore', ['x', target]);
    ended = await confirmReplacing(call, request, async () => {
      looked += 1;
      return planOf(target);
    });
    return `${String(streams.err.read() ?? '')}${String(streams.out.read() ?? '')}`;
  }

  it('wants the name typed', async () => {
    assert.match(await confirm({ as: 'replace' }, 'shop\n'), /to +a\/b\/c\/shop/);
    assert.match(await confirm({ as: 'replace' }, 'sh/op\n', 'a/b/c/sh/op'), /\(sh\/op\)/);
  });

  it('after all that was found: what is replaced, each role that is made, how long it takes', async () => {
    const said = await confirm({ as: 'replace' }, 'shop\n');
    const [before = ''] = said.split('Type the name');
    for (const part of ['36.0 MB', '2 sessions', '2 roles', 'shop_app, Ödd "x"', '12 s', 'b1 of 2026-11-23']) {
      assert.ok(before.includes(part), part);
    }
  });

  it('a wrong name may be typed again', async () => {
    const said = await confirm({ as: 'replace' }, 'Shop\nshop\n');
    assert.match(said, /That is not shop\./);
    assert.equal(ended, undefined);
  });

  it('--plan shows it, asks nothing and ends there: 0, or 4 where something blocks', async () => {
    for (const as of ['new', 'replace'] as const) {
      const said = await confirm({ as, plan: true }, '');
      assert.match(said, /2 roles without the right to log in: shop_app, Ödd "x"[^]*Nothing was changed\./);
      assert.doesNotMatch(said, /Type the name/);
      assert.equal(ended, 0);
    }
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
    looked = 0;
    assert.equal(await confirm({ as: 'new' }, ''), '');
    assert.equal(await confirm({}, ''), '');
    assert.equal(looked, 0);
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
