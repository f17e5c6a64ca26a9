import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { compareFingerprints, fingerprint } from './independent';
import { places, startLab, type Lab } from './lab';

describe('encrypted backups on the command line', function () {
  this.timeout(300_000);
  let lab: Lab;
  let folder: string;
  let setting: FerrySetting;
  let key: string;
  let backup: string;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], scale: 0.1 });
    folder = await mkdtemp(join(tmpdir(), 'dbf-encrypted-'));
    key = join(folder, 'recovery.key');
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    setting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root'), env };
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function expectExit(code: number, ...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, code, told(run));
    return run;
  }

  async function isSame(database: string): Promise<void> {
    const clients = [await lab.server('source').connect('shop'), await lab.server('pg16').connect(database)] as const;
    try {
      const [left, right] = [await fingerprint(clients[0]), await fingerprint(clients[1])];
      assert.deepEqual(compareFingerprints(left, right), []);
    } finally {
      for (const client of clients) await client.end();
    }
  }

  /** Every file of a folder that holds a text. */
  async function filesWith(text: string, of: string): Promise<string[]> {
    const found: string[] = [];
    for (const one of await readdir(of, { recursive: true, withFileTypes: true })) {
      const name = join(one.parentPath, one.name);
      if (one.isFile() && (await readFile(name)).includes(text)) found.push(name);
    }
    return found;
  }

  it('nothing is encrypted before there is a recovery key; then a backup is', async () => {
    const refused = await expectExit(1, 'backup', `${places.source}/shop`, '--encrypt');
    assert.equal(refused.result.error?.code, 'recovery.missing');
    // in clear, before anything asked for more
    const clear = String((await expectExit(0, 'backup', `${places.source}/shop`)).result.data['backup']);
    const place = places.source.split('/').slice(0, 2).join('/');
    await expectExit(0, 'protect', place, '--encrypt');
    const to = `${places.pg16}/never`;
    for (const asked of [
      ['backup', `${places.source}/shop`],
      ['copy', `${places.source}/shop`, to, '--create-roles'],
    ]) {
      const without = await expectExit(4, ...asked);
      assert.equal(without.result.findings?.[0]?.code, 'policy.unencrypted', asked[0]);
    }
    const planned = await expectExit(0, 'copy', `${places.source}/shop`, to, '--create-roles', '--plan');
    assert.ok(JSON.stringify(planned.events).includes('policy.unencrypted'));
    const sent = await expectExit(2, 'send', clear, join(folder, 'elsewhere'));
    assert.equal(sent.result.error?.data['rule'], 'send.clear');
    await expectExit(0, 'delete', clear, '--yes');
    await expectExit(0, 'keys', 'init', key);
    const unasked = await expectExit(0, 'backup', `${places.source}/shop`);
    assert.equal(unasked.result.data['encrypted'], true);
    await expectExit(0, 'unprotect', place, '--encrypt', '--yes');
    await expectExit(0, 'delete', String(unasked.result.data['backup']), '--yes');
    const { result } = await expectExit(0, 'backup', `${places.source}/shop`, '--encrypt');
    assert.equal(result.data['encrypted'], true);
    backup = String(result.data['backup']);
    const listed = await expectExit(0, 'backups');
    assert.ok(listed.events.some((event) => 'encrypted' in event && event['encrypted'] === true));
    assert.deepEqual(await filesWith('PGDMP', setting.root), []);
    // it is sent as it lies there: who keeps it elsewhere needs no key
    const elsewhere = join(folder, 'kept-elsewhere');
    await expectExit(0, 'send', backup, elsewhere);
    assert.equal((await ferry({ ...setting, root: elsewhere }, 'backups')).result.data['backups'], 1);
    assert.deepEqual(await filesWith('PGDMP', elsewhere), []);
  });

  it('is verified, inspected, exported, compared and restored with the identity, and not without', async () => {
    const named = ['--identity', key];
    for (const args of [
      ['verify', backup],
      ['restore', backup, `${places.pg16}/shop`, '--create-roles'],
      ['export', backup, join(folder, 'no.dump')],
      ['inspect', backup],
      ['report', backup],
    ]) {
      const run = await expectExit(1, ...args);
      assert.equal(run.result.error?.code, 'encrypted.noIdentity', args[0]);
    }
    await expectExit(0, 'verify', backup, ...named);
    await expectExit(0, 'inspect', backup, ...named);
    const report = await expectExit(0, 'report', backup, ...named);
    assert.ok(report.events.some((event) => 'markdown' in event && String(event['markdown']).startsWith('# ')));
    const file = join(folder, 'shop.dump');
    await expectExit(0, 'export', backup, file, ...named);
    assert.match((await execa(join(lab.server('source').bin, 'pg_restore'), ['-l', file])).stdout, /shop orders/);
    const restored = await expectExit(
      ...([0, 'restore', backup, `${places.pg16}/shop`, '--create-roles', '--streams', '3', ...named] as const),
    );
    assert.equal(restored.result.outcome, 'done');
    await isSame('shop');
    await expectExit(0, 'diff', backup, `${places.pg16}/shop`, ...named);
    // by the environment, as a Secret is mounted
    setting = { ...setting, env: { ...setting.env, DB_FERRY_IDENTITY: key } };
    await expectExit(0, 'verify', backup);
    setting = { ...setting, env: { XDG_STATE_HOME: join(folder, 'state') } };
  });

  it('a copy keeps an encrypted backup between, and needs no identity for it', async () => {
    const kept = await expectExit(
      ...([
        0,
        'copy',
        `${places.source}/shop`,
        `${places.pg16}/copied`,
        '--encrypt',
        '--keep',
        '--create-roles',
      ] as const),
    );
    await isSame('copied');
    const names = await readdir(String(kept.result.data['folder']));
    assert.ok(names.includes('database.dump.age') && !names.includes('database.dump'), names.join());
  });

  it('keys test opens the newest, keys rotate opens all to a new key; delete asks for none', async () => {
    const tested = await expectExit(0, 'keys', 'test', key);
    assert.deepEqual([tested.result.data['opened'], tested.result.data['failed']], [1, 0]);
    const other = join(folder, 'other.key');
    await expectExit(0, 'keys', 'init', other);
    assert.equal((await expectExit(1, 'keys', 'test', other)).result.data['failed'], 1);
    const rotated = await expectExit(0, 'keys', 'rotate', 'all', '--identity', key);
    assert.equal(rotated.result.data['rotated'], 2);
    await expectExit(0, 'keys', 'test', other);
    await expectExit(0, 'verify', backup, '--identity', other);
    await expectExit(0, 'delete', backup, '--yes');
  });

  it('no secret is in the folder of backups, or in that of jobs: not in a request, an event, a log', async () => {
    const secret = /AGE-SECRET-KEY-1\w+/.exec(await readFile(key, 'utf8'))?.[0] ?? '';
    assert.notEqual(secret, '');
    for (const of of [setting.root, join(folder, 'state')]) {
      assert.deepEqual(await filesWith('AGE-SECRET-KEY', of), []);
      assert.deepEqual(await filesWith(secret.toLowerCase(), of), []);
    }
    assert.deepEqual(await filesWith('PGDMP', setting.root), []);
  });
});
