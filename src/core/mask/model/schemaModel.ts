import type { ColumnType } from './columnType';

/** What masking must know of a database: read from the table of contents of the very archive that is masked. */
export interface SchemaModel {
  readonly encoding: string;
  readonly tables: readonly TableModel[];
  /** entries whose text is somebody's words and no definition */
  readonly texts: { readonly comments: number; readonly labels: number; readonly statistics: number };
  /** the archive holds large objects */
  readonly largeObjects: boolean;
  /** rules of PostgreSQL Anonymizer that stand in the archive */
  readonly anon: readonly AnonLabel[];
  /** definitions whose texts look like somebody's data */
  readonly literals: readonly DefinitionLiterals[];
}

export interface TableModel {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnModel[];
  /** tables that it inherits from, or is a partition of */
  readonly parents: readonly TableName[];
  /** sets of columns whose values must differ from row to row */
  readonly unique: readonly UniqueKey[];
  readonly checks: readonly NamedColumns[];
  readonly references: readonly Reference[];
  /** columns and expressions that decide which partition a row is in */
  readonly partitionKey: readonly string[];
  /** rows of it are in the archive */
  readonly hasRows: boolean;
}

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface ColumnModel {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** the server computes it: COPY does not hold it */
  readonly generated: boolean;
  /** the domain it is of has conditions of its own */
  readonly conditions: boolean;
  /** texts in its default */
  readonly defaults: readonly string[];
}

/** A constraint or an index by its name, and the columns that it names. */
export interface NamedColumns {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface UniqueKey extends NamedColumns {
  readonly primary: boolean;
  /** two NULLs count as the same */
  readonly nullsEqual: boolean;
  /** of what is more than a column's own value: `lower(email)` */
  readonly expression: boolean;
}

export interface Reference extends NamedColumns {
  readonly to: TableName;
  /** in the order of `columns`; empty: the other table's primary key */
  readonly toColumns: readonly string[];
}

/** `SECURITY LABEL FOR anon ON COLUMN …`: what the database's owner said of it. */
export interface AnonLabel {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** e.g. `MASKED WITH FUNCTION anon.fake_email()` */
  readonly label: string;
}

export interface DefinitionLiterals {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  /** what it looks like: `email`, `iban`, … */
  readonly kinds: readonly string[];
}
