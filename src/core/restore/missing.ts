import type { ArchiveReading, Because, Difference } from '../postgres/archive/reading';
import type { RestoreFailure } from './restoreFailures';

/**
 * The differences of a restore that went on, each with why where that is known, and what was refused without leaving a difference. What stands in the
 * list is what a comparison saw: the words of errors only say why. Pure.
 */
export function explained(
  differences: readonly Difference[],
  failures: readonly RestoreFailure[],
  backup: Pick<ArchiveReading, 'tables'>,
): Difference[] {
  if (failures.length === 0) return [...differences];
  const because = new Reasons(failures);
  const rows = new Map(backup.tables.map((table) => [labelOf(table), table.rows]));
  const told = differences.map((difference): Difference => {
    const reason = because.of(difference);
    const lost = difference.kind === 'table' ? rows.get(difference.table) : undefined;
    return { ...difference, ...(lost === undefined ? {} : { rows: lost }), ...(reason ? { because: reason } : {}) };
  });
  const others = because.untold().map((failure): Difference => {
    const name = labelOf(failure);
    return { kind: 'definition', what: failure.kind, name, change: 'failed', because: reasonOf(failure) };
  });
  return [...told.filter(concernsRows), ...told.filter((one) => !concernsRows(one)), ...others];
}

/**
 * Those that concern rows and that no refusal stands for: a table that is there has the backup's rows, or its COPY was refused as a whole; a table,
 * sequence or large object that is not there was refused. Pure.
 */
export function unexplained(differences: readonly Difference[]): Difference[] {
  return differences.filter((one) => {
    if (!concernsRows(one)) return false;
    if (one.kind === 'content' || one.kind === 'columns' || one.because === undefined) return true;
    if (one.kind === 'rows') return one.right !== 0;
    return one.kind === 'table' && one.missing !== 'right';
  });
}

/** Everything but wording, what belongs to the database itself, and what the server computes: such a difference never reaches a swap unless it was refused, told and accepted. */
export function concernsRows(difference: Difference): boolean {
  return !['definition', 'property', 'generated'].includes(difference.kind);
}

/** Kinds of entries by which a difference of rows comes about. */
const ofRows: Readonly<Record<string, readonly string[]>> = {
  table: ['TABLE', 'TABLE DATA'],
  rows: ['TABLE DATA'],
  sequence: ['SEQUENCE', 'SEQUENCE SET'],
};

class Reasons {
  private readonly byEntry = new Map<string, RestoreFailure>();
  private readonly told = new Set<RestoreFailure>();

  constructor(private readonly failures: readonly RestoreFailure[]) {
    for (const failure of failures) this.byEntry.set(keyOf(failure.kind, labelOf(failure)), failure);
  }

  of(difference: Difference): Because | undefined {
    const failure = this.find(difference);
    if (!failure) return undefined;
    this.told.add(failure);
    return reasonOf(failure);
  }

  /** What was refused, and what no difference stands for. Without its table, or behind it, rows are told by the table. */
  untold(): RestoreFailure[] {
    const silent = ['', 'TABLE DATA', 'SEQUENCE SET', 'BLOBS'];
    return this.failures.filter((failure) => !this.told.has(failure) && !silent.includes(failure.kind));
  }

  private find(difference: Difference): RestoreFailure | undefined {
    switch (difference.kind) {
      case 'definition':
        return this.byEntry.get(keyOf(difference.what, difference.name));
      case 'property':
        return undefined;
      case 'largeObjects':
        return this.failures.find(({ kind }) => kind.startsWith('BLOB'));
      case 'sequence':
        return this.among(ofRows['sequence'], difference.sequence);
      default:
        return this.among(ofRows[difference.kind], difference.table);
    }
  }

  private among(kinds: readonly string[] = [], label: string): RestoreFailure | undefined {
    const found = kinds.map((kind) => this.byEntry.get(keyOf(kind, label)));
    return found.find((failure) => failure !== undefined);
  }
}

function reasonOf({ cause, subject, says }: RestoreFailure): Because {
  return { cause, ...(subject === undefined ? {} : { subject }), says };
}

function keyOf(kind: string, label: string): string {
  return `${kind}\0${label}`;
}

function labelOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return schema === '' ? name : `${schema}.${name}`;
}
