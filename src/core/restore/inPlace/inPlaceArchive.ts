import { Readable } from 'node:stream';
import { AppError } from '../../base/errors';
import { parseCopyStatement } from '../../postgres/archive/format/copyStatement';
import { readArchive } from '../../postgres/archive/format/readArchive';
import type { ArchiveReading } from '../../postgres/archive/reading';
import type { ByteSource } from '../../store/byteSource';
import {
  definitionOf,
  readSameContents,
  shortenedToc,
  type TableOfContents,
  type TocEntry,
} from '../../postgres/archive/format/readTableOfContents';
import { definitionsCommand, type RestoreOptions } from '../../postgres/tools/restoreCommand';
import { sessionSettings, settingStatement } from '../../postgres/tools/session';
import { collect } from '../../exec/podExec';
import { serverMessage } from '../../base/said/serverMessage';
import { analyzeSql } from '../side/analyze';
import type { Workplace } from '../databaseRow';
import { droppingSql, lockWait, said, sequencesSql } from './inPlaceScript';

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
 * Takes an archive apart. The pod's own pg_restore words the definitions. psql reads no word of the archive as a command of its own (CVE-2025-8714):
 * definitions are base64 to it, names have no sign that it knows but letters, and rows come behind a COPY as text that the reader has looked at, byte
 * by byte, before it goes out (see `RowDigest`): nothing in it ends the COPY but its own end marker. Behind that stands `restrictSql`.
 * Throws `exec.*`, `archive.damaged`.
 */
export async function takeApart(
  server: Workplace,
  archive: ByteSource,
  reading: ArchiveReading,
  how: RestoreOptions & { readonly staying: Staying; readonly mark: string; readonly signal: AbortSignal },
): Promise<InPlaceArchive> {
  const { application, noOwner, noPrivileges = false, noTablespaces = false, staying, mark, signal } = how;
  const leaves = { application, noOwner, noPrivileges, noTablespaces };
  const toc = await readSameContents(archive, reading.contents);
  const short = shortenedToc(toc, (entry) => isThere(entry, staying));
  const preData = await definitions(server, short, { ...leaves, section: 'pre-data' }, signal);
  const postData = await definitions(server, short, { ...leaves, section: 'post-data' }, signal);
  const sets = toc.entries.filter(({ kind }) => kind === 'SEQUENCE SET').map((entry) => definitionOf(toc, entry));
  const copies = toc.entries.filter(({ hasData }) => hasData);
  const fromStdin = new Map(copies.map((entry) => [entry.dumpId, copyOf(entry, 'FROM STDIN')]));
  const copyBytes = [...fromStdin.values()].reduce((sum, { length }) => sum + length, 0);
  const textBytes = reading.tables.reduce((sum, table) => sum + table.textBytes + endMarkerBytes, 0);
  const settings = settingStatement(sessionSettings(server.access, 'read', { lock_timeout: lockWait }));
  const executed = (sql: Buffer): Buffer => literally(sql, toc, settings);
  return {
    before: Buffer.concat([
      Buffer.from(`set client_encoding = '${encodingOf(toc)}';\n${droppingSql}`),
      executed(preData),
    ]),
    rowBytes: copyBytes + textBytes,
    rows: (abort, onBytes) => rowsOf(archive, fromStdin, abort, onBytes),
    after: Buffer.concat([
      ...(sets.length > 0 ? [executed(Buffer.concat(sets))] : []),
      executed(postData),
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

/** What psql sees of it is letters and digits. Behind it the settings of the session are as they were, whatever it sets. */
function literally(sql: Buffer, toc: TableOfContents, settings: string): Buffer {
  const packed = sql.toString('base64').replaceAll(/.{1024}/g, '$&\n');
  const text = `pg_catalog.convert_from(pg_catalog.decode('${packed}', 'base64'), '${encodingOf(toc)}')`;
  const strings = toc.entries.find(({ kind }) => kind === 'STDSTRINGS');
  const escapes = strings !== undefined && definitionOf(toc, strings).includes("'off'");
  return Buffer.from(
    `${escapes ? 'set standard_conforming_strings = off;\n' : ''}do $ferry$ begin execute ${text}; end $ferry$;\n` +
      `set client_encoding = '${encodingOf(toc)}';\n${settings}`,
  );
}

function encodingOf({ header }: TableOfContents): string {
  if (/^\w+$/.test(header.encoding)) return header.encoding;
  throw new AppError('internal', { message: `an encoding that is no word: ${header.encoding}` });
}

function proofOf(copies: readonly TocEntry[], mark: string): Buffer {
  const tables = copies.flatMap((entry, index) => [
    Buffer.from(`select '${mark} table ${index}';\n`),
    copyOf(entry, 'TO STDOUT'),
  ]);
  return Buffer.concat([
    ...tables,
    Buffer.from(`select '${mark} sequences';\n${sequencesSql}${said(mark, 'printed')}`),
  ]);
}

/** A COPY of the table and columns that an entry's statement names, in words of ours. */
function copyOf({ copyStatement }: TocEntry, direction: 'FROM STDIN' | 'TO STDOUT'): Buffer {
  const copy = parseCopyStatement(copyStatement);
  if (!copy) throw new AppError('internal', { message: 'a COPY statement that the reader took cannot be read' });
  const columns = copy.columns.flatMap((column, index) => [Buffer.from(index === 0 ? ' (' : ', '), plainName(column)]);
  return Buffer.concat([
    ...[Buffer.from('COPY '), plainName(copy.schema), Buffer.from('.'), plainName(copy.table), ...columns],
    Buffer.from(`${columns.length === 0 ? '' : ')'} ${direction};\n`),
  ]);
}

/**
 * A name in which psql knows no sign: ASCII but letters, digits and `_` is written as its number; what is not ASCII stays, and in an encoding of servers
 * no byte of it can be taken for another sign.
 */
function plainName(name: Buffer): Buffer {
  const signs: Buffer[] = [];
  for (const byte of name) {
    const stays = byte > 0x7f || /\w/.test(String.fromCharCode(byte));
    signs.push(stays ? Buffer.from([byte]) : Buffer.from(`!${byte.toString(16).padStart(4, '0')}`));
  }
  return Buffer.concat([Buffer.from('U&"'), ...signs, Buffer.from(`" UESCAPE '!'`)]);
}

async function* rowsOf(
  archive: ByteSource,
  copies: ReadonlyMap<number, Buffer>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  const more = new Bell();
  const fewer = new Bell();
  const over = new AbortController();
  const tap = {
    table: (dumpId: number) => void pieces.push(copies.get(dumpId) ?? Buffer.alloc(0)),
    text: (piece: Buffer): Promise<void> | undefined => {
      pieces.push(piece);
      more.ring();
      // a few bytes of an archive may be gigabytes of rows
      return pieces.length > 64 ? room() : undefined;
    },
  };
  const room = async (): Promise<void> => {
    while (pieces.length > 32 && !over.signal.aborted) await fewer.heard();
  };
  const state = { ended: false };
  const reading = readArchive(archive.read({ piece: 1 << 16 }), {
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
