import type { Ignored } from '../../postgres/archive/compare/leftOut';
import type { Job } from '../record/readJob';

/**
 * What one of two databases lacks on purpose, because the last job that made it was a restore or a copy: these never make publications and subscriptions, and
 * leave out what they were asked to. Only a job of our own that ended well is believed, not a mark on a server: whoever can write there
 * could have a lost publication called intended. Where no job says so, nothing is left out, and what is missing is a difference.
 * `left` and `right`: what the two may have been called; `jobs`: newest first.
 */
export function leftOutBetween(jobs: readonly Job[], left: readonly string[], right: readonly string[]): Ignored {
  for (const job of jobs) {
    if (job.state !== 'done' && job.state !== 'differences') continue;
    // what was swapped into place was made as its preparation was asked to
    const made = job.request.kind === 'swap' ? jobs.find(({ id }) => id === job.result?.data['preparedBy']) : job;
    if (!made) continue;
    const { kind, options } = made.request;
    if (kind !== 'restore' && kind !== 'copy' && kind !== 'undo') continue;
    const target = job.result?.data['target'];
    if (typeof target !== 'string') continue;
    const isRight = right.includes(target);
    if (!isRight && !left.includes(target)) continue;
    // what was swapped back was made by nobody we know
    if (kind === 'undo') return {};
    const { noOwner = false, noPrivileges = false, noTablespaces = false } = options;
    const tablespaces =
      noTablespaces || (made.result?.findings?.some(({ code }) => code === 'tablespaces.missing') ?? false);
    return {
      ...{ made: isRight ? 'right' : 'left', publications: true, subscriptions: true },
      ...{ owners: noOwner, acls: noPrivileges, tablespaces },
    };
  }
  return {};
}
