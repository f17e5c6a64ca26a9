import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Claims the final message of a job for one window; false: another one says it. */
export async function claimAnnouncement(folder: string, by: string): Promise<boolean> {
  try {
    await writeFile(join(folder, 'announced.json'), `${JSON.stringify({ by })}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
