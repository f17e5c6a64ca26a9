import type * as vscode from 'vscode';
import { claimAnnouncement, isAnnounced } from '../../core/job/run/announce';
import type { Job } from '../../core/job/record/readJob';
import type { Jobs } from '../../model/jobs';
import { announceJob } from './announceJob';
import { showError } from './showError';
import { windowIsThere } from '../windowIsThere';

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
    this.#listening = jobs.onDidEnd((job) => void this.#say(job).catch(showError));
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
    await windowIsThere();
    if (await claimAnnouncement(job.folder, this.window, { afterMs })) await announceJob(job, isOwn);
  }
}

const graceMs = 3000;
