import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { isAppError } from '../../../src/core/base/errors';
import { confirmKept } from '../../../src/cli/kept';
import { Terminal } from '../../../src/cli/terminal';
import { keptLine } from '../../../src/words/keptWords';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { cliHints } from '../../../src/cli/hints';
import { requestOf } from '../job/requestOf';

describe('undo and release in a terminal', () => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = new Terminal({ in: Readable.from([]), out: nowhere, err: nowhere }, false, false);

  it('want --yes where nobody is there to be asked, and start no job without it', async () => {
    for (const kind of ['undo', 'release'] as const) {
      const request = requestOf(kind, ['a/b/c/d']);
      const call = { operands: ['a/b/c/d'], options: {}, terminal };
      await assert.rejects(
        confirmKept(call, request),
        (error) => isAppError(error) && error.code === 'usage' && /--yes/.test(String(error.data.message)),
      );
      const twice = { ...call, options: { confirm: ['a', 'b'] } };
      await assert.rejects(confirmKept(twice, request), (error) => isAppError(error, 'usage'));
    }
  });

  it('what only claims to be kept is told with owner, size and age, and how to mean it all the same', () => {
    const claim = {
      ...{
        name: 'shop__before_zz\u001b[2J',
        owner: 'tenant',
        bytes: 7_000_000,
        made: '2026-11-23T05:15:00Z',
        job: 'zz',
      },
      proof: { how: 'claim', why: 'nobody' },
    } as const;
    assert.match(keptLine(claim), /owner tenant, 7\.0 MB, made .*2026.*, claims to be kept by job zz$/);
    const data = { reference: 'a/b/c/shop', database: 'shop', databases: [claim] };
    const text = sentences(wordsFor('restore.claimed', data, cliHints));
    assert.match(text, /a\/b\/c\/shop[^]*owner tenant[^]*--confirm /);
    assert.ok(!text.includes('\u001b'));
  });
});
