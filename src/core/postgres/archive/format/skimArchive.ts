import { readArchiveHead } from './archiveHead';
import { BlockReader, placedBlocks, type PlacedBlock } from './blockReader';
import { ByteWindow } from './byteWindow';
import { headerOf, ofDatabase } from './readArchive';
import type { ArchiveReading } from '../reading';
import { readBehind } from './secondToc';
import { readToc } from './tocReader';

/** What can be said of an archive without unpacking a row. */
export type ArchiveSkim = Omit<ArchiveReading, 'tables' | 'largeObjects' | 'textBytes'> & {
  /** in the order in which they stand */
  readonly blocks: readonly PlacedBlock[];
};

/**
 * Reads an archive to its last byte as `readArchive` does, and unpacks nothing: structure, SHA-256, table of contents, and where each data
 * block stands. With the SHA-256 that it had when it was read, it holds what was read then. Errors are those of `readArchive`.
 */
export async function skimArchive(
  source: AsyncIterable<Buffer>,
  options: { signal?: AbortSignal } = {},
): Promise<ArchiveSkim> {
  const window = new ByteWindow(source, { signal: options.signal, beginning: true });
  try {
    const head = await readArchiveHead(window);
    const toc = await readToc(window, head);
    const contents = window.beginningSha256();
    const reader = new BlockReader(window);
    const skip = (): undefined => undefined;
    for (const block of toc.blocks.toReversed()) {
      await reader.begin(block);
      if (block.table !== undefined) await reader.packed(skip);
      else while ((await reader.largeObject()) !== 0) await reader.packed(skip);
    }
    const blocks = placedBlocks(reader.places, window.offset);
    const behind = await readBehind(window, head, toc, reader.places);
    const { sequences, definitions, roles, owners, namedRoles, extensions, kinds } = toc;
    return {
      header: headerOf(head, toc),
      bytes: window.received,
      sha256: window.sha256(),
      contents,
      ...ofDatabase(toc),
      ...(behind === undefined ? {} : { behind }),
      ...{ blocks, sequences, definitions, roles, owners, namedRoles, extensions, kinds },
    };
  } finally {
    await window.close();
  }
}
