import type { StatusFinding } from '../core/fleet/status/objectives';

/** What people read of a finding. */
export const statusWords: Readonly<Record<StatusFinding, string>> = {
  'backup.never': 'no verified backup',
  'rpo.missed': 'the newest verified backup is too old',
  'rto.missed': 'a recovery takes longer than promised',
  'drill.disproved': 'the last drill found a bad backup',
  'drill.never': 'never proven by a restore',
  'drill.overdue': 'the last proof by a restore is too old',
  'schedule.none': 'nobody backs it up by a schedule',
  'schedule.paused': 'its schedule is paused',
  'schedule.suspended': 'its schedule is suspended, without an end',
  'schedule.tooSeldom': 'its schedule is too seldom for what is promised',
  'retention.none': 'old backups are never deleted',
  'backup.clear': 'its backups are not encrypted',
};
