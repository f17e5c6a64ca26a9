import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AppError } from '../errors';
import { parseCopyStatement } from '../postgres/archive/copyStatement';
import { readArchive } from '../postgres/archive/readArchive';
import type { ArchiveReading } from '../postgres/archive/reading';
import {
  definitionOf,
  readTableOfContents,
  shortenedToc,
  type TableOfContents,
  type TocEntry,
} from '../postgres/archive/readTableOfContents';
import { definitionsCommand, type RestoreOptions } from '../postgres/restoreCommand';
import { sessionSettings, settingStatement } from '../postgres/session';
import { collect } from '../exec/podExec';
import { serverMessage } from '../serverMessage';
import { analyzeSql } from './analyze';
import type { Workplace } from './databaseRow';
import { droppingSql, said, sequencesSql } from './inPlaceScript';

/** An archive as one psql session takes it: the SQL in the archive's encoding, in this order. */
export interface InPlaceArchive {
  /** drops what is there, makes what the rows need */
  readonly before: Buffer;
  /** bytes of all pieces of `rows` */
  readonly rowBytes: number;
  /** COPY statements and the rows; the archive is proven once more on the way */
  rows(signal: AbortSignal, onBytes: (bytes: number) => void): AsyncGenerator<Buffer>;
  /** sequences, indexes, constraints and what else comes after the rows */
  readonly after: Buffer;
  /** prints every table, each behind a line `<mark> table <number>`, and the sequences */
  readonly proof: Buffer;
  /** of each table that the proof prints, in its order: place in `reading.tables` is the same */
  readonly columns: readonly (readonly Buffer[])[];
}

/** What of an archive is there already and stays: its entries are left out. */
export interface Staying {
  readonly schemas: readonly string[];
  /** name of an extension to whether our role owns it */
  readonly extensions: Readonly<Record<string, boolean>>;
}

/**
 * Takes an archive apart. The pod's own pg_restore words the definitions. They reach the server as string literals that no text can end, and rows
 * only behind a COPY whose end was proven: psql reads no word of the archive as a command of its own (CVE-2025-8714).
 * Throws `exec.*`, `archive.damaged`.
 */
export async function takeApart(
  server: Workplace,
  file: string,
  reading: ArchiveReading,
  how: RestoreOptions & { readonly staying: Staying; readonly mark: string; readonly signal: AbortSignal },
): Promise<InPlaceArchive> {
  const { application, noOwner, staying, mark, signal } = how;
  const toc = await readTableOfContents(createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>);
  const short = shortenedToc(toc, (entry) => isThere(entry, staying));
  const preData = await definitions(server, short, { application, noOwner, section: 'pre-data' }, signal);
  const postData = await definitions(server, short, { application, noOwner, section: 'post-data' }, signal);
  const sets = toc.entries.filter(({ kind }) => kind === 'SEQUENCE SET').map((entry) => definitionOf(toc, entry));
  const copies = toc.entries.filter(({ hasData }) => hasData);
  const copyBytes = copies.reduce((sum, { copyStatement }) => sum + copyStatement.length, 0);
  const textBytes = reading.tables.reduce((sum, table) => sum + table.textBytes + endMarkerBytes, 0);
  return {
    before: Buffer.concat([Buffer.from(`\\encoding ${encodingOf(toc)}\n${droppingSql}`), literally(preData, mark)]),
    rowBytes: copyBytes + textBytes,
    rows: (abort, onBytes) => rowsOf(file, toc, abort, onBytes),
    after: Buffer.concat([
      ...(sets.length > 0 ? [literally(Buffer.concat(sets), mark)] : []),
      literally(postData, mark),
      Buffer.from(analyzeSql('')),
    ]),
    proof: Buffer.concat([
      Buffer.from(settingStatement(sessionSettings(server.access, 'read'))),
      proofOf(copies, mark),
    ]),
    columns: copies.map(({ copyStatement }) => parseCopyStatement(copyStatement)?.columns ?? []),
  };
}

/** `\.` and three newlines: how pg_dump ends the rows of a table */
const endMarkerBytes = 5;

function isThere({ kind, name }: TocEntry, { schemas, extensions }: Staying): boolean {
  if (kind === 'SCHEMA') return schemas.includes(name) && name !== 'public';
  if (kind === 'EXTENSION') return Object.hasOwn(extensions, name);
  // only an extension's owner may comment on it
  const extension = kind === 'COMMENT' ? /^EXTENSION (.*)$/s.exec(name)?.[1] : undefined;
  return extension !== undefined && extensions[extension.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"')] === false;
}

async function definitions(
  server: Workplace,
  toc: Buffer,
  part: Parameters<typeof definitionsCommand>[1],
  signal: AbortSignal,
): Promise<Buffer> {
  const argv = definitionsCommand(server.access, part);
  // the table of contents as SQL, which has a limit of its own
  const { sink, bytes } = collect(argv, 512 * 1024 * 1024);
  const end = await server.exec.feed(argv, Readable.from([toc]), toc.length, { signal, sink });
  if (end.exitCode === 0) return withoutCommands(bytes());
  throw new AppError('exec.failed', {
    tool: 'pg_restore',
    exitCode: end.exitCode,
    stderr: serverMessage(end.stderr),
  });
}

/** pg_restore's own two commands for psql, around all; any other stays, and the server refuses it. */
function withoutCommands(sql: Buffer): Buffer {
  const text = sql
    .toString('latin1')
    .replace(/^((?:--[^\n]*\n|\n)*)\\restrict [A-Za-z0-9]+\n/, '$1')
    .replace(/\n\\unrestrict [A-Za-z0-9]+\n\s*$/, '\n');
  return Buffer.from(text, 'latin1');
}

function literally(sql: Buffer, mark: string): Buffer {
  const quote = `$q${mark}$`;
  if (sql.includes(quote)) throw new AppError('internal', { message: 'a random text was guessed' });
  const around = `$ferry${mark}$`;
  return Buffer.concat([
    Buffer.from(`do ${around} begin execute ${quote}`),
    sql,
    Buffer.from(`${quote}; end ${around};\n`),
  ]);
}

function encodingOf({ header }: TableOfContents): string {
  if (/^\w+$/.test(header.encoding)) return header.encoding;
  throw new AppError('internal', { message: `an encoding that is no word: ${header.encoding}` });
}

function proofOf(copies: readonly TocEntry[], mark: string): Buffer {
  const tables = copies.flatMap(({ copyStatement }, index) => [
    Buffer.from(`\\echo ${mark} table ${index}\n`),
    copyStatement.subarray(0, copyStatement.length - copyEnding.length),
    Buffer.from('TO STDOUT;\n'),
  ]);
  return Buffer.concat([...tables, Buffer.from(`\\echo ${mark} sequences\n${sequencesSql}${said(mark, 'printed')}`)]);
}

/** What every COPY statement of an archive ends with; the reader accepts no other. */
const copyEnding = 'FROM stdin;\n';

async function* rowsOf(
  file: string,
  toc: TableOfContents,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const copies = new Map(toc.entries.map(({ dumpId, copyStatement }) => [dumpId, copyStatement]));
  const pieces: Buffer[] = [];
  const more = new Bell();
  const fewer = new Bell();
  const over = new AbortController();
  const tap = {
    table: (dumpId: number) => void pieces.push(copies.get(dumpId) ?? Buffer.alloc(0)),
    text: (piece: Buffer) => void pieces.push(piece),
  };
  async function* source(): AsyncGenerator<Buffer> {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 16 })) {
      yield piece as Buffer;
      more.ring();
      while (pieces.length > 64 && !over.signal.aborted) await fewer.heard();
    }
  }
  const state = { ended: false };
  const reading = readArchive(source(), {
    tap,
    signal: AbortSignal.any([signal, over.signal]),
    onProgress: ({ bytes }) => onBytes(bytes),
  }).finally(() => {
    state.ended = true;
    more.ring();
  });
  // it is awaited below, and nobody else shall hear of a failure before
  reading.catch(() => undefined);
  try {
    while (!state.ended || pieces.length > 0) {
      if (pieces.length === 0) await more.heard();
      if (pieces.length > 0) yield Buffer.concat(pieces.splice(0));
      fewer.ring();
    }
    await reading;
  } finally {
    over.abort();
    fewer.ring();
  }
}

/** Wakes whoever waits; a ring that nobody heard is kept. */
class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  async heard(): Promise<void> {
    if (!this.rung) await new Promise<void>((resolve) => (this.wake = resolve));
    this.rung = false;
  }
}
