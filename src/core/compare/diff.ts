import type { BackupEntry } from '../catalog/manifest';
import { isInCatalog, openArchive } from '../catalog/catalog';
import { digestOf, proveBackup, verifyBackup } from '../catalog/verifyBackup';
import type { ByteTable } from '../postgres/archive/format/byteTable';
import { newestDigest } from '../postgres/archive/digest/digests';
import { readArchive } from '../postgres/archive/format/readArchive';
import { utf8Of } from './utf8Of';
import { startCounting } from '../pod/server/countRows';
import { defined } from '../base/defined';
import { AppError } from '../base/errors';
import type { OpenPod } from '../pod/databasePod';
import { watchLocks } from '../pod/server/watchLocks';
import type { ArchiveReading, Comparison, DigestVersion } from '../postgres/archive/reading';
import { compareOwn, type PropertyDifference } from '../postgres/archive/compare/compareDatabase';
import type { Ignored } from '../postgres/archive/compare/leftOut';
import { compareReadings } from '../postgres/archive/compare/compareReadings';
import type { Progress, Work } from '../base/progress';
import { hasGeneratedColumns } from './readGeneratedColumns';
import { readLive } from './readLive';
import { applicationOf } from '../postgres/tools/applicationName';

/** One side of a comparison: a backup, or a database as it is now. */
export type Comparable = { readonly backup: BackupEntry } | { readonly pod: OpenPod; readonly database: string };

/**
 * Compares two databases or backups: rows as multisets with columns by name, sequences, large objects, definitions. A live one is
 * dumped and read on the way, in one snapshot; nothing is stored. What `ignore` names is told and not counted. Throws `backup.damaged`, `exec.*`, `cancelled`.
 */
export async function compareDatabases(
  left: Comparable,
  right: Comparable,
  job: string,
  work: Work,
  ignore: Ignored = {},
): Promise<Comparison> {
  // what is stored has an encoding already, so a live one follows it
  const first = 'backup' in right && !('backup' in left) ? right : left;
  const second = first === left ? right : left;
  const [before, after] = 'backup' in first === 'backup' in second ? [halfOf(work, 0), halfOf(work, 50)] : [work, work];
  const common = commonEncoding(left, right);
  const utf8 = await betweenEncodings(first, second, work.signal);
  const digest = commonDigest([left, right]);
  const one = await readOne(first, { common, utf8, digest }, job, before);
  const other = await readOne(second, { like: one, common: utf8 === undefined ? common : 'UTF8', digest }, job, after);
  const [a, b] = first === left ? [one, other] : [other, one];
  return withOwn(compareReadings(a, b, { ignore }), a, b, ignore);
}

/** How both sides are digested: as the backup is, of two as the older one. */
function commonDigest(sides: readonly Comparable[]): DigestVersion {
  const known = sides.flatMap((side) => ('backup' in side && isInCatalog(side.backup) ? [digestOf(side.backup)] : []));
  return known.includes(1) ? 1 : newestDigest;
}

/** With what belongs to the two databases themselves, where both sides hold it. */
function withOwn(
  comparison: Comparison,
  { database: left }: ArchiveReading,
  { database: right }: ArchiveReading,
  ignored: Ignored,
): Comparison {
  if (left === undefined || right === undefined) return comparison;
  const own = compareOwn(left, right);
  const counted = own.filter((one) => !isLeftOut(one, ignored));
  const count = own.length - counted.length;
  const differences = [...comparison.differences, ...counted];
  const notes = count === 0 ? [] : [{ code: 'leftOut', data: { kind: 'DATABASE', count, names: [] } } as const];
  return { ...comparison, differences, notes: [...comparison.notes, ...notes], equal: differences.length === 0 };
}

/** With owners, grants or tablespaces those of the database itself were left out. */
function isLeftOut({ what, change }: PropertyDifference, { owners, acls, tablespaces, made }: Ignored): boolean {
  if (what === 'grant') return acls === true && made !== undefined && change === `missing ${made}`;
  return (what === 'owner' && owners === true) || (what === 'tablespace' && tablespaces === true);
}

/**
 * The encoding that both are read in where both are live: their own, or one that holds what either has. Bytes that are in no encoding are compared as
 * they are.
 */
function commonEncoding(left: Comparable, right: Comparable): string | undefined {
  if ('backup' in left || 'backup' in right) return undefined;
  const [one, other] = [left, right].map(
    ({ pod, database }) => pod.facts.databases.find(({ name }) => name === database)?.encoding,
  );
  if (one === other || one === undefined || other === undefined) return one;
  return [one, other].includes('SQL_ASCII') ? 'SQL_ASCII' : 'UTF8';
}

/** How a backup is read beside a database that its encoding may have no characters for. */
async function betweenEncodings(
  first: Comparable,
  second: Comparable,
  signal: AbortSignal,
): Promise<ByteTable | undefined> {
  if (!('backup' in first) || 'backup' in second) return undefined;
  const { pod, database } = second;
  const encoding = pod.facts.databases.find(({ name }) => name === database)?.encoding;
  if (encoding === undefined) return undefined;
  return utf8Of(first.backup, { exec: pod.exec, access: pod.facts.access, database, encoding }, signal);
}

/** A backup that is read in UTF-8, or digested in another way, is proven before: its digests are then not those of its manifest. */
async function readBackup(
  backup: BackupEntry,
  utf8: ByteTable | undefined,
  digest: DigestVersion,
  work: Work,
): Promise<ArchiveReading> {
  if (utf8 === undefined && digest === digestOf(backup)) return verifyBackup(backup, work);
  const { reading } = await proveBackup(backup, work);
  const archive = await openArchive(backup);
  const read = await readArchive(archive.read(), { signal: work.signal, ...defined({ utf8 }), digest });
  const { tables, largeObjects } = read;
  if (read.sha256 !== reading.sha256)
    throw new AppError('backup.damaged', { backup: backup.id, reason: 'changed.read' });
  return defined({ ...reading, digest: read.digest, tables, largeObjects });
}

async function readOne(
  side: Comparable,
  {
    like,
    common,
    utf8,
    digest,
  }: {
    readonly like?: ArchiveReading;
    readonly common?: string | undefined;
    readonly utf8?: ByteTable | undefined;
    readonly digest: DigestVersion;
  },
  job: string,
  work: Work,
): Promise<ArchiveReading> {
  if ('backup' in side) return readBackup(side.backup, utf8, digest, work);
  work.report({ type: 'phase', phase: 'verify' });
  const how = {
    application: applicationOf(job),
    digest,
    ...(like === undefined ? {} : { like, encoding: like.header.encoding }),
    ...(common === undefined ? {} : { encoding: common }),
  };
  const server = { exec: side.pod.exec, access: side.pod.facts.access };
  const unwatch = watchLocks(server, side.database, how, work);
  try {
    return await readWhole(side, how, work);
  } finally {
    unwatch();
  }
}

/** With the values of generated columns, in the same snapshot. */
async function readWhole(
  { pod, database }: Extract<Comparable, { readonly pod: OpenPod }>,
  how: Parameters<typeof readLive>[2],
  work: Work,
): Promise<ArchiveReading> {
  const server = { exec: pod.exec, access: pod.facts.access };
  const { application } = how;
  if (!(await hasGeneratedColumns(server, database, { application, signal: work.signal }))) {
    return { ...(await readLive(pod, database, how, work)), generated: [] };
  }
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const looking = startCounting(pod, database, { application, generated: true }, signal);
  try {
    const reading = await readLive(pod, database, { ...how, snapshot: await looking.snapshot }, { ...work, signal });
    return { ...reading, generated: (await looking.seen).generated };
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([looking.seen]);
    throw work.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : error;
  }
}

/** Two that are alike are one phase: each is half of it. */
function halfOf(work: Work, start: 0 | 50): Work {
  const scaled = (progress: Progress): Progress => {
    if (progress.type !== 'progress' || progress.percent === undefined) return progress;
    const { secondsLeft, ...rest } = progress;
    const isLast = start > 0 && secondsLeft !== undefined;
    return { ...rest, percent: start + progress.percent / 2, ...(isLast ? { secondsLeft } : {}) };
  };
  return { ...work, report: (progress) => work.report(scaled(progress)) };
}
