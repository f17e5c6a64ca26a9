import type { RetentionReason } from '../core/catalog/retention';
import { count, localTime, safe } from './format';
import { t } from './language';

/** Why a backup stays, or goes, in a few words. */
export function retentionWords(reason: RetentionReason): string {
  switch (reason.code) {
    case 'last':
      return reason.at === 1 ? t`the newest verified` : t`number ${count(reason.at)} of the newest`;
    case 'daily':
      return t`the day ${reason.period}`;
    case 'weekly':
      return t`the week ${reason.period}`;
    case 'monthly':
      return t`the month ${reason.period}`;
    case 'yearly':
      return t`the year ${reason.period}`;
    case 'oldest':
      return t`the oldest, while ${reason.rule} is not full`;
    case 'within':
      return t`within ${count(reason.hours)} hours of the newest`;
    case 'newest':
      return t`the newest of all`;
    case 'minVerified':
      return t`never fewer than ${count(reason.least)} verified`;
    case 'failed':
      return t`not verified, to look into`;
    case 'held':
      return t`held`;
    case 'locked':
      return t`the store keeps it until ${localTime(reason.until.toISOString())}`;
    case 'used':
      return t`job ${safe(reason.by)} needs it`;
    case 'notOurs':
      return t`not signed by a key of yours: left alone`;
    case 'noRule':
      return t`no rule keeps it`;
    case 'notGood':
      return t`not verified, and newer ones are not either`;
  }
}
