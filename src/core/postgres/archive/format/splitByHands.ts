import { grantsOf } from '../meaning/grantsOf';
import { sayMore } from '../meaning/sayMore';
import { backslashesIn, superuserEntries } from '../meaning/superuserEntries';
import { damaged } from './damage';
import { definitionOf, rewrittenToc, type TableOfContents, type TocEntry } from './readTableOfContents';
import type { PlacedBlock } from './blockReader';
import { inPlaces, partOf, rolesOf, shared, unplaced, type ArchivePart, type PartRole } from './splitArchive';

/** Who makes a part: the role that owns the side database's contents while they are loaded, or our own, which is a superuser. */
export type Hand = 'loader' | 'superuser';

/** The parts of an archive by who makes them, to be restored in this order; those of `data` in any, or at once. Absent parts are empty. */
export interface HandedParts {
  /** what the rows need */
  readonly before: readonly { readonly hand: Hand; readonly part: ArchivePart }[];
  readonly data: readonly ArchivePart[];
  /** from it only what comes after the rows is to be taken */
  readonly indexes: ArchivePart;
  /** values of sequences, statistics */
  readonly values?: ArchivePart;
  /** rows, indexes and values, for one pg_restore */
  readonly rest: ArchivePart;
  /** materialized views, those that the loader fills */
  readonly filled?: ArchivePart;
  /** row security comes when keys are proven: it hides rows from whoever proves them */
  readonly policies?: ArchivePart;
  /** what the loader grants, since nobody vouches for the words of the archive */
  readonly granted?: ArchivePart;
  /** after everything has its owner: comments, grants, materialized views that their owners fill */
  readonly said?: ArchivePart;
  /** last of all, since it fires at whatever comes after it */
  readonly triggers?: ArchivePart;
}

export interface HandsAsked {
  readonly streams: number;
  /** somebody we trust signed it: what only a superuser can make is made by one, and comments and grants are as they stand */
  readonly isSigned: boolean;
  /** roles of the target that are superusers */
  readonly superusers: ReadonlySet<string>;
  /** materialized views that the loader fills; those before them are filled with them */
  readonly fills: (entry: TocEntry) => boolean;
  /** how the loader is called, for the grants of each owner to itself */
  readonly loader: string;
  /** where the data blocks end, where their places are not known */
  readonly bytes: number;
}

type Group = PartRole | 'superuser' | 'values' | 'filled' | 'policies' | 'granted' | 'said' | 'triggers' | 'nobody';

/**
 * Divides an archive by who makes what. Pure. Throws `archive.damaged` for what a superuser would say, comments and grants, where it says anything else: whoever made the archive, it came through
 * another server's pod.
 */
export function splitByHands(toc: TableOfContents, blocks: readonly PlacedBlock[], asked: HandsAsked): HandedParts {
  const place = unplaced(toc);
  const groups = groupsOf(toc, asked);
  mustSayNoMore(toc, groups);
  const filled = filledAmong(toc, groups, asked);
  const grants = asked.isSigned ? undefined : grantsOf(toc, asked.loader);
  const of = (wanted: (entry: TocEntry) => boolean, ranges: readonly PlacedBlock[] = []): ArchivePart =>
    partOf(
      rewrittenToc(place, (entry) => groups.get(entry) === 'settings' || wanted(entry), grants),
      ranges,
    );
  const only = (...names: Group[]): { part: ArchivePart } | undefined => {
    const isOne = (entry: TocEntry): boolean => names.includes(groups.get(entry) ?? 'nobody');
    return toc.entries.some(isOne) ? { part: of(isOne) } : undefined;
  };
  const some = <Name extends string>(
    name: Name,
    found: { part: ArchivePart } | undefined,
  ): { [N in Name]?: ArchivePart } =>
    (found === undefined ? {} : { [name]: found.part }) as { [N in Name]?: ArchivePart };
  const all = blocks.length > 0 ? blocks : [{ dumpId: 0, from: toc.bytes.length, to: asked.bytes }];
  const isOfRest = (entry: TocEntry): boolean => ['data', 'indexes', 'values'].includes(groups.get(entry) ?? 'nobody');
  return {
    before: runsOf(toc, groups).map(({ hand, entries }) => ({ hand, part: of((entry) => entries.has(entry)) })),
    data: shared(blocks, asked.streams).map((share) => {
      const ids = new Set(share.map(({ dumpId }) => dumpId));
      return of((entry) => (entry.hasData ? ids.has(entry.dumpId) : groups.get(entry) === 'data'), share);
    }),
    indexes: of((entry) => ['before', 'superuser', 'data', 'indexes'].includes(groups.get(entry) ?? 'nobody')),
    rest: of(isOfRest, inPlaces(all)),
    ...some('values', only('values')),
    ...some('filled', filled.size > 0 ? { part: of((entry) => filled.has(entry)) } : undefined),
    ...some('policies', only('policies')),
    ...some('granted', grants ? only('granted') : undefined),
    ...some('said', only('said')),
    ...some('triggers', only('triggers')),
  };
}

function mustSayNoMore(toc: TableOfContents, groups: ReadonlyMap<TocEntry, Group>): void {
  const backslashes = backslashesIn(toc);
  for (const [entry, group] of groups) {
    if (group !== 'said' && group !== 'triggers') continue;
    const { kind, schema, name, definitionAt } = entry;
    // pg_restore passes over what is the database's own
    if (name.startsWith('DATABASE ')) continue;
    if (!sayMore(kind, definitionOf(toc, entry).toString('latin1'), backslashes)) continue;
    throw damaged(definitionAt, 'toc.statement', `${kind} ${schema}.${name}`);
  }
}

function groupsOf(toc: TableOfContents, { isSigned, superusers, fills }: HandsAsked): ReadonlyMap<TocEntry, Group> {
  const isOfSuperuser = isSigned ? superuserEntries(toc, superusers) : (): boolean => false;
  // who owns a view may see less of what it reads than the loader, which owns all of it
  const hidesRows = toc.entries.some(({ kind }) => kind === 'ROW SECURITY');
  const loaderFills = (entry: TocEntry): boolean => (!isSigned && !hidesRows) || fills(entry);
  const groups = new Map<TocEntry, Group>();
  for (const [entry, role] of rolesOf(toc)) {
    groups.set(
      entry,
      role === 'settings' ? role : (ofKind(entry, isSigned, loaderFills) ?? ofRole(entry, role, isOfSuperuser)),
    );
  }
  return groups;
}

/** What has its place by its kind, wherever it stands. */
function ofKind(entry: TocEntry, isSigned: boolean, fills: HandsAsked['fills']): Group | undefined {
  const { kind, name } = entry;
  if (kind === 'POLICY' || kind === 'ROW SECURITY') return 'policies';
  if (kind === 'MATERIALIZED VIEW DATA') return fills(entry) ? 'filled' : 'said';
  if (kind === 'SEQUENCE SET' || kind === 'STATISTICS DATA') return 'values';
  if (isSigned && kind === 'EVENT TRIGGER') return 'triggers';
  if (isSigned && (kind === 'COMMENT' || kind === 'SECURITY LABEL')) {
    return name.startsWith('EVENT TRIGGER ') ? 'triggers' : 'said';
  }
  if (kind === 'ACL' || kind === 'ACL LANGUAGE') return isSigned ? 'said' : 'granted';
  if (kind === 'DEFAULT ACL') return isSigned ? 'said' : 'nobody';
  // an extension comes with its comment, and the loader does not own it
  if (!isSigned && kind === 'COMMENT' && name.startsWith('EXTENSION ')) return 'nobody';
  return undefined;
}

function ofRole(entry: TocEntry, role: PartRole, isOfSuperuser: (entry: TocEntry) => boolean): Group {
  if (role === 'before' && isOfSuperuser(entry)) return 'superuser';
  return role === 'last' ? 'values' : role;
}

/** One materialized view may read another one: those in front of the last are filled as well, and again when they have their owners. */
function filledAmong(toc: TableOfContents, groups: ReadonlyMap<TocEntry, Group>, asked: HandsAsked): Set<TocEntry> {
  const views = toc.entries.filter(({ kind }) => kind === 'MATERIALIZED VIEW DATA');
  const last = views.findLastIndex((entry) => !asked.isSigned || groups.get(entry) === 'filled' || asked.fills(entry));
  return new Set(views.slice(0, last + 1));
}

/** What comes before the rows, in the archive's order: each run is made by one hand. */
function runsOf(
  { entries }: TableOfContents,
  groups: ReadonlyMap<TocEntry, Group>,
): readonly { readonly hand: Hand; readonly entries: ReadonlySet<TocEntry> }[] {
  const runs: { hand: Hand; entries: Set<TocEntry> }[] = [];
  for (const entry of entries) {
    const group = groups.get(entry);
    if (group !== 'before' && group !== 'superuser') continue;
    const hand: Hand = group === 'before' ? 'loader' : 'superuser';
    const last = runs.at(-1);
    if (last?.hand === hand) last.entries.add(entry);
    else runs.push({ hand, entries: new Set([entry]) });
  }
  return runs;
}
