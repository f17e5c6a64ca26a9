import { AppError, isAppError, isErrno, toAppError } from '../base/errors';

/** Why a folder is no backup, with the field where one is wrong. */
export function damagedManifest(folder: string, error: unknown): AppError {
  const { code, data } = toAppError(error);
  if (code === 'backup.newer')
    return new AppError('backup.newer', { backup: folder, version: Number(data.version) }, { cause: error });
  const missing = isErrno(error, ['ENOENT']) || isAppError(error, 'store.absent');
  if (missing) return new AppError('backup.damaged', { backup: folder, reason: 'manifest.missing' }, { cause: error });
  // who read it does not know whose it is
  if (isAppError(error, 'backup.damaged') && error.data.backup === undefined)
    return new AppError('backup.damaged', { ...error.data, backup: folder }, { cause: error });
  if (code !== 'internal') return toAppError(error);
  const damage = { reason: 'manifest.unreadable', message: String(data['message']) } as const;
  return new AppError('backup.damaged', { backup: folder, ...damage }, { cause: error });
}
