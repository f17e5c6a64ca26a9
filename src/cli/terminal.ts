import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { visible, visibleJson, visibleLines } from '../core/base/visible';

/**
 * Where a command prints: for people, or one JSON event a line for scripts. Whatever is printed is text: nothing in it writes to the terminal,
 * turns its direction, or hides.
 */
export class Terminal {
  /** A person can be asked: they see the question and can answer. */
  readonly isInteractive: boolean;
  /** A person watches what goes on: a line may be written over. */
  readonly isLive: boolean;

  constructor(
    private readonly streams: TerminalStreams,
    readonly json: boolean,
    readonly quiet: boolean,
  ) {
    const { in: input, err, isDumb } = streams;
    // both go to the standard error, wherever the output goes
    this.isInteractive = !json && err.isTTY === true && input.isTTY === true;
    this.isLive = !json && !quiet && err.isTTY === true && isDumb !== true;
  }

  /** Columns of the terminal that what was asked for goes to; undefined for a pipe or a file. */
  get width(): number | undefined {
    return this.streams.out.isTTY === true ? (this.streams.out.columns ?? 100) : undefined;
  }

  /** For scripts: one event as one line. Does nothing without --json. */
  event<Event extends { readonly type: string }>(event: Event): void {
    if (this.json) this.streams.out.write(`${visibleJson(event)}\n`);
  }

  /** For people: what they asked for. */
  line(text = ''): void {
    if (!this.json) this.print(text);
  }

  /** What was asked for in so many words (help, a version): also with --json. */
  print(text: string): void {
    this.streams.out.write(`${visibleLines(text)}\n`);
  }

  /** For people: what happens meanwhile. Not with --quiet. */
  info(text: string): void {
    if (!this.json && !this.quiet) this.streams.err.write(`${visibleLines(text)}\n`);
  }

  /** For people: what went wrong. */
  error(text: string): void {
    if (!this.json) this.streams.err.write(`${visibleLines(text)}\n`);
  }

  /** Writes over the line that `live` wrote before; only where a person watches. */
  live(text: string): void {
    if (!this.isLive) return;
    const width = this.streams.err.columns ?? 100;
    this.streams.err.write(
      `\r\x1b[2K${Array.from(visible(text))
        .slice(0, width - 1)
        .join('')}`,
    );
  }

  /** Asks until `wanted` is typed; a wrong word may be typed again, none at all gives up: false. */
  async confirm(question: string, wanted: string): Promise<boolean> {
    if (!this.isInteractive) return false;
    const asking = createInterface({ input: this.streams.in, output: this.streams.err });
    const closed = new AbortController();
    asking.once('SIGINT', () => asking.close());
    asking.once('close', () => closed.abort());
    asking.setPrompt(visibleLines(question));
    asking.prompt();
    try {
      for await (const typed of asking) {
        if (typed === wanted) return true;
        if (typed === '') return false;
        this.error(`That is not ${wanted}.`);
        // at the end of the input what was typed before it is still read
        if (!closed.signal.aborted) asking.prompt();
      }
      return false;
    } finally {
      asking.close();
    }
  }

  /** Asks a person for what nobody else should see: what is typed is not shown. Undefined when nobody is there, or they gave nothing. */
  async askSecret(question: string): Promise<string | undefined> {
    if (!this.isInteractive) return undefined;
    const { in: input, err } = this.streams;
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const asking = createInterface({ input, output: nowhere, terminal: true });
    const closed = new AbortController();
    asking.once('SIGINT', () => closed.abort());
    asking.once('close', () => closed.abort());
    err.write(visibleLines(question));
    try {
      const typed = await asking.question('', { signal: closed.signal });
      return typed === '' ? undefined : typed;
    } catch {
      return undefined;
    } finally {
      asking.close();
      err.write('\n');
    }
  }

  /** Asks a person. Undefined when nobody is there to answer, or they gave none. */
  async ask(question: string): Promise<string | undefined> {
    if (!this.isInteractive) return undefined;
    const asking = createInterface({ input: this.streams.in, output: this.streams.err });
    const closed = new AbortController();
    asking.once('SIGINT', () => closed.abort());
    asking.once('close', () => closed.abort());
    try {
      return await asking.question(visibleLines(question), { signal: closed.signal });
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
  readonly err: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** the terminal cannot write over a line (TERM=dumb) */
  readonly isDumb?: boolean;
}
