import type { ArchiveHead } from '../../postgres/archive/format/archiveHead';
import { intBytes, type Packing } from '../../postgres/archive/format/blockWriter';
import { AppError } from '../../base/errors';

/** An entry as it stands in the recorded bytes. */
export interface PlacedEntry {
  readonly dumpId: number;
  readonly hasData: boolean;
  readonly from: number;
  readonly to: number;
}

const compressionAt = 11;
const methods = { none: 0, gzip: 1, zstd: 3 } as const;

/**
 * Head and table of contents of the masked archive: those of the original without what is left out, with the compression of the masked one, and with no place for any block, since each
 * stands elsewhere now. Throws `usage` for a compression that the archive's version does not know.
 */
export function maskedToc(
  recorded: Buffer,
  head: ArchiveHead,
  entries: readonly PlacedEntry[],
  kept: (entry: PlacedEntry) => boolean,
  { method, level }: Packing,
): Buffer {
  const bytes = Buffer.from(recorded);
  if (head.minor >= 15) bytes[compressionAt] = methods[method];
  else if (method === 'zstd') {
    throw new AppError('usage', { rule: 'mask.archiveVersion', version: head.version });
  } else intBytes(method === 'none' ? 0 : level).copy(bytes, compressionAt);
  const remaining = entries.filter(kept);
  const start = entries[0]?.from ?? bytes.length;
  // the number of entries is what the head ends with
  intBytes(remaining.length).copy(bytes, start - 5);
  for (const { hasData, to } of remaining) {
    if (!hasData) continue;
    const state = to - head.offsetSize - 1;
    bytes.fill(0, state, to);
    bytes[state] = 1;
  }
  return Buffer.concat([bytes.subarray(0, start), ...remaining.map(({ from, to }) => bytes.subarray(from, to))]);
}
