import { AppError } from '../../../base/errors';
import type { ByteWindow } from './byteWindow';
import { damaged } from './damage';
import { foreignFormat } from './foreignFormat';
import type { ArchiveHeader } from '../reading';

/** The head as it stands in the file; names are bytes until the table of contents has said the encoding. */
export interface ArchiveHead {
  readonly version: string;
  readonly minor: number;
  readonly compression: ArchiveHeader['compression'];
  readonly offsetSize: number;
  /** `files`: the toc.dat of a directory or a tar, whose entries name files where those of an archive have places */
  readonly layout: Layout;
  readonly created: string;
  readonly database: Buffer;
  readonly serverVersion: string;
  readonly dumpVersion: string;
  readonly entryCount: number;
}

export type Layout = 'custom' | 'files';

const magic = Buffer.from('PGDMP');
const customFormat = 1;
const tarFormat = 3;
const directoryFormat = 5;
const compressions = ['none', 'gzip', 'lz4', 'zstd'] as const;

/**
 * Reads the head of a custom-format archive: magic, version, sizes, format, compression, time, names, number of entries.
 * Throws `archive.foreign` for anything else, `archive.version` for versions other than 1.13 to 1.16 (pg_dump 10.3 to 18; before, names stood without
 * their schemas). With `files` the same of a toc.dat.
 */
export async function readArchiveHead(window: ByteWindow, layout: Layout = 'custom'): Promise<ArchiveHead> {
  await checkMagic(window);
  const major = await byte(window);
  const minor = await byte(window);
  const revision = await byte(window);
  const version = `${major}.${minor}`;
  if (major !== 1 || minor < 13 || minor > 16) throw new AppError('archive.version', { version });
  if (revision !== 0) throw new AppError('archive.version', { version: `${version}.${revision}` });
  if ((await byte(window)) !== 4) throw damaged(window.offset - 1, 'head.numberSize');
  const offsetSize = await byte(window);
  if (offsetSize !== 8 && offsetSize !== 4) throw damaged(window.offset - 1, 'head.offsetSize');
  const format = await byte(window);
  // the toc.dat of a directory says that it is a tar's
  const isOfFiles = format === directoryFormat || format === tarFormat;
  if (isOfFiles && layout === 'custom') {
    throw new AppError('archive.foreign', { reason: 'directory', way: 'load', tool: 'pg_restore' });
  }
  if (!isOfFiles && layout === 'files') throw damaged(window.offset - 1, 'head.notOfFiles');
  if (!isOfFiles && format !== customFormat) throw damaged(window.offset - 1, 'head.notCustom');
  const compression = await readCompression(window, minor);
  const created = await readTime(window);
  const database = await text(window);
  const serverVersion = await versionText(window);
  const dumpVersion = await versionText(window);
  const entryCount = await int(window);
  if (entryCount < 0) throw damaged(window.offset - 5, 'head.entries');
  return { version, minor, compression, offsetSize, layout, created, database, serverVersion, dumpVersion, entryCount };
}

/** pg_restore sends it to the server as a comment of one line, whoever restores. */
async function versionText(window: ByteWindow): Promise<string> {
  const at = window.offset;
  const found = (await text(window)).toString('latin1');
  if (!/^[\x20-\x7e]{0,200}$/.test(found)) throw damaged(at, 'head.version');
  return found;
}

async function checkMagic(window: ByteWindow): Promise<void> {
  // tar shows itself at byte 257 only
  await window.need(512);
  const start = window.buffer.subarray(window.position, window.position + 512);
  if (start.subarray(0, 5).equals(magic)) {
    window.position += 5;
    return;
  }
  if (start.length < 5 && magic.subarray(0, start.length).equals(start)) {
    throw damaged(start.length, start.length === 0 ? 'head.empty' : 'head.cut');
  }
  throw new AppError('archive.foreign', foreignFormat(start));
}

async function readCompression(window: ByteWindow, minor: number): Promise<ArchiveHeader['compression']> {
  if (minor >= 15) {
    const compression = compressions[await byte(window)];
    if (compression === undefined) throw damaged(window.offset - 1, 'head.compression');
    return compression;
  }
  const level = await int(window);
  if (level < -1 || level > 9) throw damaged(window.offset - 5, 'head.level');
  return level === 0 ? 'none' : 'gzip';
}

async function readTime(window: ByteWindow): Promise<string> {
  const at = window.offset;
  const fields: number[] = [];
  for (let field = 0; field < 7; field += 1) fields.push(await int(window));
  const [second = -1, minute = -1, hour = -1, day = -1, month = -1, year = -1] = fields;
  const possible =
    between(second, 0, 60) &&
    between(minute, 0, 59) &&
    between(hour, 0, 23) &&
    between(day, 1, 31) &&
    between(month, 0, 11) &&
    between(year, 100, 1100);
  if (!possible) throw damaged(at, 'head.time');
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${1900 + year}-${two(month + 1)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

function between(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

async function byte(window: ByteWindow): Promise<number> {
  await inside(window, 1);
  window.position += 1;
  return window.buffer[window.position - 1] ?? 0;
}

async function int(window: ByteWindow): Promise<number> {
  await inside(window, 5);
  return window.takeInt();
}

async function text(window: ByteWindow): Promise<Buffer> {
  const length = await int(window);
  if (length < 0 || length > 4096) throw damaged(window.offset - 5, 'head.length');
  await inside(window, length);
  window.position += length;
  const found = Buffer.from(window.buffer.subarray(window.position - length, window.position));
  if (found.includes(0)) throw damaged(window.offset - length, 'head.zero');
  return found;
}

async function inside(window: ByteWindow, count: number): Promise<void> {
  if (await window.need(count)) return;
  throw damaged(window.offset + window.available, 'head.cut');
}
