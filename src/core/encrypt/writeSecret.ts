import { open, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { workTreeOf } from '../state/gitIndex';
import { stateFolder } from '../state/stateFolder';

/**
 * Writes a secret into a file of its own (0600), where a person said. Throws `secret.place` { file, reason: 'backups' | 'state' | 'workTree' | 'there' | 'folder' }: never beside the backups that it opens, nor beside the
 * keys of the workspace that makes them, nor where it would be committed, nor over a file.
 */
export async function writeSecret(file: string, content: string, { root }: { readonly root: string }): Promise<void> {
  const refuse = (reason: string): AppError => new AppError('secret.place', { file, reason });
  const folder = await realpath(path.dirname(file)).catch((error: unknown) => {
    throw isErrno(error, ['ENOENT', 'ENOTDIR']) ? refuse('folder') : error;
  });
  if (await isWithin(folder, root)) throw refuse('backups');
  if (await isWithin(folder, stateFolder())) throw refuse('state');
  if ((await workTreeOf(folder)) !== undefined) throw refuse('workTree');
  const handle = await open(path.join(folder, path.basename(file)), 'wx', 0o600).catch((error: unknown) => {
    throw isErrno(error, ['EEXIST']) ? refuse('there') : error;
  });
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(path.join(folder, path.basename(file)), { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function isWithin(folder: string, outer: string): Promise<boolean> {
  const real = await realpath(outer).catch(() => path.resolve(outer));
  return folder === real || folder.startsWith(real + path.sep);
}
