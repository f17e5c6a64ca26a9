import type { ArchiveDamage } from '../base/damage';
import { AppError } from '../base/errors';
import { warn, type Finding } from '../base/finding';
import { ScriptReader, type ScriptPart } from '../postgres/plain/scriptReader';
import { firstWords } from '../postgres/plain/firstWords';
import { statementKind } from '../postgres/plain/statementKind';
import { connectedTo, createdDatabase, ownerOf, readingOf, type CreatedDatabase } from '../postgres/plain/scriptWords';
import type { OpenDump, ReadOptions } from './openDump';

/** What a script says of one database: from a `\connect` to the next one. */
export interface Section {
  /** its place in the script, from 0 */
  readonly index: number;
  /** absent: the script names none */
  readonly database?: string;
  /** statements that make something in it, and COPYs with rows */
  readonly statements: number;
  readonly copies: number;
  /** bytes of rows */
  readonly rowBytes: number;
  readonly encoding?: string;
  readonly created?: CreatedDatabase;
  readonly extensions: readonly string[];
  /** to whom something belongs */
  readonly owners: readonly string[];
}

/** A script that was looked through to its end, and is whole as far as it says so itself. */
export interface ScriptFacts {
  readonly sections: readonly Section[];
  readonly sha256: string;
  /** bytes, unpacked */
  readonly bytes: number;
  /** pg_dumpall wrote it */
  readonly isOfServer: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Reads a script to its end without doing anything of it. Throws `archive.damaged` for one that is cut (pg_dump says at its end that it is complete), `archive.foreign` for one in which nothing is made,
 * and what reading it throws.
 */
export async function lookThrough(dump: OpenDump, options: ReadOptions = {}): Promise<ScriptFacts> {
  const read = dump.read(options);
  let bytes = 0;
  const counted = (async function* (): AsyncGenerator<Buffer> {
    for await (const piece of read.bytes) {
      bytes += piece.length;
      yield piece;
    }
  })();
  const reader = new ScriptReader(counted);
  const look = new Look();
  for await (const part of reader.parts()) {
    options.signal?.throwIfAborted();
    readAs(reader, part);
    look.take(part);
  }
  return look.facts(read.sha256(), bytes);
}

/** Tells the reader what a statement means for how it reads on. */
export function readAs(reader: ScriptReader, part: ScriptPart): void {
  if (part.kind === 'command' && isConnect(part.name)) {
    reader.standardStrings = true;
    reader.encoding = 'UTF8';
  }
  if (part.kind !== 'statement' || part.text.length > 400) return;
  const { standardStrings, encoding } = readingOf(part.text.toString('latin1'));
  if (standardStrings !== undefined) reader.standardStrings = standardStrings;
  if (encoding !== undefined) reader.encoding = encoding;
}

export function isConnect(name: string): boolean {
  return name === 'connect' || name === 'c';
}

interface Growing {
  database?: string;
  statements: number;
  copies: number;
  rowBytes: number;
  encoding?: string;
  readonly extensions: Set<string>;
  readonly owners: Set<string>;
}

class Look {
  readonly #sections: Growing[] = [];
  readonly #created = new Map<string, CreatedDatabase>();
  #open = { database: 0, cluster: 0 };
  #marks = 0;
  #isOfServer = false;

  constructor() {
    this.#begin();
  }

  take(part: ScriptPart): void {
    const now = this.#sections.at(-1);
    if (now === undefined) return;
    switch (part.kind) {
      case 'mark':
        this.#marks += 1;
        if (part.of === 'cluster') this.#isOfServer = true;
        this.#open[part.of] += part.complete ? -1 : 1;
        break;
      case 'unfinished':
        throw cut({ reason: 'sql.statement', line: part.line });
      case 'rowsEnd':
        if (!part.ended) throw cut({ reason: 'sql.rows' });
        break;
      case 'copy':
        now.copies += 1;
        break;
      case 'rows':
        now.rowBytes += part.bytes.length;
        break;
      case 'command':
        if (isConnect(part.name)) this.#begin(connectedTo(part.rest));
        break;
      case 'tooLong':
        now.statements += 1;
        break;
      case 'statement':
        this.#statement(now, part.text);
    }
  }

  facts(sha256: string, bytes: number): ScriptFacts {
    if (this.#open.cluster > 0 || this.#open.database > 0) throw cut({ reason: 'sql.end' });
    const sections = this.#sections.map((section, index): Section => {
      const { extensions, owners, ...rest } = section;
      const created = this.#created.get(section.database ?? '');
      return {
        ...rest,
        index,
        extensions: [...extensions].sort(),
        owners: [...owners].sort(),
        ...(created === undefined ? {} : { created }),
      };
    });
    const made = sections.filter(({ statements, copies }) => statements + copies > 0);
    if (made.length === 0) {
      throw new AppError('archive.foreign', { reason: 'sqlOfNothing', way: 'none' });
    }
    const findings: Finding[] = this.#marks === 0 ? [warn('import.noEnd')] : [];
    return { sections: made, sha256, bytes, isOfServer: this.#isOfServer, findings };
  }

  #begin(database?: string): void {
    this.#sections.push({
      ...(database === undefined ? {} : { database }),
      ...{ statements: 0, copies: 0, rowBytes: 0, extensions: new Set<string>(), owners: new Set<string>() },
    });
  }

  #statement(now: Growing, bytes: Buffer): void {
    const text = bytes.subarray(0, 5000).toString();
    const kind = statementKind(text);
    if (kind === 'global') {
      const created = createdDatabase(text);
      if (created !== undefined) this.#created.set(created.name, created);
    }
    if (kind === 'setting') {
      const { encoding } = readingOf(text);
      if (encoding !== undefined) now.encoding = encoding;
    }
    if (kind === 'extension') {
      const [, , ...behind] = firstWords(text.slice(0, 500), 8);
      const name = behind.find(({ kind: is, text: said }) => is === 'name' || !['if', 'not', 'exists'].includes(said));
      if (name !== undefined) now.extensions.add(name.text);
    }
    const owner = /\bowner\s+to\b/i.test(text) ? ownerOf(text)?.owner : undefined;
    if (owner !== undefined) now.owners.add(owner);
    if (makes.has(kind)) now.statements += 1;
  }
}

const makes: ReadonlySet<string> = new Set(['other', 'extension', 'drop']);

function cut(damage: ArchiveDamage): AppError {
  return new AppError('archive.damaged', damage);
}
