import { watch, type FSWatcher } from 'node:fs';

/** Wakes when a folder changes; where that cannot be watched (network volumes), after the time given to `rung`. */
export class Bell {
  private watcher: FSWatcher | undefined;
  private changed = false;
  private wake: (() => void) | undefined;
  private readonly onAbort = (): void => this.ring();

  constructor(
    folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.onAbort);
    this.watch(folder);
  }

  /** Looks at this folder from now on; one that is not there cannot be watched. */
  watch(folder: string): void {
    this.watcher?.close();
    try {
      this.watcher = watch(folder, () => this.ring());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      this.watcher = undefined;
    }
  }

  /** Resolves at the next change, or at once when there was one since the last time. */
  async rung(timeoutMs: number): Promise<void> {
    if (!this.changed && !this.signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.changed = false;
    this.wake = undefined;
  }

  close(): void {
    this.watcher?.close();
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  private ring(): void {
    this.changed = true;
    this.wake?.();
  }
}
