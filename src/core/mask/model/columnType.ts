/** What a column can hold, as far as masking must know; a domain is what it is made over. */
export type ColumnType =
  | {
      readonly kind: 'text';
      /** as it was written: `text`, `character varying`, `public.citext`, … */
      readonly name: string;
      /** characters it may have at most */
      readonly limit?: number;
      /** filled up with blanks that do not count: character(n) */
      readonly padded?: boolean;
      /** small and capital letters are the same: citext */
      readonly folded?: boolean;
    }
  | { readonly kind: 'integer'; readonly most: bigint }
  | { readonly kind: 'numeric'; readonly precision?: number; readonly scale?: number }
  | { readonly kind: 'float'; readonly real?: boolean }
  | { readonly kind: 'timestamp'; readonly zone?: boolean }
  | { readonly kind: 'json'; readonly binary?: boolean }
  | { readonly kind: 'address'; readonly name: string }
  | { readonly kind: 'money' | 'boolean' | 'date' | 'uuid' | 'xml' | 'bytea' | 'tsvector' }
  | { readonly kind: 'enum'; readonly labels: readonly string[] }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: string; readonly type: ColumnType }[] }
  /** a value of it says nothing of anybody in words: times, intervals, points, numbers of objects */
  | { readonly kind: 'plain'; readonly name: string }
  /** what we cannot look into: types of extensions, of the database's own making, ranges of text, bits */
  | { readonly kind: 'other'; readonly name: string };

/** Whether a value may hold somebody's words, so that a column of it needs a rule. */
export function holdsText(type: ColumnType): boolean {
  switch (type.kind) {
    case 'text':
    case 'json':
    case 'xml':
    case 'bytea':
    case 'tsvector':
    case 'address':
    case 'enum':
    case 'other':
      return true;
    case 'array':
      return holdsText(type.element);
    case 'record':
      return type.fields.some((field) => holdsText(field.type));
    default:
      return false;
  }
}

/** For people: `text[]`, `character varying(20)`. */
export function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return type.limit === undefined ? type.name : `${type.name}(${type.limit})`;
    case 'array':
      return `${typeText(type.element)}[]`;
    case 'record':
      return 'composite';
    case 'address':
      return 'inet';
    case 'plain':
    case 'other':
      return type.name;
    default:
      return type.kind;
  }
}

/** A type of PostgreSQL's own by the name that pg_dump gives it; undefined for one that is made by somebody. `sizes` stand in brackets behind it. */
export function builtinType(name: string, sizes: readonly number[]): ColumnType | undefined {
  const [first, second] = sizes;
  switch (name) {
    case 'text':
    case 'name':
      return { kind: 'text', name };
    case 'character varying':
    case 'varchar':
      return { kind: 'text', name: 'character varying', ...(first === undefined ? {} : { limit: first }) };
    case 'character':
    case 'char':
    case 'bpchar':
    case '"char"':
      return { kind: 'text', name, padded: true, ...(name === 'bpchar' ? {} : { limit: first ?? 1 }) };
    case 'smallint':
      return { kind: 'integer', most: 32767n };
    case 'integer':
      return { kind: 'integer', most: 2147483647n };
    case 'bigint':
      return { kind: 'integer', most: 9223372036854775807n };
    case 'numeric':
      return first === undefined ? { kind: 'numeric' } : { kind: 'numeric', precision: first, scale: second ?? 0 };
    case 'real':
      return { kind: 'float', real: true };
    case 'double precision':
      return { kind: 'float' };
    case 'json':
      return { kind: 'json' };
    case 'jsonb':
      return { kind: 'json', binary: true };
    case 'inet':
    case 'cidr':
    case 'macaddr':
    case 'macaddr8':
      return { kind: 'address', name };
    case 'timestamp without time zone':
      return { kind: 'timestamp' };
    case 'timestamp with time zone':
      return { kind: 'timestamp', zone: true };
    case 'money':
    case 'boolean':
    case 'date':
    case 'uuid':
    case 'xml':
    case 'bytea':
    case 'tsvector':
      return { kind: name };
    default:
      return plain.has(name) ? { kind: 'plain', name } : undefined;
  }
}

/** Types whose values are no words; those that are not in this list could be. */
const plain: ReadonlySet<string> = new Set([
  ...['time without time zone', 'time with time zone', 'interval', 'oid', 'xid', 'xid8', 'cid', 'tid', 'pg_lsn'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'txid_snapshot', 'pg_snapshot'],
  ...['int4range', 'int8range', 'numrange', 'tsrange', 'tstzrange', 'daterange'],
  ...['int4multirange', 'int8multirange', 'nummultirange', 'tsmultirange', 'tstzmultirange', 'datemultirange'],
]);
