import { AppError } from '../../base/errors';
import { Lexer } from './lexer';

/** What a script of SQL is made of, in its order. Texts are bytes in the script's encoding. `line` counts from 1. */
export type ScriptPart =
  /** without the semicolon; comments in front of it are left out */
  | { readonly kind: 'statement'; readonly text: Buffer; readonly line: number }
  /** `COPY … FROM STDIN`: rows follow, then `rowsEnd` */
  | { readonly kind: 'copy'; readonly text: Buffer; readonly line: number }
  /** bytes of rows, in pieces of any size */
  | { readonly kind: 'rows'; readonly bytes: Buffer }
  /** `ended`: the end marker stood there; else the script ended before it */
  | { readonly kind: 'rowsEnd'; readonly ended: boolean }
  /** a command for psql itself, with the rest of its line; `begun`: in a statement that had no end yet, which is given up */
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly rest: string;
      readonly begun: boolean;
      readonly line: number;
    }
  /** a statement that is longer than any that is taken; its text is its beginning */
  | { readonly kind: 'tooLong'; readonly text: Buffer; readonly line: number }
  /** the script ended in the midst of a statement, a quotation or a comment */
  | { readonly kind: 'unfinished'; readonly text: Buffer; readonly line: number }
  /** a line of comment as pg_dump and pg_dumpall write it first and last */
  | { readonly kind: 'mark'; readonly of: 'database' | 'cluster'; readonly complete: boolean };

/** bytes of a statement: a server takes 1 GB, and each is held as a whole */
const longestStatement = 256_000_000;
/** the lexer looks so far ahead at most: a dollar quote's tag is a name */
const ahead = 300;
const newline = 10;
const endMarker = Buffer.from('\\.');

/**
 * Divides a script as psql does: quotations of every kind, nested comments, parentheses, bodies between BEGIN ATOMIC and END, rows behind a COPY up to their end marker. It runs nothing,
 * knows no variable, and takes no word of a row for anything else: rows end at their end marker whether a server took the COPY or not. Bounded memory but for a statement. Throws
 * `archive.foreign` for text of two bytes a sign, and what the source throws.
 */
export class ScriptReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #lexer = new Lexer();
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #isOver = false;
  #line = 1;
  #began = 1;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** How strings without a prefix are read from here on; psql learns it from the server. */
  set standardStrings(on: boolean) {
    this.#lexer.standardStrings = on;
  }

  /** The encoding from here on, as PostgreSQL calls it: in some the second byte of a sign looks like another sign. */
  set encoding(name: string) {
    this.#lexer.isUnsafe = unsafe.test(name);
  }

  async *parts(): AsyncGenerator<ScriptPart, void, undefined> {
    try {
      await this.#fill(4);
      this.#skipMark();
      for (;;) {
        if (this.#buffer.length - this.#at < ahead && !this.#isOver) await this.#fill(ahead);
        if (this.#at === this.#buffer.length && this.#isOver) break;
        const from = this.#at;
        const { to, event } = this.#lexer.run(this.#buffer, from, this.#isOver, this.#length === 0);
        this.#at = to;
        this.#take(from, to - (event?.dropped ?? 0));
        if (event === undefined) continue;
        if (event.what === 'skipped') {
          const found = markIn(this.#buffer.toString('latin1', from, Math.min(to, from + 200)));
          this.#pieces = [];
          this.#length = 0;
          this.#began = this.#line;
          if (found) yield found;
        } else if (event.what === 'command') yield* this.#command();
        else yield* this.#statement();
      }
      // psql does at the end what has no semicolon
      if (this.#lexer.isInside) yield { kind: 'unfinished', text: this.#text(), line: this.#began };
      else if (this.#lexer.sawToken) yield* this.#statement();
    } finally {
      await this.#source.return?.();
    }
  }

  async *#statement(): AsyncGenerator<ScriptPart> {
    const isTooLong = this.#length > longestStatement;
    const text = this.#text();
    const isCopy = this.#lexer.isCopyFromStdin;
    const line = this.#began;
    this.#lexer.restart();
    this.#began = this.#line;
    if (isTooLong) yield { kind: 'tooLong', text, line };
    else if (isCopy) {
      yield { kind: 'copy', text, line };
      yield* this.#rows();
    } else if (text.length > 0) yield { kind: 'statement', text, line };
  }

  /** Behind the line of a COPY its rows begin; what else stands in that line comes after them. */
  async *#rows(): AsyncGenerator<ScriptPart> {
    const rest = await this.#restOfLine();
    this.#line += 1;
    for (let isStart = true; ;) {
      const end = this.#endOfRows(isStart);
      const held = this.#isOver || end !== undefined ? 0 : 4;
      const to = end?.from ?? Math.max(this.#at, this.#buffer.length - held);
      if (to > this.#at) {
        const bytes = this.#buffer.subarray(this.#at, to);
        this.#countLines(bytes);
        isStart = bytes.at(-1) === newline;
        yield { kind: 'rows', bytes };
        this.#at = to;
      }
      if (end !== undefined) {
        this.#at = end.to;
        this.#line += 1;
        yield { kind: 'rowsEnd', ended: true };
        break;
      }
      if (this.#isOver) {
        yield { kind: 'rowsEnd', ended: false };
        break;
      }
      await this.#fill(this.#buffer.length - this.#at + 1);
    }
    if (rest.toString('latin1').trim() !== '') {
      this.#buffer = Buffer.concat([rest, Buffer.from('\n'), this.#buffer.subarray(this.#at)]);
      this.#at = 0;
      this.#line -= 1;
    }
    this.#began = this.#line;
  }

  /** The end marker as a line of its own; `isStart`: a line begins where the reader stands. */
  #endOfRows(isStart: boolean): { readonly from: number; readonly to: number } | undefined {
    const { length } = this.#buffer;
    for (let at = this.#at; ; at += 1) {
      at = this.#buffer.indexOf(endMarker, at);
      if (at < 0) return undefined;
      const begins = at === this.#at ? isStart : this.#buffer[at - 1] === newline;
      if (!begins) continue;
      const behind = at + 2 + (this.#buffer[at + 2] === 13 ? 1 : 0);
      if (this.#buffer[behind] === newline) return { from: at, to: behind + 1 };
      if (behind === length && this.#isOver) return { from: at, to: behind };
    }
  }

  async *#command(): AsyncGenerator<ScriptPart> {
    const begun = this.#text().toString('latin1').trim() !== '';
    const text = (await this.#restOfLine()).toString().slice(1);
    const end = text.search(/[\s\\]/);
    const name = end < 0 ? text : text.slice(0, end);
    const rest = end < 0 ? '' : text.slice(end);
    const line = this.#line;
    this.#line += 1;
    this.#lexer.restart();
    this.#began = this.#line;
    yield { kind: 'command', name, rest: rest.trim().slice(0, 1000), begun, line };
  }

  /** Up to the end of the line, which is gone then. Of a longer one than there are in scripts its beginning. */
  async #restOfLine(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const end = this.#buffer.indexOf(newline, this.#at);
      const to = end < 0 ? this.#buffer.length : end;
      if (length < 1_000_000) pieces.push(Buffer.from(this.#buffer.subarray(this.#at, to)));
      length += to - this.#at;
      this.#at = end < 0 ? to : end + 1;
      if (end >= 0 || this.#isOver) return Buffer.concat(pieces);
      await this.#fill(1);
    }
  }

  #take(from: number, to: number): void {
    const bytes = this.#buffer.subarray(from, to);
    if (bytes.length === 0) return;
    this.#countLines(bytes);
    if (this.#length <= longestStatement) this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  #countLines(bytes: Buffer): void {
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) this.#line += 1;
  }

  #text(): Buffer {
    const text = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return text;
  }

  /** At least so many bytes in front of the reader, or all there are. */
  async #fill(wanted: number): Promise<void> {
    while (this.#buffer.length - this.#at < wanted && !this.#isOver) {
      const next = await this.#source.next();
      if (next.done === true) this.#isOver = true;
      else this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), next.value]);
      if (next.done !== true) this.#at = 0;
    }
  }

  #skipMark(): void {
    const [first = 32, second = 32, third = 32] = this.#buffer;
    if (first === 0xef && second === 0xbb && third === 0xbf) this.#at = 3;
    const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    if (isWide || (first !== 0 && second === 0)) {
      throw new AppError('archive.foreign', { reason: 'wide', way: 'write' });
    }
  }
}

const unsafe = /^(?:sjis|shift_?jis.*|big5|gbk|uhc|gb18030|johab|mskanji|win9(?:32|36|49|50))$/i;

function markIn(skipped: string): ScriptPart | undefined {
  const found = /^--\s*PostgreSQL database (cluster )?dump( complete)?\s*$/.exec(skipped);
  if (found === null) return undefined;
  const [, cluster, complete] = found as (string | undefined)[];
  return { kind: 'mark', of: cluster === undefined ? 'database' : 'cluster', complete: complete !== undefined };
}
