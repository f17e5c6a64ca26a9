import { constants } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from './errors';

/** Why a file is not read. */
export type Refused = 'link' | 'notFile' | 'tooLong' | 'outside' | 'owner' | 'manyNames' | 'replaced';

export interface SafeOpen {
  /** bytes that it may have at most */
  readonly most?: number;
  /** the folder that it must be in once every link above it is followed */
  readonly inside?: string;
  /** it must be this user's, and nobody else may write to it */
  readonly own?: boolean;
  /** a person named it: a link at its name is followed first */
  readonly follow?: boolean;
  /** it must have one name only: what is copied from it is what belongs there */
  readonly single?: boolean;
}

/**
 * The one way to open what others may have put there, for reading: a regular file, never through a link at its name, of no more bytes than fit. A pipe, a device or a socket is
 * refused before it is opened, so that nothing hangs. The caller closes it. Throws `file.refused` { file, reason }, and what the file system says.
 */
export async function openSafely(named: string, options: SafeOpen = {}): Promise<FileHandle> {
  return (await openSized(named, options)).handle;
}

/** The same with the bytes that it had then. */
async function openSized(
  named: string,
  options: SafeOpen,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const file = options.follow ? await realpath(named) : named;
  // a device may do something when it is opened
  judge(file, await lstat(file), options);
  if (options.inside !== undefined) await mustBeInside(file, options.inside);
  const handle = await open(file, flags).catch((error: unknown) => {
    throw isErrno(error, ['ELOOP', 'EMLINK']) ? refused(file, 'link') : error;
  });
  try {
    const found = await handle.stat();
    judge(file, found, options);
    return { handle, size: found.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** How long such a file is. Bytes. Throws what `openSafely` throws. */
export async function sizeSafely(file: string, options: SafeOpen = {}): Promise<number> {
  const handle = await openSafely(file, options);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** The whole of such a file; `most` counts also while it grows. Throws what `openSafely` throws. */
export async function readSafely(file: string, options: SafeOpen & { readonly most: number }): Promise<Buffer> {
  const { handle, size } = await openSized(file, options);
  try {
    const parts: Buffer[] = [];
    for (let at = 0; ;) {
      // one byte more than it has: most are small, and are read in one go to their end
      const wanted = Math.min(pieceBytes, Math.max(smallest, size + 1 - at));
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
      at += bytesRead;
      if (at > options.most) throw refused(file, 'tooLong');
      parts.push(buffer.subarray(0, bytesRead));
      if (bytesRead === 0 || (bytesRead < wanted && at === size)) return Buffer.concat(parts);
    }
  } finally {
    await handle.close();
  }
}

export interface SafeStream extends SafeOpen {
  /** the first byte, and the last one; default: all */
  readonly start?: number;
  readonly end?: number;
  /** bytes of a piece; default 1 MiB */
  readonly piece?: number;
  readonly signal?: AbortSignal;
}

/** The bytes of such a file in pieces; it is closed when the reader stops. Throws what `openSafely` throws, at the first piece; an abort's own error. */
export async function* streamSafely(file: string, options: SafeStream = {}): AsyncGenerator<Buffer, void, undefined> {
  const { start = 0, end = Number.MAX_SAFE_INTEGER, piece = 1 << 20, signal } = options;
  const handle = await openSafely(file, options);
  try {
    for (let at = start; at <= end;) {
      signal?.throwIfAborted();
      const wanted = Math.min(piece, end - at + 1);
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** fsync of a file or a folder by its name; what it is does not matter, it is neither read nor written. */
export async function syncByName(name: string): Promise<void> {
  const handle = await open(name, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The refusal of a file, as an error. */
export function refused(file: string, reason: Refused): AppError {
  return new AppError('file.refused', { file, reason });
}

function judge(file: string, found: Awaited<ReturnType<typeof lstat>>, { most, own, single }: SafeOpen): void {
  if (found.isSymbolicLink()) throw refused(file, 'link');
  if (!found.isFile()) throw refused(file, 'notFile');
  if (most !== undefined && found.size > most) throw refused(file, 'tooLong');
  if (single && found.nlink > 1) throw refused(file, 'manyNames');
  if (own && process.geteuid && (found.uid !== process.geteuid() || (Number(found.mode) & 0o002) !== 0)) {
    throw refused(file, 'owner');
  }
}

async function mustBeInside(file: string, folder: string): Promise<void> {
  const [parent, outer] = await Promise.all([realpath(path.dirname(file)), realpath(folder)]);
  if (parent !== outer && !parent.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep)) {
    throw refused(file, 'outside');
  }
}

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const pieceBytes = 256 * 1024;
const smallest = 1024;
