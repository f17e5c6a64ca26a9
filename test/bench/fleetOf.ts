import type { FleetDatabase, FleetFacts } from '../../src/core/fleet/status/objectives';

/** A fleet as fleets are: three clusters; most is well, and of each kind of trouble there is some. The same each time. */
export function fleetOf(count: number, days: number, now: Date): FleetFacts {
  const all = Array.from({ length: count }, (_, at): FleetDatabase => ({
    ...{ cluster: `cluster-${at % 3}`, namespace: `team-${at % 11}`, workload: 'pg', pod: 'pg-0' },
    ...{ database: `shop_${at}`, bytes: 1e8 * (1 + (at % 40)) },
  }));
  const kept = all.map((one, at) => ({ one, at })).filter(({ at }) => at % 7 !== 0);
  const place = ({ cluster, namespace, database }: FleetDatabase): FleetFacts['backups'][number]['place'] => ({
    ...{ cluster, namespace, database, pods: ['pg'] },
  });
  const ago = (day: number, hours = 1): string =>
    new Date(now.getTime() - day * 86_400_000 - hours * 3600_000).toISOString();
  const ofDays = Array.from({ length: days }, (_, day) => day);
  const isFailed = (at: number, day: number): boolean => (at * 31 + day * 17) % 97 === 0;
  return {
    databases: all,
    backups: kept.flatMap(({ one, at }) =>
      ofDays
        .filter((day) => !isFailed(at, day) && (at % 29 !== 3 || day > 4))
        .map((day) => ({
          ...{
            place: place(one),
            time: ago(day),
            store: at % 2 === 0 ? 's3://backups/a' : 's3://backups/b',
            encrypted: at % 13 !== 0,
          },
          ...{ bytes: one.bytes, seconds: 20 + (at % 50) * 15, backup: `${at}-${day}`, stored: (one.bytes ?? 0) / 4 },
        })),
    ),
    runs: kept.flatMap(({ one, at }) =>
      ofDays.filter((day) => isFailed(at, day)).map((day) => ({ place: place(one), time: ago(day), isDone: false })),
    ),
    drills: kept.flatMap(({ one, at }) =>
      ofDays
        .filter((day) => day % 30 === at % 30 && at % 5 !== 0)
        .map((day) => ({
          ...{ place: place(one), ended: ago(day, 0), seconds: 300 + (at % 60) * 130, bytes: one.bytes },
          outcome: at % 83 === 1 ? ('disproved' as const) : ('proved' as const),
        })),
    ),
    schedules: kept.map(({ one, at }) => ({
      ...{ place: place(one), name: 's', runner: 'cluster-0/db-ferry', at: '5 22 * * * UTC', interval: 86_400 },
      ...{ keeps: true, suspended: false, next: ago(-1, at % 20) },
    })),
  };
}
