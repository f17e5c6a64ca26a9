import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import unbzip2 from 'unbzip2-stream';
import { defined } from '../base/defined';
import { AppError, isAppError } from '../base/errors';
import { openSafely, sizeSafely, streamSafely } from '../base/safeFile';
import { foreignFormat } from '../postgres/archive/format/foreignFormat';

/** How a file is packed around what it holds. */
export type Packed = 'none' | 'gzip' | 'zstd' | 'bzip2';

/** What a dump is, by its content. `custom`: an archive of pg_dump -Fc; `tar`: any tar; `directory`: a folder of pg_dump -Fd. */
export type Holds = 'custom' | 'tar' | 'directory' | 'script';

/** A dump of somebody else's, recognised and not read yet. */
export interface OpenDump {
  readonly file: string;
  readonly packed: Packed;
  readonly holds: Holds;
  /** of the file as it lies there; of a folder 0 */
  readonly bytes: number;
  /**
   * What it holds, unpacked, from the beginning. `onBytes` is told how many bytes of the file were read. Its SHA-256, of the file as it lies there, is known at the end.
   * Throws `archive.damaged` for what cannot be unpacked to its end.
   */
  read(options?: ReadOptions): { readonly bytes: AsyncIterable<Buffer>; readonly sha256: () => string };
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Looks what a file or folder is, by its first bytes. Throws `archive.foreign` with the reason, and a way on where there is one, for what cannot be imported; `archive.damaged`,
 * `file.refused`, and what the file system says.
 */
export async function openDump(file: string): Promise<OpenDump> {
  if ((await stat(file)).isDirectory()) {
    return { file, packed: 'none', holds: 'directory', bytes: 0, read: () => ({ bytes: nothing(), sha256: () => '' }) };
  }
  const bytes = await sizeSafely(file, { follow: true });
  const start = await beginning(file);
  const packed = packingOf(start);
  const read: OpenDump['read'] = (options = {}) => {
    const hash = createHash('sha256');
    let count = 0;
    // what is packed in several frames is begun again at each
    const from = async function* (start: number): AsyncGenerator<Buffer> {
      const { signal, onBytes } = options;
      let at = start;
      for await (const piece of streamSafely(file, { follow: true, start, ...(signal ? { signal } : {}) })) {
        if (at + piece.length > count) hash.update(piece.subarray(Math.max(0, count - at)));
        at += piece.length;
        count = Math.max(count, at);
        onBytes?.(count);
        yield piece;
      }
    };
    return { bytes: packed === 'none' ? from(0) : unpacked(from, packed, bytes), sha256: () => hash.digest('hex') };
  };
  return {
    file,
    packed,
    bytes,
    holds: await holdsOf(file, packed === 'none' ? start : await beginningOf(read())),
    read,
  };
}

/**
 * The same for a dump that is to be loaded, statement by statement: SQL alone. Throws what `openDump` does; `usage` for an archive, which needs no server.
 */
export async function openScript(file: string): Promise<OpenDump> {
  const dump = await openDump(file);
  if (dump.holds === 'script') return dump;
  throw new AppError('usage', { rule: 'import.asItIs', file: basename(file) });
}

async function* nothing(): AsyncGenerator<Buffer> {
  // a folder has files, no bytes
}

const startBytes = 64 * 1024;

async function beginning(file: string): Promise<Buffer> {
  const handle = await openSafely(file, { follow: true });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function beginningOf({ bytes }: { readonly bytes: AsyncIterable<Buffer> }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length >= startBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, startBytes);
}

const signatures: readonly { readonly packed: Packed; readonly bytes: Buffer }[] = [
  { packed: 'gzip', bytes: Buffer.from([0x1f, 0x8b]) },
  { packed: 'zstd', bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { packed: 'bzip2', bytes: Buffer.from('BZh') },
];

function packingOf(start: Buffer): Packed {
  return signatures.find(({ bytes }) => start.subarray(0, bytes.length).equals(bytes))?.packed ?? 'none';
}

async function holdsOf(file: string, start: Buffer): Promise<Holds> {
  if (start.subarray(0, 5).toString('latin1') === 'PGDMP') return 'custom';
  const found = foreignFormat(start);
  if (start.subarray(257, 262).toString('latin1') === 'ustar' && found['way'] !== 'start') return 'tar';
  const isScript = found['tool'] === 'psql' && found['way'] === 'load';
  if (isScript || (found['way'] === undefined && looksLikeSql(start))) return 'script';
  throw new AppError('archive.foreign', { file, ...found });
}

function looksLikeSql(start: Buffer): boolean {
  if (start.includes(0)) return false;
  const words =
    /^(?:\u00ef\u00bb\u00bf)?\s*(?:alter|comment|copy|create|delete|do|drop|grant|insert|reset|revoke|select|set|start|truncate|update|with)\s|^(?:\u00ef\u00bb\u00bf)?\s*\\/i;
  return words.test(start.subarray(0, 4000).toString('latin1'));
}

/** A file may be packed in several parts, one behind the other. */
async function* unpacked(
  from: (start: number) => AsyncGenerator<Buffer>,
  packed: Exclude<Packed, 'none'>,
  bytes: number,
): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes;) {
    const input = Readable.from(from(start), { objectMode: false, highWaterMark: 1 << 20 });
    let own: unknown;
    input.on('error', (error) => (own = error));
    const zstd = packed === 'zstd' ? createZstdDecompress() : undefined;
    try {
      for await (const piece of through(input, zstd ?? unpackers[packed === 'gzip' ? 'gzip' : 'bzip2']())) yield piece;
    } catch (error) {
      const reason = own ?? error;
      if (isAppError(reason) || (error instanceof Error && error.name === 'AbortError')) throw reason;
      // of a cut file the one of bzip2 has no words of its own
      const says = packed !== 'bzip2' && error instanceof Error ? error.message : undefined;
      throw new AppError('archive.damaged', { reason: 'packed.file', packed, ...defined({ says }) });
    } finally {
      input.destroy();
    }
    // gzip and bzip2 go on by themselves
    start = zstd === undefined || zstd.bytesWritten === 0 ? bytes : start + zstd.bytesWritten;
  }
}

function through(input: Readable, unpacker: NodeJS.ReadWriteStream): AsyncIterable<Buffer> {
  if (unpacker instanceof Transform) return pipeline(input, unpacker, () => undefined);
  input.on('error', (error) => unpacker.emit('error', error));
  // streams as they were before Node had them
  return new Readable().wrap(input.pipe(unpacker));
}

const unpackers = { gzip: createGunzip, bzip2: unbzip2 };
