import { Readable } from 'node:stream';
import { AppError } from '../../base/errors';
import { shortenedToc, type TableOfContents } from '../../postgres/archive/format/readTableOfContents';
import { restoreCommand, type RestoreOptions } from '../../postgres/tools/restoreCommand';
import type { Work } from '../../base/progress';
import type { DatabaseRow, Workplace } from '../databaseRow';
import type { Mark } from '../side/marks';
import { FailureLines, namedFailures, type RestoreFailure } from '../restoreFailures';
import type { RolePlan } from './roles';
import { applicationOf } from '../../postgres/tools/applicationName';
import { createSide, dropQuietly, sideName, type NewSide } from '../side/sideDatabase';

export interface Rehearsal {
  /** the table of contents of an archive; its data are not needed */
  readonly toc: TableOfContents;
  readonly database: string;
  readonly job: string;
  /** where it comes from, for the mark of what is made */
  readonly origin: string;
  /** encoding and locale of what it is made in */
  readonly like: DatabaseRow | NewSide;
  readonly leavesOut: Pick<RestoreOptions, 'noOwner' | 'noPrivileges' | 'noTablespaces'>;
  /** roles that the restore will make are not missed */
  readonly roles: RolePlan;
}

/**
 * Makes all that an archive defines in a side database without a row, and drops it again: what the target refuses is known at once, before anything is
 * dumped or moved. Tables are empty, so what comes after the rows (indexes, constraints, triggers, policies) costs no more than what comes before
 * them; materialized views stay empty, since filling them may ask other servers. What rows alone show is not found: a key that they break, a function
 * that none of them calls. Leaves nothing. Throws `exec.*`, `cancelled`.
 */
export async function rehearseDefinitions(
  server: Workplace,
  rehearsal: Rehearsal,
  work: Work,
): Promise<readonly RestoreFailure[]> {
  const { database, job, origin, like, roles } = rehearsal;
  const name = sideName(database, job);
  const mark: Mark = { job, role: 'side', of: database, time: new Date().toISOString(), origin };
  const made = new Set([...roles.create, ...roles.map.map(({ from }) => from)]);
  await createSide(server, name, mark, like, work.signal);
  try {
    const failures = await refusedIn(server, name, rehearsal, work);
    return failures.filter(({ cause, subject }) => cause !== 'role' || subject === undefined || !made.has(subject));
  } finally {
    const { gone } = await dropQuietly(server, { name }, job);
    if (!gone) work.report({ type: 'note', code: 'side.remains', data: { database: name, job } });
  }
}

async function refusedIn(
  server: Workplace,
  name: string,
  { toc, job, leavesOut }: Rehearsal,
  work: Work,
): Promise<RestoreFailure[]> {
  const short = shortenedToc(toc, ({ kind, hasData }) => hasData || notRehearsed.has(kind));
  const argv = restoreCommand(server.access, name, { application: applicationOf(job), ...leavesOut, goOn: true });
  const lines = new FailureLines();
  const end = await server.exec.feed(argv, Readable.from([short]), short.length, {
    signal: work.signal,
    onStderrLine: (line) => lines.line(line),
  });
  const isThrough = end.exitCode === 0 || (end.exitCode === 1 && lines.isThrough && !lines.isFatal);
  if (!isThrough) {
    const stderr = lines.found
      .map(({ says }) => says)
      .slice(-5)
      .join('\n');
    throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
  }
  return namedFailures(lines.found, toc.entries);
}

/** What only says something of rows, or asks others for them. */
const notRehearsed: ReadonlySet<string> = new Set([
  'MATERIALIZED VIEW DATA',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'BLOBS',
]);
