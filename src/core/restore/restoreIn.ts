import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AppError } from '../errors';
import type { Work } from '../progress';
import { restoreCommand, restoreStep } from '../postgres/restoreCommand';
import { serverLines, serverMessage } from '../serverMessage';
import type { Workplace } from './databaseRow';
import { applicationOf } from './sideDatabase';
import { targetRoom, watchTarget } from './targetDisk';

export interface RestoreInput {
  /** the archive, and its size in bytes */
  readonly file: string;
  readonly bytes: number;
  /** the database it goes into */
  readonly into: string;
  readonly noOwner: boolean;
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
}

/**
 * Streams an archive into a database with the pod's own pg_restore, which stops at the first error; watches the target's disk meanwhile.
 * Resolves only when pg_restore ended with 0 behind the last byte. Throws `exec.failed` with pg_restore's words, `disk.targetFull`,
 * `cancelled`, and what the exec throws; the database then holds a part.
 */
export async function restoreIn(server: Workplace, input: RestoreInput, work: Work): Promise<void> {
  work.report({ type: 'phase', phase: 'restore' });
  const stop = new AbortController();
  const abort = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', abort, { once: true });
  if (work.signal.aborted) abort();
  const room = await targetRoom(server, stop.signal);
  const unwatch = room && watchTarget(server, room.folder, input.reference, (error) => stop.abort(error));
  const progress = new RestoreProgress(input.bytes, work);
  try {
    const source = Readable.from(counted(input.file, progress), { objectMode: false, highWaterMark: 256 * 1024 });
    const { noOwner, job, into, bytes } = input;
    const options = { application: applicationOf(job), noOwner };
    const end = await server.exec.feed(restoreCommand(server.access, into, options), source, bytes, {
      signal: stop.signal,
      onStderrLine: (line) => progress.line(line),
    });
    if (end.exitCode !== 0) {
      const stderr = progress.errors(end.stderr);
      throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
    }
    if (end.bytes !== bytes) throw new AppError('exec.cut', { bytes: end.bytes, message: `of ${bytes} bytes` });
  } catch (error) {
    if (stop.signal.aborted && stop.signal.reason instanceof Error) throw stop.signal.reason;
    throw error;
  } finally {
    unwatch?.();
    work.signal.removeEventListener('abort', abort);
  }
}

async function* counted(file: string, progress: RestoreProgress): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const buffer = chunk as Buffer;
    progress.sent(buffer.length);
    yield buffer;
  }
}

/** Bytes on their way and the table in work; at most four events a second. Keeps what pg_restore says besides its steps. */
class RestoreProgress {
  private bytes = 0;
  private table: string | undefined;
  private last = 0;
  private indexes = false;
  private going = false;
  private readonly words: string[] = [];
  private readonly shown = serverLines();
  private readonly started = Date.now();

  constructor(
    private readonly total: number,
    private readonly work: Work,
  ) {}

  sent(bytes: number): void {
    this.bytes += bytes;
    this.tell();
  }

  line(line: string): void {
    const step = restoreStep(line);
    if (step === undefined) return this.keep(line);
    if (step.kind === 'data') this.table = step.name;
    if (step.kind === 'index' && !this.indexes) {
      this.indexes = true;
      this.work.report({ type: 'phase', phase: 'indexes' });
    }
    if (step.kind === 'index') this.table = step.name;
    this.tell();
  }

  errors(stderr: string): string {
    return this.words.length > 0
      ? this.words.join('\n')
      : serverMessage(stderr, { cut: true }).split('\n').slice(-5).join('\n');
  }

  private keep(line: string): void {
    if (line.startsWith('pg_restore: '))
      this.going = /^pg_restore: (error|warning|hint|detail|fatal|from|while)/i.test(line);
    const shown = this.shown(line);
    if (!this.going || shown === undefined) return;
    this.work.log.warn(shown);
    if (this.words.length < 40) this.words.push(shown);
  }

  private tell(): void {
    const now = Date.now();
    if (now - this.last < 250) return;
    this.last = now;
    const seconds = (now - this.started) / 1000;
    const rate = seconds > 1 ? this.bytes / seconds : undefined;
    this.work.report({
      type: 'progress',
      phase: this.indexes ? 'indexes' : 'restore',
      bytes: this.bytes,
      ...(this.total > 0 ? { percent: Math.min(100, (this.bytes / this.total) * 100) } : {}),
      ...(rate === undefined ? {} : { rate }),
      ...(rate === undefined || rate === 0 || this.indexes ? {} : { secondsLeft: (this.total - this.bytes) / rate }),
      ...(this.table === undefined ? {} : { table: this.table }),
    });
  }
}
