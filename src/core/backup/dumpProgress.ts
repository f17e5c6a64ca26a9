import type { Progress, Report } from '../base/progress';
import { quoteLiteral } from '../postgres/sql/quote';
import { query, type Server } from '../pod/server/sql';
import { TimeLeft } from '../base/timeLeft';
import type { SourceTable } from './preflight';

/** What a second session sees of the dump's COPY. */
interface CopyState {
  readonly relid: number;
  readonly tuples: number;
  readonly bytes: number;
}

/**
 * Turns what is known of a running dump into progress, four times a second at most: bytes from the stream, the table from pg_dump's
 * stderr, the share of a large table from `pg_stat_progress_copy`, asked every two seconds through a second exec. Where that is refused the
 * finished tables alone make the percentage.
 */
export class DumpProgress {
  private readonly byName: ReadonlyMap<string, SourceTable>;
  private readonly byOid: ReadonlyMap<number, SourceTable>;
  private readonly total: number;
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];
  private readonly timeLeft = new TimeLeft();
  private finished = 0;
  private current: SourceTable | undefined;
  private share = 0;
  private table: string | undefined;
  private percent = 0;
  private timer: NodeJS.Timeout | undefined;
  private poller: NodeJS.Timeout | undefined;
  private polling = false;

  constructor(
    tables: readonly SourceTable[],
    private readonly bytes: () => number,
    private readonly report: Report,
  ) {
    this.byName = new Map(tables.map((table) => [table.name, table]));
    this.byOid = new Map(tables.map((table) => [table.oid, table]));
    this.total = tables.reduce((sum, table) => sum + table.bytes, 0);
  }

  /** Begins to report, and to ask the server for the session named `application`. */
  start(server: Server, database: string, application: string, signal: AbortSignal): void {
    this.timer = setInterval(() => this.report(this.state()), 250);
    this.poller = setInterval(() => void this.poll(server, database, application, signal), 2000);
  }

  stop(): void {
    clearInterval(this.timer);
    clearInterval(this.poller);
  }

  /** pg_dump began with this table; the one before is done. */
  begin(table: string): void {
    if (this.current) this.finished += this.current.bytes;
    this.table = table;
    this.current = this.byName.get(table);
    this.share = 0;
  }

  private state(): Progress {
    const now = Date.now();
    const bytes = this.bytes();
    const done = this.total > 0 ? (this.finished + (this.current?.bytes ?? 0) * this.share) / this.total : 0;
    this.percent = Math.max(this.percent, Math.min(99.9, done * 100));
    this.samples.push({ at: now, bytes });
    while (this.samples.length > 40) this.samples.shift();
    const first = this.samples[0];
    const seconds = first ? (now - first.at) / 1000 : 0;
    const rate = first && seconds > 1 ? (bytes - first.bytes) / seconds : undefined;
    const secondsLeft = this.timeLeft.at(now, this.percent / 100);
    return {
      type: 'progress',
      phase: 'dump',
      bytes,
      ...(this.total > 0 ? { percent: this.percent } : {}),
      ...(rate === undefined ? {} : { rate }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
      ...(this.table === undefined ? {} : { table: this.table }),
    };
  }

  /** Never throws: a dump does not fail because nobody could watch it. */
  private async poll(server: Server, database: string, application: string, signal: AbortSignal): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    try {
      const sql = `select json_build_object('relid', c.relid::bigint, 'tuples', c.tuples_processed, 'bytes', c.bytes_processed)
        from pg_stat_activity a join pg_stat_progress_copy c using (pid) where a.application_name = ${quoteLiteral(application)}`;
      const [copy] = await query<CopyState>(server, database, sql, {
        signal,
        application: `${application}-progress`,
      });
      const table = copy && this.byOid.get(copy.relid);
      if (!table || table !== this.current) return;
      const expected = table.rows > 0 ? copy.tuples / table.rows : copy.bytes / Math.max(1, table.bytes);
      this.share = Math.max(this.share, Math.min(1, expected));
    } catch {
      clearInterval(this.poller);
    } finally {
      this.polling = false;
    }
  }
}
