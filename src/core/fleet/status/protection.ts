import {
  missedFindings,
  statusOf,
  type DatabaseStatus,
  type FleetFacts,
  type NamedPlace,
  type Objectives,
  type StatusFinding,
} from './objectives';

/** What a day showed of a database. `proved`, `disproved`: by a drill, which a backup of that day counts less than; `failed`: backups were tried, none was done. */
export type DayResult = 'proved' | 'disproved' | 'verified' | 'failed' | 'none';

/** A database over the days of a page. */
export interface ProtectedDatabase {
  readonly status: DatabaseStatus;
  /** one for each day, the oldest first */
  readonly days: readonly DayResult[];
}

/** What lies in a store, as far as was asked. */
export interface StoredTotal {
  readonly store: string;
  readonly backups: number;
  readonly bytes: number;
  /** in a month, by the price that the store has, in whatever money that is */
  readonly cost?: number | undefined;
}

/** All that a page of protection shows. */
export interface Protection {
  readonly now: Date;
  readonly objectives: Objectives;
  /** UTC, `2026-11-30`, the oldest first */
  readonly days: readonly string[];
  /** those with something missed first */
  readonly databases: readonly ProtectedDatabase[];
  /** what is missed first; each with the databases that it is said of */
  readonly findings: readonly {
    readonly finding: StatusFinding;
    readonly missed: boolean;
    readonly references: readonly string[];
  }[];
  /** backups of those days, as far as jobs are remembered or backups kept */
  readonly operations: { readonly done: number; readonly failed: number };
  readonly stores: readonly StoredTotal[];
}

const dayMs = 86_400_000;

/** How a fleet stands, and stood over the last days. `prices`: of a GB (10^9 bytes) in a month, by store. Pure. */
export function protectionOf(
  facts: FleetFacts,
  objectives: Objectives,
  now: Date,
  { days = 90, prices }: { readonly days?: number; readonly prices?: ReadonlyMap<string, number> | undefined } = {},
): Protection {
  const first = Math.floor(now.getTime() / dayMs) - days + 1;
  const dayOf = (time: string): number => Math.floor(Date.parse(time) / dayMs) - first;
  const marks = new Map<string, DayResult[]>();
  const mark = (place: NamedPlace, time: string, result: DayResult): void => {
    const day = dayOf(time);
    if (!(day >= 0 && day < days)) return;
    for (const pod of new Set(place.pods)) {
      const key = keyOf(place.cluster, place.namespace, pod, place.database);
      const row = marks.get(key) ?? Array.from({ length: days }, (): DayResult => 'none');
      if (weight[result] > weight[row[day] ?? 'none']) row[day] = result;
      marks.set(key, row);
    }
  };
  const runs = facts.runs ?? [];
  for (const { place, time } of facts.backups) mark(place, time, 'verified');
  for (const { place, time, isDone } of runs) mark(place, time, isDone ? 'verified' : 'failed');
  for (const { place, ended, outcome } of facts.drills) {
    if (outcome !== 'notProved') mark(place, ended, outcome);
  }
  const statuses = statusOf(facts, objectives, now);
  const pods = new Map(facts.databases.map((one) => [referenceOf(one), one]));
  const databases = statuses.map((status): ProtectedDatabase => {
    const one = pods.get(status.reference);
    const rows =
      one === undefined
        ? []
        : [one.workload, one.pod].map((pod) => marks.get(keyOf(one.cluster, one.namespace, pod, one.database)));
    return { status, days: joined(rows, days) };
  });
  const inRange = (time: string): boolean => dayOf(time) >= 0 && dayOf(time) < days;
  const known = new Set(runs.map(({ backup }) => backup).filter((id) => id !== undefined));
  const kept = facts.backups.filter(({ backup, time }) => inRange(time) && backup !== undefined && !known.has(backup));
  const tried = runs.filter(({ time }) => inRange(time));
  const done = tried.filter(({ isDone }) => isDone).length;
  return {
    now,
    objectives,
    days: Array.from({ length: days }, (_, at) => new Date((first + at) * dayMs).toISOString().slice(0, 10)),
    databases,
    findings: findingsOf(statuses),
    operations: { done: done + new Set(kept.map(({ backup }) => backup)).size, failed: tried.length - done },
    stores: storesOf(facts, prices),
  };
}

/** A result that says more takes the day. */
const weight: Readonly<Record<DayResult, number>> = { none: 0, failed: 1, verified: 2, proved: 3, disproved: 4 };

function joined(rows: readonly (readonly DayResult[] | undefined)[], days: number): readonly DayResult[] {
  return Array.from({ length: days }, (_, day) =>
    rows.reduce<DayResult>((best, row) => {
      const result = row?.[day] ?? 'none';
      return weight[result] > weight[best] ? result : best;
    }, 'none'),
  );
}

function findingsOf(statuses: readonly DatabaseStatus[]): Protection['findings'] {
  const found = new Map<StatusFinding, string[]>();
  for (const { reference, findings } of statuses) {
    for (const finding of findings) found.set(finding, [...(found.get(finding) ?? []), reference]);
  }
  return [...found]
    .map(([finding, references]) => ({ finding, missed: missedFindings.includes(finding), references }))
    .sort((a, b) => Number(b.missed) - Number(a.missed) || b.references.length - a.references.length);
}

function storesOf({ backups }: FleetFacts, prices: ReadonlyMap<string, number> | undefined): readonly StoredTotal[] {
  const totals = new Map<string, { backups: number; bytes: number }>();
  for (const { store, stored } of backups) {
    if (stored === undefined) continue;
    const { backups: others, bytes } = totals.get(store) ?? { backups: 0, bytes: 0 };
    totals.set(store, { backups: others + 1, bytes: bytes + stored });
  }
  return [...totals]
    .map(([store, total]) => {
      const price = prices?.get(store);
      return { store, ...total, cost: price === undefined ? undefined : (price * total.bytes) / 1e9 };
    })
    .sort((a, b) => b.bytes - a.bytes);
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function referenceOf(one: FleetFacts['databases'][number]): string {
  return [one.cluster, one.namespace, one.workload, one.database].join('/');
}
