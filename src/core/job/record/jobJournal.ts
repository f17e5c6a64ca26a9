import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase, Progress } from '../../base/progress';
import { requestDigest } from '../checkRequest';
import type { JobRequest } from '../request';
import type { EventSink } from './eventSink';
import type { JobEvent, JobResult, ProcessIdentity } from './jobEvents';
import { jobFiles, openEventLog, type EventLog } from './jobFolder';
import { heartbeatMs } from './readJob';

/** What a running job writes about itself: every event in order, progress at most four times a second. */
export class JobJournal {
  /** the last phase that is a step of the work */
  phase: Phase | undefined;
  private readonly log: EventLog;
  private readonly heart: NodeJS.Timeout;
  private pending: Progress | undefined;
  private flushTimer: NodeJS.Timeout | undefined;
  /** when progress was last written, in milliseconds */
  lastProgress = 0;
  private stopping = false;
  private finished = false;

  /** `onHeartbeat` is called every few seconds: the time to look whether someone asked to stop. */
  constructor(
    private readonly folder: string,
    onHeartbeat: () => void,
    private readonly sinks: readonly EventSink[] = [],
  ) {
    this.log = openEventLog(folder);
    this.heart = setInterval(() => {
      this.touch();
      onHeartbeat();
    }, heartbeatMs);
    this.heart.unref();
  }

  /** Writes the first event: whose process does which request. */
  start(job: string, request: JobRequest, identity: ProcessIdentity): void {
    const digest = requestDigest(request);
    this.append({ type: 'started', job, kind: request.kind, digest, process: identity });
  }

  report(progress: Progress): void {
    if (this.finished) return;
    if (progress.type === 'progress') return this.reportProgress(progress);
    this.flush();
    if (progress.type === 'phase') {
      if (progress.phase !== 'stopping') this.phase = progress.phase;
      else if (this.stopping) return;
      else this.stopping = true;
    }
    this.append(progress);
  }

  /** Writes the last event. Nothing after it is written. False: not even that could be written. */
  finish(result: JobResult): boolean {
    if (this.finished) return true;
    this.flush();
    this.finished = true;
    clearInterval(this.heart);
    const event = { time: now(), ...result };
    const written = this.log.finish(event);
    this.tell(event);
    return written;
  }

  private reportProgress(progress: Progress): void {
    const wait = this.lastProgress + progressMs - Date.now();
    this.pending = progress;
    if (wait <= 0) this.flush();
    else this.flushTimer ??= setTimeout(() => this.flush(), wait).unref();
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    if (this.pending && !this.finished) {
      this.append(this.pending);
      this.lastProgress = Date.now();
    }
    this.pending = undefined;
  }

  private append(event: Untimed<JobEvent>): void {
    const timed: JobEvent = { time: now(), ...event };
    this.log.append(timed);
    this.tell(timed);
  }

  private tell(event: JobEvent): void {
    for (const sink of this.sinks) {
      try {
        sink.take?.(event);
      } catch {
        // who listens makes no job fail
      }
    }
  }

  private touch(): void {
    try {
      const time = new Date();
      utimesSync(join(this.folder, jobFiles.events), time, time);
    } catch {
      // a sign of life for others only
    }
  }
}

const progressMs = 250;

type Untimed<Event> = Event extends unknown ? Omit<Event, 'time'> : never;

function now(): string {
  return new Date().toISOString();
}
