import * as v from 'valibot';

/**
 * What was proven of a side database that waits for its swap, and what it is held to then. It stands in the database's mark, so that any workspace that
 * trusts the signature can go on from it, and among the events of the job that made it.
 */
export interface Prepared {
  /** when it was compared and closed, UTC ISO 8601 */
  readonly proven: string;
  /**
   * The transaction that closed it to everybody, as `xmin` of its row in pg_database. Whoever wants to write into it has to open it first, and that writes the row anew: while the row is
   * the one that we wrote, nobody was in it. Vacuum and freezing leave `xmin` as it is.
   */
  readonly seal: string;
  /** when the snapshot of what was restored was taken, UTC ISO 8601 */
  readonly snapshot: string;
  readonly tables: number;
  readonly rows: number;
  /** how many differences were listed, all of them accepted by the options */
  readonly differences: number;
  /** rows that its statistics counted as written: the baseline for what is written after the swap */
  readonly written: number;
  /** what had the name when the preparation began; absent: nothing had */
  readonly live?: LiveBefore;
  /** tables that are emptied when the server ends without a shutdown, since they are not logged */
  readonly unlogged: number;
  /** since when the server's own processes run, UTC ISO 8601, where our role may know: a crash starts them anew */
  readonly serverSince?: string;
  /** of a new one that has its own owner, grants and settings already: the comment that it gets with its name */
  readonly own?: { readonly comment?: string };
}

/** The code of the note that says what was prepared: `oid`, `side`, and `prepared`, a `Prepared`. */
export const preparedNote = 'prepared';

/** A live database as it was when a preparation began. */
export interface LiveBefore {
  readonly oid: number;
  /** rows written as its statistics count them; absent where they could not be asked */
  readonly written?: number;
  /** its definitions in a digest, and the transaction before which they were read; absent where they could not be read */
  readonly schema?: { readonly digest: string; readonly objects: number; readonly before: string };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());
const number = v.pipe(v.string(), v.regex(/^\d{1,20}$/));

const form: v.GenericSchema<unknown, Prepared> = v.object({
  proven: time,
  seal: number,
  snapshot: v.string(),
  tables: count,
  rows: count,
  differences: count,
  written: count,
  live: v.exactOptional(
    v.object({
      oid: count,
      written: v.exactOptional(count),
      schema: v.exactOptional(v.object({ digest: v.string(), objects: count, before: number })),
    }),
  ),
  unlogged: count,
  serverSince: v.exactOptional(time),
  own: v.exactOptional(v.object({ comment: v.exactOptional(v.string()) })),
});

/** What a mark or an event says was proven; undefined where that is not readable as such. Pure. */
export function parsePrepared(value: unknown): Prepared | undefined {
  const read = v.safeParse(form, value);
  return read.success ? read.output : undefined;
}
