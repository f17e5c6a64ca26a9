import type { PlacedBlock } from './blockReader';
import { shortenedToc, type TableOfContents, type TocEntry } from './readTableOfContents';

/** A part of an archive that pg_restore takes for a whole one: a table of contents, then bytes of the archive's file. */
export interface ArchivePart {
  readonly toc: Buffer;
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** of all of it */
  readonly bytes: number;
}

/** The parts of an archive, to be restored in this order; those of `data` in any, or at once. */
export interface ArchiveParts {
  /** what the rows need */
  readonly before: ArchivePart;
  readonly data: readonly ArchivePart[];
  /** the whole table of contents: from it only what comes after the rows is to be taken */
  readonly indexes: ArchivePart;
  /** sequences, grants, and what pg_restore does behind all else: materialised views are filled with the grants that they need */
  readonly last: ArchivePart;
  /** all but `before`, for one pg_restore */
  readonly rest: ArchivePart;
}

/**
 * Splits an archive so that `streams` pg_restores at most share its rows, each about the same number of bytes. Objects come in the order in which one
 * pg_restore would make them. Where the archive says places of its blocks, the parts say none, since there they stand elsewhere.
 */
export function splitArchive(toc: TableOfContents, blocks: readonly PlacedBlock[], streams: number): ArchiveParts {
  const roles = rolesOf(toc);
  const place = unplaced(toc);
  const only = (role: PartRole): ArchivePart =>
    partOf(
      shortenedToc(place, (entry) => leaves(roles, entry, role)),
      [],
    );
  return {
    before: only('before'),
    data: shared(blocks, streams).map((share) => {
      const ids = new Set(share.map(({ dumpId }) => dumpId));
      const left = (entry: TocEntry): boolean =>
        entry.hasData ? !ids.has(entry.dumpId) : leaves(roles, entry, 'data');
      return partOf(shortenedToc(place, left), share);
    }),
    indexes: partOf(
      shortenedToc(place, (entry) => roles.get(entry) === 'last'),
      [],
    ),
    last: only('last'),
    rest: partOf(
      shortenedToc(place, (entry) => roles.get(entry) === 'before'),
      inPlaces(blocks),
    ),
  };
}

/** What a part is for; `settings` are in every one. */
export type PartRole = 'settings' | 'before' | 'data' | 'indexes' | 'last';

/** Entries without a section of their own (grants, comments) belong to that of the entry before them, as pg_restore sees it. */
export function rolesOf({ entries }: TableOfContents): ReadonlyMap<TocEntry, PartRole> {
  const roles = new Map<TocEntry, PartRole>();
  let section: TocEntry['section'] = 'none';
  let last = false;
  for (const entry of entries) {
    if (entry.section !== 'none') {
      section = entry.section;
      last = doneLast.has(entry.kind);
    }
    roles.set(entry, settings.has(entry.kind) ? 'settings' : roleOf(entry, section, last));
  }
  return roles;
}

function roleOf({ kind, hasData }: TocEntry, section: TocEntry['section'], last: boolean): PartRole {
  if (last || doneLast.has(kind)) return 'last';
  if (section === 'post-data') return 'indexes';
  return hasData ? 'data' : 'before';
}

/** What every part needs. */
const settings: ReadonlySet<string> = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH']);

/** What pg_restore keeps for its last passes, and the values of sequences. */
const doneLast: ReadonlySet<string> = new Set([
  'ACL',
  'ACL LANGUAGE',
  'DEFAULT ACL',
  'EVENT TRIGGER',
  'MATERIALIZED VIEW DATA',
  'SEQUENCE SET',
  'STATISTICS DATA',
]);

function leaves(roles: ReadonlyMap<TocEntry, PartRole>, entry: TocEntry, wanted: PartRole): boolean {
  const role = roles.get(entry);
  return role !== 'settings' && role !== wanted;
}

/** The largest first, each to whom has least; then in the archive's order. */
export function shared(blocks: readonly PlacedBlock[], streams: number): PlacedBlock[][] {
  const shares = Array.from({ length: Math.min(streams, blocks.length) }, () => ({
    bytes: 0,
    blocks: [] as PlacedBlock[],
  }));
  for (const block of [...blocks].sort((left, right) => right.to - right.from - (left.to - left.from))) {
    const least = shares.reduce((best, one) => (one.bytes < best.bytes ? one : best));
    least.bytes += block.to - block.from;
    least.blocks.push(block);
  }
  return shares.map((share) => inPlaces(share.blocks));
}

export function inPlaces(blocks: readonly PlacedBlock[]): PlacedBlock[] {
  return [...blocks].sort((left, right) => left.from - right.from);
}

export function partOf(toc: Buffer, ranges: readonly PlacedBlock[]): ArchivePart {
  const bytes = ranges.reduce((sum, { from, to }) => sum + to - from, toc.length);
  return { toc, ranges, bytes };
}

/** The state of the data's offset stands at the end of an entry, before the offset; 1: not set. */
export function unplaced(toc: TableOfContents): TableOfContents {
  const bytes = Buffer.from(toc.bytes);
  for (const { hasData, to } of toc.entries) if (hasData) bytes[to - toc.offsetSize - 1] = 1;
  return { ...toc, bytes };
}
