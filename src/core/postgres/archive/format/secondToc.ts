import { isAppError } from '../../../base/errors';
import type { ArchiveHead } from './archiveHead';
import type { ByteWindow } from './byteWindow';
import { damaged } from './damage';
import { Hash128, hexOf } from '../digest/hash128';
import type { Behind } from '../reading';
import { readTocEntry } from './tocEntry';

/** The entries of a table of contents but for the places of their data: a second one of the same archive has the same print. */
export class TocPrint {
  readonly #hash = new Hash128();

  /** Takes the entry that was just read. */
  add(window: ByteWindow, from: number, offsetSize: number): void {
    const length = window.offset - from;
    this.#hash.update(window.buffer, window.position - length, window.position - offsetSize - 1);
  }

  result(): string {
    return hexOf(this.#hash.finish());
  }
}

/** A table of contents that was read, by its print. */
interface Printed {
  readonly print: string;
}

/**
 * Reads what stands behind the last data block: nothing, or the table of contents once more. pg_dump writes that to give the places of its data, meant to
 * go over the first; since 16 it opens its standard output to append, and with `pg_dump -Fc > file` the second goes to the end. No pg_restore looks at it. One that is cut or says something
 * else is told, and no damage of what stands before it. Throws `archive.damaged` for anything else. `places` are those of the blocks by dump id.
 */
export async function readBehind(
  window: ByteWindow,
  head: ArchiveHead,
  toc: Printed,
  places: ReadonlyMap<number, number>,
): Promise<Behind | undefined> {
  const from = window.offset;
  if (!(await window.need(1))) return undefined;
  const begins = (await window.need(5)) && window.takeInt() === head.entryCount;
  if (!begins) throw damaged(from, 'block.behind');
  const isToc = await isSame(window, head, toc, places);
  while (await window.need(1)) window.position += window.available;
  return { bytes: window.offset - from, isToc };
}

async function isSame(
  window: ByteWindow,
  { entryCount, minor, offsetSize }: ArchiveHead,
  toc: Printed,
  places: ReadonlyMap<number, number>,
): Promise<boolean> {
  const print = new TocPrint();
  try {
    for (let index = 1; index <= entryCount; index += 1) {
      const from = window.offset;
      const place = `entry ${index} of ${entryCount} behind the data`;
      const { dumpId, hasData, dataOffset } = await readTocEntry(
        window,
        { minor, offsetSize, isValid: () => true },
        place,
      );
      if (hasData && dataOffset !== places.get(dumpId)) return false;
      print.add(window, from, offsetSize);
    }
  } catch (error) {
    if (isAppError(error, 'archive.damaged') || isAppError(error, 'archive.limit')) return false;
    throw error;
  }
  return print.result() === toc.print && !(await window.need(1));
}
