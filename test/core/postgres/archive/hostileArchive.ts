import { deflateSync, zstdCompressSync } from 'node:zlib';

/** Bytes, or a text that is written in UTF-8; null is none at all. */
export type Text = Buffer | string | null;

/** One entry of a table of contents; any bytes may stand anywhere. */
export interface HostileEntry {
  readonly id?: number;
  readonly tag: Text;
  readonly kind: Text;
  readonly section?: 1 | 2 | 3 | 4;
  readonly definition?: Text;
  readonly drop?: Text;
  readonly copy?: Text;
  readonly schema?: Text;
  readonly tablespace?: Text;
  readonly accessMethod?: Text;
  readonly owner?: Text;
  readonly oids?: Text;
  readonly dependencies?: readonly Text[];
  /** stands before the null that ends the dependencies */
  readonly more?: Buffer;
  /** the packed or plain bytes of its data block, the end marker of rows included */
  readonly data?: Buffer;
  readonly offset?: { readonly state: number; readonly place: number };
}

export interface HostileOptions {
  readonly minor?: number;
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** the data blocks are packed already */
  readonly packed?: boolean;
  /** the encoding that the archive says; null: it says none */
  readonly encoding?: Text;
  readonly database?: Text;
  /** of server and pg_dump */
  readonly version?: Text;
  /** default: as many as there are */
  readonly entryCount?: number;
  /** bytes of a chunk; default: a block is one */
  readonly chunk?: number;
  /** what stands behind the last data block */
  readonly behind?: (
    toc: (places: ReadonlyMap<number, number>) => Buffer,
    places: ReadonlyMap<number, number>,
  ) => Buffer;
}

/** An archive as a hostile hand writes it: nothing is checked, escaped, or made to fit. */
export function hostileArchive(given: readonly HostileEntry[], options: HostileOptions = {}): Buffer {
  const minor = options.minor ?? 16;
  const entries = [...preamble(options.encoding), ...given].map((entry, index) => ({ id: index + 1, ...entry }));
  const toc = (places: ReadonlyMap<number, number>): Buffer =>
    Buffer.concat([
      int(options.entryCount ?? entries.length),
      ...entries.map((entry) => entryOf(entry, minor, places)),
    ]);
  const start = Buffer.concat([head(minor, options), toc(new Map())]);
  const places = new Map<number, number>();
  const blocks: Buffer[] = [];
  let at = start.length;
  for (const { id, kind, data } of entries) {
    if (data === undefined) continue;
    const packed = options.packed === true ? data : pack(data, options.compression);
    const block = Buffer.concat([
      Buffer.from([kind === 'BLOBS' ? 3 : 1]),
      int(id),
      ...chunks(packed, options.chunk),
      int(0),
    ]);
    places.set(id, at);
    at += block.length;
    blocks.push(block);
  }
  return Buffer.concat([start, ...blocks, options.behind?.(toc, places) ?? Buffer.alloc(0)]);
}

/** A table and its rows; `rows` are the bytes that stand before the end marker. */
export function hostileTable(
  rows: Buffer | string,
  over: Partial<HostileEntry> & { readonly create?: Text } = {},
): HostileEntry[] {
  const { create = 'CREATE TABLE public.t (a text);\n', ...more } = over;
  const named = { tag: 't', schema: 'public', owner: 'owner' };
  return [
    { ...named, kind: 'TABLE', definition: create, ...(more.tag === undefined ? {} : { tag: more.tag }) },
    {
      ...named,
      kind: 'TABLE DATA',
      section: 3,
      copy: 'COPY public.t (a) FROM stdin;\n',
      data: Buffer.concat([bytes(rows), Buffer.from('\\.\n\n\n')]),
      ...more,
    },
  ];
}

function preamble(encoding: Text | undefined): HostileEntry[] {
  const said: HostileEntry[] =
    encoding === null
      ? []
      : [
          {
            tag: 'ENCODING',
            kind: 'ENCODING',
            definition: Buffer.concat([
              Buffer.from("SET client_encoding = '"),
              bytes(encoding ?? 'UTF8'),
              Buffer.from("';\n"),
            ]),
          },
        ];
  return [
    ...said,
    { tag: 'STDSTRINGS', kind: 'STDSTRINGS', definition: "SET standard_conforming_strings = 'on';\n" },
    { tag: 'SEARCHPATH', kind: 'SEARCHPATH', definition: "SELECT pg_catalog.set_config('search_path', '', false);\n" },
  ];
}

function head(
  minor: number,
  { compression = 'none', database = 'hostile', version = '16.15 (Debian 16.15-1)' }: HostileOptions,
): Buffer {
  const method = { none: 0, gzip: 1, zstd: 3 }[compression];
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 1]),
    minor >= 15 ? Buffer.from([method]) : int(method === 0 ? 0 : -1),
    ...[0, 30, 10, 23, 10, 126, 0].map(int),
    ...[database, version, version].map(text),
  ]);
}

function entryOf(
  entry: HostileEntry & { readonly id: number },
  minor: number,
  places: ReadonlyMap<number, number>,
): Buffer {
  const { id, data, dependencies = [] } = entry;
  const place = places.get(id);
  const { state, place: offset } = entry.offset ?? {
    state: data === undefined ? 3 : place === undefined ? 1 : 2,
    place: place ?? 0,
  };
  const end = Buffer.alloc(9, state);
  end.writeBigUInt64LE(BigInt(offset), 1);
  return Buffer.concat([
    ...[int(id), int(data === undefined ? 0 : 1), text('1259'), text(String(16_384 + id))],
    ...[text(entry.tag), text(entry.kind), int(entry.section ?? 2)],
    ...[entry.definition, entry.drop, entry.copy, entry.schema, entry.tablespace].map((one) => text(one ?? null)),
    ...(minor >= 14 ? [text(entry.accessMethod ?? null)] : []),
    ...(minor >= 16 ? [int(0)] : []),
    ...[
      text(entry.owner ?? null),
      text(entry.oids ?? 'false'),
      ...dependencies.map(text),
      entry.more ?? Buffer.alloc(0),
      int(-1),
      end,
    ],
  ]);
}

function pack(data: Buffer, compression: HostileOptions['compression'] = 'none'): Buffer {
  if (compression === 'none') return data;
  return compression === 'gzip' ? deflateSync(data) : zstdCompressSync(data);
}

function* chunks(packed: Buffer, size = packed.length): Generator<Buffer> {
  for (let at = 0; at < packed.length; at += size) {
    const piece = packed.subarray(at, at + size);
    yield int(piece.length);
    yield piece;
  }
}

/** A zstd frame of `blocks` times 128 KiB of one byte, four bytes each, and `tail`: a bomb. */
export function zstdBomb(blocks: number, tail: Buffer): Buffer {
  const block = (kind: number, size: number, last: boolean, content: Buffer): Buffer => {
    const start = Buffer.alloc(3);
    start.writeUIntLE((last ? 1 : 0) | (kind << 1) | (size << 3), 0, 3);
    return Buffer.concat([start, content]);
  };
  const run = block(1, 131_072, false, Buffer.from('a'));
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]);
  return Buffer.concat([frame, ...Array.from({ length: blocks }, () => run), block(0, tail.length, true, tail)]);
}

export function bytes(given: Buffer | string): Buffer {
  return typeof given === 'string' ? Buffer.from(given) : given;
}

/** pg_dump's number. */
export function int(value: number): Buffer {
  const number = Buffer.alloc(5);
  number[0] = value < 0 ? 1 : 0;
  number.writeUInt32LE(Math.abs(value), 1);
  return number;
}

function text(given: Text): Buffer {
  if (given === null) return int(-1);
  return Buffer.concat([int(bytes(given).length), bytes(given)]);
}
