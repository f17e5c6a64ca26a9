import type { StatusFinding } from '../core/fleet/status/objectives';
import type { KnownDrill } from '../core/fleet/status/objectives';
import type { DayResult } from '../core/fleet/status/protection';
import { t } from './language';

/** What people read of a finding. */
export const statusWords = (): Readonly<Record<StatusFinding, string>> => ({
  'backup.never': t`no verified backup`,
  'rpo.missed': t`the newest verified backup is too old`,
  'rto.missed': t`a recovery takes longer than promised`,
  'duration.missed': t`a backup takes longer than its window`,
  'drill.disproved': t`the last drill found a bad backup`,
  'drill.never': t`never proven by a restore`,
  'drill.overdue': t`the last proof by a restore is too old`,
  'schedule.none': t`nobody backs it up by a schedule`,
  'schedule.paused': t`its schedule is paused`,
  'schedule.suspended': t`its schedule is suspended, without an end`,
  'schedule.tooSeldom': t`its schedule is too seldom for what is promised`,
  'retention.none': t`old backups are never deleted`,
  'backup.clear': t`its backups are not encrypted`,
});

/** What a day showed. */
export const dayWords = (): Readonly<Record<DayResult, string>> => ({
  proved: t`proven by a restore`,
  disproved: t`a restore found a bad backup`,
  verified: t`a verified backup`,
  failed: t`tried, and not done`,
  none: t`no backup`,
});

/** How a drill ended. */
export const drillWords = (): Readonly<Record<KnownDrill['outcome'], string>> => ({
  proved: t`proved`,
  notProved: t`not proved`,
  disproved: t`DISPROVED`,
});
