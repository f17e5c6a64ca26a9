import { AppError, isAppError, isErrno, toAppError } from '../base/errors';

/** Why a folder is no backup, in words that name the file. */
export function damagedManifest(folder: string, error: unknown): AppError {
  const { code, data } = toAppError(error);
  if (code === 'backup.newer')
    return new AppError('backup.newer', { backup: folder, version: Number(data.version) }, { cause: error });
  const missing = isErrno(error, ['ENOENT']) || isAppError(error, 'store.absent');
  if (code !== 'internal' && !missing) return toAppError(error);
  const reason = missing ? 'it has no manifest' : `the manifest cannot be read: ${String(data['message'])}`;
  return new AppError('backup.damaged', { backup: folder, reason }, { cause: error });
}
