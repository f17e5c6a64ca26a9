/** What a COPY statement of an archive names, in the archive's own bytes. */
export interface CopyStatement {
  readonly schema: Buffer;
  readonly table: Buffer;
  /** in order; empty for a table with no columns */
  readonly columns: readonly Buffer[];
}

const quote = 0x22;
const space = 0x20;
const comma = 0x2c;
const dot = 0x2e;
const open = 0x28;
const close = 0x29;

/** Reads `COPY schema.table (a, "b c") FROM stdin;`, with any name quoted; undefined when it is something else. */
export function parseCopyStatement(statement: Buffer): CopyStatement | undefined {
  const reader = new Reader(statement);
  if (!reader.literal('COPY ')) return undefined;
  const schema = reader.identifier();
  if (schema === undefined || !reader.take(dot)) return undefined;
  const table = reader.identifier();
  if (table === undefined) return undefined;
  const columns: Buffer[] = [];
  reader.spaces();
  if (reader.take(open)) {
    do {
      reader.spaces();
      const column = reader.identifier();
      if (column === undefined) return undefined;
      columns.push(column);
    } while (reader.take(comma));
    if (!reader.take(close)) return undefined;
  }
  reader.spaces();
  return reader.literal('FROM stdin;\n') && reader.ended ? { schema, table, columns } : undefined;
}

class Reader {
  #at = 0;

  constructor(readonly text: Buffer) {}

  get ended(): boolean {
    return this.#at === this.text.length;
  }

  take(byte: number): boolean {
    if (this.text[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  spaces(): void {
    while (this.take(space));
  }

  literal(expected: string): boolean {
    const found = this.text.subarray(this.#at, this.#at + expected.length).toString('latin1');
    if (found !== expected) return false;
    this.#at += expected.length;
    return true;
  }

  identifier(): Buffer | undefined {
    return this.take(quote) ? this.#quoted() : this.#bare();
  }

  #bare(): Buffer | undefined {
    const start = this.#at;
    while (isNameByte(this.text[this.#at] ?? 0)) this.#at += 1;
    return this.#at === start ? undefined : Buffer.from(this.text.subarray(start, this.#at));
  }

  #quoted(): Buffer | undefined {
    const bytes: number[] = [];
    for (;;) {
      const byte = this.text[this.#at];
      if (byte === undefined) return undefined;
      this.#at += 1;
      // a doubled quote stands for one; a single one ends the name
      if (byte === quote && !this.take(quote)) return Buffer.from(bytes);
      bytes.push(byte);
    }
  }
}

/** What pg_dump leaves unquoted: lower-case letters, digits, underscore (and `$`, which older versions left bare). */
function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x24;
}
