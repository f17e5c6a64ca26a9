import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeToOthers } from '../golden/closeToOthers';
import { ferry, type Run } from '../lab/ferry';

const golden = fileURLToPath(new URL('../golden/0.1.0/root', import.meta.url));
const [address = ''] = (process.env['DB_FERRY_S3'] ?? '').split(/\s+/);

describe('a backup that is sent to a bucket', function () {
  this.timeout(300_000);
  const url = new URL(address);
  const bucket = `db-ferry-${randomBytes(4).toString('hex')}`;
  const login = {
    AWS_ACCESS_KEY_ID: decodeURIComponent(url.username),
    AWS_SECRET_ACCESS_KEY: decodeURIComponent(url.password),
  };
  const env = { ...login, AWS_ENDPOINT_URL: url.origin, AWS_REGION: 'us-east-1' };
  const credentials = { accessKeyId: login.AWS_ACCESS_KEY_ID, secretAccessKey: login.AWS_SECRET_ACCESS_KEY };
  const admin = new S3Client({ endpoint: url.origin, region: 'us-east-1', credentials, forcePathStyle: true });
  const there = `s3://${bucket}/team`;
  let root: string;
  let ids: string[];
  const run = async (at: string, ...args: string[]): Promise<Run> => ferry({ kubeconfig: '', root: at, env }, ...args);
  const data = ({ result }: Run): Record<string, unknown> => result.data;

  before(async () => {
    await admin.send(new CreateBucketCommand({ Bucket: bucket }));
    root = await mkdtemp(join(tmpdir(), 'dbf-send-'));
    await cp(golden, root, { recursive: true });
    await closeToOthers(root);
    // the jobs of the root sign what they took, once
    await run(root, 'jobs');
    const listed = await run(root, 'backups');
    ids = listed.events.flatMap((event) => (event.type === 'backup' ? [(event as unknown as { id: string }).id] : []));
    assert.ok(ids.length > 2);
  });
  after(async () => {
    admin.destroy();
    await rm(root, { recursive: true, force: true });
  });

  it('is there when all of it is, the same in every list; sent again it is compared', async () => {
    for (const id of ids) {
      const sent = await run(root, 'send', id, there);
      assert.deepEqual([sent.exitCode, data(sent)['state']], [0, 'sent'], sent.stderr);
    }
    const again = await run(root, 'send', ids[0] ?? '', there);
    assert.deepEqual([again.exitCode, data(again)['state']], [0, 'there']);
    const facts = ({ events }: Run): unknown[] =>
      events.flatMap((event) => {
        if (event.type !== 'backup') return [];
        return [{ ...event, folder: '' }];
      });
    assert.deepEqual(facts(await run(there, 'backups')), facts(await run(root, 'backups')));
  });

  it('is verified, inspected and exported from there', async () => {
    const [id = ''] = ids;
    const verified = await run(there, 'verify', id);
    assert.deepEqual([verified.exitCode, verified.result.outcome], [0, 'done'], verified.stderr);
    const file = join(root, 'out.dump');
    const exported = await run(there, 'export', id, file);
    assert.equal(exported.exitCode, 0, exported.stderr);
    const key = String(data(await run(root, 'send', id, there))['key']);
    const { Body } = await admin.send(new GetObjectCommand({ Bucket: bucket, Key: `team/${key}database.dump` }));
    assert.ok((await readFile(file)).equals(Buffer.from((await Body?.transformToByteArray()) ?? [])));
    assert.ok((await stat(file)).size > 100);
  });

  it('that was changed there is not what its manifest says', async () => {
    const [, id = ''] = ids;
    const key = String(data(await run(root, 'send', id, there))['key']);
    await admin.send(
      new PutObjectCommand({ Bucket: bucket, Key: `team/${key}database.dump`, Body: 'PGDMP and nothing' }),
    );
    const verified = await run(there, 'verify', id);
    assert.equal(verified.exitCode, 1);
    const again = await run(root, 'send', id, there);
    assert.deepEqual([again.exitCode, again.result.error?.code], [1, 'store.cut']);
  });

  it('nothing is taken into a bucket directly, and a bucket that is not there is said', async () => {
    const taken = await run(there, 'import', join(golden, '../foreign.dump'));
    assert.deepEqual([taken.exitCode, taken.result.error?.code], [2, 'usage']);
    const missing = await run('s3://db-ferry-never-made', 'backups');
    assert.deepEqual([missing.exitCode, missing.result.error?.code], [1, 'store.failed']);
  });

  it('goes by rules: with reasons, only ours, and only when it is confirmed', async () => {
    const dry = await run(there, 'retain', '--keep-last', '1', '--keep-failed', '0', '--dry-run');
    assert.equal(dry.exitCode, 0, dry.stderr);
    const rows = dry.events.filter(({ type }) => type === 'retention') as unknown as {
      backup: string;
      stays: boolean;
      reasons: unknown[];
    }[];
    assert.deepEqual(rows.map(({ backup }) => backup).sort(), [...ids].sort());
    assert.ok(rows.every(({ reasons }) => reasons.length > 0));
    const going = rows.filter(({ stays }) => !stays).map(({ backup }) => backup);
    assert.ok(going.length > 0);
    assert.equal((await run(there, 'retain', '--keep-last', '1', '--keep-failed', '0')).exitCode, 2);
    const held = going[0] ?? '';
    assert.equal((await run(there, 'hold', held, '--reason', 'a case')).exitCode, 0);
    const done = await run(there, 'retain', '--keep-last', '1', '--keep-failed', '0', '--yes');
    assert.deepEqual([...(data(done)['removed'] as string[])].sort(), going.filter((id) => id !== held).sort());
    const left = (await run(there, 'backups')).events.flatMap((event) =>
      event.type === 'backup' ? [(event as unknown as { id: string }).id] : [],
    );
    assert.deepEqual(left.sort(), ids.filter((id) => id === held || !going.includes(id)).sort());
    assert.deepEqual(
      (JSON.parse(await readFile(String(data(done)['plan']), 'utf8')) as { backups: unknown[] }).backups.length,
      ids.length,
    );
    const refused = await run(there, 'retain', '--yes');
    assert.deepEqual([refused.exitCode, refused.result.error?.code], [2, 'usage']);
  });
});
