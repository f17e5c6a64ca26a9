import type { DrillOutcome } from '../../catalog/drillRecord';

/** What is promised of every database. Hours, days. */
export interface Objectives {
  /** so much may be lost at most: the age of the newest verified backup */
  readonly rpoHours: number;
  /** so long a recovery may take: as the last drill took it, by size */
  readonly rtoHours: number;
  /** a backup is proven by restoring it that often */
  readonly drillDays: number;
}

export const usualObjectives: Objectives = { rpoHours: 24, rtoHours: 2, drillDays: 30 };

/** How long a backup may take at most, by the size of what is backed up: bytes, seconds. Beyond the largest nothing is promised. */
const windows = [
  { below: 1e9, seconds: 14 * 60 },
  { below: 10e9, seconds: 90 * 60 },
] as const;

/** The longest that a backup of so many bytes may take, in seconds; undefined where nothing is promised. Pure. */
export function windowOf(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : windows.find(({ below }) => bytes < below)?.seconds;
}

/** A database that is there. */
export interface FleetDatabase {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly database: string;
  readonly bytes?: number | undefined;
}

/** A place as a backup, a job or a schedule names it: the pod's part may be its workload. */
export type NamedPlace = Pick<FleetDatabase, 'cluster' | 'namespace' | 'database'> & {
  readonly pods: readonly string[];
};

/** A verified backup, wherever it lies. */
export interface KnownBackup {
  readonly place: NamedPlace;
  /** of its snapshot; UTC */
  readonly time: string;
  readonly store: string;
  readonly encrypted: boolean;
  readonly bytes?: number | undefined;
  /** how long it took */
  readonly seconds?: number | undefined;
  /** its id */
  readonly backup?: string | undefined;
  /** bytes of its archive; undefined where it is known by its job alone */
  readonly stored?: number | undefined;
}

/** A job that took a backup, or did not get it done. */
export interface KnownRun {
  readonly place: NamedPlace;
  /** when it began; UTC */
  readonly time: string;
  readonly isDone: boolean;
  readonly backup?: string | undefined;
}

/** A restore of a backup that was compared row by row and dropped again. */
export interface KnownDrill {
  readonly place: NamedPlace;
  readonly ended: string;
  /** from looking for the backup until all in it was compared */
  readonly seconds: number;
  readonly outcome: DrillOutcome;
  /** of the database that was restored */
  readonly bytes?: number | undefined;
  readonly job?: string | undefined;
}

export interface KnownSchedule {
  readonly place: NamedPlace;
  readonly name: string;
  readonly runner: string;
  readonly at: string;
  readonly interval: number;
  readonly next?: string | undefined;
  readonly keeps: boolean;
  readonly pausedUntil?: string | undefined;
  readonly suspended: boolean;
}

/** All that is known of a fleet. */
export interface FleetFacts {
  readonly databases: readonly FleetDatabase[];
  readonly backups: readonly KnownBackup[];
  readonly drills: readonly KnownDrill[];
  /** of backups */
  readonly schedules: readonly KnownSchedule[];
  readonly drillSchedules?: readonly KnownSchedule[] | undefined;
  readonly runs?: readonly KnownRun[] | undefined;
}

/** What is to be said of a database. Those of `missedFindings` are objectives that are not met. */
export type StatusFinding =
  | 'backup.never'
  | 'rpo.missed'
  | 'rto.missed'
  | 'duration.missed'
  | 'drill.disproved'
  | 'drill.never'
  | 'drill.overdue'
  | 'schedule.none'
  | 'schedule.paused'
  | 'schedule.suspended'
  | 'schedule.tooSeldom'
  | 'retention.none'
  | 'backup.clear';

export const missedFindings: readonly StatusFinding[] = [
  'backup.never',
  'rpo.missed',
  'rto.missed',
  'duration.missed',
  'drill.disproved',
  'schedule.none',
];

/** One line of the status. Ages and durations in seconds. */
export interface DatabaseStatus {
  /** `cluster/namespace/workload/database` */
  readonly reference: string;
  readonly bytes?: number;
  readonly lastVerified?: string;
  readonly age?: number;
  readonly store?: string;
  readonly encrypted?: boolean;
  readonly lastDrill?: string;
  readonly drillOutcome?: KnownDrill['outcome'];
  /** end of the last drill that proved, whatever came after it */
  readonly lastProved?: string;
  /** how long the newest backup took */
  readonly took?: number;
  /** the longest that a backup of it may take */
  readonly window?: number;
  /** how long a recovery is expected to take: the last drill that proved, by the size there is now */
  readonly recovery?: number;
  readonly schedule?: KnownSchedule;
  readonly drillSchedule?: KnownSchedule;
  readonly findings: readonly StatusFinding[];
  readonly missed: boolean;
}

/** How every database stands, those with something missed first. Pure. */
export function statusOf(facts: FleetFacts, objectives: Objectives, now: Date): readonly DatabaseStatus[] {
  const [backups, drills, schedules, drillSchedules] = [
    byName(facts.backups),
    byName(facts.drills),
    byName(facts.schedules),
    byName(facts.drillSchedules ?? []),
  ];
  const rows = facts.databases.map((one) => {
    const key = keyOf(one);
    const its = {
      ...{ backups: backups.get(key) ?? [], drills: drills.get(key) ?? [] },
      ...{ schedules: schedules.get(key) ?? [], drillSchedules: drillSchedules.get(key) ?? [] },
    };
    return oneStatus(one, its, objectives, now);
  });
  return rows.sort((a, b) => Number(b.missed) - Number(a.missed) || (a.reference < b.reference ? -1 : 1));
}

/** Those of one name side by side: with ninety days of five hundred databases nobody looks through all of them for each. */
function byName<T extends { readonly place: NamedPlace }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one.place);
    const list = found.get(key);
    if (list) list.push(one);
    else found.set(key, [one]);
  }
  return found;
}

function keyOf({ cluster, namespace, database }: Pick<NamedPlace, 'cluster' | 'namespace' | 'database'>): string {
  return JSON.stringify([cluster, namespace, database]);
}

function oneStatus(
  one: FleetDatabase,
  facts: Omit<FleetFacts, 'databases'>,
  objectives: Objectives,
  now: Date,
): DatabaseStatus {
  const isIts = ({ place }: { readonly place: NamedPlace }): boolean =>
    place.cluster === one.cluster &&
    place.namespace === one.namespace &&
    place.database === one.database &&
    place.pods.some((pod) => pod === one.workload || pod === one.pod);
  // what says that it comes later than now says nothing: a clock, or somebody, is wrong
  const past = (time: string): boolean => Date.parse(time) <= now.getTime() + 60_000;
  const backup = newestBy(
    facts.backups.filter((each) => isIts(each) && past(each.time)),
    ({ time }) => time,
  );
  const drills = facts.drills.filter((each) => isIts(each) && past(each.ended));
  const drill = newestBy(drills, ({ ended }) => ended);
  // one that could not be done takes back nothing of what the one before it showed
  const shown = newestBy(
    drills.filter(({ outcome }) => outcome !== 'notProved'),
    ({ ended }) => ended,
  );
  const proved = newestBy(
    drills.filter(({ outcome }) => outcome === 'proved'),
    ({ ended }) => ended,
  );
  const schedule = facts.schedules.find(isIts);
  const age = backup === undefined ? undefined : Math.max(0, (now.getTime() - Date.parse(backup.time)) / 1000);
  const recovery = proved === undefined ? undefined : recoveryNow(proved, one.bytes);
  const drillSchedule = facts.drillSchedules?.find(isIts);
  const longest = windowOf(backup?.bytes ?? one.bytes);
  const isPaused = schedule?.pausedUntil !== undefined && Date.parse(schedule.pausedUntil) > now.getTime();
  const says: Readonly<Record<StatusFinding, boolean>> = {
    'backup.never': backup === undefined,
    'rpo.missed': age !== undefined && age > objectives.rpoHours * 3600,
    'rto.missed': recovery !== undefined && recovery > objectives.rtoHours * 3600,
    'duration.missed': longest !== undefined && backup?.seconds !== undefined && backup.seconds > longest,
    'drill.disproved': shown?.outcome === 'disproved',
    'drill.never': proved === undefined,
    'drill.overdue':
      proved !== undefined && now.getTime() - Date.parse(proved.ended) > objectives.drillDays * 86_400_000,
    'schedule.none': schedule === undefined,
    'schedule.paused': isPaused,
    'schedule.suspended': schedule?.suspended === true,
    'schedule.tooSeldom': schedule !== undefined && schedule.interval > objectives.rpoHours * 3600,
    'retention.none': schedule !== undefined && !schedule.keeps,
    'backup.clear': backup?.encrypted === false,
  };
  const findings = (Object.keys(says) as StatusFinding[]).filter((finding) => says[finding]);
  return {
    reference: [one.cluster, one.namespace, one.workload, one.database].join('/'),
    ...(one.bytes === undefined ? {} : { bytes: one.bytes }),
    ...(backup === undefined || age === undefined
      ? {}
      : { lastVerified: backup.time, age: Math.round(age), store: backup.store, encrypted: backup.encrypted }),
    ...(drill === undefined ? {} : { lastDrill: drill.ended, drillOutcome: drill.outcome }),
    ...(proved === undefined ? {} : { lastProved: proved.ended }),
    ...(backup?.seconds === undefined ? {} : { took: backup.seconds }),
    ...(longest === undefined ? {} : { window: longest }),
    ...(recovery === undefined ? {} : { recovery }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(drillSchedule === undefined ? {} : { drillSchedule }),
    findings,
    missed: findings.some((finding) => missedFindings.includes(finding)),
  };
}

/** As long as it took, and longer where the database has grown since; never shorter, since not all of it goes by size. Pure. */
export function recoveryNow(
  { seconds, bytes }: Pick<KnownDrill, 'seconds' | 'bytes'>,
  now: number | undefined,
): number {
  if (bytes === undefined || now === undefined || bytes <= 0) return seconds;
  return Math.round(seconds * Math.max(1, now / bytes) * 1000) / 1000;
}

function newestBy<T>(all: readonly T[], timeOf: (one: T) => string): T | undefined {
  return all.reduce<T | undefined>(
    (newest, one) => (newest === undefined || timeOf(one) > timeOf(newest) ? one : newest),
    undefined,
  );
}
