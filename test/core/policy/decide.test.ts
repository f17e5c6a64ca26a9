import assert from 'node:assert/strict';
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cliHints } from '../../../src/cli/hints';
import { isAppError } from '../../../src/core/base/errors';
import { decide, decideBackup } from '../../../src/core/policy/decide';
import { protectedPlaces, readProtected, writeProtected } from '../../../src/core/policy/protectedList';
import { stateFolder } from '../../../src/core/state/stateFolder';
import { plainFinding } from '../../../src/words/findingWords';
import { ferry, resultOf } from '../cli/ferry';

const prod = { alias: 'prod', server: 'https://api.prod:6443', contexts: [] };

describe('a policy for backups', () => {
  const reference = 'prod/shop/pg-0/shop';

  it('asks for nothing where no entry does, encrypts where one does, and refuses what cannot be encrypted', () => {
    assert.deepEqual(decideBackup({ reference, canEncrypt: false }), { encrypt: false, findings: [] });
    for (const canEncrypt of [true, false]) {
      const { encrypt, findings } = decideBackup({ reference, encryptedBy: 'prod/*', canEncrypt });
      assert.ok(encrypt);
      const [level, code] = canEncrypt ? ['note', 'policy.encrypted'] : ['block', 'policy.unencrypted'];
      assert.deepEqual(findings, [{ level, code, data: { reference, by: 'prod/*' } }]);
    }
  });
});

describe('what the policy of a user says of a job', () => {
  const facts = { reference: 'prod/shop/pg-0/orders', database: 'orders', replaces: true, protectedBy: 'prod/*' };

  it('in a protected place a database goes only by its name, whatever else was said', () => {
    assert.equal(decide(facts)[0]?.level, 'block');
    assert.equal(decide({ ...facts, confirmed: 'order' })[0]?.level, 'block');
    assert.equal(decide({ ...facts, confirmed: '' })[0]?.level, 'block');
    assert.equal(decide({ ...facts, confirmed: 'orders' })[0]?.level, 'note');
    assert.equal(
      decide({ ...facts, confirmed: 'orders__before_1', alsoNamed: ['orders__before_1'] })[0]?.level,
      'note',
    );
    assert.equal(decide({ ...facts, willAsk: true })[0]?.level, 'warn');
    assert.deepEqual(decide({ ...facts, replaces: false }), []);
    const { protectedBy, ...open } = facts;
    assert.deepEqual(decide(open), [], protectedBy);
  });

  it('and says how to go on', () => {
    const words = decide(facts).map((finding) => plainFinding(finding, cliHints));
    assert.match(words.join(), /prod\/shop\/pg-0\/orders is in a protected place \(prod\/\*\).*--confirm orders/);
  });
});

describe('the protected places of a user', () => {
  const file = (): string => path.join(stateFolder(), 'protected', 'own');
  afterEach(() => rm(path.join(stateFolder(), 'protected'), { recursive: true, force: true }));

  it('are those of the command line and of the editor together, and nobody else may read or write them', async () => {
    await writeProtected('own', ['prod/*', 'prod/*', 'test/sh\nop']);
    await writeProtected('editor', ['*/payments']);
    const places = await protectedPlaces();
    assert.equal(places.entryFor(prod, 'shop'), 'prod/*');
    assert.equal(places.entryFor({ ...prod, alias: 'dev', server: 'https://dev' }, 'payments'), '*/payments');
    assert.equal(places.entryFor({ ...prod, alias: 'dev', server: 'https://dev' }, 'shop'), undefined);
    assert.deepEqual(await readProtected('own'), ['prod/*', 'test/sh op']);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
  });

  it('that cannot be read let nobody go on', async () => {
    await mkdir(path.dirname(file()), { recursive: true, mode: 0o700 });
    await writeFile(`${file()}.elsewhere`, '', { mode: 0o600 });
    await symlink(`${file()}.elsewhere`, file());
    await assert.rejects(protectedPlaces(), (error) => isAppError(error, 'file.refused'));
  });

  it('are named, listed and taken back on the command line', async () => {
    assert.equal((await ferry('protect', 'prod')).exitCode, 0);
    assert.equal((await ferry('protect', 'test-*/shop')).exitCode, 0);
    await writeProtected('editor', ['*/payments']);
    const { out } = await ferry('protect');
    for (const entry of ['prod/*', 'test-*/shop', '*/payments']) assert.ok(out.includes(entry), out);
    const refused = await ferry('unprotect', 'prod', '--json');
    assert.equal(refused.exitCode, 2);
    assert.equal(resultOf(refused)['outcome'], 'usage');
    assert.equal((await ferry('unprotect', '*/payments', '--yes')).exitCode, 2, 'the settings hold it');
    assert.equal((await ferry('unprotect', 'prod', '--yes')).exitCode, 0);
    assert.equal(await readFile(file(), 'utf8'), 'test-*/shop\n');
  });
});
