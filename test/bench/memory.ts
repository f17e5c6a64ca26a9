import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GrowingFile } from '../../src/core/backup/growingFile';
import { takeArchive } from '../../src/core/backup/takeArchive';
import { adopt } from '../../src/core/catalog/adopt';
import { archiveFile, manifestFile, writeDurably } from '../../src/core/catalog/backupFolder';
import { findBackup } from '../../src/core/catalog/catalog';
import type { BackupEntry, Manifest } from '../../src/core/catalog/manifest';
import { manifestText, verifyBackup } from '../../src/core/catalog/verifyBackup';
import type { PodExec, ProcessEnd, Sink } from '../../src/core/exec/podExec';
import { noLog } from '../../src/core/base/log';
import type { OpenPod } from '../../src/core/pod/databasePod';
import { generateArchive, type GenerateOptions } from '../core/postgres/archive/generateArchive';

/** What passes through a backup, and how. Sizes are bytes of COPY text. */
const cases = {
  '100MB': { tables: 4, bytesPerTable: 100e6 / 4 },
  '1GB': { tables: 4, bytesPerTable: 1e9 / 4 },
  '20GB': { tables: 4, bytesPerTable: 20e9 / 4 },
  tables: { tables: 50_000, bytesPerTable: 2000 },
} as const satisfies Record<string, Omit<GenerateOptions, 'compression'>>;

/** what a backup takes by itself from 16 on */
const compression = 'zstd';

type Case = keyof typeof cases;

/** A job's own options of node; like a job it runs as a bundle, without the loader of TypeScript. */
const jobOptions = ['--max-semi-space-size=2', '--optimize-for-size'];
const bundle = join(import.meta.dirname, '../../dist/bench/memory.mjs');
const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
const mostMegabytes = 200;
const mostGrowth = 1.2;

interface Measured {
  readonly name: Case;
  readonly tables: number;
  readonly textBytes: number;
  readonly archiveBytes: number;
  readonly seconds: number;
  /** peak resident memory of the whole process, MB of 1024 * 1024 bytes */
  readonly megabytes: number;
  /** that of the process that verifies the backup afterwards; not done at 20 GB */
  readonly verifiedMegabytes?: number;
  /** the same before anything passed: node, the loader, our modules */
  readonly idleMegabytes: number;
}

/**
 * `tsx test/bench/memory.ts [100MB|1GB|20GB|tables …]`: the peak memory of a backup's way from the pod's stdout to a file that the reader
 * follows, each size in a process of its own. The pod is a double that hands out a generated archive.
 */
async function main(names: readonly string[]): Promise<void> {
  const chosen = names.length === 0 ? (Object.keys(cases) as Case[]) : names.map(caseNamed);
  const all: Measured[] = [];
  const { build } = await import('esbuild');
  const options = { platform: 'node', format: 'esm', bundle: true, packages: 'external' } as const;
  await build({ ...options, entryPoints: [import.meta.filename], outfile: bundle });
  console.log('case     tables   text MB  archive MB  seconds  MB/s  idle MB  peak MB  verified MB');
  for (const name of chosen) {
    const folder = await mkdtemp(join(tmpdir(), 'dbf-memory-'));
    try {
      const taken = JSON.parse(await child('measure', name, folder)) as Measured;
      const one =
        name === '20GB' ? taken : { ...taken, verifiedMegabytes: Number(await child('verify', name, folder)) };
      all.push(one);
      console.log(line(one));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  for (const miss of misses(all)) {
    console.log(miss);
    process.exitCode = 1;
  }
}

/** A process with a job's own options; what it printed. */
async function child(...args: string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [...jobOptions, bundle, ...args], {
    stderr: 'inherit',
  });
  return stdout;
}

function line({ name, tables, textBytes, archiveBytes, seconds, megabytes, ...rest }: Measured): string {
  const cells: [string | number, number][] = [
    [tables, 7],
    [(textBytes / 1e6).toFixed(0), 10],
    [(archiveBytes / 1e6).toFixed(0), 12],
    [seconds.toFixed(1), 9],
    [(textBytes / 1e6 / seconds).toFixed(0), 6],
    [rest.idleMegabytes.toFixed(0), 9],
    [megabytes.toFixed(0), 9],
    [rest.verifiedMegabytes?.toFixed(0) ?? '-', 13],
  ];
  return name.padEnd(8) + cells.map(([cell, width]) => String(cell).padStart(width)).join('');
}

function misses(all: readonly Measured[]): string[] {
  const found = all
    .map(({ name, megabytes, verifiedMegabytes = 0 }) => ({ name, most: Math.max(megabytes, verifiedMegabytes) }))
    .filter(({ most }) => most > mostMegabytes)
    .map(({ name, most }) => `${name}: ${most.toFixed(0)} MB, more than ${mostMegabytes}`);
  const peak = (name: Case): number | undefined => all.find((one) => one.name === name)?.megabytes;
  const [small, large] = [peak('1GB'), peak('20GB')];
  if (small !== undefined && large !== undefined && large > small * mostGrowth) {
    found.push(`20GB: ${(large / small).toFixed(2)} times the memory of 1GB, more than ${mostGrowth}`);
  }
  return found;
}

function caseNamed(name: string): Case {
  if (Object.hasOwn(cases, name)) return name as Case;
  throw new Error(`${name} is none of ${Object.keys(cases).join(', ')}`);
}

/** In a child process: takes the backup. */
async function measure(name: Case, folder: string): Promise<Measured> {
  const idleMegabytes = await peakMegabytes();
  const started = performance.now();
  const { manifest } = await backUp(name, folder);
  const seconds = (performance.now() - started) / 1000;
  const { tables, size } = manifest;
  const shared = { name, tables: tables.length, textBytes: size.text, archiveBytes: size.archive };
  return { ...shared, seconds, idleMegabytes, megabytes: await peakMegabytes() };
}

/** In another one, as `verify` is a job of its own: MB. */
async function verify(folder: string): Promise<number> {
  const entry = await findBackup('/', folder);
  const { bytes } = await verifyBackup(entry, work);
  const { archive } = entry.manifest.size;
  if (bytes !== archive) throw new Error(`verified ${bytes} of ${archive} bytes`);
  return peakMegabytes();
}

/** Archive and manifest in `folder`, as a backup leaves them. */
async function backUp(name: Case, folder: string): Promise<BackupEntry> {
  const file = join(folder, archiveFile);
  const { reading } = await takeArchive(podWith(name), 'bench', {
    ...{
      application: 'bench',
      create: async () => new GrowingFile(file),
      compression: { method: compression, level: 1 },
      encoding: 'UTF8',
      tables: [],
      count: false,
      work,
    },
  });
  const { manifest: blank } = await adopt(file);
  const { header, sha256, tables, sequences, largeObjects, definitions } = reading;
  const manifest: Manifest = {
    ...{ ...blank, id: 'bench', origin: 'db-ferry', tables, sequences, largeObjects, definitions: definitions.length },
    size: { archive: reading.bytes, text: reading.textBytes },
    archive: { file: archiveFile, sha256, header },
  };
  await writeDurably(join(folder, manifestFile), manifestText(manifest));
  return { id: manifest.id, folder, manifest };
}

/** A pod whose pg_dump writes the generated archive; it knows no other answer. The archive is made in a process of its own. */
function podWith(name: Case): OpenPod {
  const nothing: ProcessEnd = { exitCode: 0, stderr: '', bytes: 0 };
  const exec: PodExec = {
    place: { namespace: 'bench', pod: 'pg-0', container: 'postgres' },
    async read(argv: readonly string[], sink: Sink): Promise<ProcessEnd> {
      if (!argv.includes('pg_dump')) return nothing;
      const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
      const dump = spawn(process.execPath, [import.meta.filename, 'generate', name], { stdio });
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

/** The most memory this process ever had resident. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024;
}

const [first, second = '', third = ''] = process.argv.slice(2);
if (first === 'measure') console.log(JSON.stringify(await measure(caseNamed(second), third)));
else if (first === 'verify') console.log(await verify(third));
else if (first === 'generate')
  await pipeline(generateArchive({ ...cases[caseNamed(second)], compression }), process.stdout);
else await main(process.argv.slice(2));
