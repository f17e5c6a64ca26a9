import { maskArchive, type Masked } from '../../../src/core/mask/stream/maskArchive';
import { readRules } from '../../../src/core/mask/rules/readRules';
import type { Packing } from '../../../src/core/postgres/archive/format/blockWriter';
import { inPieces } from '../postgres/archive/realArchives';

export const testKey = Buffer.from('0123456789abcdef0123456789abcdef');

/** An archive masked by rules, and what the masking says of it. */
export async function masked(
  archive: Buffer,
  rules: string,
  how: { packing?: Packing; key?: Buffer; pieces?: number } = {},
): Promise<{ archive: Buffer; said: Masked }> {
  const pieces: Buffer[] = [];
  const said = await maskArchive(inPieces(archive, how.pieces), {
    rules: readRules(rules),
    key: how.key ?? testKey,
    packing: how.packing ?? { method: 'gzip', level: 1 },
    take: (bytes) => {
      // what it is handed is reused by nobody, and is there to be kept
      pieces.push(bytes);
      return undefined;
    },
  });
  return { archive: Buffer.concat(pieces), said };
}
