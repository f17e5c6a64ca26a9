// What a status takes after all have answered: 3 clusters with 60 databases, and 500 databases, each with 90 days of backups and drills.
import { statusOf, usualObjectives, type FleetDatabase, type FleetFacts } from '../../src/core/fleet/status/objectives';
import { statusHtml } from '../../src/report/statusHtml';
import { metricsOf } from '../../src/report/statusMetrics';

const now = new Date();
for (const databases of [60, 500]) {
  const facts = fleet(databases, 90);
  const took = Array.from({ length: 5 }, () => {
    const began = performance.now();
    const rows = statusOf(facts, usualObjectives, now);
    const page = statusHtml(rows, { problems: [], objectives: usualObjectives, now });
    const metrics = metricsOf(rows, { objectives: usualObjectives, now });
    return { ms: performance.now() - began, bytes: page.length + metrics.length };
  }).sort((a, b) => a.ms - b.ms);
  process.stdout.write(
    `status of 3 clusters, ${databases} databases, ${facts.backups.length} backups: ${(took[2]?.ms ?? 0).toFixed(0)} ms after the answers, page and metrics with it (${took[2]?.bytes ?? 0} bytes)\n`,
  );
}

/** Every seventh is backed up by nobody. */
function fleet(count: number, days: number): FleetFacts {
  const all = Array.from({ length: count }, (_, at): FleetDatabase => ({
    ...{ cluster: `cluster-${at % 3}`, namespace: `team-${at % 11}`, workload: 'pg', pod: 'pg-0' },
    ...{ database: `shop_${at}`, bytes: 1e9 },
  }));
  const kept = all.filter((_, at) => at % 7 !== 0);
  const place = ({ cluster, namespace, database }: FleetDatabase): FleetFacts['backups'][number]['place'] => ({
    ...{ cluster, namespace, database, pods: ['pg'] },
  });
  const ago = (day: number): string => new Date(now.getTime() - day * 86_400_000 - 3600_000).toISOString();
  const ofDays = Array.from({ length: days }, (_, day) => day);
  return {
    databases: all,
    backups: kept.flatMap((one) =>
      ofDays.map((day) => ({
        place: place(one),
        time: ago(day),
        store: 's3://b',
        encrypted: true,
        bytes: 1e9,
        seconds: 60,
      })),
    ),
    drills: kept.flatMap((one) => [
      { place: place(one), ended: ago(3), seconds: 300, outcome: 'proved' as const, bytes: 1e9 },
    ]),
    schedules: kept.map((one) => ({
      ...{ place: place(one), name: 's', runner: 'cluster-0/db-ferry', at: '5 22 * * * UTC', interval: 86_400 },
      ...{ keeps: true, suspended: false },
    })),
  };
}
