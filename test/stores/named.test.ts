import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeToOthers } from '../golden/closeToOthers';
import { ferry, told, type Run } from '../lab/ferry';
import { makeCertificates } from '../lab/api/certificates';
import { FaultyProxy } from './faultyProxy';
import { makeBucket, servers, type TestBucket } from './setting';

const golden = fileURLToPath(new URL('../golden/0.1.0/root', import.meta.url));

for (const url of servers) {
  describe(`a store that has a name, on ${url.host}`, function () {
    this.timeout(300_000);
    const isAnybody = url.searchParams.get('login') === 'any';
    const secret = decodeURIComponent(url.password);
    let to: TestBucket;
    let folder: string;
    let root: string;
    let env: Record<string, string>;

    before(async () => {
      to = await makeBucket(url);
      folder = await mkdtemp(join(tmpdir(), 'dbf-named-'));
      root = join(folder, 'root');
      await cp(golden, root, { recursive: true });
      await closeToOthers(root);
      // nothing of Amazon's own variables: what the store says of itself must do
      env = { XDG_STATE_HOME: join(folder, 'state'), ...blank };
      env['ARCHIVE_ACCESS_KEY_ID'] = decodeURIComponent(url.username);
      env['ARCHIVE_SECRET_ACCESS_KEY'] = secret;
    });
    after(async () => {
      to.admin.destroy();
      await rm(folder, { recursive: true, force: true });
    });

    const run = async (code: number, ...args: string[]): Promise<Run> => {
      const done = await ferry({ kubeconfig: '', root, env }, ...args);
      assert.equal(done.exitCode, code, told(done));
      return done;
    };
    /** By its name alone, as a person would. */
    const named = async (code: number, ...args: string[]): Promise<Run> => {
      const done = await ferry({ kubeconfig: '', root: 'archive', env }, ...args);
      assert.equal(done.exitCode, code, told(done));
      return done;
    };
    const levels = ({ events }: Run): Record<string, { level: string; data: Record<string, unknown> }> =>
      Object.fromEntries(
        events.flatMap((event) => {
          const one = event as unknown as { type: string; what: string; level: string; data: Record<string, unknown> };
          return one.type === 'check' ? [[one.what, one]] : [];
        }),
      );

    it('is reached by its name, with a login from where it says, which nothing writes down', async () => {
      const where = ['--endpoint', url.origin, '--price', '0.02'];
      await run(0, 'stores', 'add', 'archive', to.address, ...where, '--login', 'env:ARCHIVE');
      const listed = await run(0, 'stores', 'list');
      assert.equal(listed.result.data['stores'], 1);
      const { events } = await run(0, 'backups');
      const ids = events.flatMap((event) => (event.type === 'backup' ? [String((event as { id?: unknown }).id)] : []));
      const [id = ''] = ids;
      const sent = await run(0, 'send', id, 'archive');
      assert.equal(sent.result.data['to'], 'store:archive');
      assert.equal((await named(0, 'backups')).result.data['backups'], 1);
      await named(0, 'verify', id);
      // or by where it stands, beside backups of another root
      const at = `store:archive/${String(sent.result.data['key'])}`;
      await run(0, 'verify', at);
      await run(0, 'hold', at, '--reason', 'a case');
      assert.equal((await run(1, 'delete', at, '--yes')).result.error?.code, 'backup.held');
      await run(0, 'unhold', at);
      await run(1, 'verify', at.replace(/\d{8}T/, '20200101T'));
      // the same login from a file, and from a Secret that is mounted
      const file = join(folder, 'credentials');
      const lines = [`aws_access_key_id = ${decodeURIComponent(url.username)}`, `aws_secret_access_key=${secret}`];
      await writeFile(file, `[default]\nregion = nowhere\n[team]\n${lines.join('\n')}\n`, { mode: 0o600 });
      const claim = join(folder, 'claim');
      await mkdir(claim);
      await writeFile(join(claim, 'AWS_ACCESS_KEY_ID'), decodeURIComponent(url.username));
      await writeFile(join(claim, 'AWS_SECRET_ACCESS_KEY'), `${secret}\n`);
      for (const login of [`file:${file}#team`, `folder:${claim}`]) {
        await run(0, 'stores', 'add', 'archive', to.address, ...where, '--login', login);
        assert.equal((await named(0, 'backups')).result.data['backups'], 1);
      }
      for (const [login, reason] of [
        ['env:NOBODY', 'absent'],
        [`file:${file}`, 'absent'],
        [`file:${file}x`, 'unreadable'],
      ] as const) {
        await run(0, 'stores', 'add', 'archive', to.address, ...where, '--login', login);
        const { error } = (await named(1, 'backups')).result;
        assert.deepEqual([error?.code, error?.data['reason']], ['store.login', reason]);
      }
      assert.equal(
        (await run(2, 'stores', 'add', 'archive', to.address, '--login', secret)).result.error?.code,
        'usage',
      );
      await run(0, 'stores', 'add', 'archive', to.address, ...where, '--login', 'env:ARCHIVE');
      for (const name of await readdir(env['XDG_STATE_HOME'] ?? '', { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue;
        const text = await readFile(join(name.parentPath, name.name), 'latin1');
        assert.ok(secret.length < 6 || !text.includes(secret), `the login is in ${name.name}`);
      }
    });

    it('stores check tries what backups will do, and leaves nothing', async () => {
      const found = levels(await run(0, 'stores', 'check', 'archive'));
      for (const what of ['reach', 'clock', 'write', 'read', 'delete', 'conditions', 'unfinished']) {
        assert.equal(found[what]?.level, 'ok', what);
      }
      assert.deepEqual(found['way'], { ...found['way'], level: 'warn', data: { encrypted: false } });
      assert.deepEqual([found['locks']?.data, found['versions']?.data], [{ able: false }, { kept: false }]);
      assert.equal((await named(0, 'backups')).result.data['backups'], 1);
    });

    it('finds what was begun and not ended, and takes away what is old enough', async () => {
      const lost = 'team/prod/shop/pg/shop/20260101T000000Z-000000/';
      await to.admin.send(new PutObjectCommand({ Bucket: to.bucket, Key: `${lost}globals.sql`, Body: 'x' }));
      await to.admin.send(new CreateMultipartUploadCommand({ Bucket: to.bucket, Key: `${lost}database.dump` }));
      // moto says of every upload that it began in 2010
      const young = isAnybody ? [] : ['--remove-unfinished', '1'];
      const found = levels(await run(0, 'stores', 'check', 'archive', ...young));
      const { parts, backups, removed } = found['unfinished']?.data ?? {};
      assert.deepEqual(
        [found['unfinished']?.level, { parts, backups, removed }],
        ['warn', { parts: 1, backups: 1, removed: 0 }],
      );
      const listed = await named(0, 'backups');
      assert.ok(listed.events.some((event) => event.type === 'partial'));
      const gone = levels(await run(0, 'stores', 'check', 'archive', '--remove-unfinished', '0'));
      assert.deepEqual(gone['unfinished']?.data, { parts: 0, backups: 0, removed: 2 });
      assert.equal((await named(0, 'backups')).result.data['backups'], 1);
    });

    it('says what does not work: a bucket, a server, a login, a name that are not there', async () => {
      const reasons = async (code: number, ...args: string[]): Promise<unknown> =>
        levels(await run(code, 'stores', 'check', ...args))['failed']?.data['reason'];
      const add = async (...args: string[]): Promise<unknown> => run(0, 'stores', 'add', 'odd', ...args);
      await add('s3://db-ferry-never-made', '--endpoint', url.origin, '--login', 'env:ARCHIVE');
      assert.equal(await reasons(1, 'odd'), 'bucket');
      await add(to.address, '--endpoint', 'http://127.0.0.1:9', '--login', 'env:ARCHIVE');
      assert.equal(await reasons(1, 'odd'), 'unreachable');
      if (!isAnybody) {
        env['WRONG_ACCESS_KEY_ID'] = decodeURIComponent(url.username);
        env['WRONG_SECRET_ACCESS_KEY'] = 'canary-of-a-secret';
        await add(to.address, '--endpoint', url.origin, '--login', 'env:WRONG');
        const wrong = await run(1, 'stores', 'check', 'odd');
        assert.equal(levels(wrong)['failed']?.data['reason'], 'credentials');
        assert.ok(!JSON.stringify(wrong).includes('canary-of-a-secret'));
      }
      const unknown = await run(1, 'stores', 'check', 'store:nobody');
      assert.equal(unknown.result.error?.code, 'store.unknown');
      await run(0, 'stores', 'remove', 'odd');
    });

    it('an authority of its own is believed where it is named, and nowhere else; a clock that is off is told', async () => {
      const { ca, key, cert } = await makeCertificates('store');
      const authority = join(folder, 'authority.pem');
      await writeFile(authority, ca);
      let minutes = 0;
      const says = (): { date: string } => ({ date: new Date(Date.now() + minutes * 60_000).toUTCString() });
      const proxy = new FaultyProxy(url, { tls: { key, cert }, says });
      const endpoint = await proxy.open();
      try {
        const where = ['--endpoint', endpoint, '--login', 'env:ARCHIVE'];
        await run(0, 'stores', 'add', 'own', to.address, ...where);
        const refused = levels(await run(1, 'stores', 'check', 'own'));
        assert.deepEqual([refused['failed']?.data['reason'], proxy.seen.length], ['certificate', 0]);
        await run(0, 'stores', 'add', 'own', to.address, ...where, '--authority', authority);
        const found = levels(await run(0, 'stores', 'check', 'own'));
        const { encrypted, until } = found['way']?.data ?? {};
        assert.deepEqual([found['way']?.level, encrypted, typeof until], ['ok', true, 'string']);
        assert.deepEqual([found['write']?.level, found['clock']?.level], ['ok', 'ok']);
        for (const [off, level, code] of [
          [5, 'warn', 0],
          [-20, 'bad', 1],
        ] as const) {
          minutes = off;
          const clock = levels(await run(code, 'stores', 'check', 'own'))['clock'];
          assert.equal(clock?.level, level);
          assert.ok(Math.abs(Number(clock.data['seconds']) - off * 60) < 30, JSON.stringify(clock));
        }
      } finally {
        await proxy.close();
        await run(0, 'stores', 'remove', 'own');
      }
    });

    it('locks of the bucket are seen, and a part is tried instead of an object', async () => {
      const locking = await makeBucket(url, { locks: true });
      try {
        await run(0, 'stores', 'add', 'locking', locking.address, '--endpoint', url.origin, '--login', 'env:ARCHIVE');
        const found = levels(await run(0, 'stores', 'check', 'locking'));
        assert.equal(found['locks']?.data['able'], true);
        assert.equal(found['versions']?.data['kept'], true);
      } finally {
        locking.admin.destroy();
      }
    });
  });
}

const blank = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_S3: '' };
