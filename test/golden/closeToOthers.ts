import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** As 0.1.0 made them: a clone of the repository opens folders to all. */
export async function closeToOthers(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await closeToOthers(path);
    else await chmod(path, 0o600);
  }
}
