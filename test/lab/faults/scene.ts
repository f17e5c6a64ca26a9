import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobEvent, JobResult } from '../../../src/core/job/record/jobEvents';
import { cleanedBy, ferry, told, type FerrySetting, type Run } from '../ferry';
import { fingerprint, type Fingerprint } from '../independent';
import { places, startLab, type Lab, type PlaceName } from '../lab';
import type { ExecFault } from '../labPod';
import { faultsTable } from './table';

// KILLS=40 SEED=… FAULTS_TABLE=docs/faults-lab.md widen these suites and write down what they saw.
export const kills = Number(process.env['KILLS'] ?? 6);
export const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** In the title of each of these suites, by which `-g` selects them all. */
export const judged = `each judged by SQL afterwards (seed ${seed})`;

export const source = `${places.source}/shop`;
export const target = `${places.pg16}/shop`;
/** A change by which the shop that is live is told from one that is restored. */
export const changedOrders = `update shop.orders set note = 'live' where id < 100`;

/** Two clusters, what faults leave behind on them, and the rows of the table that tell of it. */
export class Scene {
  readonly #rows: string[] = [];

  private constructor(
    readonly lab: Lab,
    readonly setting: FerrySetting,
  ) {}

  /** `scale`: as that of the lab; a fault after so many bytes wants as many. */
  static async start(scale = 1): Promise<Scene> {
    const lab = await startLab({ only: ['source', 'pg16'], scale });
    return new Scene(lab, { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) });
  }

  async close(): Promise<void> {
    await this.lab.close();
    await rm(this.setting.root, { recursive: true, force: true });
    if (faultsTable !== undefined) await appendFile(faultsTable, this.#rows.join(''));
  }

  /** Backs up a database of the source; the backup's id. */
  async backUp(database: string): Promise<string> {
    const made = await ferry(this.setting, 'backup', `${places.source}/${database}`);
    assert.equal(made.exitCode, 0, told(made));
    return String(made.result.data['backup']);
  }

  /** Restores the backup, and changes what is now live. */
  async bringToLife(backup: string, database: string, change: string): Promise<Fingerprint> {
    const first = await ferry(this.setting, 'restore', backup, `${places.pg16}/${database}`, '--create-roles');
    assert.equal(first.exitCode, 0, told(first));
    await this.lab.server('pg16').sql(database, change);
    return this.seen('pg16', database);
  }

  async withFault(cluster: 'cluster-a' | 'cluster-b', fault: ExecFault, ...args: string[]): Promise<Run> {
    const { faults } = this.lab.clusters[cluster].state;
    faults.exec.push({ ...fault });
    try {
      return await ferry(this.setting, ...args);
    } finally {
      faults.exec = [];
    }
  }

  async seen(place: PlaceName, database = 'shop'): Promise<Fingerprint> {
    const client = await this.lab.server(place).connect(database);
    try {
      return await fingerprint(client);
    } finally {
      await client.end();
    }
  }

  async archives(): Promise<string[]> {
    const files = await readdir(this.setting.root, { recursive: true });
    return files.filter((file) => file.endsWith('database.dump') && !file.includes('.partial'));
  }

  /** What stays after a clean-up must be nothing: side databases, sessions, commands, partial folders. Returns what it found out. */
  async nothingLeft(what: string, run: Run): Promise<string> {
    const before = await this.#leftovers();
    const cleaned = await ferry(this.setting, 'clean', places.pg16);
    assert.equal(cleaned.exitCode, 0, told(cleaned));
    const here = await ferry(this.setting, 'clean');
    assert.equal(here.exitCode, 0, told(here));
    await until(async () => (await this.#leftovers()).length === 0, 15_000).catch(() => undefined);
    assert.deepEqual(await this.#leftovers(), [], 'left behind after clean');
    this.note(what, run, before.length === 0 ? 'nothing' : `${before.join(', ')}; nothing after clean`);
    return `${cleanedBy(cleaned)}\n${cleanedBy(here)}`;
  }

  async #leftovers(): Promise<string[]> {
    const left: string[] = [];
    for (const place of ['source', 'pg16'] as const) {
      const rows = await this.lab.server(place).sql<{ what: string }>(
        'postgres',
        `select 'side database' as what from pg_database where datname ~ '__restore_' union all
         select 'session ' || application_name from pg_stat_activity where application_name like 'db-ferry%'`,
      );
      left.push(...rows.map((row) => row.what));
    }
    const processes = Object.values(this.lab.clusters).reduce((sum, { api }) => sum + api.metrics().processes, 0);
    if (processes > 0) left.push('commands in a pod');
    const files = await readdir(this.setting.root, { recursive: true });
    return [...left, ...files.filter((file) => file.endsWith('.partial')).map(() => 'partial folder')];
  }

  note(what: string, run: Run, left: string): void {
    const last = run.events.at(-1);
    const result = last?.type === 'result' ? (last as JobResult) : undefined;
    const outcome = `${result?.outcome ?? 'interrupted'} (${run.exitCode})`;
    const cells = [what, outcome, result?.error?.code ?? '', left, `${run.seconds.toFixed(1)} s`];
    this.#rows.push(`| ${cells.join(' | ')} |\n`);
  }
}

export async function until(condition: () => boolean | Promise<boolean>, timeout = 60_000): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function killJob(events: readonly JobEvent[]): void {
  const pid = pidOf(events);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it was done before
  }
}

export function pidOf(events: readonly JobEvent[]): number {
  const started = events.find((event) => event.type === 'started');
  assert.ok(started?.type === 'started');
  return started.process.pid;
}
