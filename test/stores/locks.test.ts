import { PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeToOthers } from '../golden/closeToOthers';
import { ferry, told, type Run } from '../lab/ferry';
import { makeBucket, servers, type TestBucket } from './setting';

const golden = fileURLToPath(new URL('../golden/0.1.0/root', import.meta.url));

describe('a backup that its store keeps by a lock', function () {
  this.timeout(300_000);
  let to: TestBucket;
  let folder: string;
  let ids: string[];

  const run = async (code: number, root: string, ...args: string[]): Promise<Run> => {
    const env = { ...to.env, XDG_STATE_HOME: join(folder, 'state') };
    const done = await ferry({ kubeconfig: '', root, env }, ...args);
    assert.equal(done.exitCode, code, `${args.join(' ')}: ${told(done)}`);
    return done;
  };
  const idsIn = ({ events }: Run): string[] =>
    events.flatMap((event) => (event.type === 'backup' ? [String((event as { id?: unknown }).id)] : [])).sort();

  before(async () => {
    const [url] = servers;
    assert.ok(url);
    to = await makeBucket(url, { locks: true });
    const rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule: rule } as const;
    await to.admin.send(new PutObjectLockConfigurationCommand({ Bucket: to.bucket, ObjectLockConfiguration }));
    folder = await mkdtemp(join(tmpdir(), 'dbf-locks-'));
    const root = join(folder, 'root');
    await cp(golden, root, { recursive: true });
    await closeToOthers(root);
    // the jobs of the root sign what they took, once
    await run(0, root, 'jobs');
    ids = idsIn(await run(0, root, 'backups'));
    for (const id of ids) await run(0, root, 'send', id, to.address);
  });
  after(async () => {
    to.admin.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  it('stays, whatever the rules say: retain says until when, does nothing, and that is no failure', async () => {
    const rules = ['retain', '--keep-last', '1', '--keep-failed', '0'];
    const dry = await run(0, to.address, ...rules, '--dry-run');
    const rows = dry.events.filter(({ type }) => type === 'retention') as unknown as {
      stays: boolean;
      reasons: { code: string; until?: string }[];
    }[];
    assert.equal(rows.length, ids.length);
    for (const { stays, reasons } of rows) {
      const lock = reasons.find(({ code }) => code === 'locked');
      assert.ok(stays && reasons.length > 0);
      // of what is not signed by us nothing is asked
      if (reasons.some(({ code }) => code === 'notOurs')) continue;
      const hours = (Date.parse(lock?.until ?? '') - Date.now()) / 3_600_000;
      assert.ok(hours > 23 && hours < 25, JSON.stringify(reasons));
    }
    const done = await run(0, to.address, ...rules, '--yes');
    assert.equal(done.result.data['go'], 0);
    assert.deepEqual(idsIn(await run(0, to.address, 'backups')), ids);
  });

  it('is not deleted, and that it is kept is told with its date; it is verified afterwards', async () => {
    const [id = ''] = ids;
    const deleted = await run(3, to.address, 'delete', id, '--yes');
    assert.match(String(deleted.result.data['retained']), /^\d{4}-/);
    assert.deepEqual(idsIn(await run(0, to.address, 'backups')), ids);
    await run(0, to.address, 'verify', id);
  });

  it('a check of the store writes no object there, and says for how long each is kept', async () => {
    const checked = await run(0, folder, 'stores', 'check', to.address);
    const found = (what: string): unknown =>
      (checked.events as unknown as { what?: string; data?: unknown }[]).find((one) => one.what === what)?.data;
    assert.deepEqual(found('locks'), { able: true, mode: 'COMPLIANCE', days: 1 });
    assert.deepEqual(found('delete'), { kept: true });
  });
});
