import type { GeneratedReading } from '../../sql/generatedColumns';
import type { ComparisonNote, Difference } from '../reading';

/**
 * Compares the values of generated columns, table by table. Where one side does not say them, or not those of a table, that is a note: they could not be proven. Pure.
 */
export function compareGenerated(
  left: readonly GeneratedReading[] | undefined,
  right: readonly GeneratedReading[] | undefined,
): { readonly differences: Difference[]; readonly notes: ComparisonNote[] } {
  const differences: Difference[] = [];
  const unproven: string[] = [];
  const others = new Map((right ?? []).map((one) => [keyOf(one), one]));
  for (const one of left ?? []) {
    const other = others.get(keyOf(one));
    others.delete(keyOf(one));
    const table = `${one.schema}.${one.name}`;
    // other columns are a difference of the table's definition, other numbers of rows one of its rows
    const isRead = one.digest !== '' && other?.digest !== '';
    if (
      !isRead ||
      other === undefined ||
      other.rows !== one.rows ||
      other.columns.join('\0') !== one.columns.join('\0')
    ) {
      unproven.push(table);
    } else if (other.digest !== one.digest) differences.push({ kind: 'generated', table, columns: one.columns });
  }
  for (const { schema, name } of others.values()) unproven.push(`${schema}.${name}`);
  const notes: ComparisonNote[] =
    unproven.length === 0 ? [] : [{ code: 'generatedUnproven', data: { tables: unproven } }];
  return { differences, notes };
}

function keyOf({ schema, name }: GeneratedReading): string {
  return `${schema}\0${name}`;
}
