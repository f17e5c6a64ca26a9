import type { DatabaseStatus } from '../core/fleet/status/objectives';

/** Series of Prometheus in its text format, one for each database that is there now: what is gone has none. Pure. */
export function metricsOf(rows: readonly DatabaseStatus[]): string {
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
      (row) => (row.drillOutcome === 'proved' ? time(row.lastDrill) : undefined),
    ],
    ['dbferry_drill_rto_seconds', 'How long the last drill that proved took.', (row) => row.recovery],
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
  const name = 'dbferry_databases_unprotected';
  return [
    ...lines,
    `# HELP ${name} Databases without a schedule.`,
    `# TYPE ${name} gauge`,
    `${name} ${unprotected}`,
    '',
  ].join('\n');
}

/** As a label's value is written. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
