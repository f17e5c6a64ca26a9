import { createHash, randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { checkState, prepareState } from './stateFolder';

const keyBytes = 32;

/**
 * The key that values are masked with for one target (any name: a reference, `test`); made when it is first asked for (0600), and the same from then on. It never leaves
 * this workspace. Throws `state.unsafe`, and what the file system says.
 */
export async function maskKey(name: string): Promise<Buffer> {
  await checkState();
  const folder = await prepareState('mask');
  const file = path.join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.key`);
  const found = await readKey(file);
  if (found !== undefined) return found;
  const making = `${file}.${randomBytes(3).toString('hex')}.tmp`;
  const handle = await open(making, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(keyBytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    // two that need it at once have one key: the first is it
    await link(making, file).catch((error: unknown) => {
      if (!isErrno(error, ['EEXIST'])) throw error;
    });
  } finally {
    await rm(making, { force: true });
  }
  const made = await readKey(file);
  if (made === undefined) throw new AppError('internal', { message: 'the key that was made is not there' });
  return made;
}

async function readKey(file: string): Promise<Buffer | undefined> {
  const key = await readSafely(file, { most: keyBytes, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT'])) return undefined;
    throw error;
  });
  // one that was cut would make other values, and joins would not hold
  if (key !== undefined && key.length !== keyBytes)
    throw new AppError('state.unsafe', { folder: file, reason: 'owner' });
  return key;
}
