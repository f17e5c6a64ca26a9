import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { findBackup, listBackups } from '../../src/core/catalog/catalog';
import { contentsText } from '../../src/core/catalog/sealBackup';
import { signManifest } from '../../src/core/catalog/signature';
import { Summaries } from '../../src/core/catalog/summary';
import { canonical } from '../../src/core/state/canonical';
import { aManifest } from '../core/catalog/aManifest';
import { putSealed } from '../core/catalog/putSealed';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/**
 * `npm run bench -- --catalog [backups]`: a catalog of so many sealed and signed backups of 20 databases, all in the file system's cache; what it takes to list them, to list them again, and to find
 * one by its id, and the longest time that nothing else could run meanwhile.
 */
async function main(count: number): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dbf-bench-'));
  process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
  const root = path.join(folder, 'root');
  try {
    const ids = await fill(root, count);
    const summaries = new Summaries();
    await timed('list, without an index', async () => expect((await listBackups(root)).length, count));
    await timed('list', async () => expect((await listBackups(root)).length, count));
    await timed('tree, first', async () => expect((await summaries.list(root)).length, count));
    await timed('tree, again', async () => expect((await summaries.list(root)).length, count));
    await timed('db-ferry backups, a process of its own', async () => {
      const { stdout } = await execa(process.execPath, [cli, 'backups', '--json', '--root', root]);
      // and the result
      expect(stdout.trim().split('\n').length, count + 1);
    });
    const id = ids[Math.floor(count / 2)] ?? '';
    await timed('find by id', async () => expect((await findBackup(root, id)).id, id));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(root: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  const first = await putSealed(root, '20260101T000000Z-000000');
  const manifest = JSON.parse(await readFile(path.join(first, 'manifest.json'), 'utf8')) as {
    readonly source: object;
  };
  for (let at = 0; at < count; at += 1) {
    const time = new Date(Date.UTC(2020, 0, 1) + at * 3600_000).toISOString().replace(/[-:]|\.\d+/g, '');
    const id = `${time}-${at.toString(16).padStart(6, '0')}`;
    const database = `db${at % 20}`;
    const made = path.join(root, 'alpha', 'demo', 'pg', database, id);
    await mkdir(made, { recursive: true, mode: 0o700 });
    const own = { ...manifest, id, source: { ...manifest.source, database } };
    await writeFile(path.join(made, 'manifest.json'), canonical(own));
    await signManifest(made, own);
    // what is found is read, whole
    if (at === Math.floor(count / 2)) await seal(made, own);
    ids.push(id);
  }
  await rm(first, { recursive: true });
  return ids;
}

/** Contents of its own, of no table. */
async function seal(made: string, own: object): Promise<void> {
  const text = contentsText({ ...aManifest(own), tables: [] });
  const sha256 = createHash('sha256').update(text).digest('hex');
  const files = { 'contents.json': { bytes: Buffer.byteLength(text), sha256 } };
  const sealed = { ...own, files, counts: { tables: 0, rows: 0, largeObjects: 0 } };
  await writeFile(path.join(made, 'contents.json'), text);
  await writeFile(path.join(made, 'manifest.json'), canonical(sealed));
  await signManifest(made, sealed);
}

function expect(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${String(found)} instead of ${String(wanted)}`);
}

async function timed(name: string, act: () => Promise<void>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const before = process.cpuUsage();
  const started = performance.now();
  delay.enable();
  await act();
  delay.disable();
  const { user, system } = process.cpuUsage(before);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const busy = ((user + system) / 1e6).toFixed(2);
  console.log(`${name}: ${seconds} s, ${busy} s of a processor, longest pause ${(delay.max / 1e6).toFixed(0)} ms`);
}

await main(Number(process.argv.find((one) => /^\d+$/.test(one)) ?? 10_000));
