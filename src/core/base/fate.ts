/**
 * What became of a job whose outcome was not known, by what proves it. `place` is `cluster/namespace/pod/database`; `before` and `kept` are names of databases,
 * `backup` the id of one.
 */
export interface Fates {
  /** committed: the restored database is live */
  restored: { readonly place: string; readonly before?: string };
  /** committed: what was kept is live again */
  putBack: { readonly place: string; readonly before?: string };
  /** committed: what it put there has another name since */
  renamed: { readonly name: string };
  /** committed in place, where nothing is kept but a backup */
  replaced: { readonly place: string; readonly backup?: string };
  /** committed, and undone since by a job */
  undone: { readonly by: string };
  notCommitted: { readonly place: string };
  notCommittedOrUndone: { readonly place: string };
  /** there is no such database */
  notCommittedOrDropped: { readonly place: string };
  released: { readonly place: string };
  notReleased: { readonly kept: readonly string[] };
  discarded: { readonly place: string };
  notDiscarded: { readonly place: string };
  /** nothing on the server proves anything */
  unproven: { readonly place: string; readonly kind: string };
  /** what an earlier version found out: it wrote a sentence */
  told: { readonly text: string };
}

/** Of one job. */
export type Fate = { readonly [C in keyof Fates]: { readonly job: string; readonly code: C } & Fates[C] }[keyof Fates];
