import type { StoreTrouble } from '../core/store/s3/s3Errors';
import type { StoreCheck, StoreCheckData } from '../core/store/storeCheck';
import { localTime, safe, size } from './format';
import type { Hints } from './hints';
import { some } from './some';
import { storeReasons } from './storeWords';
import { t } from './language';

/** What was found of a store, and what to do about it. */
export interface StoreCheckLine {
  readonly says: string;
  readonly todo?: string;
}

/** A check in a sentence. */
export function storeCheckWords(check: StoreCheck, hints: Hints): StoreCheckLine {
  // the compiler does not see that both are of one `what`
  const words = sentences[check.what] as (data: unknown, hints: Hints) => StoreCheckLine;
  return words(check.data, hints);
}

const tries = (): Readonly<Record<StoreCheckData['failed']['tried'], string>> => ({
  reach: t`Listing what is there`,
  write: t`Writing`,
  read: t`Reading`,
  delete: t`Deleting`,
  parts: t`Looking for what was not finished`,
});

function lockWords(able: boolean, mode = '?', days: number | undefined): string {
  if (!able) return t`It locks nothing: whoever has the login can delete backups.`;
  return days === undefined
    ? t`It can lock objects, and locks none by itself.`
    : t`It locks each object for ${some(days, 'day')} (${safe(mode)}): retention leaves backups until then.`;
}

const sentences: {
  readonly [What in keyof StoreCheckData]: (data: StoreCheckData[What], hints: Hints) => StoreCheckLine;
} = {
  reach: ({ ms }) => ({ says: t`It answers, and its login may list (${Math.round(ms)} ms).` }),
  failed: ({ tried, reason, code }) => {
    const { why, todo } = storeReasons()[reason as StoreTrouble];
    const isAllowed = tried === 'delete' && reason === 'denied';
    return {
      says: t`${tries()[tried]} failed: ${why} (${safe(code)})`,
      todo: isAllowed ? t`Where retention is not ours that is as it should be: backups work all the same.` : todo,
    };
  },
  clock: ({ seconds }) =>
    Math.abs(seconds) < 60
      ? { says: t`Its clock and ours agree.` }
      : {
          says: t`Its clock is ${Math.abs(seconds)} s ${seconds > 0 ? t`ahead of` : t`behind`} ours.`,
          todo: t`Set this clock: from 15 minutes on everything is refused, and times of locks are theirs.`,
        },
  way: ({ encrypted, until }) => {
    if (!encrypted)
      return {
        says: t`It is reached by http: whoever is on the way reads what is not encrypted.`,
        todo: t`Take https where it is to be had; encrypt backups.`,
      };
    return {
      says: until === undefined ? t`It is reached by https.` : t`Its certificate is good until ${localTime(until)}.`,
    };
  },
  write: () => ({ says: t`Writing works.` }),
  read: () => ({ says: t`Reading works, and gives what was written.` }),
  delete: ({ kept }) => ({
    says: kept
      ? t`What is written there is kept by the store, so that deleting was not tried; the parts of an upload can be given up.`
      : t`Deleting works.`,
  }),
  conditions: ({ honoured }) =>
    honoured
      ? { says: t`What is there is not written over, also when two ask at once.` }
      : {
          says: t`The store does not know "only if absent": of two that write one key at one moment the later one wins.`,
          todo: t`Backups have ids of their own, so that this is rare; another store would rule it out.`,
        },
  versions: ({ kept }, { option }) => ({
    says: kept
      ? t`Older versions are kept: what somebody deletes can be brought back (${option('asOf')}), and costs until a rule of the bucket takes it.`
      : t`Older versions are not kept: what is deleted is gone.`,
  }),
  locks: ({ able, mode, days }) => {
    if (able === undefined)
      return {
        says: t`Whether it locks objects cannot be seen with this login.`,
        todo: t`Give it s3:GetBucketObjectLockConfiguration, or ask who looks after the bucket: retention may meet locks, or nothing may keep backups from being deleted.`,
      };
    return { says: lockWords(able, mode, days) };
  },
  rest: ({ how }, { option }) => ({
    says:
      how === undefined
        ? t`It does not say that it encrypts what lies there; with ${option('encrypt')} it does not matter.`
        : t`It says that it encrypts what lies there (${safe(how)}).`,
  }),
  expires: ({ days }) => ({
    says: t`A rule of the bucket deletes what lies there after ${some(days, 'day')}, whatever is held or needed.`,
    todo: t`Take that rule away, or let it begin elsewhere: retention deletes by rules that know backups.`,
  }),
  unfinished: ({ parts, backups, oldest, removed }, { option }) => {
    const gone = removed === 0 ? '' : t` ${some(removed, 'leftover')} removed.`;
    if (parts + backups === 0) return { says: t`Nothing unfinished lies there.${gone}` };
    const since = oldest === undefined ? '' : t`, the oldest since ${localTime(oldest)}`;
    return {
      says: t`Unfinished: ${some(parts, 'upload')} and ${some(backups, 'backup')} without a manifest${since}.${gone}`,
      todo: t`A job may be at work. What is left of one that was killed goes by ${option('removeUnfinished')}.`,
    };
  },
  room: ({ free, reserve }) => ({
    says: t`${size(free)} free, of which ${size(reserve)} stay free.`,
    ...(free > 2 * reserve ? {} : { todo: t`Make room, or take another store.` }),
  }),
  shared: () => ({
    says: t`Others may write there.`,
    todo: t`What is in it may be theirs: only what is signed by you counts as yours.`,
  }),
};
