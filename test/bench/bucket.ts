import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GrowingObject } from '../../src/core/backup/growingObject';
import { takeArchive } from '../../src/core/backup/takeArchive';
import { noLog } from '../../src/core/base/log';
import { makeIdentity } from '../../src/core/encrypt/identity';
import type { PodExec, ProcessEnd, Sink } from '../../src/core/exec/podExec';
import type { OpenPod } from '../../src/core/pod/databasePod';
import { openS3Store } from '../../src/core/store/s3/s3Store';
import { generateArchive } from '../core/postgres/archive/generateArchive';

/** As a job runs: a bundle, with its options of node. */
const jobOptions = ['--max-semi-space-size=2', '--optimize-for-size'];
const bundle = join(import.meta.dirname, '../../dist/bench/bucket.mjs');
const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
const mostMegabytes = 200;

interface Measured {
  readonly archiveBytes: number;
  readonly seconds: number;
  /** of the process that takes it: a generator makes the dump in another one */
  readonly cpuSeconds: number;
  readonly megabytes: number;
  /** what it wrote to any disk */
  readonly writtenBytes: number;
}

/**
 * `npm run bench -- --bucket [GB …]`: generated dumps, not compressed, from the pod's stdout straight into a bucket of the first server that DB_FERRY_S3 names, in clear and encrypted, read as
 * they pass and read back: memory, processor seconds, and what touched a disk of the job's.
 */
async function main(sizes: readonly number[]): Promise<void> {
  const [server] = (process.env['DB_FERRY_S3'] ?? '').split(/\s+/);
  if (server === undefined || server === '') throw new Error('DB_FERRY_S3 names no server');
  const url = new URL(server);
  const bucket = `db-ferry-bench-${randomBytes(3).toString('hex')}`;
  const credentials = { accessKeyId: url.username, secretAccessKey: url.password };
  const admin = new S3Client({ endpoint: url.origin, region: 'us-east-1', credentials, forcePathStyle: true });
  await admin.send(new CreateBucketCommand({ Bucket: bucket }));
  admin.destroy();
  const { build } = await import('esbuild');
  const options = { platform: 'node', format: 'esm', bundle: true, packages: 'external' } as const;
  await build({ ...options, entryPoints: [import.meta.filename], outfile: bundle });
  console.log('     GB           seconds   MB/s  CPU s/GB  peak MB  bytes on a disk');
  for (const gigabytes of sizes) {
    for (const how of ['clear', 'encrypted']) {
      const args = ['measure', String(gigabytes), how, bucket];
      const { stdout } = await execa(process.execPath, [...jobOptions, bundle, ...args], { stderr: 'inherit' });
      const { archiveBytes, seconds, cpuSeconds, megabytes, writtenBytes } = JSON.parse(stdout) as Measured;
      const cells = [seconds.toFixed(0), (archiveBytes / 1e6 / seconds).toFixed(0)];
      cells.push((cpuSeconds / (archiveBytes / 1e9)).toFixed(1), megabytes.toFixed(0), String(writtenBytes));
      const widths = [10, 7, 10, 9, 17];
      const name = `${(archiveBytes / 1e9).toFixed(1).padStart(7)} ${how.padEnd(9)}`;
      console.log(name + cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join(''));
      if (megabytes <= mostMegabytes && writtenBytes === 0) continue;
      console.log(`more than ${mostMegabytes} MB, or something was written`);
      process.exitCode = 1;
    }
  }
}

async function measure(gigabytes: number, how: string, bucket: string): Promise<Measured> {
  const [server = ''] = (process.env['DB_FERRY_S3'] ?? '').split(/\s+/);
  const url = new URL(server);
  const credentials = { accessKeyId: url.username, secretAccessKey: url.password };
  const store = await openS3Store({ endpoint: url.origin, bucket, credentials });
  const key = `bench/${gigabytes}/${how}`;
  const before = await writtenBytes();
  const started = performance.now();
  try {
    const { reading } = await takeArchive(podWith(gigabytes), 'bench', {
      ...{ application: 'bench', encoding: 'UTF8', tables: [], count: false, work },
      compression: { method: 'none', level: 0 },
      create: async () => GrowingObject.create(store, key),
      key: how === 'encrypted' ? await makeIdentity() : undefined,
    });
    const { user, system } = process.cpuUsage();
    return {
      archiveBytes: reading.bytes,
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
      megabytes: await statusOf('status', /^VmHWM:\s+(\d+) kB$/m).then((kilobytes) => kilobytes / 1024),
      writtenBytes: (await writtenBytes()) - before,
    };
  } finally {
    await store.remove(key);
    store.close();
  }
}

/** What this process had written to a file system. */
async function writtenBytes(): Promise<number> {
  return statusOf('io', /^write_bytes: (\d+)$/m);
}

async function statusOf(file: string, form: RegExp): Promise<number> {
  const text = await readFile(`/proc/self/${file}`, 'utf8');
  return Number(form.exec(text)?.[1] ?? Number.NaN);
}

/** A pod whose pg_dump writes a generated archive, in a process of its own. */
function podWith(gigabytes: number): OpenPod {
  const nothing: ProcessEnd = { exitCode: 0, stderr: '', bytes: 0 };
  const exec: PodExec = {
    place: { namespace: 'bench', pod: 'pg-0', container: 'postgres' },
    async read(argv: readonly string[], sink: Sink): Promise<ProcessEnd> {
      if (!argv.includes('pg_dump')) return nothing;
      const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
      const dump = spawn(process.execPath, [import.meta.filename, 'generate', String(gigabytes)], { stdio });
      const ended = once(dump, 'close');
      let bytes = 0;
      for await (const chunk of dump.stdout) {
        await sink(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
      const [exitCode] = (await ended) as [number | null];
      return { exitCode: exitCode ?? 1, stderr: '', bytes };
    },
    feed: () => Promise.resolve(nothing),
  };
  const tool = { major: 18, text: '18.6' };
  return { exec, facts: { pgDump: tool, pgRestore: tool, access: { bin: '', user: 'bench' } } } as unknown as OpenPod;
}

const [first, second = '', third = '', fourth = ''] = process.argv.slice(2).filter((one) => one !== '--bucket');
if (first === 'measure') console.log(JSON.stringify(await measure(Number(second), third, fourth)));
else if (first === 'generate') {
  const options = { tables: 4, bytesPerTable: (Number(second) * 1e9) / 4, compression: 'none' } as const;
  await pipeline(generateArchive(options), process.stdout);
} else
  await main(first === undefined ? [0.1, 1] : [first, second, third, fourth].filter((one) => one !== '').map(Number));
