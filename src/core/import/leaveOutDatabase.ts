import type { ArchiveChange } from '../backup/archiveChange';
import { ByteWindow } from '../postgres/archive/format/byteWindow';
import { intBytes } from '../postgres/archive/format/blockWriter';
import { readTocFrom, rewrittenToc } from '../postgres/archive/format/readTableOfContents';
import { isOfDatabase } from '../postgres/archive/meaning/databaseEntries';

/** An archive without what it says of the database that it was dumped from, which was only made for it; it is called `database` then. The rest goes by as it is. */
export function leaveOutDatabase(database: string): Pick<ArchiveChange, 'run'> {
  return {
    async run(dump, { take, signal }) {
      const window = new ByteWindow(dump, { signal, record: true });
      try {
        const toc = await readTocFrom(window);
        // the rest goes by
        window.endRecording();
        const bytes = rewrittenToc(toc, ({ kind, name }) => !isOfDatabase(kind, name));
        await take(renamed(bytes, database));
        while (await window.need(1)) {
          await take(Buffer.from(window.buffer.subarray(window.position)));
          window.position = window.buffer.length;
        }
      } finally {
        await window.close();
      }
    },
  };
}

/** Behind magic, version, sizes and format stands how it is packed, then the time in seven numbers, then the name of the database. */
function renamed(bytes: Buffer, database: string): Buffer {
  const minor = bytes[6] ?? 0;
  const at = 11 + (minor >= 15 ? 1 : 5) + 7 * 5;
  const length = bytes.readUInt32LE(at + 1);
  const name = Buffer.from(database);
  return Buffer.concat([bytes.subarray(0, at), intBytes(name.length), name, bytes.subarray(at + 5 + length)]);
}
