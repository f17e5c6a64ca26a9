import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { makeBackupKey, openBackupKey, sealBackupKey } from '../../../src/core/encrypt/backupKey';
import { decryptStream, decryptWhole } from '../../../src/core/encrypt/decryptStream';
import { encryptStream, encryptWhole } from '../../../src/core/encrypt/encryptStream';
import { makeIdentity, parseIdentities, readIdentities } from '../../../src/core/encrypt/identity';
import { otherAges, type OtherAge } from './otherAge';
import { collect, inPieces, plainBytes } from './plain';

const chunk = 64 * 1024;

describe('what is encrypted', function () {
  this.timeout(600_000);
  let others: readonly OtherAge[];
  let folder: string;
  before(async () => {
    others = await otherAges();
    console.log(`    held against: ${others.map(({ name }) => name).join(', ')}`);
    folder = await mkdtemp(join(tmpdir(), 'dbf-interchange-'));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3_000_001];

  it('is opened by others, and what others encrypted is opened, of every size about the borders of chunks', async () => {
    const own = await makeIdentity();
    for (const other of others) {
      const theirs = await other.makeIdentity();
      for (const size of sizes) {
        const plain = plainBytes(size);
        // for both: either opens it
        const written = await collect(
          encryptStream(inPieces(plain, 100_000, 1, chunk), [own.recipient, theirs.recipient]),
        );
        assert.equal(written.error, undefined);
        for (const identity of [theirs.file, own.opens]) {
          isSame(await other.decrypt(written.bytes, identity), plain, `${other.name} reads ${size}`);
        }
        const read = await other.encrypt(plain, [theirs.recipient, own.recipient]);
        const identities = [await parseIdentities('theirs', theirs.file), [own]];
        for (const some of identities) {
          const found = await collect(decryptStream('x', inPieces(read, 1000, 70_000, 3), some));
          assert.equal(found.error, undefined, `of ${other.name}, ${size}`);
          isSame(found.bytes, plain, `of ${other.name}, ${size}`);
        }
      }
    }
  });

  it('with a key of its own for each backup is opened in the two steps that stock tools take', async () => {
    const recovery = await makeIdentity();
    const team = await makeIdentity();
    const recipients = [recovery.recipient, team.recipient];
    const key = await makeBackupKey(recipients);
    const keyFile = await sealBackupKey(key, recipients, { backup: '20261123T051500Z-3f9a1c', made: new Date(0) });
    const plain = plainBytes(200_000);
    const archive = await encryptWhole(plain, [key.recipient]);
    for (const other of others) {
      // age -d -i recovery.key key.1.age > backup.key; age -d -i backup.key database.dump.age
      for (const { opens } of [recovery, team]) {
        const backupKey = await other.decrypt(keyFile, opens);
        assert.match(backupKey.toString(), /^# of the backup 20261123T051500Z-3f9a1c\n/);
        isSame(await other.decrypt(archive, backupKey.toString()), plain, other.name);
      }
      // and the way back
      const made = await other.makeIdentity();
      const theirs = await other.encrypt(Buffer.from(made.file), recipients);
      const opened = await openBackupKey('key.1.age', theirs, { identities: [team], recipient: made.recipient });
      isSame(await decryptWhole('x', await other.encrypt(plain, [made.recipient]), [opened]), plain, other.name);
    }
  });

  it('identities with a passphrase are read as others write them, armored and not, and ours are read by others', async () => {
    const own = await makeIdentity();
    const text = `# created: some day\n# public key: ${own.recipient}\n${own.opens}\n`;
    for (const other of others) {
      const file = join(folder, `${other.name}.key`);
      await writeFile(file, await other.protect(text, 'correct horse'));
      const asked: string[] = [];
      const ask = (answer: string | undefined) => async (named: string) => {
        asked.push(named);
        return answer;
      };
      assert.deepEqual(await readIdentities(file, ask('correct horse')), [own]);
      assert.deepEqual(asked, [file]);
      const refused = async (answer: string | undefined, reason: string): Promise<void> =>
        assert.rejects(
          readIdentities(file, ask(answer)),
          (error) => isAppError(error, 'identity.unusable') && error.data['reason'] === reason,
        );
      await refused('wrong horse', 'wrongPassphrase');
      await refused(undefined, 'noPassphrase');
      await writeFile(file, await other.encrypt(Buffer.from(text), [own.recipient]));
      await refused('correct horse', 'encryptedFor');
    }
  });

  it('for identities that withstand quantum computers, too', async () => {
    const own = await makeIdentity('hybrid');
    const key = await makeBackupKey([own.recipient]);
    assert.match(key.recipient, /^age1pq1/);
    const plain = plainBytes(70_000);
    const archive = await encryptWhole(plain, [key.recipient]);
    const keyFile = await sealBackupKey(key, [own.recipient], { backup: 'x', made: new Date() });
    const opened = await openBackupKey('key.1.age', keyFile, { identities: [own], recipient: key.recipient });
    isSame(await decryptWhole('x', archive, [opened]), plain, 'ours');
    for (const other of others.filter(({ name }) => name === 'age')) {
      isSame(await other.decrypt(archive, (await other.decrypt(keyFile, own.opens)).toString()), plain, other.name);
    }
  });
});

/** By where they part: the difference of some megabytes, spelled out byte by byte, takes more memory than a machine has. */
function isSame(found: Buffer, wanted: Buffer, what: string): void {
  const at = found.equals(wanted) ? -1 : wanted.findIndex((byte, index) => byte !== found[index]);
  assert.ok(found.equals(wanted), `${what}: ${found.length} bytes for ${wanted.length}, another one at ${at}`);
}
