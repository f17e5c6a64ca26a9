import type { Fate } from './fate';

/** Something that a job made and left. `place` is `cluster/namespace/pod`. */
export type LeftThing =
  /** a partial backup, or a file that nobody finishes any more */
  | { readonly what: 'files'; readonly path: string }
  /** that a dead job held on a target */
  | { readonly what: 'lock'; readonly reference: string }
  /** a backup without a manifest in a bucket; `until`: how long its store keeps some of it, UTC ISO 8601 */
  | { readonly what: 'draft'; readonly path: string; readonly until?: string }
  | { readonly what: 'sessions' | 'commands'; readonly count: number; readonly job: string; readonly place: string }
  | LeftInServer;

/** A side database, or a role that was made for it. */
export interface LeftInServer {
  readonly what: 'database' | 'role';
  readonly name: string;
  readonly job: string;
  readonly place: string;
  /** of a database: whose it is */
  readonly owner?: string;
}

/** What could not be asked: a place, with the code of the error and the kubeconfigs that do not name its cluster; or the server of a job, which is not known. */
export type Unreached =
  { readonly place: string; readonly code: string; readonly files?: readonly string[] } | { readonly job: string };

/** What a clean-up did and found. */
export interface CleanFacts {
  readonly removed: readonly LeftThing[];
  /** what should be gone and is not */
  readonly remaining: readonly LeftThing[];
  /** what only claims to be a job's, and stays */
  readonly claims: readonly LeftInServer[];
  /** what may belong to a job that works, in another workspace perhaps */
  readonly spared: readonly LeftThing[];
  /** what was prepared and waits for its swap: it is nobody's leftover */
  readonly waiting: readonly LeftInServer[];
  /** jobs whose servers are not asked any more, and where they may have left something */
  readonly forgotten: readonly { readonly job: string; readonly places: readonly string[] }[];
  /** what became of jobs whose outcome was not known */
  readonly resolved: readonly Fate[];
  /** those of which it still is not known */
  readonly unknown: readonly Fate[];
  readonly notReached: readonly Unreached[];
}
