import type { Work } from '../base/progress';
import { restoreStep } from '../postgres/tools/restoreCommand';
import { serverLines, serverMessage } from '../base/serverMessage';

/** Bytes on their way and the table in work, of all streams together; at most four events a second. */
export class RestoreProgress {
  private bytes = 0;
  private table: string | undefined;
  private last = 0;
  private indexes = false;
  private readonly started = Date.now();

  constructor(
    private readonly total: number,
    readonly work: Work,
  ) {}

  sent(bytes: number): void {
    this.bytes += bytes;
    this.tell();
  }

  /** What pg_restore says that it begins with; false for a line that says something else. */
  step(line: string): boolean {
    const step = restoreStep(line);
    if (step === undefined) return false;
    if (step.kind === 'index' && !this.indexes) {
      this.indexes = true;
      this.work.report({ type: 'phase', phase: 'indexes' });
    }
    if (step.kind !== 'other') this.table = step.name;
    this.tell();
    return true;
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
      // all is sent when indexes are made, and no rate is theirs
      ...(this.total > 0 && !this.indexes ? { percent: Math.min(100, (this.bytes / this.total) * 100) } : {}),
      ...(rate === undefined || this.indexes ? {} : { rate }),
      ...(rate === undefined || this.bytes === 0 || this.indexes
        ? {}
        : { secondsLeft: (this.total - this.bytes) / rate }),
      ...(this.table === undefined ? {} : { table: this.table }),
    });
  }
}

/** Keeps what one pg_restore says besides its steps. */
export class RestoreWords {
  private going = false;
  private readonly words: string[] = [];
  private readonly shown = serverLines();

  constructor(private readonly progress: RestoreProgress) {}

  line(line: string): void {
    if (this.progress.step(line)) return;
    if (line.startsWith('pg_restore: '))
      this.going = /^pg_restore: (error|warning|hint|detail|fatal|from|while)/i.test(line);
    const shown = this.shown(line);
    if (!this.going || shown === undefined) return;
    this.progress.work.log.warn(shown);
    if (this.words.length < 40) this.words.push(shown.slice(0, 2000));
  }

  errors(stderr: string): string {
    return this.words.length > 0
      ? this.words.join('\n')
      : serverMessage(stderr, { cut: true }).split('\n').slice(-5).join('\n');
  }
}
