import { rm } from 'node:fs/promises';

/** Removes the folder of an ended job. */
export async function removeJob(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
