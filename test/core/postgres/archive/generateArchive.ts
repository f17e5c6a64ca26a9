import { createDeflate, createZstdCompress, constants, deflateSync, zstdCompressSync } from 'node:zlib';

export interface GenerateOptions {
  readonly tables: number;
  /** COPY text of each table, about */
  readonly bytesPerTable: number;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** entries beside each table and its data: indexes, constraints, defaults; 3 like a common schema */
  readonly extrasPerTable?: number;
  /** bytes of one uncompressed chunk; undefined: one row, as pg_dump writes it */
  readonly chunk?: number;
  /** the rows of each table, instead of a megabyte again and again */
  readonly text?: Buffer;
}

/** A valid custom-format archive (version 1.16) that no server wrote, as a stream of any size: for memory and speed. */
export async function* generateArchive(options: GenerateOptions): AsyncGenerator<Buffer> {
  const text = options.text ?? sampleRows(Math.min(options.bytesPerTable, 1 << 20));
  yield* gather(parts(options, text));
}

/** Rows like those of an order table: a number, a hash, a name, an amount, a time, a small JSON. */
export function sampleRows(bytes: number): Buffer {
  const rows: string[] = [];
  let size = 0;
  for (let row = 1; size < bytes; row += 1) {
    const noise = Math.imul(row, 0x9e3779b1) >>> 0;
    const digest = (noise.toString(16) + (noise * 7919).toString(16)).padEnd(24, '0');
    const line = `${row}\t${digest}\tcustomer number ${noise % 99991}\t${(noise % 100000) / 100}\t2026-11-${10 + (noise % 20)} 10:${10 + (noise % 50)}:00+00\t{"state": "paid", "items": ${noise % 17}}\t\\N\n`;
    rows.push(line);
    size += line.length;
  }
  return Buffer.from(rows.join(''));
}

const columns = ['id', 'digest', 'customer', 'amount', 'at', 'data', 'note'];

async function* parts(options: GenerateOptions, text: Buffer): AsyncGenerator<Buffer> {
  const extras = options.extrasPerTable ?? 3;
  yield head(options, 2 + options.tables * (2 + extras));
  yield entry(1, 'ENCODING', 'ENCODING', '', "SET client_encoding = 'UTF8';\n");
  yield entry(2, 'STDSTRINGS', 'STDSTRINGS', '', "SET standard_conforming_strings = 'on';\n");
  for (let table = 0; table < options.tables; table += 1) yield* tableEntries(table, extras);
  const small = options.bytesPerTable <= text.length ? block(text, options) : undefined;
  for (let table = 0; table < options.tables; table += 1) {
    yield Buffer.concat([Buffer.from([1]), int(dataId(table, extras))]);
    if (small !== undefined) yield small;
    else yield* longBlock(text, options);
    yield int(0);
  }
}

function dataId(table: number, extras: number): number {
  return 11 + table * (2 + extras);
}

function* tableEntries(table: number, extras: number): Generator<Buffer> {
  const id = dataId(table, extras);
  const name = `orders_${table}`;
  const lines = columns.map((column) => `    ${column} text`).join(',\n');
  yield entry(id - 1, name, 'TABLE', 'public', `CREATE TABLE public.${name} (\n${lines}\n);\n`);
  const copy = `COPY public.${name} (${columns.join(', ')}) FROM stdin;\n`;
  yield entry(id, name, 'TABLE DATA', 'public', '', copy);
  for (let extra = 1; extra <= extras; extra += 1) {
    const index = `${name}_index_${extra}`;
    yield entry(
      id + extra,
      index,
      'INDEX',
      'public',
      `CREATE INDEX ${index} ON public.${name} USING btree (customer);\n`,
    );
  }
}

function head(options: GenerateOptions, entries: number): Buffer {
  const compression = { none: 0, gzip: 1, zstd: 3 }[options.compression];
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, 16, 0, 4, 8, 1, compression]),
    ...[0, 30, 10, 23, 10, 126, 0].map(int),
    ...['generated', '18.6', '18.6'].map(string),
    int(entries),
  ]);
}

function entry(id: number, tag: string, kind: string, schema: string, definition: string, copy?: string): Buffer {
  const section = kind === 'INDEX' ? 4 : copy === undefined ? 2 : 3;
  return Buffer.concat([
    ...[
      int(id),
      int(copy === undefined ? 0 : 1),
      string('1259'),
      string(String(16384 + id)),
      string(tag),
      string(kind),
    ],
    ...[
      int(section),
      string(definition),
      string(`DROP ${kind} ${tag};\n`),
      copy === undefined ? int(-1) : string(copy),
    ],
    ...[string(schema), int(-1), int(-1), int(0), string('owner'), string('false'), int(-1)],
    Buffer.from([copy === undefined ? 3 : 1, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}

const ending = Buffer.from('\\.\n\n\n');

function block(text: Buffer, options: GenerateOptions): Buffer {
  if (options.compression === 'none')
    return Buffer.concat([...chunks(text, options.chunk), int(ending.length), ending]);
  const whole = Buffer.concat([text, ending]);
  const packed =
    options.compression === 'gzip'
      ? deflateSync(whole, { level: 1 })
      : zstdCompressSync(whole, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return Buffer.concat([...pieces(packed, options)]);
}

async function* longBlock(text: Buffer, options: GenerateOptions): AsyncGenerator<Buffer> {
  const repeats = Math.ceil(options.bytesPerTable / text.length);
  if (options.compression === 'none') {
    const once = Buffer.concat([...chunks(text, options.chunk)]);
    for (let round = 0; round < repeats; round += 1) yield once;
    yield Buffer.concat([int(ending.length), ending]);
    return;
  }
  const packer =
    options.compression === 'gzip'
      ? createDeflate({ level: 1, chunkSize: 1 << 16 })
      : createZstdCompress({ chunkSize: 1 << 16, params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const feed = async (): Promise<void> => {
    for (let round = 0; round < repeats; round += 1) await new Promise((resolve) => packer.write(text, resolve));
    packer.end(ending);
  };
  const fed = feed();
  for await (const packed of packer) for (const piece of pieces(packed as Buffer, options)) yield piece;
  await fed;
}

/** Packed bytes in chunks of the sizes pg_dump uses. */
function* pieces(packed: Buffer, options: GenerateOptions): Generator<Buffer> {
  const size = options.compression === 'gzip' ? 4096 : 131072;
  for (let at = 0; at < packed.length; at += size) {
    const piece = packed.subarray(at, at + size);
    yield Buffer.concat([int(piece.length), piece]);
  }
}

function* chunks(text: Buffer, size: number | undefined): Generator<Buffer> {
  for (let at = 0; at < text.length;) {
    const end = size === undefined ? text.indexOf(10, at) + 1 : Math.min(at + size, text.length);
    yield int(end - at);
    yield text.subarray(at, end);
    at = end;
  }
}

/** Pieces of 64 KiB, as a file or a socket hands them out. */
async function* gather(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const part of source) {
    waiting.push(part);
    size += part.length;
    if (size < 1 << 16) continue;
    const whole = Buffer.concat(waiting, size);
    for (let at = 0; at < whole.length; at += 1 << 16) yield whole.subarray(at, at + (1 << 16));
    waiting = [];
    size = 0;
  }
  yield Buffer.concat(waiting, size);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int(bytes.length), bytes]);
}
