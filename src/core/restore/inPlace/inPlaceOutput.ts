import { AppError } from '../../base/errors';
import { parseJson } from '../../base/json';
import { decoderOf } from '../../postgres/archive/format/encoding';
import { digestOfRows, type TextDigest } from '../../postgres/archive/digest/digests';
import type { ArchiveReading, SequenceReading, TableReading } from '../../postgres/archive/reading';

/**
 * Reads what the session of an in-place restore prints: lines that begin with the mark are meant for us, what is between them is a table's rows,
 * digested as an archive's, or the values of sequences.
 */
export class InPlaceOutput {
  private readonly mark: Buffer;
  private readonly tables: TableReading[] = [];
  private readonly words: string[] = [];
  private readonly waiting = new Map<string, (rest: string) => void>();
  private held: Buffer = Buffer.alloc(0);
  private section = '';
  private digest: TextDigest | undefined;
  /** lines of sequences, in the archive's encoding */
  private readonly sequences: Buffer[] = [];
  private kept = 0;

  constructor(
    mark: string,
    private readonly reading: ArchiveReading,
    private readonly columns: () => readonly (readonly Buffer[])[],
  ) {
    this.mark = Buffer.from(mark);
  }

  /** Waits for the line that says `word`; resolves with what follows the word. Never rejects: race it with the session's end. */
  async said(word: string): Promise<string> {
    const line = this.words.find((one) => one.split(' ')[0] === word);
    if (line !== undefined) return line.slice(word.length + 1);
    return new Promise((resolve) => this.waiting.set(word, resolve));
  }

  /** Whether the word was printed. */
  heard(word: string): boolean {
    return this.words.some((one) => one.split(' ')[0] === word);
  }

  /** The backup's reading with the rows and sequences that were printed. */
  result(): ArchiveReading {
    const sequences = decoderOf(this.reading.header.encoding)(Buffer.concat(this.sequences))
      .split('\n')
      .filter((line) => line !== '')
      .map(sequenceOf);
    return { ...this.reading, tables: this.tables, sequences };
  }

  push(chunk: Buffer): void {
    let rest = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    for (;;) {
      const at = rest.indexOf(this.mark);
      if (at < 0) {
        const keep = Math.min(rest.length, this.mark.length - 1);
        this.body(rest.subarray(0, rest.length - keep));
        this.held = Buffer.from(rest.subarray(rest.length - keep));
        return;
      }
      this.body(rest.subarray(0, at));
      rest = rest.subarray(at);
      const end = rest.indexOf(10);
      if (end < 0) {
        if (rest.length > mostWord) throw unreadable('a line of ours has no end');
        this.held = Buffer.from(rest);
        return;
      }
      this.line(rest.toString('latin1', this.mark.length + 1, end));
      rest = rest.subarray(end + 1);
    }
  }

  private line(line: string): void {
    const [word = '', number = ''] = line.split(' ');
    this.finishTable();
    this.section = word;
    if (word === 'table') this.beginTable(Number(number));
    else if (this.words.push(line) > mostWords) throw unreadable('lines of ours have no end');
    const waiting = this.waiting.get(word);
    this.waiting.delete(word);
    waiting?.(line.slice(word.length + 1));
  }

  private body(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.digest) this.digest.push(bytes, viewOf(bytes), 0, bytes.length);
    else if (this.section === 'sequences') this.keep(bytes);
  }

  private keep(bytes: Buffer): void {
    this.kept += bytes.length;
    if (this.kept > mostSequences) throw unreadable('the values of sequences have no end');
    this.sequences.push(Buffer.from(bytes));
  }

  private beginTable(index: number): void {
    if (index !== this.tables.length) throw unreadable(`table ${index} instead of ${this.tables.length}`);
    this.digest = digestOfRows(this.reading.digest ?? 1, this.columns()[index] ?? [], (damage) => {
      throw unreadable(typeof damage === 'string' ? damage : damage.reason);
    });
  }

  private finishTable(): void {
    const like = this.reading.tables[this.tables.length];
    if (!this.digest || !like) return;
    this.digest.push(endMarker, viewOf(endMarker), 0, endMarker.length);
    this.tables.push({ schema: like.schema, name: like.name, columns: like.columns, ...this.digest.finish() });
    this.digest = undefined;
  }
}

const mostWords = 10_000;
const mostWord = 64 * 1024;
const mostSequences = 64 * 1024 * 1024;

/** psql prints the rows without it. */
const endMarker = Buffer.from('\\.\n\n\n');

function sequenceOf(line: string): SequenceReading {
  const value = parseJson(line);
  const [schema, name, lastValue, isCalled] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof schema !== 'string' || typeof name !== 'string' || typeof lastValue !== 'string')
    throw unreadable('the value of a sequence');
  return { schema, name, lastValue, isCalled: isCalled === true };
}

function unreadable(reason: string): AppError {
  return new AppError('internal', { message: `the rows printed for comparison cannot be read: ${reason}` });
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
