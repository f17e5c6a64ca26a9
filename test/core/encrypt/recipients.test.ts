import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { makeIdentity, parseIdentities, readIdentities } from '../../../src/core/encrypt/identity';
import { checkRecipient } from '../../../src/core/encrypt/recipient';
import {
  addRecipient,
  readRecipients,
  recipientsOfBackups,
  removeRecipient,
} from '../../../src/core/encrypt/recipients';
import { stateFolder } from '../../../src/core/state/stateFolder';
import { recoveryKit } from '../../../src/words/recoveryKit';
import { ferry, resultOf } from '../cli/ferry';

describe('whom backups are encrypted for', () => {
  let folder: string;
  const before = process.env['XDG_STATE_HOME'];
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'dbf-recipients-')));
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  const refuses = async (code: string, act: Promise<unknown>, reason?: string): Promise<void> =>
    assert.rejects(act, (error) => {
      assert.ok(isAppError(error) && error.code === code, String(error));
      assert.ok(!JSON.stringify(error).includes('AGE-SECRET-KEY'), 'a secret in an error');
      if (reason !== undefined) assert.equal(error.data['reason'], reason);
      return true;
    });

  it('nobody, until there is a recovery key; the only one stays while others are there', async () => {
    const [team, recovery, second] = [await makeIdentity(), await makeIdentity(), await makeIdentity()];
    await refuses('recovery.missing', recipientsOfBackups({}));
    await addRecipient({ key: team.recipient, role: 'team', name: 'the  team\nof A' });
    await refuses('recovery.missing', recipientsOfBackups({}));
    await addRecipient({ key: recovery.recipient, role: 'recovery', name: '' });
    assert.deepEqual(await recipientsOfBackups({}), [team.recipient, recovery.recipient]);
    await refuses('recovery.last', removeRecipient(recovery.recipient));
    await addRecipient({ key: second.recipient, role: 'recovery', name: 'safe' });
    await removeRecipient(recovery.recipient);
    assert.equal((await removeRecipient('the team of A')).key, team.recipient);
    await refuses('recipient.unknown', removeRecipient('the team of A'));
    assert.deepEqual(await readRecipients({}), [{ key: second.recipient, role: 'recovery', name: 'safe' }]);
    // the last of all may go: then nothing is encrypted any more
    await removeRecipient('safe');
    await refuses('recovery.missing', recipientsOfBackups({}));
    assert.equal((await stat(join(stateFolder(), 'keys', 'recipients'))).mode & 0o777, 0o600);
  });

  it('also those of the environment; one that is none is an error, since it would be locked out', async () => {
    const [team, recovery] = [await makeIdentity(), await makeIdentity()];
    const env = { DB_FERRY_RECIPIENTS: `${team.recipient}, recovery:${recovery.recipient} ${recovery.recipient}` };
    assert.deepEqual(await readRecipients(env), [
      { key: team.recipient, role: 'team', name: '' },
      { key: recovery.recipient, role: 'recovery', name: '' },
    ]);
    await refuses('recipient.invalid', readRecipients({ DB_FERRY_RECIPIENTS: `${team.recipient}x` }), 'form');
    await refuses('recipient.invalid', readRecipients({ DB_FERRY_RECIPIENTS: team.opens }), 'secret');
    await addRecipient({ key: team.recipient, role: 'recovery', name: '' });
    const list = join(stateFolder(), 'keys', 'recipients');
    await writeFile(list, `${await readFile(list, 'utf8')}nonsense team x\n`);
    await refuses('recipient.invalid', readRecipients({}), 'form');
    // who could write to it could read all backups to come
    await writeFile(list, `${team.recipient} recovery\n`);
    await chmod(list, 0o666);
    await refuses('file.refused', readRecipients({}), 'owner');
  });

  it('a text is a recipient, or it is said why not; a secret is never repeated', async () => {
    const [own, hybrid] = [await makeIdentity(), await makeIdentity('hybrid')];
    for (const good of [own.recipient, hybrid.recipient]) checkRecipient(good);
    for (const [text, reason] of [
      ['', 'form'],
      ['age1', 'form'],
      [own.recipient.slice(0, -1), 'form'],
      [`${own.recipient}${own.recipient.slice(4)}`, 'form'],
      [own.recipient.toUpperCase(), 'form'],
      [own.opens, 'secret'],
      [own.opens.toLowerCase(), 'secret'],
      ['ssh-ed25519 AAAA', 'ssh'],
      ['age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t', 'plugin'],
    ] as const) {
      await refuses('recipient.invalid', (async () => checkRecipient(text))(), reason);
    }
    await addRecipient({ key: own.recipient, role: 'recovery', name: '' });
    await refuses('recipient.invalid', addRecipient({ key: hybrid.recipient, role: 'team', name: '' }), 'mixed');
  });

  it('an identity file is read, or it is said why not and where', async () => {
    const own = await makeIdentity();
    const hybrid = await makeIdentity('hybrid');
    assert.deepEqual(await parseIdentities('x', `# one\n\n${own.opens}\r\n  ${hybrid.opens}\n`), [own, hybrid]);
    for (const [text, reason, line] of [
      ['', 'none', undefined],
      ['# nothing\n', 'none', undefined],
      [`${own.opens}\n${own.opens.slice(0, -1)}\n`, 'form', 2],
      [`\n${own.recipient}\n`, 'recipient', 2],
      ['AGE-PLUGIN-YUBIKEY-1QQ', 'plugin', 1],
      ['-----BEGIN OPENSSH PRIVATE KEY-----\n', 'ssh', 1],
      [own.opens.toLowerCase(), 'form', 1],
    ] as const) {
      await assert.rejects(parseIdentities('x', text), (error) => {
        assert.ok(isAppError(error, 'identity.unusable'), String(error));
        assert.deepEqual([error.data['reason'], error.data['line']], [reason, line], text);
        assert.ok(!JSON.stringify(error).includes('SECRET'));
        return true;
      });
    }
    // as a Secret is mounted
    await writeFile(join(folder, 'data'), `${own.opens}\n`);
    await symlink(join(folder, 'data'), join(folder, 'identity'));
    assert.deepEqual(await readIdentities(join(folder, 'identity')), [own]);
    await refuses('file.refused', readIdentities(folder), 'notFile');
  });

  it('the kit is one page, and as a file it is the identity itself', async () => {
    for (const kind of ['x25519', 'hybrid'] as const) {
      const { opens, recipient } = await makeIdentity(kind);
      const page = recoveryKit({ identity: opens, recipient, date: '2026-11-30' });
      const lines = page.split('\n');
      assert.ok(lines.length <= 60 && lines.every((line) => line.length <= 80), page);
      assert.deepEqual(await parseIdentities('kit', page), [{ opens, recipient }]);
      assert.match(page, /age -d -i recovery\.key key\.1\.age > backup\.key\n/);
      assert.match(page, /age -d -i backup\.key database\.dump\.age \| pg_restore -d shop\n/);
    }
  });

  it('keys init, add, list, remove, kit: the secret is where the user said, and nowhere else', async () => {
    const root = join(folder, 'root');
    const out = join(folder, 'out');
    const tree = join(folder, 'tree');
    for (const one of [root, out, tree]) await mkdir(one);
    execFileSync('git', ['init', '-q', tree]);
    const at = (...argv: string[]): ReturnType<typeof ferry> => ferry(...argv, '--root', root);
    const page = join(out, 'recovery.key');
    const made = await at('keys', 'init', page, '--json');
    assert.equal(made.exitCode, 0);
    const [identity] = await readIdentities(page);
    assert.ok(identity);
    const { opens, recipient } = identity;
    assert.deepEqual(resultOf(made)['data'], { recipient, file: page });
    assert.equal((await stat(page)).mode & 0o777, 0o600);
    const team = await makeIdentity();
    assert.equal((await at('keys', 'add', team.recipient, 'team', '--json')).exitCode, 0);
    const listed = await at('keys', 'list');
    for (const part of [recipient, team.recipient, 'recovery', 'team'])
      assert.ok(listed.out.includes(part), listed.out);
    const again = await at('keys', 'kit', page);
    assert.ok(again.out.includes(opens) && again.out.includes('WHERE IT BELONGS'));
    assert.equal((await at('keys', 'kit', page, '--json')).exitCode, 2);
    assert.equal((await at('keys', 'remove', 'team')).exitCode, 0);
    // nobody is there to see it
    assert.equal((await at('keys', 'init')).exitCode, 2);
    for (const [file, why] of [
      [join(root, 'x'), /Backups are there/],
      [join(folder, 'state', 'db-ferry', 'x'), /keys of this workspace/],
      [join(tree, 'x'), /git work tree/],
      [page, /A file is there already/],
      [join(folder, 'nowhere', 'x'), /no such folder/],
    ] as const) {
      const { exitCode, err } = await at('keys', 'init', file);
      assert.equal(exitCode, 1, file);
      assert.match(err, why);
    }
    assert.equal((await readRecipients({})).length, 1);
    assert.equal(
      await readFile(page, 'utf8'),
      recoveryKit({
        identity: opens,
        recipient,
        date: /\d{4}-\d\d-\d\d/.exec(await readFile(page, 'utf8'))?.[0] ?? '',
      }),
    );
    // nothing of it is left here
    const secrets = execFileSync('grep', ['-rlE', 'AGE-SECRET-KEY-1[0-9A-Z]{20}', folder]).toString().trim();
    assert.equal(secrets, page);
    assert.deepEqual(await readdir(out), ['recovery.key']);
    const told = [made, listed].map((one) => one.out + one.err).join('');
    assert.ok(!told.includes('AGE-SECRET-KEY'));
  });
});
