import { AppError } from '../../../base/errors';
import { ByteWindow } from '../format/byteWindow';
import { damaged } from '../format/damage';
import { mostFiles, tocFile, tooMany } from './members';

/** Where a file's bytes stand in a tar. */
export interface TarMember {
  readonly offset: number;
  readonly bytes: number;
}

const blockBytes = 512;
/** of a name that does not fit into a head */
const longestName = 64 * 1024;

/**
 * Reads a tar to its end and finds the files of one dump in it: those beside its one `toc.dat`. Nothing is unpacked, and no name of it is ever a path of this machine. Links are no
 * files. Throws `archive.damaged` for one that is cut or broken, holds a name twice or stands for something that is not in it; `archive.foreign` where it holds no such dump, or several.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, TarMember>> {
  const window = new ByteWindow(source, options);
  try {
    return dumpIn(await allMembers(window));
  } finally {
    await window.close();
  }
}

async function allMembers(window: ByteWindow): Promise<Map<string, TarMember>> {
  const members = new Map<string, TarMember>();
  let own: { name?: string; bytes?: number } = {};
  for (;;) {
    if (!(await window.need(blockBytes))) throw cut(window);
    const head = Buffer.from(window.buffer.subarray(window.position, window.position + blockBytes));
    if (head.every((byte) => byte === 0)) break;
    checkSum(head, window.offset);
    const kind = String.fromCharCode(head[156] ?? 0);
    const said = numberIn(head, 124, 12, window.offset);
    window.position += blockBytes;
    if (kind === 'L' || kind === 'x') {
      const text = await content(window, said);
      own = { ...own, ...(kind === 'L' ? { name: withoutEnd(text.toString()) } : paxOf(text, window.offset)) };
      continue;
    }
    // where a link leads, and what is said of all files
    if (kind === 'K' || kind === 'g') {
      await skip(window, padded(said));
      continue;
    }
    const bytes = own.bytes ?? said;
    const name = own.name ?? nameIn(head);
    own = {};
    // pg_dump and tar make these; a link has no bytes of its own, a sparse file other ones
    if (kind === '0' || kind === '\0') {
      if (members.size >= mostFiles) throw tooMany();
      if (members.has(name)) throw damaged(window.offset, 'tar.sameName', name.slice(0, 200));
      members.set(name, { offset: window.offset, bytes });
    }
    await skip(window, hasContent.test(kind) ? padded(bytes) : 0);
  }
  // what follows the end is padding
  while (await window.need(1)) window.position += window.available;
  return members;
}

/** directories, links and devices have none, whatever their head says */
const hasContent = /[^1-6]/;

function dumpIn(all: ReadonlyMap<string, TarMember>): ReadonlyMap<string, TarMember> {
  const contents = [...all.keys()].filter((name) => name === tocFile || name.endsWith(`/${tocFile}`));
  const [first, second] = contents;
  if (first === undefined || second !== undefined) {
    const reason = first === undefined ? 'tarWithoutToc' : 'tarOfSeveral';
    throw new AppError('archive.foreign', { reason, way: 'unpack', tool: 'tar -x' });
  }
  const folder = first.slice(0, -tocFile.length);
  const beside = [...all].flatMap(([name, member]): [string, TarMember][] => {
    const rest = name.slice(folder.length);
    return name.startsWith(folder) && !rest.includes('/') ? [[rest, member]] : [];
  });
  return new Map(beside);
}

async function content(window: ByteWindow, bytes: number): Promise<Buffer> {
  if (bytes > longestName) throw damaged(window.offset, 'tar.longName');
  const whole = padded(bytes);
  if (!(await window.need(whole))) throw cut(window);
  const found = Buffer.from(window.buffer.subarray(window.position, window.position + bytes));
  window.position += whole;
  return found;
}

async function skip(window: ByteWindow, bytes: number): Promise<void> {
  for (let left = bytes; left > 0;) {
    if (!(await window.need(1))) throw cut(window);
    const count = Math.min(left, window.available);
    window.position += count;
    left -= count;
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

function cut(window: ByteWindow): AppError {
  return damaged(window.offset + window.available, 'tar.cut');
}

function checkSum(head: Buffer, at: number): void {
  const said = Number.parseInt(textIn(head, 148, 8).trim() || '0', 8);
  let sum = 8 * 0x20;
  for (const [index, byte] of head.entries()) if (index < 148 || index >= 156) sum += byte;
  if (said !== sum) throw damaged(at, 'tar.head');
}

/** Octal digits, or, where that would not do, a number in base 256 behind a first bit that is set. */
function numberIn(head: Buffer, from: number, length: number, at: number): number {
  if (((head[from] ?? 0) & 0x80) !== 0) {
    const value = head.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, 0);
    if ((head[from] ?? 0) !== 0x80 || !Number.isSafeInteger(value)) throw damaged(at, 'tar.size');
    return value;
  }
  const text = textIn(head, from, length).trim();
  if (!/^[0-7]{1,12}$/.test(text)) throw damaged(at, 'tar.size');
  return Number.parseInt(text, 8);
}

function nameIn(head: Buffer): string {
  const [name, prefix] = [textIn(head, 0, 100), textIn(head, 345, 155)];
  const isPosix = head.subarray(257, 263).toString('latin1') === 'ustar\0';
  return withoutStart(isPosix && prefix !== '' ? `${prefix}/${name}` : name);
}

function textIn(head: Buffer, from: number, length: number): string {
  return withoutEnd(head.subarray(from, from + length).toString());
}

function withoutEnd(text: string): string {
  return text.split('\0')[0] ?? '';
}

function withoutStart(name: string): string {
  return name.replace(/^(?:\.\/)+/, '');
}

/** Lines of `length key=value`, of which two matter. */
function paxOf(text: Buffer, at: number): { name?: string; bytes?: number } {
  const found: { name?: string; bytes?: number } = {};
  for (let from = 0; from < text.length;) {
    const space = text.indexOf(0x20, from);
    const length = space < 0 ? 0 : Number(text.subarray(from, space).toString('latin1'));
    if (!Number.isInteger(length) || length <= space - from || from + length > text.length) {
      throw damaged(at, 'tar.extended');
    }
    const [, key, value = ''] = /^([^=]*)=(.*)\n$/s.exec(text.subarray(space + 1, from + length).toString()) ?? [];
    if (key === 'path') found.name = withoutStart(value);
    if (key === 'size') {
      const bytes = /^\d{1,15}$/.test(value) ? Number(value) : -1;
      if (bytes < 0) throw damaged(at, 'tar.size');
      found.bytes = bytes;
    }
    if (key?.startsWith('GNU.sparse') === true) throw damaged(at, 'tar.sparse');
    from += length;
  }
  return found;
}
