import type { DatabaseStatus, Objectives } from '../core/fleet/status/objectives';

/** Series of Prometheus in its text format, one for each database that is there now: what is gone has none. Pure. */
export function metricsOf(
  rows: readonly DatabaseStatus[],
  {
    objectives,
    now,
    notAsked = 0,
  }: { readonly objectives: Objectives; readonly now: Date; readonly notAsked?: number },
): string {
  const time = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Date.parse(text) / 1000;
  const gauges: readonly (readonly [name: string, help: string, of: (row: DatabaseStatus) => number | undefined])[] = [
    [
      'dbferry_backup_last_verified_timestamp_seconds',
      'Snapshot of the newest verified backup.',
      (row) => time(row.lastVerified),
    ],
    [
      'dbferry_drill_last_success_timestamp_seconds',
      'End of the last drill that proved a backup.',
      (row) => time(row.lastProved),
    ],
    [
      'dbferry_drill_disproved',
      '1 where the last drill found a bad backup.',
      (row) => (row.lastDrill === undefined ? undefined : Number(row.drillOutcome === 'disproved')),
    ],
    [
      'dbferry_drill_rto_seconds',
      'How long a recovery takes by the last drill that proved, at the size there is now.',
      (row) => row.recovery,
    ],
    ['dbferry_backup_duration_seconds', 'How long the newest verified backup took.', (row) => row.took],
    [
      'dbferry_schedule_expected_interval_seconds',
      'Least time from one slot to the next.',
      (row) => row.schedule?.interval,
    ],
    [
      'dbferry_schedule_paused',
      '1 while slots pass without a backup.',
      (row) => (row.schedule ? Number(row.findings.includes('schedule.paused') || row.schedule.suspended) : undefined),
    ],
    ['dbferry_objectives_missed', '1 where an objective is not met.', (row) => Number(row.missed)],
    ['dbferry_database_bytes', 'Size of the database.', (row) => row.bytes],
  ];
  const lines = gauges.flatMap(([name, help, of]) => {
    const series = rows.flatMap((row) => {
      const value = of(row);
      return value === undefined || !Number.isFinite(value)
        ? []
        : [`${name}{place="${escaped(row.reference)}"} ${value}`];
    });
    return series.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...series];
  });
  const unprotected = rows.filter(({ findings }) => findings.includes('schedule.none')).length;
  const ofAll: readonly (readonly [name: string, help: string, value: number])[] = [
    ['dbferry_databases', 'Databases that there are.', rows.length],
    ['dbferry_databases_unprotected', 'Databases without a schedule.', unprotected],
    ['dbferry_places_not_asked', 'Clusters, catalogs and pods that could not be asked.', notAsked],
    ['dbferry_status_timestamp_seconds', 'When all this was asked.', now.getTime() / 1000],
    ['dbferry_objective_rpo_seconds', 'So much may be lost at most.', objectives.rpoHours * 3600],
    ['dbferry_objective_rto_seconds', 'So long a recovery may take.', objectives.rtoHours * 3600],
    ['dbferry_objective_drill_interval_seconds', 'A backup is proven that often.', objectives.drillDays * 86_400],
  ];
  const others = ofAll.flatMap(([name, help, value]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    `${name} ${value}`,
  ]);
  return [...lines, ...others, ''].join('\n');
}

/** As a label's value is written. */
export function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
