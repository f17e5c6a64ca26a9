import type { Work } from '../base/progress';
import { restoreStep } from '../postgres/tools/restoreCommand';
import { serverLines, serverMessage } from '../base/said/serverMessage';

/** Bytes on their way and the table in work, of all streams together; at most four events a second. */
export class RestoreProgress {
  private bytes = 0;
  private table: string | undefined;
  private last = 0;
  private phase: 'definitions' | 'restore' | 'indexes' = 'restore';
  private readonly started = Date.now();
  private readonly streams: { readonly total: number; readonly since: number; sent: number }[] = [];

  constructor(
    private readonly total: number,
    readonly work: Work,
  ) {}

  /** The step that is done now; each is entered once. */
  begin(phase: typeof this.phase): void {
    this.phase = phase;
    // what is told of one says nothing of the next, however soon that comes
    this.last = 0;
    this.work.report({ type: 'phase', phase });
  }

  /** A stream of so many bytes begins; what it returns is told what is sent of it. */
  stream(total: number): (bytes: number) => void {
    const stream = { total, since: Date.now(), sent: 0 };
    this.streams.push(stream);
    return (bytes) => {
      stream.sent += bytes;
      this.bytes += bytes;
      this.tell();
    };
  }

  /** Streams go side by side: the last one decides, which may have the largest table to itself. */
  private left(now: number): number | undefined {
    const open = this.streams.filter(
      ({ total, sent }) => sent > 0 && sent < total && total !== Number.POSITIVE_INFINITY,
    );
    const each = open.map(({ total, since, sent }) => ((total - sent) * (now - since)) / 1000 / sent);
    return each.length === 0 ? undefined : Math.max(...each);
  }

  /** What pg_restore says that it begins with; false for a line that says something else. */
  step(line: string): boolean {
    const step = restoreStep(line);
    if (step === undefined) return false;
    if (step.kind === 'index' && this.phase !== 'indexes') this.begin('indexes');
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
    const isOfRows = this.phase === 'restore';
    const left = this.left(now);
    this.work.report({
      type: 'progress',
      phase: this.phase,
      bytes: this.bytes,
      // nothing of the rows is sent before, all of them when indexes are made: no rate is theirs
      ...(this.total > 0 && isOfRows ? { percent: Math.min(100, (this.bytes / this.total) * 100) } : {}),
      ...(rate === undefined || !isOfRows ? {} : { rate }),
      ...(rate === undefined || left === undefined || !isOfRows ? {} : { secondsLeft: left }),
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
