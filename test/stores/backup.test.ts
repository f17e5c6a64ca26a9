import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobEvent, JobStarted } from '../../src/core/job/record/jobEvents';
import { killJob, until } from '../lab/faults/scene';
import { ferry, startFerry, told, type FerrySetting, type Run } from '../lab/ferry';
import { compareFingerprints, fingerprint } from '../lab/independent';
import { places, startLab, type Lab } from '../lab/lab';
import { randomFrom } from '../lab/random';
import { makeBucket, servers, type TestBucket } from './setting';

describe('a backup straight into a bucket', function () {
  this.timeout(900_000);
  let lab: Lab;
  let folder: string;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], scale: 2 });
    folder = await mkdtemp(join(tmpdir(), 'dbf-straight-'));
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  // all of it on the first, and on the others what a server can do differently
  for (const [at, url] of servers.entries()) {
    describe(url.host, () => {
      let to: TestBucket;
      let setting: FerrySetting;
      const key = (): string => join(folder, `${url.port}.key`);

      before(async () => {
        to = await makeBucket(url);
        const env = { ...to.env, XDG_STATE_HOME: join(folder, `state-${url.port}`) };
        setting = { kubeconfig: lab.kubeconfig, root: join(folder, `root-${url.port}`), env };
        await expectExit(0, 'keys', 'init', key());
      });
      after(() => to.admin.destroy());

      const there = (): FerrySetting => ({ ...setting, root: to.address });
      const expectExit = async (code: number, ...args: string[]): Promise<Run> => run(setting, code, args);
      const expectThere = async (code: number, ...args: string[]): Promise<Run> => run(there(), code, args);

      for (const how of at === 0 ? [[], ['--encrypt']] : [['--encrypt']]) {
        it(`leaves nothing on the volume, and is verified, inspected and restored from there ${how.join(' ')}`, async () => {
          const taken = await expectExit(0, 'backup', `${places.source}/shop`, '--to', to.address, ...how);
          const id = String(taken.result.data['backup']);
          assert.deepEqual(await filesBelow(setting.root), [], 'something of it is on the volume');
          const objects = await contentsOf(to);
          const own = [...objects].filter(([name]) => name.includes(`/${id}/`));
          const archive = own.find(([name]) => name.includes('database.dump'))?.[1] ?? Buffer.alloc(0);
          const isClear = how.length === 0;
          assert.equal(archive.subarray(0, 5).toString() === 'PGDMP', isClear);
          if (isClear) assert.equal(createHash('sha256').update(archive).digest('hex'), taken.result.data['sha256']);
          else
            for (const [name, content] of own) assert.ok(!/PGDMP|CREATE TABLE/.test(content.toString('latin1')), name);
          const opened = isClear ? [] : ['--identity', key()];
          await expectThere(0, 'verify', id, ...opened);
          await expectThere(0, 'inspect', id, ...opened);
          const database = `${isClear ? 'clear' : 'opened'}_${url.port}`;
          await expectThere(0, 'restore', id, `${places.pg16}/${database}`, '--create-roles', ...opened);
          await isSame(database);
        });
      }

      if (at === 0)
        it('under a root that is a bucket too; the next one expects what this one took', async () => {
          const taken = await expectThere(0, 'backup', `${places.source}/shop`);
          const expected = taken.events.find((event) => event.type === 'expected') as { basis?: string } | undefined;
          assert.equal(expected?.basis, 'last run');
          const copied = await expectThere(
            0,
            'copy',
            `${places.source}/shop`,
            `${places.pg16}/copied_${url.port}`,
            '--create-roles',
          );
          assert.equal(copied.result.outcome, 'done');
        });

      it('one that somebody deleted is listed, verified and restored as of a time, where older versions are kept', async () => {
        const kept = await makeBucket(url, { versions: true });
        try {
          const { result } = await expectExit(0, 'backup', `${places.source}/shop`, '--to', kept.address);
          const id = String(result.data['backup']);
          const at = { ...setting, root: kept.address };
          const early = await run(at, 0, ['backups', '--as-of', '2026-01-01T00:00:00Z']);
          assert.equal(early.result.data['backups'], 0);
          // the store's clock knows seconds
          await pause(1500);
          const time = new Date().toISOString();
          await pause(1500);
          await run(at, 0, ['delete', id, '--yes']);
          assert.deepEqual(await idsIn(at), []);
          const asOf = ['--as-of', time];
          if (await isUndated(kept)) {
            const refused = await run(at, 2, ['backups', ...asOf]);
            assert.equal(refused.result.error?.data['rule'], 'asOf.undated');
            return;
          }
          assert.equal((await run(at, 0, ['backups', ...asOf])).result.data['backups'], 1);
          await run(at, 0, ['verify', id, ...asOf]);
          const database = `back_${url.port}`;
          await run(at, 0, ['restore', id, `${places.pg16}/${database}`, '--create-roles', ...asOf]);
          await isSame(database);
          const written = await run(at, 2, ['delete', id, '--yes', ...asOf]);
          assert.equal(written.result.error?.data['rule'], 'asOf.reads');
          const plain = await expectThere(2, 'backups', ...asOf);
          assert.equal(plain.result.error?.data['rule'], 'asOf.versions');
          assert.equal((await expectExit(2, 'backups', ...asOf)).result.error?.data['rule'], 'asOf.bucket');
        } finally {
          kept.admin.destroy();
        }
      });

      it('a login that may not write there, or a bucket that is not there, is told; nothing is left', async () => {
        const before = [...(await contentsOf(to)).keys()];
        const missing = await expectExit(1, 'backup', `${places.source}/shop`, '--to', 's3://db-ferry-never-made');
        assert.equal(missing.result.error?.code, 'store.failed');
        assert.deepEqual([...(await contentsOf(to)).keys()], before);
      });
    });
  }

  it('killed at any point nothing is listed that is not whole, and clean takes away what it left', async () => {
    const [url] = servers;
    assert.ok(url);
    const to = await makeBucket(url);
    const env = { ...to.env, XDG_STATE_HOME: join(folder, 'state-killed') };
    const setting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root-killed'), env };
    const there = { ...setting, root: to.address };
    const args = ['backup', `${places.source}/shop`, '--to', to.address, '--compress', 'none'];
    try {
      const { seconds } = await run(setting, 0, args);
      const random = randomFrom(Number(process.env['SEED'] ?? 7));
      const kills = Number(process.env['DB_FERRY_KILLS'] ?? 4);
      const seen = { objects: 0, parts: 0, sealed: 0 };
      for (let kill = 0; kill < kills; kill += 1) {
        const started = startFerry(setting, ...args);
        const job = await jobOf(started.events);
        // a quarter of them wherever it is, the others while something is on its way
        const isAnywhere = kill % 4 === 0;
        if (!isAnywhere) await until(() => isPast(started.events, 'dump'));
        await pause(random() * seconds * (isAnywhere ? 900 : 500));
        killJob(started.events);
        const { result } = await started.ended;
        const objects = [...(await contentsOf(to)).keys()];
        const parts = await partsOf(to);
        if (parts.length > 0) seen.parts += 1;
        const listed = await idsIn(there);
        // all that has a manifest is listed, and all that is listed is whole
        assert.deepEqual(listed, objects.flatMap((name) => /\/([^/]+)\/manifest\.json$/.exec(name)?.[1] ?? []).sort());
        for (const id of listed) await run(there, 0, ['verify', id]);
        const unsealed = objects.filter((name) => !listed.some((id) => name.includes(`/${id}/`)));
        if (unsealed.length > 0) seen.objects += 1;
        if (listed.length > 1) seen.sealed += 1;
        assert.ok(result.outcome !== 'done' || listed.length > 1, 'it said done, and is not there');
        const cleaned = await ferry(setting, 'clean', job.job);
        assert.ok([0, 2].includes(cleaned.exitCode), told(cleaned));
        assert.deepEqual(await partsOf(to), [], 'parts are left');
        const left = [...(await contentsOf(to)).keys()];
        assert.deepEqual(
          left.filter((name) => !listed.some((id) => name.includes(`/${id}/`))),
          [],
          'objects are left',
        );
        assert.deepEqual(await idsIn(there), listed);
        for (const id of listed.slice(1)) await run(there, 0, ['delete', id, '--yes']);
      }
      console.log(`      ${kills} kills: ${JSON.stringify(seen)}`);
    } finally {
      to.admin.destroy();
    }
  });

  async function isSame(database: string): Promise<void> {
    const clients = [await lab.server('source').connect('shop'), await lab.server('pg16').connect(database)] as const;
    try {
      assert.deepEqual(compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1])), []);
    } finally {
      for (const client of clients) await client.end();
    }
  }
});

async function run(setting: FerrySetting, code: number, args: readonly string[]): Promise<Run> {
  const done = await ferry(setting, ...args);
  assert.equal(done.exitCode, code, `${args.join(' ')}: ${told(done)}`);
  return done;
}

async function jobOf(events: readonly unknown[]): Promise<JobStarted> {
  for (;;) {
    const found = (events as readonly { type: string }[]).find(({ type }) => type === 'started');
    if (found) return found as unknown as JobStarted;
    await pause(10);
  }
}

/** It is in this phase, or past it, or over. */
function isPast(events: readonly JobEvent[], phase: string): boolean {
  return events.some((one) => one.type === 'result' || (one.type === 'phase' && one.phase === phase));
}

async function idsIn(setting: FerrySetting): Promise<string[]> {
  const { events } = await run(setting, 0, ['backups']);
  return events.flatMap((event) => (event.type === 'backup' ? [(event as unknown as { id: string }).id] : [])).sort();
}

async function contentsOf({ admin, bucket }: TestBucket): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key = '' } of Contents) {
    const { Body } = await admin.send(new GetObjectCommand({ Bucket: bucket, Key }));
    found.set(Key, Buffer.from((await Body?.transformToByteArray()) ?? []));
  }
  return found;
}

/** A version that is not the newest is written down as newer than what deleted it: its server copies it then. */
async function isUndated({ admin, bucket }: TestBucket): Promise<boolean> {
  const { Versions = [], DeleteMarkers = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  return DeleteMarkers.some(({ Key, LastModified: deleted = new Date() }) =>
    Versions.some((one) => one.Key === Key && one.LastModified !== undefined && one.LastModified > deleted),
  );
}

async function partsOf({ admin, bucket }: TestBucket): Promise<string[]> {
  const { Uploads = [] } = await admin.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads.map(({ Key = '' }) => Key);
}

async function filesBelow(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}
