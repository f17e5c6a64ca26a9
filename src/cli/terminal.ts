import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** Where a command prints: for people, or one JSON event a line for scripts. */
export class Terminal {
  readonly isInteractive: boolean;

  constructor(
    private readonly streams: TerminalStreams,
    readonly json: boolean,
    readonly quiet: boolean,
  ) {
    this.isInteractive = !json && streams.out.isTTY === true && streams.in.isTTY === true;
  }

  /** Columns of the terminal. */
  get width(): number {
    return this.streams.out.columns ?? 100;
  }

  /** For scripts: one event as one line. Does nothing without --json. */
  event<Event extends { readonly type: string }>(event: Event): void {
    if (this.json) this.streams.out.write(`${JSON.stringify(event)}\n`);
  }

  /** For people: what they asked for. */
  line(text = ''): void {
    if (!this.json) this.streams.out.write(`${text}\n`);
  }

  /** For people: what happens meanwhile. Not with --quiet. */
  info(text: string): void {
    if (!this.json && !this.quiet) this.streams.err.write(`${text}\n`);
  }

  /** For people: what went wrong. */
  error(text: string): void {
    if (!this.json) this.streams.err.write(`${text}\n`);
  }

  /** Writes over the line that `live` wrote before; only where a person watches. */
  live(text: string): void {
    if (this.isInteractive && !this.quiet) this.streams.err.write(`\r\x1b[2K${text.slice(0, this.width - 1)}`);
  }

  /** Asks a person. Undefined when nobody is there to answer, or they gave none. */
  async ask(question: string): Promise<string | undefined> {
    if (!this.isInteractive) return undefined;
    const asking = createInterface({ input: this.streams.in, output: this.streams.err });
    const closed = new AbortController();
    asking.once('SIGINT', () => closed.abort());
    asking.once('close', () => closed.abort());
    try {
      return await asking.question(question, { signal: closed.signal });
    } catch {
      return undefined;
    } finally {
      asking.close();
    }
  }
}

export interface TerminalStreams {
  readonly in: Readable & { readonly isTTY?: boolean };
  readonly out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: Writable;
}
