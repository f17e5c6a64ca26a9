import { lstat, opendir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../base/errors';
import { streamSafely } from '../../../base/safeFile';
import { mostFiles, tocFile, tooMany, type Members } from './members';

/**
 * The files of a folder that a person named. A link in it is never followed, and what is no file is not opened. Throws `archive.foreign` where it has no table of contents, and what
 * the file system says.
 */
export async function folderMembers(named: string): Promise<Members> {
  const folder = await realpath(named);
  const sizes = new Map<string, number>();
  for await (const { name } of await opendir(folder)) {
    if (sizes.size >= mostFiles) throw tooMany();
    sizes.set(name, (await lstat(path.join(folder, name))).size);
  }
  if (!sizes.has(tocFile)) {
    throw new AppError('archive.foreign', { file: named, reason: 'folder', way: 'none' });
  }
  return {
    sizes,
    read: (name, signal) =>
      streamSafely(path.join(folder, path.basename(name)), { inside: folder, ...(signal ? { signal } : {}) }),
  };
}
