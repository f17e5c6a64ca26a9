import type { ArchiveReading, ComparisonNote, Difference, SequenceReading, TableReading } from '../reading';

type Side = 'left' | 'right';

/**
 * What one side defines and holds no data of: left out on purpose (`--exclude-table-data`, `--schema-only`), or not to be had (unlogged tables of a
 * standby). What is made of it is empty, and so the other side must be: a sequence at its start, large objects without contents. Rows that are there all the same
 * are a difference.
 */
export class WithoutData {
  readonly #sides: Readonly<Record<Side, ArchiveReading>>;
  readonly #defined: Readonly<Record<Side, ReadonlySet<string>>>;
  readonly #tables: string[] = [];
  readonly #sequences: string[] = [];
  #largeObjects = 0;

  constructor(left: ArchiveReading, right: ArchiveReading) {
    this.#sides = { left, right };
    this.#defined = { left: definedIn(left), right: definedIn(right) };
  }

  /** What a table that only the other side holds data of comes to. */
  table(table: TableReading, without: Side): Difference[] {
    const label = labelOf(table);
    if (!this.#defined[without].has(keyOf('TABLE', table))) return [{ kind: 'table', table: label, missing: without }];
    if (table.rows === 0) this.#tables.push(label);
    else {
      const [left, right] = without === 'left' ? [0, table.rows] : [table.rows, 0];
      return [{ kind: 'rows', table: label, left, right }];
    }
    return [];
  }

  /** Whether a sequence that only the other side has the value of is as its definition makes it. */
  coversSequence(sequence: SequenceReading, without: Side): boolean {
    const covers = !sequence.isCalled && this.#defined[without].has(keyOf('SEQUENCE', sequence));
    if (covers) this.#sequences.push(labelOf(sequence));
    return covers;
  }

  /** Whether one side makes large objects without their contents, and the other has no more. */
  coversLargeObjects(): boolean {
    const { left, right } = this.#sides;
    const covers =
      (definesAlone(left) && right.largeObjects.bytes === 0) || (definesAlone(right) && left.largeObjects.bytes === 0);
    if (covers) this.#largeObjects = Math.max(left.largeObjects.count, right.largeObjects.count);
    return covers;
  }

  notes(): ComparisonNote[] {
    const [tables, sequences, largeObjects] = [this.#tables, this.#sequences, this.#largeObjects];
    if (tables.length + sequences.length + largeObjects === 0) return [];
    const data = {
      ...{ tables: tables.slice(0, mostNames), tablesCount: tables.length },
      ...{ sequences: sequences.slice(0, mostNames), sequencesCount: sequences.length },
      largeObjects,
    };
    return [{ code: 'withoutData', data }];
  }
}

/** names that are listed */
const mostNames = 100;

function definesAlone({ kinds }: ArchiveReading): boolean {
  return (kinds['BLOB'] ?? kinds['BLOB METADATA'] ?? 0) > 0 && kinds['BLOBS'] === undefined;
}

function definedIn({ definitions }: ArchiveReading): ReadonlySet<string> {
  const kinds = new Set(['TABLE', 'SEQUENCE']);
  return new Set(definitions.filter(({ kind }) => kinds.has(kind)).map((one) => keyOf(one.kind, one)));
}

function keyOf(kind: string, { schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${kind}\0${schema}\0${name}`;
}

function labelOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}
