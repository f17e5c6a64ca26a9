import { AppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import type { Work } from '../../base/progress';
import type { SqlOptions } from '../../pod/server/sql';
import type { Workplace } from '../databaseRow';
import type { Confined } from '../restoreIn';
import { makeLoader } from './loader';

export interface ConfineAsked {
  readonly side: string;
  readonly job: string;
  readonly isSigned: boolean;
  /** the database is looked at, and dropped */
  readonly sideOnly: boolean;
  /** see `Confined` */
  readonly ofSuperusers?: boolean | undefined;
  readonly live?: string | undefined;
  /** the database's owner */
  readonly fallback?: string;
  readonly options: SqlOptions;
}

/**
 * Makes the role `name` in whose name the archive is loaded. Without a name it is loaded in ours. So is what somebody we trust signed where the server lets no such role
 * in, which is told; of anything else that is a refusal. Throws `restore.refused` { findings }, `exec.*`.
 */
export async function confine(
  server: Workplace,
  [name]: readonly string[],
  { side, job, isSigned, ofSuperusers = false, live, sideOnly, fallback, options }: ConfineAsked,
  work: Work,
): Promise<{ readonly confined?: Confined; readonly findings: readonly Finding[] }> {
  if (name === undefined) return { findings: [] };
  // said before: with the connection lost nobody knows whether it is there
  work.report({ type: 'note', code: 'loader.made', data: { roles: [name] } });
  const loader = await makeLoader(server, name, { side, job, options });
  if (loader === undefined) {
    const finding: Finding = { level: isSigned ? 'warn' : 'block', code: 'loader.noLogin', data: { isSigned } };
    if (isSigned) return { findings: [finding] };
    work.report({ type: 'finding', finding });
    throw new AppError('restore.refused', { findings: [finding] });
  }
  const owner = isSigned || fallback === undefined ? {} : { fallback };
  return { confined: { loader, isSigned, ofSuperusers, live, ...owner, keeps: sideOnly && !isSigned }, findings: [] };
}
