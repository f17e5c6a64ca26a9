import { open } from 'node:fs/promises';
import { readTableOfContents } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import { anatomyOf } from './damageArchive';
import { generateArchive } from './generateArchive';
import { inPieces } from './realArchives';

/**
 * Writes an archive whose chunks hold nothing: a file of any size that takes little room on a disk that knows holes. Lengths and heads stand
 * where they would. Returns the bytes of each table's block.
 */
export async function writeSparseArchive(
  file: string,
  options: { readonly tables: number; readonly bytes: number; readonly chunk: number },
): Promise<number> {
  const parts: Buffer[] = [];
  for await (const part of generateArchive({ tables: options.tables, bytesPerTable: 1, compression: 'zstd' })) {
    parts.push(part);
  }
  const empty = Buffer.concat(parts);
  const from = (await readTableOfContents(inPieces(empty))).bytes.length;
  const ids = anatomyOf(empty, from).blocks.map(([at]) => empty.readUInt32LE(at + 2));
  const chunks = Math.max(1, Math.round(options.bytes / options.tables / (options.chunk + 5)));
  const handle = await open(file, 'w');
  try {
    await handle.write(empty, 0, from, 0);
    let position = from;
    for (const dumpId of ids) {
      await handle.write(Buffer.concat([Buffer.from([1]), int(dumpId)]), 0, 6, position);
      position += 6;
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        await handle.write(int(options.chunk), 0, 5, position);
        position += 5 + options.chunk;
      }
      await handle.write(int(0), 0, 5, position);
      position += 5;
    }
    await handle.truncate(position);
  } finally {
    await handle.close();
  }
  return 6 + chunks * (5 + options.chunk) + 5;
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32LE(value, 1);
  return bytes;
}
