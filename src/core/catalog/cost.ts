import { groupBy } from '../base/groupBy';

/** A backup as its cost sees it: for how long it lay where. */
export interface StoredSpan {
  /** what people call the store */
  readonly store: string;
  /** `cluster/namespace/workload/database` */
  readonly place: string;
  readonly bytes: number;
  readonly from: Date;
  /** when it was deleted; undefined: it is there */
  readonly until?: Date | undefined;
}

/** What the backups of one database cost in one store. Money is that of the price. */
export interface CostRow {
  readonly store: string;
  readonly place: string;
  /** those that are there */
  readonly backups: number;
  readonly bytes: number;
  /** of those that were deleted, as far as it was written down */
  readonly deletedBytes: number;
  /** bytes that come in a month, on average of the last three; undefined where less than a month is known */
  readonly growth?: number | undefined;
  /** a month, as it is now; undefined without a price */
  readonly month?: number | undefined;
  /** what a month would cost less by the rules that were asked for */
  readonly saved?: number | undefined;
  /** the twelve months to come, if it goes on as it did; without a known growth as if it stayed */
  readonly year?: number | undefined;
}

const monthMs = (365.25 / 12) * 86_400_000;
const gigabyte = 1e9;

/**
 * What backups cost, for each store and database, largest first. `price`: of a GB (10^9 bytes) in a month, by store; `going`: bytes that rules would delete, by store and place. Pure.
 */
export function costOf(
  spans: readonly StoredSpan[],
  now: Date,
  options: {
    readonly price: (store: string) => number | undefined;
    readonly going?: (store: string, place: string) => number | undefined;
  },
): readonly CostRow[] {
  const rows: CostRow[] = [];
  for (const group of groupBy(spans, ({ store, place }) => JSON.stringify([store, place])).values()) {
    const [first] = group;
    if (!first) continue;
    const { store, place } = first;
    const there = group.filter((one) => isThere(one, now));
    const bytes = sum(there);
    const deletedBytes = sum(group.filter(({ until }) => until !== undefined && until <= now));
    const growth = growthOf(group, now);
    const price = options.price(store);
    const ofBytes = (of: number): number => ((price ?? 0) * of) / gigabyte;
    const months = Array.from({ length: 12 }, (_, at) => Math.max(0, bytes + (growth ?? 0) * (at + 1)));
    const going = options.going?.(store, place);
    rows.push({
      ...{ store, place, backups: there.length, bytes, deletedBytes },
      ...(growth === undefined ? {} : { growth }),
      ...(price === undefined
        ? {}
        : { month: ofBytes(bytes), year: months.reduce((all, one) => all + ofBytes(one), 0) }),
      ...(price === undefined || going === undefined ? {} : { saved: ofBytes(going) }),
    });
  }
  return rows.sort((a, b) => b.bytes - a.bytes || (a.place < b.place ? -1 : 1));
}

/** What is more there now than was, by month: over three, or since the first one where that is at least one ago. */
function growthOf(spans: readonly StoredSpan[], now: Date): number | undefined {
  const first = Math.min(...spans.map(({ from }) => from.getTime()));
  const months = Math.min(3, (now.getTime() - first) / monthMs);
  if (months < 1) return undefined;
  const then = new Date(now.getTime() - months * monthMs);
  return (sum(spans.filter((one) => isThere(one, now))) - sum(spans.filter((one) => isThere(one, then)))) / months;
}

function isThere({ from, until }: StoredSpan, time: Date): boolean {
  return from <= time && (until === undefined || until > time);
}

function sum(spans: readonly StoredSpan[]): number {
  return spans.reduce((all, { bytes }) => all + bytes, 0);
}
