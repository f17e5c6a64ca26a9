import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { AppError, reasonOf } from '../base/errors';

/** Room on the file system of a folder, in bytes. */
export interface Room {
  readonly free: number;
  /** never touched: as `DB_FERRY_RESERVE` says; else max(1 GiB, 10 % of the file system), but no more than 10 GiB (network file systems report sizes of their own) */
  readonly reserve: number;
}

/** Names the reserve, for this process and the jobs that it starts: `200MB`, `2GiB`, `5%`, `0`. */
export const reserveVariable = 'DB_FERRY_RESERVE';

/** The bytes that a text says, of a file system of `size` bytes; undefined for what is none. */
export function reserveIn(text: string, size: number): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)\s*(%|[kMGT]?B|[KMGT]iB|)$/.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  if (unit === '%') return Number(digits) <= 100 ? (size * Number(digits)) / 100 : undefined;
  const power = ['', 'k', 'M', 'G', 'T'].indexOf(unit.replace(/i?B$/, '').replace('K', 'k'));
  return Number(digits) * (unit.endsWith('iB') ? 1024 : 1000) ** power;
}

function reserveOf(size: number): number {
  const text = process.env[reserveVariable];
  const named = text === undefined ? undefined : reserveIn(text, size);
  return named ?? Math.min(Math.max(gib, size * 0.1), 10 * gib);
}

/** Room where `folder` is or will be. */
export async function room(folder: string): Promise<Room> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      const found = await statfs(at);
      const size = found.blocks * found.bsize;
      return { free: found.bavail * found.bsize, reserve: reserveOf(size) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === path.dirname(at)) throw error;
    }
  }
}

/**
 * Looks at the room once a second and calls `stop` once with `disk.full` when the reserve is reached. Returns what ends the watch.
 */
export function watchDisk(
  folder: string,
  stop: (error: AppError) => void,
  look: (folder: string) => Promise<Room> = room,
): () => void {
  const check = (): void => {
    look(folder).then(
      ({ free, reserve }) => {
        if (free >= reserve) return;
        clearInterval(timer);
        stop(new AppError('disk.full', { folder, free, needed: reserve }));
      },
      () => undefined,
    );
  };
  const timer = setInterval(check, 1000);
  return () => clearInterval(timer);
}

/**
 * Runs what writes about `bytes` into `folder` where they leave the reserve alone; its signal aborts with the outer one, and when the reserve is reached
 * all the same. Throws `disk.full`, and what `act` throws.
 */
export async function withRoom<T>(
  folder: string,
  bytes: number,
  {
    signal,
    look = room,
  }: { readonly signal: AbortSignal; readonly look?: ((folder: string) => Promise<Room>) | undefined },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { free, reserve } = await look(folder);
  if (free < bytes + reserve) throw new AppError('disk.full', { folder, free, needed: bytes + reserve });
  const full = new AbortController();
  const unwatch = watchDisk(folder, (error) => full.abort(error), look);
  try {
    return await act(AbortSignal.any([signal, full.signal]));
  } catch (error) {
    throw reasonOf(error, full.signal);
  } finally {
    unwatch();
  }
}

const gib = 1024 ** 3;
