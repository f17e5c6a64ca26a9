import { Readable } from 'node:stream';
import type { NotLoadedFacts } from '../base/facts';
import { AppError } from '../base/errors';
import { serverMessage } from '../base/said/serverMessage';
import { firstStep, statementArchive, type Step } from '../postgres/plain/statementArchive';
import type { ScriptPart } from '../postgres/plain/scriptReader';
import { statementKind, statementTitle } from '../postgres/plain/statementKind';
import { ownerOf, settingOf } from '../postgres/plain/scriptWords';
import { applicationOf } from '../postgres/tools/applicationName';
import { statementsCommand } from '../postgres/tools/restoreCommand';
import type { Workplace } from '../restore/databaseRow';
import type { Loader } from '../restore/load/loader';
import type { Wanted } from '../restore/load/owners';
import { FailureLines, namedFailures } from '../restore/restoreFailures';
import { LargeObjects } from './largeObjects';

/** `server`: it was refused; `command`: it is one for psql; `rollback`: part of a transaction that may be taken back; `global`: of the whole server; `rest`: rows behind refused ones. */
export type NotLoaded = NotLoadedFacts;

export interface SectionInput {
  readonly into: string;
  readonly loader: Loader;
  readonly job: string;
  readonly signal: AbortSignal;
  /** bytes of statements and rows that one pg_restore takes */
  readonly batch?: number;
}

/** A COPY whose rows come. */
interface Copy {
  readonly line: number;
  readonly text: Buffer;
  rows: Buffer[];
  bytes: number;
  /** a line is a row: no options say otherwise */
  readonly isPlain: boolean;
  failed: boolean;
}

/** A statement that is on its way. */
interface Told {
  readonly line: number;
  readonly text: string;
  readonly isDrop: boolean;
}

const defaultBatch = 16_000_000;
const mostSteps = 20_000;
/** rows that cannot be divided at a line, since a format of their own divides them */
const longestRows = 256_000_000;
const mostKept = 10_000;

/**
 * Loads what a script says of one database into it, statement for statement, in the loader's name: each is handed to the server by pg_restore, which has no commands, and so is each row. What fails is kept, with
 * its line, and gone on behind. Settings hold for all that comes after them; transactions are not obeyed. `take` and `end` throw `exec.*`, `cancelled`.
 */
export class SectionLoader {
  readonly notLoaded: NotLoaded[] = [];
  /** as many were there, of which the list holds the first */
  notLoadedCount = 0;
  /** whose everything is, by `ALTER … OWNER TO`: given at the end, from the server's own catalog */
  readonly owners: Wanted[] = [];
  loaded = 0;
  readonly #server: Workplace;
  readonly #input: SectionInput;
  readonly #batch: number;
  readonly #settings = new Map<string, Buffer>();
  readonly #objects = new LargeObjects();
  #steps: Step[] = [];
  #told = new Map<number, Told>();
  #next = firstStep;
  #bytes = 0;
  #copy: Copy | undefined;

  constructor(server: Workplace, input: SectionInput) {
    this.#server = server;
    this.#input = input;
    this.#batch = input.batch ?? defaultBatch;
    // where psql would look for names and put them
    this.#settings.set('search_path', Buffer.from('SET search_path = public'));
  }

  async take(part: ScriptPart): Promise<void> {
    switch (part.kind) {
      case 'statement':
        return this.#statement(part.text, part.line);
      case 'copy':
        this.#copy = {
          line: part.line,
          text: part.text,
          rows: [],
          bytes: 0,
          isPlain: /\bstdin\s*$/i.test(part.text.subarray(-200).toString('latin1')),
          failed: false,
        };
        return;
      case 'rows':
        return this.#rows(part.bytes);
      case 'rowsEnd':
        return this.#endOfRows();
      case 'tooLong':
        return this.#leave(part.line, part.text, 'tooLong');
      case 'command':
        if (!harmless.has(part.name)) this.#keep({ line: part.line, what: `\\${part.name}`, why: 'command' });
        return;
      default:
        return;
    }
  }

  /** All that was taken is done. */
  async end(): Promise<void> {
    await this.#flush();
    this.notLoaded.sort((left, right) => left.line - right.line);
  }

  async #statement(bytes: Buffer, line: number): Promise<void> {
    if (bytes.includes(0)) return this.#leave(line, bytes, 'zero');
    const text = bytes.subarray(0, 8000).toString('latin1');
    const kind = statementKind(text);
    if (kind === 'transaction' || kind === 'extensionComment') return;
    if (kind === 'rollback') return this.#leave(line, bytes, 'rollback');
    if (kind === 'global') return this.#leave(line, bytes, 'global');
    const owner = /\bowner\s+to\b/i.test(text) ? ownerOf(bytes.toString()) : undefined;
    if (owner !== undefined) {
      for (const one of kindsOf(owner.kind)) this.owners.push({ ...owner, kind: one });
      return;
    }
    const changed = this.#objects.change(bytes, text);
    if (changed === 'done') return;
    await this.#add({ id: 0, statement: changed }, { line, text, isDrop: kind === 'drop' });
    if (kind === 'setting') this.#settings.set(settingOf(text)?.name ?? `line ${line}`, bytes);
  }

  async #rows(bytes: Buffer): Promise<void> {
    const copy = this.#copy;
    if (copy === undefined || copy.failed) return;
    copy.rows.push(bytes);
    copy.bytes += bytes.length;
    if (copy.bytes < this.#batch) return;
    if (!copy.isPlain) {
      if (copy.bytes > longestRows) {
        this.#leave(copy.line, copy.text, 'tooLong');
        copy.failed = true;
        copy.rows = [];
      }
      return;
    }
    const all = Buffer.concat(copy.rows);
    const end = all.lastIndexOf(10) + 1;
    if (end === 0) {
      copy.rows = [all];
      return;
    }
    copy.rows = [all.subarray(end)];
    copy.bytes = all.length - end;
    await this.#send(copy, [all.subarray(0, end)]);
  }

  async #endOfRows(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    if (copy === undefined || copy.failed) return;
    await this.#send(copy, copy.rows);
  }

  /** Rows of one COPY, or a part of them: what comes behind a part that was refused is not tried. */
  async #send(copy: Copy, rows: readonly Buffer[]): Promise<void> {
    const before = this.notLoadedCount;
    const isPart = this.#copy === copy;
    await this.#add(
      { id: 0, statement: copy.text, rows },
      { line: copy.line, text: copy.text.toString('latin1'), isDrop: false },
    );
    if (!isPart) return;
    await this.#flush();
    if (this.notLoadedCount > before) {
      copy.failed = true;
      copy.rows = [];
      this.#leave(copy.line, copy.text, 'rest');
    }
  }

  async #add(step: Step, told: Told): Promise<void> {
    const id = this.#next;
    this.#next += 1;
    this.#told.set(id, told);
    if (this.#steps.length === 0) this.#begin();
    this.#steps.push({ ...step, id });
    this.#bytes +=
      step.statement.length + ('rows' in step ? step.rows.reduce((sum, { length }) => sum + length, 0) : 0);
    if (this.#bytes >= this.#batch || this.#steps.length >= mostSteps) await this.#flush();
  }

  /** Each session begins with the settings that the script gave the one before. */
  #begin(): void {
    for (const statement of this.#settings.values()) {
      this.#steps.push({ id: this.#next, statement });
      this.#next += 1;
    }
  }

  async #flush(): Promise<void> {
    if (this.#steps.length === 0) return;
    const { into, loader, job, signal } = this.#input;
    const archive = statementArchive(this.#steps, 'UTF8');
    const steps = this.#told;
    this.#steps = [];
    this.#told = new Map();
    this.#next = firstStep;
    this.#bytes = 0;
    const lines = new FailureLines();
    const length = loader.password.length + archive.length;
    const end = await this.#server.exec.feed(
      statementsCommand(loader.access, into, applicationOf(job)),
      Readable.from(piecesOf(loader.password, archive), { objectMode: false }),
      length,
      { signal, onStderrLine: (line) => lines.line(line) },
    );
    const isThrough = end.exitCode === 0 || (end.exitCode === 1 && lines.isThrough && lines.found.length > 0);
    if (!isThrough || lines.isFatal) {
      const stderr = serverMessage(end.stderr, { cut: true });
      throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
    }
    if (end.bytes !== length) throw new AppError('exec.cut', { bytes: end.bytes, message: `of ${length} bytes` });
    this.#judge(lines, steps);
  }

  #judge(lines: FailureLines, steps: ReadonlyMap<number, Told>): void {
    const entries = [...steps].map(([dumpId, { text }]) => ({
      dumpId,
      kind: 'STATEMENT',
      schema: '',
      name: statementTitle(text),
    }));
    const refused = new Set<number>();
    for (const failure of lines.found) {
      const { dumpId } = failure;
      const step = dumpId === undefined ? undefined : steps.get(dumpId);
      if (dumpId === undefined) {
        // never silence, also where it is not said what it was about
        this.#keep({ line: 0, what: '', why: 'server', says: failure.says.slice(0, 500) });
        continue;
      }
      // a setting that was told already
      if (step === undefined || refused.has(dumpId)) continue;
      refused.add(dumpId);
      // what is dropped first was not there
      if (step.isDrop && / does not exist/.test(failure.error)) continue;
      if (/^create schema "?public"?$/i.test(step.text.trim())) continue;
      const [named] = namedFailures(
        [failure],
        entries.filter((one) => one.dumpId === dumpId),
      );
      const cause = named === undefined ? {} : { cause: named.cause };
      this.#keep({
        line: step.line,
        what: statementTitle(step.text),
        why: 'server',
        says: failure.says.slice(0, 500),
        ...cause,
      });
    }
    this.loaded += steps.size - refused.size;
  }

  #leave(line: number, text: Buffer, why: NotLoaded['why']): void {
    this.#keep({ line, what: statementTitle(text.subarray(0, 2000).toString()), why });
  }

  #keep(one: NotLoaded): void {
    this.notLoadedCount += 1;
    if (this.notLoaded.length < mostKept) this.notLoaded.push(one);
  }
}

/** pg_dump's own two around all, and what only says where one is. */
const harmless: ReadonlySet<string> = new Set(['restrict', 'unrestrict', 'connect', 'c']);

/** Before 16 pg_dump says TABLE of all that is like one. */
function kindsOf(kind: string): readonly string[] {
  if (kind === 'TABLE') return ['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE', 'FOREIGN TABLE'];
  return [({ 'LARGE OBJECT': 'BLOB' } as Record<string, string>)[kind] ?? kind];
}

function* piecesOf(...all: readonly Buffer[]): Generator<Buffer> {
  for (const bytes of all) {
    for (let at = 0; at < bytes.length; at += 256 * 1024) yield bytes.subarray(at, at + 256 * 1024);
  }
}
