import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno, toAppError } from './errors';

/** Why nothing can be written below a folder. */
export type Unwritable = 'readOnly' | 'denied' | 'notFolder' | 'nameTooLong' | 'loop' | 'gone' | 'device';

/**
 * What keeps us from writing below `folder`, as an error of the core: `root.unreadable` { root, message, written, trouble } where the system's error is of that kind, what
 * `toAppError` makes of it else. The system names a symptom only: to make folders on a read-only file system fails with ENOENT.
 */
export async function unwritable(
  folder: string,
  error: unknown,
  more: { readonly state?: boolean } = {},
): Promise<AppError> {
  if (!(error instanceof Error)) return toAppError(error);
  const trouble = isErrno(error, ['ENOENT']) ? await troubleAbove(folder) : troubleOf(error);
  if (trouble === undefined) return toAppError(error);
  const data = { root: folder, message: error.message, written: true, trouble, ...more };
  return new AppError('root.unreadable', data, { cause: error });
}

function troubleOf(error: unknown): Unwritable | undefined {
  return troubles.find(([codes]) => isErrno(error, codes))?.[1];
}

const troubles: readonly (readonly [codes: readonly string[], trouble: Unwritable])[] = [
  [['EROFS'], 'readOnly'],
  [['EACCES', 'EPERM'], 'denied'],
  [['ENOTDIR', 'EEXIST', 'EISDIR'], 'notFolder'],
  [['ENAMETOOLONG'], 'nameTooLong'],
  [['ELOOP'], 'loop'],
  [['EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'], 'device'],
];

/** Looks at the next folder above that is there. */
async function troubleAbove(folder: string): Promise<Unwritable> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      await access(at, constants.W_OK);
      return 'gone';
    } catch (error) {
      if (!isErrno(error, ['ENOENT']) || at === path.dirname(at)) return troubleOf(error) ?? 'gone';
    }
  }
}
