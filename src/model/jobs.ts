import * as vscode from 'vscode';
import { contextKeys } from '../contributions';
import { toAppError } from '../core/base/errors';
import type { Job } from '../core/job/record/readJob';
import type { UnreadableJob } from '../core/job/record/listJobs';
import type { JobsChange } from '../core/job/record/watchJobs';

/** The jobs of the root as their folders tell them, whoever started them. */
export class Jobs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #didEnd = new vscode.EventEmitter<Job>();
  /** a job has ended, maybe while no window was open */
  readonly onDidEnd = this.#didEnd.event;
  readonly #didEndHere = new vscode.EventEmitter<Job>();
  /** the same without those that had ended when this window first looked: nothing it knows is older than they are */
  readonly onDidEndHere = this.#didEndHere.event;
  #jobs: readonly Job[] = [];
  #unreadable: readonly UnreadableJob[] = [];
  #ended: ReadonlySet<string> = new Set();
  #stop: AbortController | undefined;
  #first: Promise<void> | undefined;

  constructor(private readonly root: () => string) {}

  /** Newest first, as of now. */
  get list(): readonly Job[] {
    return this.#jobs;
  }

  /** Those that this version cannot read, newest first, as of now. */
  get unreadable(): readonly UnreadableJob[] {
    return this.#unreadable;
  }

  get running(): readonly Job[] {
    return this.#jobs.filter(isLiving);
  }

  /** Begins to watch; resolves with the first list. */
  async watch(): Promise<readonly Job[]> {
    this.#first ??= this.#watch();
    await this.#first;
    return this.#jobs;
  }

  /** Looks at the root again, which may be another one now. */
  async restart(): Promise<void> {
    this.#stop?.abort();
    this.#first = undefined;
    await this.watch();
  }

  dispose(): void {
    this.#stop?.abort();
    this.#changed.dispose();
    this.#didEnd.dispose();
    this.#didEndHere.dispose();
  }

  async #watch(): Promise<void> {
    const { watchJobs } = await import('../core/job/record/watchJobs');
    const stop = new AbortController();
    this.#stop = stop;
    let isFirst = true;
    await new Promise<void>((resolve, reject) => {
      const take = ({ jobs, unreadable }: JobsChange): void => {
        // it may be in the middle of a look when another root takes its place
        if (stop.signal.aborted) return;
        this.#unreadable = unreadable;
        this.#take(jobs, isFirst);
        isFirst = false;
        resolve();
      };
      const watching = async (): Promise<void> => watchJobs(this.root(), take, stop.signal);
      watching().then(resolve, (error: unknown) => {
        // who asks next begins anew
        if (this.#stop === stop) this.#first = undefined;
        reject(toAppError(error));
      });
    });
  }

  #take(jobs: readonly Job[], isFirst: boolean): void {
    this.#jobs = jobs;
    const ended = jobs.filter((job) => !isLiving(job) && !this.#ended.has(job.id) && isNews(job));
    this.#ended = new Set(jobs.filter((job) => !isLiving(job)).map(({ id }) => id));
    void vscode.commands.executeCommand('setContext', contextKeys.hasRestored, jobs.some(hasRestored));
    void vscode.commands.executeCommand('setContext', contextKeys.hasUndone, jobs.some(hasUndone));
    this.#changed.fire();
    for (const job of ended) {
      this.#didEnd.fire(job);
      if (!isFirst) this.#didEndHere.fire(job);
    }
  }
}

function hasRestored({ request: { kind }, state }: Job): boolean {
  return (kind === 'restore' || kind === 'copy') && state === 'done';
}

function hasUndone({ request: { kind }, state }: Job): boolean {
  return kind === 'undo' && state === 'done';
}

/** What ended long ago, before this window was there, is no news; that something was left is, however late it is found. */
function isNews({ lastEvent, mayHaveLeft }: Job): boolean {
  if (mayHaveLeft) return true;
  return lastEvent !== undefined && Date.now() - Date.parse(lastEvent) < 24 * 3600 * 1000;
}

/** True while its process is at work. */
export function isLiving({ state }: Job): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}
