import { findBackup, listBackups } from '../../catalog/catalog';
import { atOf } from '../../catalog/atOf';
import { isInCatalog } from '../../catalog/catalog';
import type { DrillRecord } from '../../catalog/drillRecord';
import { writeDrill } from '../../catalog/verifications';
import { isOurs, type BackupEntry } from '../../catalog/manifest';
import { AppError, isAppError, toAppError } from '../../base/errors';
import { defined } from '../../base/defined';
import type { Finding } from '../../base/finding';
import { formatReference } from '../../cluster/reference';
import { loaderName } from '../../restore/load/loader';
import { makeAsker } from '../../restore/check/asker';
import type { CheckResult } from '../../restore/check/checks';
import { runChecks } from '../../restore/check/runChecks';
import { drill, type DrillDone, type OpenSide } from '../../restore/restore';
import { disproves } from '../record/drillOutcome';
import type { ResultData } from '../record/resultData';
import { formatBackupRef, type ChosenBackup, type RequestOf } from '../request';
import { Places, type Place } from '../plan/places';
import { provenFacts } from '../plan/policyQuestion';
import type { JobContext, JobDone, RunKind } from '../run/jobContext';
import { obeyReading } from '../run/obeyPolicy';

/**
 * Shows whether a backup can be recovered from, and how fast: it is restored, compared, asked what the request's checks want to know, and dropped. Three ends: proved (`done`), disproved (`differences`, also where the
 * backup cannot be read at all), and everything else, which is thrown and says nothing of the backup. Each is filed beside the backup, signed.
 */
export const drillJob: RunKind<'drill'> = async (context) => {
  const { request, work } = context;
  const run = new DrillRun(context);
  try {
    work.report({ type: 'phase', phase: 'read' });
    const entry = await chosen(request);
    run.found(entry);
    const { gentle } = request.options;
    const place = await new Places(request.kubeconfigs, gentle, [], work).pod(request.into, work.signal);
    const findings = await obeyReading(context, place, provenFacts(entry));
    return await run.restore(entry, place, findings);
  } catch (error) {
    const said = toAppError(error);
    if (disproves(said)) return run.disproved(said);
    if (!isAppError(said, 'cancelled')) await run.file('notProved', said.code);
    work.report({ type: 'note', code: 'drill.notProved', data: defined({ backup: run.backup?.id }) });
    throw error;
  }
};

class DrillRun {
  backup: BackupEntry | undefined;
  readonly #context: JobContext<'drill'>;
  readonly #began = performance.now();
  #checks: readonly CheckResult[] = [];
  #steps: Record<string, number> = {};
  #seconds: number | undefined;
  #shown: Pick<DrillRecord, 'tables' | 'rows'> = {};

  constructor(context: JobContext<'drill'>) {
    this.#context = context;
  }

  found(entry: BackupEntry): void {
    this.backup = entry;
    this.#steps['find'] = this.#soFar();
  }

  async restore(entry: BackupEntry, place: Place, findings: readonly Finding[]): Promise<JobDone> {
    const { id, request, work } = this.#context;
    const { gentle, trustArchive = false } = request.options;
    const looked = this.#soFar() - (this.#steps['find'] ?? 0);
    const done = await drill(
      {
        ...{ backup: entry, target: place.pod, createRoles: true, trustArchive, job: id },
        ...{ cluster: place.client.cluster.alias, ...(gentle === undefined ? {} : { streams: 1 }) },
      },
      work,
      async (side) => {
        this.#seconds = this.#soFar();
        const before = this.#seconds;
        this.#checks = await this.#ask(side, place);
        this.#steps['check'] = rounded(this.#soFar() - before);
      },
    );
    const { differences, notes, tables, rows } = done;
    this.#shown = { tables, rows };
    this.#steps = { ...this.#steps, ...stepsOf(done, looked) };
    const failed = this.#checks.filter(({ outcome }) => outcome === 'failed');
    const unmet = this.#checks.filter(({ outcome }) => outcome === 'unmet');
    const isOtherMajor = !sameMajor(entry, place);
    // another major words its own definitions: that is no fault of the backup
    const because =
      differences.length > 0 && !isOtherMajor ? 'drill.differs' : unmet.length > 0 ? 'drill.unmet' : undefined;
    if (because === undefined && failed.length > 0) {
      const said = failed.map(({ name, sqlState }) => ({ name, ...defined({ sqlState }) }));
      throw new AppError('drill.checks', { checks: said });
    }
    if (because === undefined && differences.length > 0) {
      throw new AppError('drill.otherMajor', { differences: differences.length });
    }
    const outcome = because === undefined ? 'proved' : 'disproved';
    await this.file(outcome, because);
    const data = { ...this.#facts(outcome), ...defined({ because }) };
    return { outcome: because === undefined ? 'done' : 'differences', findings, differences, notes, data };
  }

  /** The backup is not what it was: that is an answer, and no failure of the drill. */
  async disproved({ code, data }: AppError): Promise<JobDone> {
    await this.file('disproved', code);
    const differences = Array.isArray(data['differences'])
      ? (data['differences'] as JobDone['differences'])
      : undefined;
    const reason = typeof data['reason'] === 'string' ? data['reason'] : undefined;
    return {
      outcome: 'differences',
      ...defined({ differences }),
      data: { ...this.#facts('disproved'), because: code, ...defined({ reason }) },
    };
  }

  /** Files it beside the backup; where that cannot be, it is told. Never throws. */
  async file(outcome: DrillRecord['outcome'], because: string | undefined): Promise<void> {
    const entry = this.backup;
    if (entry === undefined || !isInCatalog(entry)) return;
    const { id, request, work } = this.#context;
    const { manifest } = entry;
    const record: DrillRecord = {
      ...{ outcome, time: new Date().toISOString(), place: formatReference(request.into), job: id },
      ...{ by: request.asked.by, seconds: rounded(this.#seconds ?? this.#soFar()), steps: this.#steps },
      ...defined({ bytes: manifest.size.database, because }),
      ...this.#shown,
      checks: this.#checks.map(({ name, outcome: each }) => ({ name, outcome: each })),
    };
    try {
      await writeDrill(atOf(entry), { backup: entry.id, archive: manifest.archive.sha256 }, record);
    } catch (error) {
      const { message } = toAppError(error);
      work.report({ type: 'note', code: 'verification.notRecorded', data: { backup: entry.id, message } });
    }
  }

  async #ask(side: OpenSide, { pod }: Place): Promise<readonly CheckResult[]> {
    const { id, request, work } = this.#context;
    const checks = request.checks ?? [];
    if (checks.length === 0) return [];
    const { server, name, options } = side;
    const { superuser } = pod.facts.role;
    // who is no superuser can make nobody who may less, and has no right that is worth taking
    if (!superuser) return runChecks(server, name, checks, { access: server.access, password: '' }, options);
    const role = loaderName();
    side.madeRole(role);
    const asker = await makeAsker(server, role, { side: name, job: id, options }, work);
    return runChecks(server, name, checks, asker, options);
  }

  #facts(drilled: DrillRecord['outcome']): ResultData {
    const { request } = this.#context;
    const entry = this.backup;
    const checks = this.#checks;
    return {
      ...(entry === undefined ? {} : ofBackup(entry)),
      ...{ drill: drilled, deep: formatReference(request.into), ...this.#shown },
      ...{ recoverySeconds: rounded(this.#seconds ?? this.#soFar()), steps: this.#steps },
      ...(checks.length === 0 ? {} : { checks }),
    };
  }

  #soFar(): number {
    return (performance.now() - this.#began) / 1000;
  }
}

/** Newest, oldest, or any of thirty days, of those that are ours: of a place by its pod or its workload. Throws `drill.noBackup`, and what the catalog throws. */
async function chosen({ root, backup }: RequestOf<'drill'>): Promise<BackupEntry> {
  if (!('of' in backup)) return findBackup(root, formatBackupRef(backup));
  const { cluster, namespace, pod, database } = backup.of;
  const all = (await listBackups(root, { cluster, namespace, database })).filter(
    (one) => isOurs(one) && [one.manifest.source.pod, one.manifest.source.workload].includes(pod),
  );
  const picked = pick(all, backup.pick);
  if (picked === undefined) throw new AppError('drill.noBackup', { reference: formatReference(backup.of), root });
  return findBackup(root, picked.id);
}

function pick<One extends { readonly manifest: { readonly time: { readonly snapshot: string } } }>(
  all: readonly One[],
  how: ChosenBackup['pick'],
): One | undefined {
  const byTime = [...all].sort((a, b) => (a.manifest.time.snapshot < b.manifest.time.snapshot ? -1 : 1));
  if (how === 'oldest') return byTime[0];
  if (how === 'newest') return byTime.at(-1);
  const since = new Date(Date.now() - randomDays * 86_400_000).toISOString();
  const recent = byTime.filter(({ manifest }) => manifest.time.snapshot >= since);
  return recent[Math.floor(Math.random() * recent.length)] ?? byTime.at(-1);
}

const randomDays = 30;

/** What the phases are of a recovery. */
function stepsOf({ phases }: DrillDone, looked: number): Record<string, number> {
  const of = (...names: readonly (keyof DrillDone['phases'])[]): number =>
    rounded(names.reduce((sum, name) => sum + (phases[name] ?? 0), 0));
  return {
    fetch: of('read'),
    prepare: rounded(looked + of('preflight')),
    restore: of('definitions', 'restore', 'indexes', 'analyze', 'properties'),
    verify: of('verify'),
  };
}

function sameMajor({ manifest }: BackupEntry, { pod }: Place): boolean {
  return Math.floor(manifest.source.serverVersion / 10_000) === Math.floor(pod.facts.serverVersion / 10_000);
}

function ofBackup({ id, folder, manifest }: BackupEntry): ResultData {
  const { cluster, namespace, workload, database } = manifest.source;
  const of = [cluster, namespace, workload, database].join('/');
  const { snapshot } = manifest.time;
  return { backup: id, folder, origin: manifest.origin, sha256: manifest.archive.sha256, of, snapshot };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
