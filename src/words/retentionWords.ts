import type { RetentionReason } from '../core/catalog/retention';
import { count, localTime, safe } from './format';

/** Why a backup stays, or goes, in a few words. */
export function retentionWords(reason: RetentionReason): string {
  switch (reason.code) {
    case 'last':
      return reason.at === 1 ? 'the newest verified' : `number ${count(reason.at)} of the newest`;
    case 'daily':
      return `the day ${reason.period}`;
    case 'weekly':
      return `the week ${reason.period}`;
    case 'monthly':
      return `the month ${reason.period}`;
    case 'yearly':
      return `the year ${reason.period}`;
    case 'oldest':
      return `the oldest, while ${reason.rule} is not full`;
    case 'within':
      return `within ${count(reason.hours)} hours of the newest`;
    case 'newest':
      return 'the newest of all';
    case 'minVerified':
      return `never fewer than ${count(reason.least)} verified`;
    case 'failed':
      return 'not verified, to look into';
    case 'held':
      return 'held';
    case 'locked':
      return `the store keeps it until ${localTime(reason.until.toISOString())}`;
    case 'used':
      return `job ${safe(reason.by)} needs it`;
    case 'notOurs':
      return 'not signed by a key of yours: left alone';
    case 'noRule':
      return 'no rule keeps it';
    case 'notGood':
      return 'not verified, and newer ones are not either';
  }
}
