import { watch, type FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Phase } from '../progress';
import type { JobEvent, JobStarted } from './jobEvents';
import { jobFiles } from './jobFolder';
import { interruptedResult, isAlive, parseEvents } from './readJob';

/**
 * The events of a job from its first one, as they are written, ending with its result. When its process is gone
 * without one, the last event is a result with `job.interrupted`. Ends without a result when `signal` aborts.
 */
export async function* followJob(folder: string, signal?: AbortSignal): AsyncGenerator<JobEvent> {
  const reader = new TailReader(join(folder, jobFiles.events));
  const bell = new Bell(folder, signal);
  let started: JobStarted | undefined;
  let phase: Phase | undefined;
  try {
    while (!signal?.aborted) {
      // asked before reading: what a process wrote before it ended is read after it
      const alive = await isAlive(folder, started?.process);
      let heard = false;
      for (const event of await reader.next()) {
        heard = true;
        if (event.type === 'started') started = event;
        if (event.type === 'phase' && event.phase !== 'stopping') phase = event.phase;
        yield event;
        if (event.type === 'result') return;
      }
      if (heard) continue;
      if (!alive) {
        yield { time: new Date().toISOString(), ...interruptedResult(basename(folder), phase) };
        return;
      }
      await bell.rung(pollMs);
    }
  } finally {
    bell.close();
  }
}

const pollMs = 500;

/** Reads what was added to a file since the last time, whole lines only. */
class TailReader {
  private offset = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  async next(): Promise<JobEvent[]> {
    const parts = [this.rest];
    // to the end: a line longer than one read would look like silence
    for (;;) {
      const added = await this.readOn();
      if (added.length === 0) break;
      parts.push(added);
    }
    if (parts.length === 1) return [];
    const bytes = Buffer.concat(parts);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.rest = bytes.subarray(end);
    return parseEvents(bytes.toString('utf8', 0, end));
  }

  private async readOn(): Promise<Buffer> {
    let file;
    try {
      file = await open(this.path, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.max(0, Math.min(size - this.offset, 1024 * 1024)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset);
      this.offset += bytesRead;
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

/** Wakes when the folder changes; where that cannot be watched (network volumes), after the poll's time. */
class Bell {
  private watcher: FSWatcher | undefined;
  private changed = false;
  private wake: (() => void) | undefined;
  private readonly onAbort = (): void => this.ring();

  constructor(
    folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.onAbort);
    try {
      this.watcher = watch(folder, () => this.ring());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      this.watcher = undefined;
    }
  }

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
