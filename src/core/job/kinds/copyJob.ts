import { AppError } from '../../errors';
import type { RunKind } from '../jobContext';

/** Not there yet. */
export const copyJob: RunKind = async () => {
  throw new AppError('internal', { message: 'not there yet' });
};
