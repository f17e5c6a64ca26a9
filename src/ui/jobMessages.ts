import * as vscode from 'vscode';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimAnnouncement, isAnnounced } from '../core/job/announce';
import type { Job } from '../core/job/readJob';
import type { Jobs } from '../model/jobs';
import { announceJob } from './announceJob';

/**
 * Exactly one window says how a job ended: the one that started it, else the first one that is open a moment later.
 * They agree through the job's folder.
 */
export class JobMessages implements vscode.Disposable {
  readonly #own = new Set<string>();
  readonly #listening: vscode.Disposable;

  constructor(
    jobs: Jobs,
    private readonly window: string,
  ) {
    this.#listening = jobs.onDidEnd((job) => void this.#say(job));
  }

  /** This window started the job, and tells its end. */
  own(id: string): void {
    this.#own.add(id);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  async #say(job: Job): Promise<void> {
    const isOwn = this.#own.delete(job.id);
    const afterMs = isOwn ? 0 : graceMs;
    if (!isOwn && (await isAnnounced(job.folder))) return;
    if (!(await isWindowThere())) return;
    if (await claimAnnouncement(job.folder, this.window, { afterMs })) await announceJob(job, isOwn);
  }
}

const graceMs = 3000;

/**
 * False where the window was closed or reloaded and its extension host lives on: what that one says nobody sees, and
 * nobody else would say it. The commands of the editor itself are known to its window alone, so that it has to answer.
 */
async function isWindowThere(): Promise<boolean> {
  const answered = vscode.commands.getCommands(true).then(() => true);
  return Promise.race([answered, sleep(answerMs, false, { ref: false })]);
}

const answerMs = 2000;
