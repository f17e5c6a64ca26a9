import { AppError } from '../../base/errors';
import { toolCommand, type Access } from './access';
import { databaseArgument } from '../sql/quote';

/** How pg_dump compresses. */
export interface Compression {
  readonly method: 'zstd' | 'gzip' | 'none';
  readonly level: number;
}

/**
 * What `--compress` asks for, fitted to the pod's pg_dump: `auto` is zstd 1 where it is known (16 and later), else gzip 1.
 * Throws `usage` for anything but `auto|zstd:N|gzip:N|none`, and for zstd where pg_dump does not know it.
 */
export function chooseCompression(asked: string, tool: { readonly zstd: boolean }): Compression {
  if (asked === 'auto') return tool.zstd ? { method: 'zstd', level: 1 } : { method: 'gzip', level: 1 };
  if (asked === 'none') return { method: 'none', level: 0 };
  const match = /^(zstd|gzip):(\d{1,2})$/.exec(asked);
  const level = Number(match?.[2]);
  if (match?.[1] === 'gzip' && level >= 1 && level <= 9) return { method: 'gzip', level };
  if (match?.[1] === 'zstd' && level >= 1 && level <= 22) {
    if (!tool.zstd) throw new AppError('usage', { rule: 'compress.zstd', compress: asked });
    return { method: 'zstd', level };
  }
  throw new AppError('usage', { rule: 'compress.form', compress: asked });
}

/** True for `auto`, `zstd:1` to `zstd:22`, `gzip:1` to `gzip:9` and `none`. */
export function isCompression(text: string): boolean {
  return /^(?:auto|none|gzip:[1-9]|zstd:(?:0?[1-9]|1\d|2[0-2]))$/.test(text);
}

/** `zstd:1`, `gzip:1`, `none`: as the manifest and `--compress` say it. */
export function compressionText(compression: Compression): string {
  return compression.method === 'none' ? 'none' : `${compression.method}:${compression.level}`;
}

export interface DumpOptions {
  /** application_name of the session, by which it is found and ended; at most 63 bytes */
  readonly application: string;
  readonly compression: Compression;
  /** major version of the pg_dump that runs; decides how compression is spelt */
  readonly major: number;
  /** the archive's encoding: the database's own, or that of what it is compared with; left out, the role's and the pod's settings say it */
  readonly encoding?: string;
  /** definitions only, no rows */
  readonly schemaOnly?: boolean;
  /** an exported snapshot to dump in */
  readonly snapshot?: string;
  /** seconds to wait for a table's lock before giving up; default 30 */
  readonly lockWait?: number;
}

/** pg_dump's own arguments: custom format to stdout, names of tables on stderr. No connection, no secret in it. */
export function dumpArguments(database: string, options: DumpOptions): string[] {
  return [
    '-Fc',
    '-v',
    '-w',
    `--lock-wait-timeout=${options.lockWait ?? 30}s`,
    ...compressionArguments(options.compression, options.major),
    ...(options.encoding === undefined ? [] : [`--encoding=${options.encoding}`]),
    ...(options.schemaOnly ? ['--schema-only'] : []),
    ...(options.snapshot === undefined ? [] : [`--snapshot=${options.snapshot}`]),
    '-d',
    databaseArgument(database),
  ];
}

/** The argv that dumps `database` to stdout in the pod, with every setting pinned that two archives must share. */
export function dumpCommand(access: Access, database: string, options: DumpOptions): string[] {
  return toolCommand(access, 'pg_dump', dumpArguments(database, options), {
    PGAPPNAME: options.application,
    // also from the first moment: with an encoding of the role's that knows no way to the database's there would be no session
    ...(options.encoding === undefined ? {} : { PGCLIENTENCODING: options.encoding }),
  });
}

/** The argv that prints roles and memberships, without password hashes. `database` is where it logs in. */
export function globalsCommand(
  access: Access,
  database: string,
  application: string,
  { comments }: { readonly comments: boolean } = { comments: true },
): string[] {
  const without = comments ? [] : ['--no-comments', '--no-security-labels'];
  const args = ['--globals-only', '--no-role-passwords', ...without, '-w', '-l', databaseArgument(database)];
  return toolCommand(access, 'pg_dumpall', args, { PGAPPNAME: application, PGCLIENTENCODING: 'UTF8' });
}

/** `schema.table` from a line of pg_dump -v that says it begins with a table's data; undefined for other lines. */
export function tableInWork(line: string): string | undefined {
  const match = /^pg_dump: (?:dumping contents of table "(.*)"|(saving large objects).*)$/.exec(line);
  return match?.[1] ?? (match?.[2] === undefined ? undefined : largeObjectTable);
}

/** Stands for the large objects where tables are named. */
export const largeObjectTable = 'pg_catalog.pg_largeobject';

function compressionArguments({ method, level }: Compression, major: number): string[] {
  if (major < 16) return ['-Z', String(method === 'none' ? 0 : level)];
  return [method === 'none' ? '--compress=none' : `--compress=${method}:${level}`];
}
