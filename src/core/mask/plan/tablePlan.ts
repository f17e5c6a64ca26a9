import type { ColumnModel, TableModel } from '../model/schemaModel';
import type { Transform } from '../rules/maskRules';
import type { Built } from '../transform/buildMask';

/** What is done with a table. */
export interface TablePlan {
  readonly table: TableModel;
  /** false: it is there, and empty */
  readonly rows: boolean;
  /** every column of it, by name */
  readonly columns: ReadonlyMap<string, ColumnPlan>;
}

/** What is done with a column. */
export interface ColumnPlan {
  readonly column: ColumnModel;
  readonly transform: Transform;
  readonly built: Built;
  /** a rule says so; false: a value of it says nothing of anybody in words */
  readonly byRule: boolean;
}
