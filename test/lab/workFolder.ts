import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd } from './ending';

/** A folder beside what it becomes, gone when its work is done or broken off. */
export interface WorkFolder {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Makes one in `parent`, which is made too; those that killed processes left there are removed. */
export async function makeWorkFolder(parent: string, prefix: string): Promise<WorkFolder> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isThere(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  const forget = atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return {
    folder,
    async remove() {
      forget();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
