import type { ArrivingBackup } from '../catalog/arriving';
import { listBackups } from '../catalog/catalog';
import { archiveFile, makeBackupId, type BackupPlace } from '../catalog/backupFolder';
import { room } from '../catalog/disk';
import type { BackupEntry } from '../catalog/manifest';
import { prepareRoot } from '../catalog/root';
import { sealInto } from '../catalog/sealBackup';
import { isBucket, storeOfRoot } from '../catalog/storeOfRoot';
import { makeBackupKey } from '../encrypt/backupKey';
import type { WrittenIdentity } from '../encrypt/identity';
import { rememberBackupKey } from '../encrypt/ownIdentities';
import { recipientsOfBackups } from '../encrypt/recipients';
import { encryptedSuffix } from '../store/layout';
import { aboutLogins } from '../cluster/loginEnd';
import { defined } from '../base/defined';
import { AppError, reasonOf, toAppError } from '../base/errors';
import { isBlocked, type Finding } from '../base/finding';
import type { DatabaseFacts, OpenPod } from '../pod/databasePod';
import { endSessions, sessionsNote } from '../pod/server/endSessions';
import { maintenanceDatabase } from '../pod/server/maintenanceDatabase';
import { chooseCompression, type Compression } from '../postgres/tools/dumpCommand';
import type { ArchiveReading, ContentsReading } from '../postgres/archive/reading';
import { persist } from '../base/persist';
import type { Progress, Work } from '../base/progress';
import { expect, type Expectation } from './expectation';
import { askSource, backupFindings, type SourceFacts } from './preflight';
import type { ArchiveFile } from './growingFile';
import { takeArchive, type Taken, type TakeOptions } from './takeArchive';
import { beginDraft, type Draft } from './draft';
import { takeGlobals } from './takeGlobals';
import { backupManifest, sourceOf } from './backupManifest';
import type { BackupTask } from './backupTask';

export interface BackupResult {
  readonly entry: BackupEntry;
  /** what was read of its archive where it lies */
  readonly reading: ArchiveReading;
  readonly findings: readonly Finding[];
}

/**
 * Backs up one database: preflight, dump, reading, globals, manifest; then the folder gets its final name. Returns only when all of it is
 * on the disk, the trailer of the stream has arrived, and the archive was read from the disk to its last byte with the same SHA-256. Under a root that is a bucket nothing touches a
 * disk: the archive is read while it goes there, and read back; the manifest comes last.
 *
 * On any error or cancel the session on the server is ended and looked for until it is gone, and what was made of the backup is removed. Throws
 * `database.unknown`, `recovery.missing`, `recipient.invalid`, `backup.refused` { findings }, `disk.full`, `exec.*`, `archive.damaged`, `backup.damaged`, `store.*`,
 * `cancelled`, `usage`.
 */
export async function backUp(
  source: OpenPod,
  database: string,
  options: BackupTask,
  work: Work,
): Promise<BackupResult> {
  work.report({ type: 'phase', phase: 'preflight' });
  const started = new Date();
  const facts = databaseNamed(source, database);
  const compression = chooseCompression(options.compress, source.facts);
  const place: BackupPlace = options.imported?.place ?? {
    cluster: options.cluster.alias,
    namespace: source.pod.namespace,
    workload: source.pod.workload.name,
    database,
  };
  const plan = await prepare(source, facts, compression, place, options, work);
  const id = makeBackupId(started);
  const { root, job } = options;
  const draft = await beginDraft({ root, place, id, job, room: options.room });
  if (draft.at) await options.onDraft?.(draft.at);
  const session = { application: applicationFor(options), draft };
  try {
    const key = plan.recipients && (await makeBackupKey(plan.recipients));
    const arrives = async (
      contents: ContentsReading,
      file: ArchiveFile,
      snapshot: Date,
    ): Promise<ArrivingBackup | undefined> => {
      // what masking made is proven as a whole, before anything of it goes anywhere
      const archive = options.change === undefined ? await file.hold() : undefined;
      if (!archive) return undefined;
      const { superusers } = plan.source;
      const size = { archive: 0, text: 0, ...defined({ database: facts.bytes }) };
      const origin = options.imported ? 'adopted' : 'db-ferry';
      const from = sourceOf({ place, options, source, database: facts, superusers, reading: contents });
      const manifest = { origin, source: from, time: { snapshot: snapshot.toISOString() }, size } as const;
      return { backup: { id, manifest }, contents, archive };
    };
    const onContents =
      options.onArriving &&
      ((...seen: Parameters<typeof arrives>): void => {
        void arrives(...seen)
          .catch((error: unknown) => {
            // what is restored waits for the whole of it then
            work.log.warn(`nothing is restored while it is backed up: ${toAppError(error).message}`);
            return undefined;
          })
          .then(options.onArriving);
      });
    const taken = await take(source, facts, session, { compression, plan, options, key, work, onContents });
    const masked = options.change?.prove(taken.reading, draft.final);
    for (const finding of options.change?.findings ?? []) {
      plan.findings.push(finding);
      work.report({ type: 'finding', finding });
    }
    // roles of the server where it was loaded are not its own
    const globals: Awaited<ReturnType<typeof takeGlobals>> = options.imported
      ? {}
      : await takeGlobals(source, { ...session, files: draft.files, key }, work, {
          comments: options.change === undefined,
        });
    if (globals.finding) plan.findings.push(globals.finding);
    work.report({ type: 'phase', phase: 'seal' });
    const manifest = backupManifest({
      id,
      place,
      options,
      source,
      database: facts,
      superusers: plan.source.superusers,
      compression,
      expected: plan.expected,
      started,
      finished: new Date(),
      taken,
      globals: globals.file,
      masked,
      key,
    });
    const found = { id, folder: draft.final, manifest, ...(draft.at ? { at: draft.at } : {}) };
    const report = await options.describe?.(found, plan.findings).catch((error: unknown) => {
      work.log.warn(`no report beside the backup: ${toAppError(error).message}`);
      return undefined;
    });
    const onUnsigned = (error: unknown): void => tellUnsigned(error, plan.findings, work);
    const encryption = key && taken.sealed && { key, recipients: plan.recipients ?? [], archive: taken.sealed };
    const { file } = manifest.archive;
    const bytes = taken.sealed?.bytes ?? manifest.size.archive;
    const beforeManifest = async (): Promise<void> => {
      await draft.beforeManifest(file, bytes);
      work.signal.throwIfAborted();
    };
    const how = { report, encryption, sign: true, onUnsigned, beforeManifest };
    const sealed = await sealInto(draft.files, manifest, how);
    await draft.seal(file, bytes);
    if (key) rememberBackupKey(key);
    return { entry: { ...found, ...sealed }, reading: taken.reading, findings: plan.findings };
  } catch (error) {
    const reason = reasonOf(error, work.signal);
    options.onFailed?.(reason);
    work.report({ type: 'phase', phase: 'stopping' });
    await clearUp(source, session, work);
    throw reason;
  }
}

/** A backup is worth more than its signature: without one it is as its manifest says, and that is told. */
function tellUnsigned(error: unknown, findings: Finding[], work: Work): void {
  const finding: Finding = { level: 'warn', code: 'backup.unsigned', data: { message: toAppError(error).message } };
  findings.push(finding);
  work.report({ type: 'finding', finding });
}

/** The application_name of all that it runs in the pod, or what it begins with. */
function applicationFor({ application, job }: BackupTask): string {
  return application ?? `db-ferry-${job}`.slice(0, 63);
}

interface Plan {
  readonly findings: Finding[];
  readonly expected: Expectation;
  readonly source: SourceFacts;
  /** whom it is encrypted for; undefined: in clear */
  readonly recipients?: readonly string[] | undefined;
}

async function prepare(
  source: OpenPod,
  facts: DatabaseFacts,
  compression: Compression,
  place: BackupPlace,
  options: BackupTask,
  work: Work,
): Promise<Plan> {
  const recipients = options.encrypt === true ? await recipientsOfBackups() : undefined;
  // a bucket that is not to be had is told before anything is asked of the source
  if (isBucket(options.root)) await storeOfRoot(options.root);
  else await prepareRoot(options.root, place.cluster);
  const asked = await askSource(source, facts.name, applicationFor(options), work.signal);
  const tableBytes = asked.tables.reduce((sum, table) => sum + table.bytes, 0);
  const history = (await listBackups(options.root, place)).filter((entry) => options.isLike?.(entry) ?? true);
  const expected = expect(history, {
    gentle: options.gentle,
    databaseBytes: facts.bytes ?? tableBytes,
    tableBytes,
    compression,
    cores: source.facts.cores,
  });
  work.report({ type: 'expected', ...expected });
  const left = isBucket(options.root) ? undefined : await (options.room ?? room)(options.root);
  const here = { folder: options.root, room: left, expected, database: facts };
  const findings = [...backupFindings(source, asked, here), ...aboutLogins([options.login], expected.seconds)];
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('backup.refused', { findings });
  return { findings, expected, source: asked, recipients };
}

interface Session {
  readonly application: string;
  readonly draft: Draft;
}

/** The dump itself, stopped by the caller's signal or by a disk that fills. */
async function take(
  source: OpenPod,
  { name: database, encoding }: DatabaseFacts,
  session: Session,
  how: {
    readonly compression: Compression;
    readonly plan: Plan;
    readonly options: BackupTask;
    readonly key: WrittenIdentity | undefined;
    readonly work: Work;
    readonly onContents: TakeOptions['onContents'];
  },
): Promise<Taken> {
  const { compression, plan, options, key, work, onContents } = how;
  const stop = new AbortController();
  const abort = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', abort, { once: true });
  if (work.signal.aborted) abort();
  const unwatch = session.draft.watch((error) => stop.abort(error));
  try {
    return await takeArchive(source, database, {
      application: session.application,
      create: async () => session.draft.archive(key ? archiveFile + encryptedSuffix : archiveFile),
      key,
      compression,
      encoding,
      tables: plan.source.tables,
      // of what is changed on the way, the source's own rows and computed values say nothing
      count: options.count === true && options.change === undefined,
      generated: plan.source.generated && options.generated !== false && options.change === undefined,
      change: options.change,
      leaveOut: options.imported?.leaveOut,
      onContents,
      work: { ...work, signal: stop.signal },
    });
  } catch (error) {
    throw reasonOf(error, stop.signal);
  } finally {
    unwatch();
    work.signal.removeEventListener('abort', abort);
  }
}

/** Ends what is left on the server, proves it, and removes what was made. Never throws: the first error is the one to tell. */
async function clearUp(source: OpenPod, session: Session, work: Work): Promise<void> {
  work.report(await endsOf(source, session, work));
  await session.draft.remove(work.log);
}

/** What became of the sessions on the server. Asked again for a while: what cut the stream may cut this, too. */
async function endsOf(source: OpenPod, { application }: Session, work: Work): Promise<Progress> {
  const server = { exec: source.exec, access: source.facts.access };
  const database = maintenanceDatabase(source.facts);
  const end = await persist(async () =>
    endSessions(server, application, { database }).catch((error: unknown) => {
      work.log.warn(`could not look for sessions named ${application}: ${toAppError(error).message}`);
      return undefined;
    }),
  );
  return sessionsNote(application, end);
}

function databaseNamed(source: OpenPod, database: string): DatabaseFacts {
  const found = source.facts.databases.find((one) => one.name === database);
  if (found) return found;
  throw new AppError('database.unknown', {
    reference: `${source.pod.cluster}/${source.pod.namespace}/${source.pod.name}`,
    database,
    known: source.facts.databases.filter((one) => !one.isTemplate).map((one) => one.name),
  });
}
