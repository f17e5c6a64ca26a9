import { intBytes } from '../archive/format/blockWriter';

/** What one pg_restore is to do: statements and rows in this order. `id` is what its errors name it by. */
export type Step =
  | { readonly id: number; readonly statement: Buffer }
  /** `statement` is the COPY, without a semicolon */
  | { readonly id: number; readonly statement: Buffer; readonly rows: readonly Buffer[] };

/**
 * An archive whose entries are statements as they stand: pg_restore hands each to the server, and rows to the COPY in front of them, and knows no command that could stand in them. What no COPY takes it
 * drops. Every pg_restore since 10.3 reads it. Texts are in `encoding`, in which the session begins. Pure.
 */
export function statementArchive(steps: readonly Step[], encoding: string): Buffer {
  const settings = [
    entry(1, { kind: 'ENCODING', definition: Buffer.from(`SET client_encoding = '${encoding}';\n`) }),
    entry(2, { kind: 'STDSTRINGS', definition: Buffer.from("SET standard_conforming_strings = 'on';\n") }),
  ];
  const entries = steps.map((step) =>
    entry(
      step.id,
      'rows' in step ? { kind: 'TABLE DATA', copy: step.statement } : { kind: 'STATEMENT', definition: step.statement },
    ),
  );
  const blocks = steps.flatMap((step) => ('rows' in step ? block(step.id, step.rows) : []));
  return Buffer.concat([head(settings.length + entries.length), ...settings, ...entries, ...blocks]);
}

/** The smallest number that a step may have. */
export const firstStep = 3;

const offsetSize = 8;
const [preData, data] = [2, 3];

/** Version 1.13, without compression: the first whose names are looked up on the path that the statements themselves set. */
function head(count: number): Buffer {
  const fixed = Buffer.from([...Buffer.from('PGDMP'), 1, 13, 0, 4, offsetSize, 1]);
  const created = [0, 0, 0, 1, 0, 120, 0].map(intBytes);
  const texts = ['', '', ''].map((one) => text(Buffer.from(one)));
  return Buffer.concat([fixed, intBytes(0), ...created, ...texts, intBytes(count)]);
}

function entry(
  id: number,
  { kind, definition, copy }: { readonly kind: string; readonly definition?: Buffer; readonly copy?: Buffer },
): Buffer {
  const none = Buffer.from([1, 1, 0, 0, 0]);
  const hasData = copy !== undefined;
  const place = Buffer.alloc(1 + offsetSize);
  place[0] = hasData ? 1 : 3;
  return Buffer.concat([
    ...[intBytes(id), intBytes(hasData ? 1 : 0)],
    ...['0', '0', `line ${id}`, kind].map((one) => text(Buffer.from(one))),
    intBytes(hasData ? data : preData),
    text(definition ?? Buffer.alloc(0)),
    text(Buffer.alloc(0)),
    text(copy === undefined ? Buffer.alloc(0) : Buffer.concat([copy, Buffer.from(';\n')])),
    // schema, tablespace, owner: what is said of them, the statements say
    ...[none, none, text(Buffer.alloc(0)), text(Buffer.from('false'))],
    none,
    place,
  ]);
}

function block(id: number, rows: readonly Buffer[]): Buffer[] {
  const chunks = rows.filter(({ length }) => length > 0).flatMap((bytes) => [intBytes(bytes.length), bytes]);
  return [Buffer.from([1]), intBytes(id), ...chunks, intBytes(0)];
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([intBytes(bytes.length), bytes]);
}
