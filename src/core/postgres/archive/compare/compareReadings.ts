import { AppError } from '../../../base/errors';
import { WithoutData } from './withoutData';
import { compareGenerated } from './compareGenerated';
import { compareDefinitions } from './compareDefinitions';
import type { Ignored } from './leftOut';
import type {
  ArchiveReading,
  Comparison,
  ComparisonNote,
  Difference,
  LargeObjectReading,
  SequenceReading,
  TableReading,
} from '../reading';

export interface CompareOptions {
  /** what was left out on purpose: not a difference */
  readonly ignore?: Ignored;
}

/**
 * Compares two readings: rows as multisets with columns by name, sequences, large objects, definitions by their meaning, also across majors. Pure.
 * Properties of the database itself (owner, settings, comment, grants on it) are not compared: they belong to the place, not
 * to the contents. What differs for an innocent reason (columns in another order) becomes a note.
 */
export function compareReadings(left: ArchiveReading, right: ArchiveReading, options: CompareOptions = {}): Comparison {
  mustBeAlike(left, right);
  const differences: Difference[] = [];
  const notes: ComparisonNote[] = [];
  const empty = new WithoutData(left, right);
  const { tables, rows } = compareTables(left.tables, right.tables, empty, differences, notes);
  compareSequences(left.sequences, right.sequences, empty, differences);
  if (!empty.coversLargeObjects()) compareLargeObjects(left.largeObjects, right.largeObjects, differences);
  notes.push(...empty.notes());
  const generated = compareGenerated(left.generated, right.generated);
  differences.push(...generated.differences);
  notes.push(...generated.notes);
  const majors = [majorOf(left), majorOf(right)] as const;
  const found = compareDefinitions(left.definitions, right.definitions, options.ignore ?? {}, majors);
  differences.push(...found.differences);
  const noted = new Set(notes.flatMap((note) => (note.code === 'columnOrder' ? [note.data.table] : [])));
  // one note per table, whether it shows in the COPY statement, the definition, or both
  notes.push(...found.notes.filter((note) => note.code !== 'columnOrder' || !noted.has(note.data.table)));
  return { equal: differences.length === 0, differences, notes, tables, rows };
}

/** Digests of two kinds never are equal, and would tell of differences that there are not: whoever reads the second one reads it like the first. */
function mustBeAlike({ digest: left = 1 }: ArchiveReading, { digest: right = 1 }: ArchiveReading): void {
  if (left !== right) throw new AppError('internal', { message: `digests ${left} and ${right} cannot be compared` });
}

/** The major version of the server that was dumped. */
function majorOf({ header }: ArchiveReading): number {
  return Number.parseInt(header.serverVersion, 10);
}

interface TablesCompared {
  readonly tables: number;
  readonly rows: number;
}

function compareTables(
  left: readonly TableReading[],
  right: readonly TableReading[],
  empty: WithoutData,
  differences: Difference[],
  notes: ComparisonNote[],
): TablesCompared {
  const others = new Map(right.map((table) => [keyOf(table), table]));
  let tables = 0;
  let rows = 0;
  for (const table of left) {
    const other = others.get(keyOf(table));
    others.delete(keyOf(table));
    const label = labelOf(table);
    if (other === undefined) {
      differences.push(...empty.table(table, 'right'));
      continue;
    }
    tables += 1;
    rows += table.rows;
    differences.push(...compareTable(label, table, other, notes));
  }
  for (const table of others.values()) differences.push(...empty.table(table, 'left'));
  return { tables, rows };
}

function compareTable(label: string, left: TableReading, right: TableReading, notes: ComparisonNote[]): Difference[] {
  const found: Difference[] = [];
  const sameColumns = sorted(left.columns) === sorted(right.columns);
  if (!sameColumns) found.push({ kind: 'columns', table: label, left: left.columns, right: right.columns });
  if (left.rows !== right.rows) found.push({ kind: 'rows', table: label, left: left.rows, right: right.rows });
  else if (sameColumns && left.digest !== right.digest) found.push({ kind: 'content', table: label, rows: left.rows });
  if (found.length === 0 && JSON.stringify(left.columns) !== JSON.stringify(right.columns)) {
    notes.push({ code: 'columnOrder', data: { table: label, left: left.columns, right: right.columns } });
  }
  return found;
}

function compareSequences(
  left: readonly SequenceReading[],
  right: readonly SequenceReading[],
  empty: WithoutData,
  differences: Difference[],
): void {
  const others = new Map(right.map((sequence) => [keyOf(sequence), sequence]));
  for (const sequence of left) {
    const other = others.get(keyOf(sequence));
    others.delete(keyOf(sequence));
    if (other?.lastValue === sequence.lastValue && other.isCalled === sequence.isCalled) continue;
    if (other === undefined && empty.coversSequence(sequence, 'right')) continue;
    const difference = { kind: 'sequence', sequence: labelOf(sequence), left: stateOf(sequence) } as const;
    differences.push(other === undefined ? difference : { ...difference, right: stateOf(other) });
  }
  for (const sequence of others.values()) {
    if (empty.coversSequence(sequence, 'left')) continue;
    differences.push({ kind: 'sequence', sequence: labelOf(sequence), right: stateOf(sequence) });
  }
}

function stateOf(sequence: SequenceReading): string {
  return sequence.isCalled ? sequence.lastValue : `${sequence.lastValue} (not called)`;
}

function compareLargeObjects(left: LargeObjectReading, right: LargeObjectReading, differences: Difference[]): void {
  const what =
    left.count !== right.count
      ? 'count'
      : left.oids !== right.oids
        ? 'oids'
        : left.digest !== right.digest
          ? 'content'
          : undefined;
  if (what !== undefined) differences.push({ kind: 'largeObjects', left: left.count, right: right.count, what });
}

function keyOf(named: { readonly schema: string; readonly name: string }): string {
  return `${named.schema}\0${named.name}`;
}

function labelOf(named: { readonly schema: string; readonly name: string }): string {
  return `${named.schema}.${named.name}`;
}

function sorted(columns: readonly string[]): string {
  return JSON.stringify([...columns].sort());
}
