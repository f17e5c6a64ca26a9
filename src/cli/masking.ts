import path from 'node:path';
import { AppError, isErrno } from '../core/base/errors';
import { defined } from '../core/base/defined';
import type { MaskingOptions } from '../core/backup/options';
import type { Options } from './options';

/** `--mask` and `--mask-key`. Throws `usage`, `file.refused`. */
export async function maskingOf(options: Options): Promise<MaskingOptions | undefined> {
  if (options.mask === undefined) {
    if (options['mask-key'] === undefined) return undefined;
    throw new AppError('usage', { message: '--mask-key names a key for --mask, which is missing.' });
  }
  return defined({ rules: await rulesText(options.mask), key: options['mask-key'] });
}

/** The text of a file of rules. Throws `usage` where it is not there, `file.refused`. */
export async function rulesText(file: string): Promise<string> {
  const { readSafely } = await import('../core/base/safeFile');
  const { longestRules } = await import('../core/mask/rules/readRules');
  const named = path.resolve(file);
  const bytes = await readSafely(named, { most: longestRules, follow: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT'])) throw new AppError('usage', { message: `there is no file ${file}` });
    throw error;
  });
  return bytes.toString('utf8');
}
