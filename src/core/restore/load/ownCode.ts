import type { TableOfContents, TocEntry } from '../../postgres/archive/format/readTableOfContents';
import type { Loader } from './loader';

/** What has to be computed before superusers own it, since somebody else's code may stand in it. */
export interface OwnCode {
  /** materialized views that are filled in the loader's name */
  readonly fills: (entry: TocEntry) => boolean;
  /** statistics are gathered in the loader's name as well */
  readonly analyzes: boolean;
}

/**
 * A database in which everything is a superuser's holds nobody else's code. In any other one, or where a superuser gets all of it, nothing of it is computed in a superuser's
 * name by us. Pure.
 */
export function ownCode(
  { entries }: TableOfContents,
  {
    loader: { superusers },
    noOwner,
    isSigned,
    ofSuperusers = false,
  }: {
    readonly loader: Loader;
    readonly noOwner: boolean;
    readonly isSigned: boolean;
    /** whoever owned something in it was a superuser there; who is one here may have been none */
    readonly ofSuperusers?: boolean;
  },
): OwnCode {
  const owners = new Set(entries.map(({ owner }) => owner).filter((owner) => owner !== ''));
  const hasCode = entries.some(({ kind }) => code.has(kind));
  const hasOthers = !isSigned || [...owners].some((owner) => !superusers.has(owner)) || (hasCode && !ofSuperusers);
  const becomesOfSuperuser = (owner: string): boolean => noOwner || superusers.has(owner);
  return {
    fills: ({ kind, owner }) => kind === 'MATERIALIZED VIEW DATA' && hasOthers && becomesOfSuperuser(owner),
    analyzes: hasOthers && hasCode && entries.some(({ kind, owner }) => kind === 'TABLE' && becomesOfSuperuser(owner)),
  };
}

const code: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE', 'DOMAIN', 'TYPE']);
