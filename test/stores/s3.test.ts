import { CreateBucketCommand, PutObjectCommand, PutObjectRetentionCommand, S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isAppError } from '../../src/core/base/errors';
import type { S3Settings } from '../../src/core/store/s3/s3Client';
import type { StoreTrouble } from '../../src/core/store/s3/s3Errors';
import { openS3Store, type S3Store } from '../../src/core/store/s3/s3Store';
import { wholeOf, writeOnce } from '../../src/core/store/store';
import { storeContract } from '../contract/storeContract';
import { FaultyProxy, type Fault, type Seen } from './faultyProxy';

// a ring that does not run must not look green
const addresses = (process.env['DB_FERRY_S3'] ?? '').split(/\s+/).filter((one) => one !== '');
if (addresses.length === 0) throw new Error('DB_FERRY_S3 names one or more S3 servers: http://key:secret@host:port');

for (const address of addresses) {
  const url = new URL(address);
  describe(`a bucket of ${url.searchParams.get('name') ?? url.host}`, () => {
    const credentials = {
      accessKeyId: decodeURIComponent(url.username),
      secretAccessKey: decodeURIComponent(url.password),
    };
    const endpoint = url.origin;
    const bucket = `db-ferry-${randomBytes(4).toString('hex')}`;
    const locking = `${bucket}-locks`;
    const admin = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    const open: S3Store[] = [];
    const proxies: FaultyProxy[] = [];

    before(async () => {
      await admin.send(new CreateBucketCommand({ Bucket: bucket }));
      await admin.send(new CreateBucketCommand({ Bucket: locking, ObjectLockEnabledForBucket: true }));
    });
    afterEach(async () => {
      for (const store of open.splice(0)) store.close();
      for (const proxy of proxies.splice(0)) await proxy.close();
    });
    after(() => {
      admin.destroy();
    });

    async function openStore(settings: Partial<S3Settings> = {}): Promise<S3Store> {
      const prefix = randomBytes(6).toString('hex');
      const store = await openS3Store({ endpoint, bucket, prefix, credentials, ...settings });
      open.push(store);
      return store;
    }

    /** A store behind a proxy, and the proxy; what it does is set once the store is open. */
    async function behindProxy(settings: Partial<S3Settings> = {}): Promise<{ store: S3Store; proxy: FaultyProxy }> {
      const proxy = new FaultyProxy(url);
      proxies.push(proxy);
      const store = await openStore({ endpoint: await proxy.open(), ...settings });
      proxy.seen.length = 0;
      return { store, proxy };
    }

    describe('as every store', () => {
      storeContract(async () => {
        const prefix = randomBytes(6).toString('hex');
        const store = await openStore({ prefix });
        return {
          store,
          async full(bytes) {
            const small = await behindProxy();
            let stored = 0;
            small.proxy.decide = ({ method, bytes: coming }) => {
              if (method !== 'PUT') return undefined;
              if (stored + coming > bytes) return { answer: 507, code: 'XMinioStorageFull' };
              stored += coming;
              return undefined;
            };
            return small.store;
          },
          async locked(key, until) {
            const behind = await openStore({ bucket: locking, prefix });
            if (!(await behind.stat(key))) await writeOnce(behind, key, 'content');
            const isPast = until < new Date();
            const date = isPast ? new Date(Date.now() + 1500) : until;
            await admin.send(
              new PutObjectRetentionCommand({
                ...{ Bucket: locking, Key: `${prefix}/${key}`, BypassGovernanceRetention: true },
                Retention: { Mode: 'GOVERNANCE', RetainUntilDate: date },
              }),
            );
            if (isPast) await pause(2000);
            return behind;
          },
          async spoil(key) {
            await admin.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}`, Body: 'other' }));
          },
          async fill(keys) {
            const todo = [...keys];
            const work = Array.from({ length: 8 }, async () => {
              for (let key = todo.pop(); key !== undefined; key = todo.pop())
                await admin.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}`, Body: key }));
            });
            await Promise.all(work);
          },
          leftovers: async () => (await store.unfinished()).length,
        };
      });
    });

    describe('faults', () => {
      const large = randomBytes(40 << 20);
      const small = Buffer.from('a manifest');

      /** Does what `fault` says to the requests that `which` means, the first so many times. */
      function often(times: number, which: (seen: Seen) => boolean, fault: Fault): FaultyProxy['decide'] {
        let left = times;
        return (seen) => {
          if (left === 0 || !which(seen)) return undefined;
          left -= 1;
          return fault;
        };
      }
      const isPart = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes('partNumber=');
      const isPut = ({ method, path }: Seen): boolean => method === 'PUT' && !path.includes('partNumber=');
      const isComplete = ({ method, path }: Seen): boolean =>
        method === 'POST' && path.includes('uploadId=') && !path.includes('uploads');
      const isGet = ({ method, path }: Seen): boolean => method === 'GET' && path.includes('x-id=GetObject');

      const mended: readonly (readonly [string, (seen: Seen) => boolean, Fault])[] = [
        ['a connection that ends in mid-part', isPart, { cutRequestAfter: 1 << 20 }],
        ['an answer to a part that is lost', isPart, { loseAnswer: true }],
        ['SlowDown at a part', isPart, { answer: 503, code: 'SlowDown' }],
        ['InternalError at the end', isComplete, { answer: 500, code: 'InternalError' }],
        ['an answer to the end that is lost', isComplete, { loseAnswer: true }],
        ['SlowDown while it is read', isGet, { answer: 503, code: 'SlowDown' }],
        ['a connection that ends while it is read', isGet, { cutAnswerAfter: 3 << 20 }],
      ];
      for (const [name, which, fault] of mended) {
        it(`${name} costs another try, and what is there is right`, async () => {
          const { store, proxy } = await behindProxy();
          proxy.decide = often(2, which, fault);
          const upload = await store.create('large');
          for (let at = 0; at < large.length; at += 1 << 20) await upload.write(large.subarray(at, at + (1 << 20)));
          const made = await upload.commit({ ifAbsent: true });
          assert.equal(made.size, large.length);
          assert.ok((await wholeOf(await store.open('large'), 1e9)).equals(large));
          assert.ok(proxy.seen.filter(which).length > 2, 'the fault was not met');
          assert.deepEqual(await store.unfinished(), []);
        });
      }

      it('parts that are still put together when the way to the store gave up are waited for', async () => {
        const { store, proxy } = await behindProxy();
        proxy.decide = often(5, isComplete, { answer: 504, code: 'GatewayTimeout', doneAfterMs: 2500 });
        const upload = await store.create('slow');
        await upload.write(large);
        assert.equal((await upload.commit({ ifAbsent: true })).size, large.length);
        assert.ok((await wholeOf(await store.open('slow'), 1e9)).equals(large));
        assert.equal(proxy.seen.filter(isComplete).length, 5, 'all tries met the fault');
      });

      it('a small object whose answer is lost is written once, and said to be', async () => {
        const { store, proxy } = await behindProxy();
        proxy.decide = often(1, isPut, { loseAnswer: true });
        assert.equal((await writeOnce(store, 'small', small)).size, small.length);
        await assert.rejects(writeOnce(store, 'small', 'other'), (error) => isAppError(error, 'store.exists'));
        assert.deepEqual(await store.get('small', 100), small);
      });

      const final: readonly (readonly [string, Fault, StoreTrouble | 'disk.full'])[] = [
        ['a bucket that is full (507)', { answer: 507, code: 'InsufficientStorage' }, 'disk.full'],
        ['a quota', { answer: 403, code: 'QuotaExceeded' }, 'disk.full'],
        ['a right that is missing', { answer: 403, code: 'AccessDenied' }, 'denied'],
        ['a login that has ended', { answer: 400, code: 'ExpiredToken' }, 'credentials'],
        ['a clock that is wrong', { answer: 403, code: 'RequestTimeTooSkewed' }, 'clock'],
        ['a bucket that is gone', { answer: 404, code: 'NoSuchBucket' }, 'bucket'],
        ['another region', { answer: 301, code: 'PermanentRedirect' }, 'region'],
        ['a store that is busy and stays so', { answer: 503, code: 'SlowDown' }, 'busy'],
        ['a connection that always ends', { cutRequestAfter: 0 }, 'unreachable'],
        ['a request that it does not know', { answer: 501, code: 'NotImplemented' }, 'unsupported'],
      ];
      for (const [name, fault, reason] of final) {
        it(`${name} is said, and leaves nothing`, async () => {
          const { store, proxy } = await behindProxy();
          for (const [content, which] of [
            [small, isPut],
            [large, isPart],
          ] as const) {
            proxy.decide = (seen) => (which(seen) ? fault : undefined);
            await assert.rejects(writeOnce(store, 'given', content), (error) => {
              if (reason === 'disk.full') return isAppError(error, 'disk.full');
              assert.ok(isAppError(error, 'store.failed'), String(error));
              assert.equal((error.data as { reason?: unknown }).reason, reason);
              return true;
            });
            proxy.decide = () => undefined;
            assert.deepEqual([await store.stat('given'), await store.unfinished()], [undefined, []]);
          }
        });
      }

      it('a login that is wrong, a bucket that is not there: said before anything is written', async () => {
        const wrong = { ...credentials, secretAccessKey: 'x'.repeat(40) };
        // `?login=any`: a server that looks at no signature
        const looks = url.searchParams.get('login') !== 'any';
        for (const [settings, reason] of [
          ...(looks ? [[{ credentials: wrong }, 'credentials'] as const] : []),
          [{ bucket: 'db-ferry-never-made' }, 'bucket'],
          [{ endpoint: 'http://127.0.0.1:9' }, 'unreachable'],
        ] as const) {
          await assert.rejects(openStore(settings), (error) => {
            assert.ok(isAppError(error, 'store.failed'), String(error));
            assert.equal((error.data as { reason?: unknown }).reason, reason);
            assert.ok(!JSON.stringify(error.data).includes(wrong.secretAccessKey));
            return true;
          });
        }
      });

      it('parts that a killed process left are found, and taken away when they are old enough', async () => {
        const store = await openStore();
        const upload = await store.create('killed');
        await upload.write(large);
        const found = await store.unfinished();
        assert.deepEqual(
          found.map(({ key, removed }) => [key, removed]),
          [['killed', false]],
        );
        assert.equal((await store.unfinished({ removeBefore: new Date(Date.now() - 86_400_000) })).length, 1);
        await store.unfinished({ removeBefore: new Date(Date.now() + 86_400_000) });
        assert.deepEqual(await store.unfinished(), []);
        await assert.rejects(upload.commit());
      });
    });
  });
}
