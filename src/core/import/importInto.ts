import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { backUp } from '../backup/backUp';
import type { BackupTask } from '../backup/backupTask';
import { AppError, isAppError } from '../base/errors';
import { block, isBlocked, note, warn, type Finding } from '../base/finding';
import type { Progress, Work } from '../base/progress';
import type { BackupEntry } from '../catalog/manifest';
import type { DatabaseFacts, OpenPod } from '../pod/databasePod';
import { isOver, sessionsNote } from '../pod/server/endSessions';
import { query } from '../pod/server/sql';
import { ScriptReader } from '../postgres/plain/scriptReader';
import { quoteLiteral } from '../postgres/sql/quote';
import { applicationOf } from '../postgres/tools/applicationName';
import { readDatabase, workplace, type DatabaseRow, type Workplace } from '../restore/databaseRow';
import { confine } from '../restore/load/confine';
import { loaderName } from '../restore/load/loader';
import { giveSaid } from '../restore/load/owners';
import { watchTarget, targetRoom } from '../restore/preflight/targetDisk';
import type { RestoreFailure } from '../restore/restoreFailures';
import { dropMadeRoles, makeRoles } from '../restore/side/madeRoles';
import type { Mark } from '../restore/side/marks';
import { createSide, dropQuietly, sideName } from '../restore/side/sideDatabase';
import { leaveOutDatabase } from './leaveOutDatabase';
import { SectionLoader, type NotLoaded } from './loadSection';
import { isConnect, lookThrough, readAs, type ScriptFacts, type Section } from './lookThrough';
import type { OpenDump } from './openDump';

/** A dump of somebody else's, and where it is to be loaded and kept. */
export interface ImportRequest {
  readonly dump: OpenDump;
  readonly target: OpenPod;
  /** `cluster/namespace/pod`, for people */
  readonly reference: string;
  /** of a dump of a whole server: these alone */
  readonly databases?: readonly string[] | undefined;
  /** roles that the dump gives something to are made for it, and dropped with it */
  readonly createRoles?: boolean | undefined;
  readonly job: string;
  /** how each backup is taken */
  readonly backup: Pick<BackupTask, 'root' | 'compress' | 'asked' | 'encrypt' | 'gentle' | 'cluster' | 'room'>;
}

/** One database of a dump that became a backup. */
export interface Imported {
  readonly database: string;
  readonly backup: BackupEntry;
  /** statements that were done */
  readonly loaded: number;
  /** the first of those that were not; `notLoadedCount` were there */
  readonly notLoaded: readonly NotLoaded[];
  readonly notLoadedCount: number;
  /** what belongs to others than the dump says, since their roles are not there or may not have it */
  readonly ownersLeft: readonly RestoreFailure[];
  /** of the import */
  readonly findings: readonly Finding[];
  /** of the backup of it */
  readonly ofBackup: readonly Finding[];
}

/**
 * Loads what others dumped into databases that are made for it in a pod, as a role without any right outside of them, backs each up into the catalog, and drops them, whatever happens. A script is looked through
 * before anything is made: one that is cut is refused. What could not be loaded is told, each with its line; the backup is of what could.
 *
 * Throws `archive.damaged`, `archive.foreign`, `import.unknown` { databases, known }, `restore.refused` { findings }, `disk.targetFull`, `exec.*`, what `backUp` throws, `cancelled`.
 */
export async function importInto(request: ImportRequest, work: Work): Promise<readonly Imported[]> {
  work.report({ type: 'phase', phase: 'read' });
  const { dump } = request;
  const facts = await lookThrough(dump, {
    signal: work.signal,
    onBytes: (bytes) => work.report({ type: 'progress', phase: 'read', bytes, percent: (100 * bytes) / dump.bytes }),
  });
  for (const finding of facts.findings) work.report({ type: 'finding', finding });
  const wanted = sectionsOf(facts, request);
  mustBeAble(request, work);
  return new Importing(request, facts, wanted, work).run();
}

/** Which databases of a script are imported, by the name of the backup's. Throws `import.unknown`. */
export function sectionsOf(
  facts: ScriptFacts,
  { dump, databases }: Pick<ImportRequest, 'dump' | 'databases'>,
): ReadonlyMap<number, { readonly section: Section; readonly database: string }> {
  const named = facts.sections.map((section) => ({ section, database: section.database ?? nameOf(dump.file) }));
  const known = named.map(({ database }) => database);
  const unknown = (databases ?? []).filter((one) => !known.includes(one));
  if (unknown.length > 0) throw new AppError('import.unknown', { databases: unknown, known });
  const wanted = named.filter(({ database }) => databases === undefined || databases.includes(database));
  return new Map(wanted.map((one) => [one.section.index, one]));
}

/** Of a script that names no database: `shop.sql.gz` is of `shop`. */
function nameOf(file: string): string {
  const base = path.basename(file);
  const [name = ''] = base.split('.');
  return name === '' ? base : name;
}

/** Without a superuser there is nobody to make the role that loads it: what nobody vouches for would run as ours. */
function mustBeAble({ target }: ImportRequest, work: Work): void {
  const { standby, role } = target.facts;
  const findings: Finding[] = [
    ...(standby ? [block('target.standby', { pod: target.pod.name })] : []),
    ...(role.superuser ? [] : [block('import.noSuperuser', { role: role.name })]),
  ];
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
}

class Importing {
  readonly #server: Workplace;
  readonly #options: { readonly application: string; readonly signal: AbortSignal };
  readonly #stop = new AbortController();

  constructor(
    private readonly request: ImportRequest,
    private readonly facts: ScriptFacts,
    private readonly wanted: ReadonlyMap<number, { readonly section: Section; readonly database: string }>,
    private readonly work: Work,
  ) {
    this.#server = workplace(request.target, '', applicationOf(request.job));
    const signal = AbortSignal.any([work.signal, this.#stop.signal]);
    this.#options = { application: applicationOf(request.job), signal };
  }

  async run(): Promise<readonly Imported[]> {
    const room = await targetRoom(this.#server, this.work.signal);
    const unwatch =
      room && watchTarget(this.#server, room.folder, this.request.reference, (error) => this.#stop.abort(error));
    const done: Imported[] = [];
    const read = this.request.dump.read({ signal: this.#options.signal, onBytes: (bytes) => this.#progress(bytes) });
    const reader = new ScriptReader(read.bytes);
    const parts = reader.parts();
    let index = 0;
    let now: OneDatabase | undefined;
    try {
      now = await this.#begin(index);
      for await (const part of parts) {
        this.#options.signal.throwIfAborted();
        readAs(reader, part);
        await now?.loader.take(part);
        if (part.kind !== 'command' || !isConnect(part.name)) continue;
        if (now) done.push(await this.#end(now));
        now = undefined;
        index += 1;
        now = await this.#begin(index);
      }
      if (read.sha256() !== this.facts.sha256) {
        throw new AppError('archive.damaged', { reason: 'changed.read' });
      }
      if (now) done.push(await this.#end(now));
      now = undefined;
      return done;
    } catch (error) {
      if (this.#stop.signal.aborted && this.#stop.signal.reason instanceof Error) throw this.#stop.signal.reason;
      if (this.work.signal.aborted) throw new AppError('cancelled', {}, { cause: error });
      throw error;
    } finally {
      unwatch?.();
      if (now) await this.#drop(now);
    }
  }

  #progress(bytes: number): void {
    const percent = (100 * bytes) / this.request.dump.bytes;
    this.work.report({ type: 'progress', phase: 'restore', bytes, percent });
  }

  /** The database that a part of the script is loaded into; undefined where that part is not wanted. */
  async #begin(index: number): Promise<OneDatabase | undefined> {
    const { section, database } = this.wanted.get(index) ?? {};
    if (section === undefined || database === undefined) return undefined;
    const { job, target, dump } = this.request;
    const name = sideName(database, job);
    const made: string[] = [];
    this.work.report({ type: 'phase', phase: 'definitions' });
    try {
      const mark: Mark = { job, role: 'side', of: database, time: new Date().toISOString(), origin: dump.file };
      const findings: Finding[] = [];
      const row = await this.#make(name, mark, section, findings);
      const missing = await this.#missingRoles(section);
      if (this.request.createRoles === true && missing.length > 0) {
        this.work.report({ type: 'note', code: 'roles.made', data: { roles: missing } });
        made.push(...missing);
        await makeRoles(this.#server, missing, job, this.#options);
      } else if (missing.length > 0) {
        findings.push(warn('import.roles', { roles: missing, database }));
      }
      const asked = { side: name, job, isSigned: false, sideOnly: false, options: this.#options };
      made.push(loaderName());
      const { confined } = await confine(this.#server, made.slice(-1), asked, this.work);
      if (confined === undefined) throw new AppError('internal', { message: 'a script that is loaded by nobody' });
      for (const finding of findings) this.work.report({ type: 'finding', finding });
      this.work.report({ type: 'phase', phase: 'restore' });
      const loader = new SectionLoader(this.#server, {
        into: name,
        loader: confined.loader,
        job,
        signal: this.#options.signal,
      });
      return { database, name, row, made, loader, role: confined.loader, findings, facts: target.facts };
    } catch (error) {
      await this.#drop({ name, made });
      throw error;
    }
  }

  async #make(name: string, mark: Mark, { encoding, created }: Section, findings: Finding[]): Promise<DatabaseRow> {
    const own = serverEncoding(created?.encoding ?? encoding ?? 'UTF8');
    const { locale } = created ?? {};
    const wanted = { encoding: own, ...(locale === undefined ? {} : { locale }) };
    try {
      return await createSide(this.#server, name, mark, wanted, this.#options.signal);
    } catch (error) {
      if (locale === undefined || this.#options.signal.aborted) throw error;
      findings.push(warn('import.locale', { collate: locale.collate, ctype: locale.ctype }));
      return createSide(this.#server, name, mark, { encoding: own }, this.#options.signal);
    }
  }

  async #missingRoles({ owners }: Section): Promise<string[]> {
    if (owners.length === 0) return [];
    const list = owners
      .filter((one) => !one.includes('\0') && !/^pg_/.test(one))
      .map((one) => `(${quoteLiteral(one)})`);
    if (list.length === 0) return [];
    const sql = `select to_json(name) from (values ${list.join(', ')}) wanted (name) where not exists (select from pg_roles where rolname = name)`;
    return query<string>(this.#server, this.#server.from, sql, this.#options);
  }

  /** All of it is loaded: who owns what, then the backup, then it is dropped. */
  async #end(one: OneDatabase): Promise<Imported> {
    const { database, name, loader, role } = one;
    const { job, target, dump, backup, reference } = this.request;
    try {
      await loader.end();
      const asked = { side: name, loader: role, noOwner: false, isSigned: false };
      const ownersLeft = await this.#give(one, asked);
      one.made.splice(one.made.indexOf(role.name), 1);
      const { loaded, notLoaded, notLoadedCount } = loader;
      const findings = [...one.findings, ...found(database, loader, ownersLeft)];
      for (const finding of findings.slice(one.findings.length)) this.work.report({ type: 'finding', finding });
      if (loaded === 0)
        throw new AppError('import.nothing', { database, notLoaded: notLoaded.slice(0, 20), count: notLoadedCount });
      const row = await readDatabase(this.#server, name, this.work.signal);
      if (row === undefined) throw new AppError('internal', { message: `${name} is not there any more` });
      const source: OpenPod = { ...target, facts: { ...target.facts, databases: [factsOf(row)] } };
      const task: BackupTask = {
        ...{ ...backup, job, generated: false },
        imported: {
          place: { cluster: 'adopted', namespace: 'file', workload: nameOf(dump.file), database },
          database,
          leaveOut: leaveOutDatabase(database),
          facts: {
            ...{ file: dump.file, sha256: this.facts.sha256, holds: dump.holds, place: reference },
            ...{ serverVersion: target.facts.serverVersion, notLoaded: notLoadedCount + ownersLeft.length },
          },
        },
      };
      const work = {
        ...this.work,
        report: (progress: Progress): void => {
          // what a part takes is not what the whole does
          if (progress.type !== 'expected') this.work.report(progress);
        },
      };
      const { entry, findings: ofBackup } = await backUp(source, name, task, work);
      return { database, backup: entry, loaded, notLoaded, notLoadedCount, ownersLeft, findings, ofBackup };
    } finally {
      await this.#drop(one);
    }
  }

  /** Where something would be computed in a superuser's name, a role that is made for it gets what would be a superuser's. */
  async #give(
    { database, made, loader, findings }: OneDatabase,
    asked: Parameters<typeof giveSaid>[1],
  ): Promise<readonly RestoreFailure[]> {
    try {
      return await giveSaid(this.#server, asked, loader.owners, this.#options);
    } catch (error) {
      if (!isAppError(error, 'restore.refused')) throw error;
      const heir = `import_owner_${randomBytes(6).toString('hex')}`;
      this.work.report({ type: 'note', code: 'roles.made', data: { roles: [heir] } });
      made.push(heir);
      await makeRoles(this.#server, [heir], this.request.job, this.#options);
      const finding = warn('import.heir', { database, role: heir });
      findings.push(finding);
      this.work.report({ type: 'finding', finding });
      return giveSaid(this.#server, { ...asked, fallback: heir }, loader.owners, this.#options);
    }
  }

  /** Never throws; what remains is told, and `clean` finds it. */
  async #drop({
    name,
    made,
    row,
  }: Pick<OneDatabase, 'name' | 'made'> & Partial<Pick<OneDatabase, 'row'>>): Promise<void> {
    const { job } = this.request;
    const { gone, end } = await dropQuietly(
      this.#server,
      { name, ...(row === undefined ? {} : { oid: row.oid }) },
      job,
    );
    if (end && !isOver(end)) this.work.report(sessionsNote(applicationOf(job), end));
    if (!gone) this.work.report({ type: 'note', code: 'side.remains', data: { database: name, job } });
    const remaining = gone ? await dropMadeRoles(this.#server, job, made).catch(() => made) : made;
    if (remaining.length > 0) this.work.report({ type: 'note', code: 'roles.remain', data: { roles: remaining, job } });
  }
}

interface OneDatabase {
  readonly database: string;
  /** of the database that was made for it */
  readonly name: string;
  readonly row: DatabaseRow;
  /** roles that go with it */
  readonly made: string[];
  readonly loader: SectionLoader;
  readonly role: Parameters<typeof giveSaid>[1]['loader'];
  readonly findings: Finding[];
  readonly facts: OpenPod['facts'];
}

const shown = 200;

function found(
  database: string,
  { notLoaded, notLoadedCount }: SectionLoader,
  ownersLeft: readonly RestoreFailure[],
): Finding[] {
  const isOfServer = ({ why }: NotLoaded): boolean => why === 'global';
  const ofServer = notLoaded.filter(isOfServer);
  const others = notLoaded.filter((one) => !isOfServer(one));
  const statements = others.slice(0, shown);
  const objects = ownersLeft.slice(0, shown).map(({ name, subject }) => `${name} (${subject ?? '?'})`);
  return [
    ...(others.length === 0
      ? []
      : [warn('import.notLoaded', { database, statements, count: notLoadedCount - ofServer.length })]),
    ...(ofServer.length === 0
      ? []
      : [note('import.ofServer', { database, statements: ofServer.slice(0, shown), count: ofServer.length })]),
    ...(ownersLeft.length === 0 ? [] : [warn('import.owners', { database, objects, count: ownersLeft.length })]),
  ];
}

/** What only clients can have, a database has as UTF8. */
function serverEncoding(name: string): string {
  return /^(?:sjis|shift_?jis.*|big5|gbk|uhc|gb18030|johab|sql_?ascii)$/i.test(name) && !/^sql/i.test(name)
    ? 'UTF8'
    : name;
}

function factsOf(row: DatabaseRow): DatabaseFacts {
  const { name, oid, owner, encoding, collate, ctype, provider, locale, allowConnections, connectionLimit, bytes } =
    row;
  return {
    ...{ name, oid, owner, encoding, collate, ctype, localeProvider: provider, allowConnections, connectionLimit },
    isTemplate: false,
    ...(locale === undefined ? {} : { icuLocale: locale }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}
