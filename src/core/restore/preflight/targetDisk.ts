import { AppError } from '../../base/errors';
import { capture } from '../../exec/podExec';
import { query } from '../../pod/server/sql';
import type { Workplace } from '../databaseRow';

/** Room on a file system of the target, in bytes. */
export interface TargetRoom {
  readonly folder: string;
  readonly free: number;
  /** never touched: 5 % of the file system, at least 64 MiB, at most 2 GiB: a full disk takes the live server down */
  readonly reserve: number;
}

/**
 * The room for data and WAL (the smaller of the two where they are apart). Undefined where the role may not ask for the folder or
 * the image has no df.
 */
export async function targetRoom(server: Workplace, signal?: AbortSignal): Promise<TargetRoom | undefined> {
  const options = signal ? { signal } : {};
  const [folder] = await query<string | null>(server, server.from, dataFolderSql, options);
  return typeof folder === 'string' ? roomOf(server, folder, signal) : undefined;
}

/** One row: the data folder, null where the role may not ask. */
export const dataFolderSql = `select coalesce(to_json(case when pg_has_role('pg_read_all_settings', 'usage') then current_setting('data_directory') end), 'null')`;

/** The same for a data folder that is known. */
export async function roomOf(server: Workplace, folder: string, signal?: AbortSignal): Promise<TargetRoom | undefined> {
  // no session, but it is found and ended by the name all the same
  const name = server.application === undefined ? [] : ['env', `PGAPPNAME=${server.application}`];
  const argv = [...name, 'df', '-Pk', folder, `${folder}/pg_wal/`];
  const end = await capture(server.exec, argv, signal ? { signal } : {});
  const rooms = end.stdout
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, blocks, , available] = /\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s/.exec(line) ?? [];
      if (blocks === undefined || available === undefined) return [];
      const reserve = Math.min(Math.max(64 * mib, Number(blocks) * 1024 * 0.05), 2048 * mib);
      return [{ folder, free: Number(available) * 1024, reserve }];
    });
  return rooms.sort((a, b) => a.free - a.reserve - (b.free - b.reserve))[0];
}

/** Looks every 5 s; calls `stop` once with `disk.targetFull` when the reserve is reached. Returns what ends the watch. */
export function watchTarget(
  server: Workplace,
  folder: string,
  reference: string,
  stop: (error: AppError) => void,
  everyMs = 5000,
): () => void {
  const over = new AbortController();
  let looking = false;
  const look = async (): Promise<void> => {
    const room = await roomOf(server, folder, over.signal);
    if (!room || over.signal.aborted || room.free >= room.reserve) return;
    end();
    stop(new AppError('disk.targetFull', { reference, free: room.free, needed: room.reserve }));
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, everyMs);
  const end = (): void => {
    clearInterval(timer);
    over.abort();
  };
  return end;
}

const mib = 1024 ** 2;
