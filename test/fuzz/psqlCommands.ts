import { execa } from 'execa';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from '../../src/core/postgres/archive/format/readArchive';
import { takeApart } from '../../src/core/restore/inPlace/inPlaceArchive';
import { restrictSql } from '../../src/core/restore/inPlace/inPlaceScript';
import { fileSource } from '../../src/core/store/fileSource';
import { chance } from '../core/postgres/archive/damageArchive';
import { hostileArchive, type HostileEntry } from '../core/postgres/archive/hostileArchive';
import { inPieces } from '../core/postgres/archive/realArchives';
import { openServer } from '../core/openServer';
import type { Server } from '../lab/servers';

/** How many of them psql was given, how many the reader refused, and how often it obeyed a word of an archive. */
export interface Fuzzed {
  readonly given: number;
  readonly refused: number;
  readonly obeyed: number;
}

/**
 * Generated tables whose names, rows and definitions try to be commands of psql. Each is shown to the reader; what it lets pass goes, as the very bytes
 * that a restore in place would send, to the real psql of a real server. A psql that obeys leaves a file. `\restrict` is left out: this is about
 * what stands before it.
 */
export async function fuzzPsql(
  server: Server,
  options: { readonly count: number; readonly seed: number },
): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-fuzz-'));
  const canary = join(folder, 'canary');
  const fuzz = new Fuzz(server, canary, chance(options.seed));
  try {
    await execa('chmod', ['0777', folder]);
    await server.sql('postgres', `drop database if exists fuzz`);
    await server.sql('postgres', `create database fuzz template template0 encoding 'SQL_ASCII' locale 'C'`);
    let given = 0;
    let refused = 0;
    let obeyed = 0;
    while (given < options.count) {
      const encoding = encodings[fuzz.below(encodings.length)]!;
      const passed: HostileEntry[][] = [];
      for (let table = 0; table < 40; table += 1) {
        const entries = fuzz.table(encoding, passed.length);
        given += rowsPerTable + 3;
        if (await isRead(hostileArchive(entries, { encoding }))) passed.push(entries);
        else refused += rowsPerTable + 3;
      }
      if (passed.length === 0) continue;
      const { minor, compression } = ofMajor[server.major];
      const numbered = passed.flat().map((entry, index) => ({ ...entry, id: index + 100 }));
      obeyed += await fuzz.send(hostileArchive(numbered, { encoding, minor, compression }));
    }
    return { given, refused, obeyed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same psql with nothing in between: tables as they stand in an archive. It says how many of the attacks psql obeys. */
export async function psqlAlone(server: Server, attacks: readonly Attack[], wall = ''): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-fuzz-'));
  const canary = join(folder, 'canary');
  const obeyed: string[] = [];
  try {
    await execa('chmod', ['0777', folder]);
    for (const { name, encoding, copy, rows } of attacks) {
      const create = Buffer.from(`create temp table t (a text);\n`);
      const text = Buffer.concat([
        Buffer.from(`\\encoding ${encoding}\n${wall}`),
        create,
        copy,
        Buffer.from(rows.replaceAll('CANARY', canary), 'latin1'),
        Buffer.from('\\.\n'),
      ]);
      await runPsql(server, text);
      if (await isThere(canary)) obeyed.push(name);
      await rm(canary, { force: true });
    }
    return obeyed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Attack {
  readonly name: string;
  readonly encoding: string;
  readonly copy: Buffer;
  readonly rows: string;
}

/** What is known to have worked where rows and names went to psql as they were. */
export const knownAttacks: readonly Attack[] = [
  {
    name: 'a carriage return behind the end marker',
    encoding: 'UTF8',
    copy: Buffer.from('copy pg_temp.t (a) from stdin;\n'),
    rows: '\\.\r\n\\! touch CANARY\n',
  },
  {
    name: 'a quote inside of a character',
    encoding: 'GBK',
    copy: Buffer.from('copy pg_temp."t\u0081" (a) from stdin;\n', 'latin1'),
    rows: 'x"\n\\! touch CANARY\n',
  },
  {
    name: 'a NUL in a name',
    encoding: 'UTF8',
    copy: Buffer.from('copy pg_temp."t\0" (a) from stdin;\n'),
    rows: 'x"\n\\! touch CANARY\n',
  },
  {
    name: 'an end marker in the rows',
    encoding: 'UTF8',
    copy: Buffer.from('copy pg_temp.t (a) from stdin;\n'),
    rows: 'x\n\\.\n\\! touch CANARY\n',
  },
];

const encodings = ['SQL_ASCII', 'UTF8', 'LATIN1', 'WIN1252', 'EUC_JP', 'EUC_KR', 'KOI8R', 'SQL_ASCII', 'GBK', 'SJIS'];
const oneByte = new Set(['SQL_ASCII', 'LATIN1', 'WIN1252', 'KOI8R']);
const rowsPerTable = 12;

/** What the pg_restore of a major reads. */
const ofMajor = {
  15: { minor: 14, compression: 'gzip' },
  16: { minor: 15, compression: 'zstd' },
  17: { minor: 16, compression: 'zstd' },
  18: { minor: 16, compression: 'zstd' },
} as const;

async function isRead(archive: Buffer): Promise<boolean> {
  return readArchive(inPieces(archive, 1000)).then(
    () => true,
    () => false,
  );
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function runPsql(server: Server, input: Buffer): Promise<string> {
  const args = [
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    server.socketDir,
    '-p',
    String(server.port),
    '-U',
    server.superuser,
  ];
  const { stderr } = await execa(join(server.bin, 'psql'), [...args, '-d', 'fuzz', '-f', '-'], {
    input,
    reject: false,
  });
  return stderr;
}

class Fuzz {
  readonly #server: Server;
  readonly #canary: string;
  readonly #random: (below: number) => number;

  constructor(server: Server, canary: string, random: (below: number) => number) {
    this.#server = server;
    this.#canary = canary;
    this.#random = random;
  }

  below(limit: number): number {
    return this.#random(limit);
  }

  /** A table with a hostile name, column, comment and rows. Most parts are such that a table passes now and then. */
  table(encoding: string, index: number): HostileEntry[] {
    const [name, column] = [
      Buffer.concat([Buffer.from(`${index} `), this.#text(encoding, 4)]),
      this.#text(encoding, 3),
    ];
    const columns = [column, Buffer.from('b')];
    const definition = Buffer.concat([
      Buffer.from('CREATE TABLE public.'),
      ...[quoted(name), Buffer.from(' ('), quoted(column), Buffer.from(' text, b text);\nCOMMENT ON TABLE public.')],
      ...[quoted(name), Buffer.from(` IS '`), doubled(this.#text(encoding, 8), 0x27), Buffer.from(`';\n`)],
    ]);
    const list = Buffer.concat([quoted(columns[0]!), Buffer.from(', b')]);
    const copy = Buffer.concat([
      Buffer.from('COPY public.'),
      quoted(name),
      Buffer.from(' ('),
      list,
      Buffer.from(') FROM stdin;\n'),
    ]);
    const rows = Array.from({ length: rowsPerTable }, () => this.#row(encoding));
    const named = { tag: name, schema: 'public', owner: 'postgres' };
    const data = Buffer.concat([...rows, Buffer.from('\\.\n\n\n')]);
    return [
      { ...named, kind: 'TABLE', definition },
      { ...named, kind: 'TABLE DATA', section: 3, copy, data },
    ];
  }

  /** What takes one apart sends it, so that each byte is that of a restore. */
  async send(archive: Buffer): Promise<number> {
    const folder = await mkdtemp(join(tmpdir(), 'dbf-fuzz-'));
    const file = join(folder, 'a.dump');
    try {
      await writeFile(file, archive);
      const reading = await readArchive(inPieces(archive));
      const { exec, facts } = await openServer(this.#server);
      const place = { exec, access: facts.access, from: 'postgres' };
      const how = {
        application: 'fuzz',
        noOwner: true,
        staying: { schemas: [], extensions: {} },
        mark: 'mark',
        signal: AbortSignal.timeout(600_000),
      };
      const parts = await takeApart(place, await fileSource(file), reading, how);
      const rows: Buffer[] = [];
      for await (const piece of parts.rows(how.signal, () => undefined)) rows.push(piece);
      // without what looks for a transaction that is not there
      const before = parts.before.subarray(parts.before.indexOf('do $ferry$ begin execute pg_catalog.convert_from'));
      const client = Buffer.from(`begin;\nset client_encoding = '${reading.header.encoding}';\n${restrictSql(0, 'x')}`);
      const stderr = await runPsql(
        this.#server,
        Buffer.concat([
          client,
          before,
          ...rows,
          parts.after,
          Buffer.from("do $$ begin raise exception 'arrived'; end $$;\n"),
        ]),
      );
      if (await isThere(this.#canary)) {
        await rm(this.#canary);
        return 1;
      }
      // a script that the server refused on the way would have shown nothing
      if (!stderr.includes('arrived')) throw new Error(`psql did not come to the end: ${stderr.slice(0, 2000)}`);
      return 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #row(encoding: string): Buffer {
    const kind = this.#random(400);
    // what the reader must refuse, seldom, so that whole tables pass
    const begin = kind === 0 ? '\\.\r\n' : kind === 1 ? '\\.' : kind === 2 ? '\0' : kind === 3 ? '\\.\0' : '';
    return Buffer.concat([
      Buffer.from(begin),
      this.#field(encoding),
      Buffer.from('\t'),
      this.#field(encoding),
      Buffer.from('\n'),
    ]);
  }

  #field(encoding: string): Buffer {
    if (this.#random(12) === 0) return Buffer.from('\\N');
    const raw = this.#text(encoding, 5).toString('latin1');
    const escaped = raw.replaceAll(/[\\\b\f\n\r\t\v]/g, (sign) => escapes[sign] ?? sign);
    return Buffer.from(this.#random(1500) === 0 ? raw : escaped, 'latin1');
  }

  /** Words of commands and the signs around them, and now and then any byte. */
  #text(encoding: string, most: number): Buffer {
    const parts: Buffer[] = [];
    for (let left = 1 + this.#random(most); left > 0; left -= 1) {
      const pick = this.#random(words.length + 4);
      const word = words[pick];
      if (word !== undefined) parts.push(Buffer.from(word.replaceAll('CANARY', this.#canary), 'latin1'));
      else if (pick === words.length) parts.push(Buffer.from(letters[encoding] ?? 'c3a4', 'hex'));
      else if (pick === words.length + 1) parts.push(Buffer.from([1 + this.#random(127)]));
      else parts.push(Buffer.from(String(this.#random(100))));
    }
    // the server refuses rows that are no text in their encoding, and what comes after them would not be tried
    const most256 = oneByte.has(encoding) ? 256 : 128;
    if (this.#random(300) === 0) parts.push(Buffer.from([this.#random(most256)]));
    const text = Buffer.concat(parts);
    return text.length > 120 && most < 5 ? text.subarray(0, 40) : text;
  }
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const words = [
  ...[
    '\n\\! touch CANARY\n',
    '\\! touch CANARY',
    '\\.',
    '\\.\n',
    '\\.\r\n',
    '"',
    "'",
    '""',
    "';",
    '$ferry$',
    '$$',
    ';',
    '\n',
    '\r',
    '\r\n',
  ],
  ...[
    '/*',
    '*/',
    '--',
    '(',
    ')',
    '\\',
    '\\\\',
    '\\g',
    '\\gexec',
    '\\q',
    '\\setenv X y',
    '\\echo',
    ':x',
    ":'x'",
    '`touch CANARY`',
    'UESCAPE',
    "E'",
    'U&"',
    '!',
  ],
  ...[
    '\\unrestrict x',
    '\n\\unrestrict x\n\\! touch CANARY\n',
    'copy',
    ' ',
    '\t',
    '0',
    'select',
    'end',
    ',',
    '.',
    '\v',
    '\f',
    '\b',
    '\u001b',
    '\u007f',
  ],
];

/** A character of two or more bytes, and the bytes that are half of one elsewhere. */
const letters: Readonly<Record<string, string>> = {
  SQL_ASCII: '81',
  LATIN1: '8122',
  WIN1252: '815c',
  KOI8R: 'fe5c',
  EUC_JP: '8fb0a1',
  EUC_KR: 'c7d1',
  GBK: '815c',
  SJIS: '835c',
};

function quoted(name: Buffer): Buffer {
  return Buffer.concat([Buffer.from('"'), doubled(name, 0x22), Buffer.from('"')]);
}

function doubled(text: Buffer, sign: number): Buffer {
  return Buffer.from([...text].flatMap((byte) => (byte === sign ? [byte, byte] : [byte])));
}
