import { Readable } from 'node:stream';
import { AppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import { execute, query } from '../../pod/server/sql';
import { shortenedToc, type TableOfContents, type TocEntry } from '../../postgres/archive/format/readTableOfContents';
import { splitByHands, type Hand } from '../../postgres/archive/format/splitByHands';
import { restoreCommand, type RestoreOptions } from '../../postgres/tools/restoreCommand';
import type { Work } from '../../base/progress';
import type { DatabaseRow, Workplace } from '../databaseRow';
import type { Mark } from '../side/marks';
import { FailureLines, namedFailures, type RestoreFailure } from '../restoreFailures';
import { confine } from '../load/confine';
import { extensionRightsSql, loaderName } from '../load/loader';
import { dropMadeRoles } from '../side/madeRoles';
import { importCollationsSql, importsCollations } from './partFindings';
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
  /** all of it is made in our own name */
  readonly trustArchive?: boolean;
  /** somebody we trust made the archive: what only a superuser can make is made by one */
  readonly isSigned: boolean;
  /** what the restore will find, too: with collations to be imported they are */
  readonly findings: readonly Finding[];
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
  const isConfined = server.access.superuser === true && rehearsal.trustArchive !== true;
  const loader = isConfined ? [loaderName()] : [];
  try {
    const failures = await refusedIn(server, name, loader, rehearsal, work);
    // a policy for a role that is yet to be made takes its comment with it
    const follows = ({ kind, name: of }: RestoreFailure): boolean =>
      made.size > 0 && kind === 'COMMENT' && of.startsWith('POLICY ');
    return failures.filter(
      (one) => !follows(one) && (one.cause !== 'role' || one.subject === undefined || !made.has(one.subject)),
    );
  } finally {
    const { gone } = await dropQuietly(server, { name }, job);
    if (!gone) work.report({ type: 'note', code: 'side.remains', data: { database: name, job } });
    const remaining = gone ? await dropMadeRoles(server, job, loader).catch(() => loader) : loader;
    if (remaining.length > 0) work.report({ type: 'note', code: 'roles.remain', data: { roles: remaining, job } });
  }
}

async function refusedIn(
  server: Workplace,
  name: string,
  loader: readonly string[],
  { toc, job, leavesOut, isSigned, findings }: Rehearsal,
  work: Work,
): Promise<RestoreFailure[]> {
  const options = { application: applicationOf(job), ...leavesOut, goOn: true };
  const asked = { side: name, job, isSigned, sideOnly: true };
  const sqlOptions = { application: options.application, signal: work.signal };
  if (importsCollations(findings)) await query(server, name, importCollationsSql, sqlOptions);
  const { confined } = await confine(server, loader, { ...asked, options: sqlOptions }, work);
  const isLeft = ({ kind, hasData }: TocEntry): boolean => hasData || notRehearsed.has(kind);
  const failures: RawFailures[] = [];
  const make = async (part: Buffer, hand: Hand): Promise<void> => {
    const by = hand === 'loader' && confined ? confined.loader : undefined;
    const how = by
      ? { ...options, noOwner: true, noPrivileges: true }
      : { ...options, noOwner: confined !== undefined };
    const argv = restoreCommand(by?.access ?? server.access, name, how);
    failures.push(await refusedOf(server, argv, Buffer.concat([by?.password ?? Buffer.alloc(0), part]), work));
  };
  if (!confined) await make(shortenedToc(toc, isLeft), 'superuser');
  else {
    const short = { ...toc, entries: toc.entries.filter((entry) => !isLeft(entry)) };
    const { name: loader, superusers } = confined.loader;
    const how = { streams: 1, isSigned, superusers, fills: () => false, loader };
    const parts = splitByHands(short, [], { ...how, bytes: toc.bytes.length });
    for (const { hand, part } of parts.before) {
      await make(part.toc, hand);
      if (hand === 'superuser') await execute(server, name, extensionRightsSql(confined.loader.name), sqlOptions);
    }
    for (const part of [parts.rest, parts.policies]) if (part) await make(part.toc, 'loader');
    for (const part of [parts.said, parts.triggers]) if (part) await make(part.toc, 'superuser');
  }
  return namedFailures(failures.flat(), toc.entries);
}

type RawFailures = FailureLines['found'];

async function refusedOf(
  server: Workplace,
  argv: readonly string[],
  input: Buffer,
  { signal }: Work,
): Promise<RawFailures> {
  const lines = new FailureLines();
  const end = await server.exec.feed(argv, Readable.from([input]), input.length, {
    signal,
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
  return lines.found;
}

/** What only says something of rows, or asks others for them. */
const notRehearsed: ReadonlySet<string> = new Set([
  'MATERIALIZED VIEW DATA',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'BLOBS',
]);
