import type { Finding } from '../../base/finding';
import { holdsText, typeText } from '../model/columnType';
import { tableKey } from '../model/growingTable';
import type { ColumnModel, SchemaModel, TableModel } from '../model/schemaModel';
import type { MaskRule, MaskRules, Transform } from '../rules/maskRules';
import { partMatches } from '../rules/namePattern';
import type { Mask, MaskMaker } from '../transform/buildMask';
import { checkPlan } from './checkPlan';
import type { ColumnPlan, TablePlan } from './tablePlan';

/** What becomes of each table of an archive. */
export interface MaskPlan {
  /** by `tableKey` */
  readonly tables: ReadonlyMap<string, TablePlan>;
  /** large objects stay out */
  readonly withoutLargeObjects: boolean;
  /** `block`: what the rules leave open or what cannot be done. Nothing may be written then */
  readonly findings: readonly Finding[];
}

/** The mask of a column, where it is one that changes something. */
export function maskOf({ built }: ColumnPlan): Mask | undefined {
  if (built.mask === 'keep') return undefined;
  return built.mask === 'null' ? (): undefined => undefined : built.mask;
}

/**
 * Holds rules against a database. Every column that could hold somebody's words must have a rule, its parent's counts for a child; each rule must fit its column, keep unique what must
 * be, and treat both ends of a foreign key alike.
 */
export function planMask(rules: MaskRules, model: SchemaModel, maker: MaskMaker): MaskPlan {
  const findings: Finding[] = [];
  const used = new Set<MaskRule>();
  const uncovered: { table: string; column: string; type: string }[] = [];
  const byKey = new Map(model.tables.map((table) => [tableKey(table), table]));
  const tables = new Map<string, TablePlan>();
  for (const table of model.tables) {
    const family = familyOf(table, byKey);
    const emptied = rules.columns.find(
      (rule): boolean => 'rows' in rule && family.some((one) => matchesTable(rule, one)),
    );
    if (emptied !== undefined) used.add(emptied);
    const columns = new Map<string, ColumnPlan>();
    for (const column of table.columns) {
      if (column.generated) continue;
      const rule = ruleFor(rules, family, column.name);
      if (rule !== undefined) used.add(rule);
      const transform = rule?.as ?? ({ as: 'keep' } as const);
      if (rule === undefined && emptied === undefined && holdsText(column.type))
        uncovered.push({ table: nameOf(table), column: column.name, type: typeText(column.type) });
      const built = maker.build(transform, column.type);
      if (typeof built === 'string') {
        if (emptied === undefined) findings.push(misfit(table, column, transform, built, rule));
      } else columns.set(column.name, { column, transform, built, byRule: rule !== undefined });
    }
    tables.set(tableKey(table), { table, rows: emptied === undefined, columns });
  }
  if (uncovered.length > 0) findings.push({ level: 'block', code: 'mask.uncovered', data: { columns: uncovered } });
  const idle = rules.columns.filter((rule) => !used.has(rule));
  if (idle.length > 0) {
    const named = idle.map(({ match, place }) => ({ match: match.text, line: place.line }));
    findings.push({ level: 'warn', code: 'mask.unused', data: { rules: named } });
  }
  findings.push(...checkPlan(rules, model, tables));
  return { tables, withoutLargeObjects: rules.largeObjects === 'none', findings };
}

/** For people: `schema.table`. */
export function nameOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}

function misfit(
  table: TableModel,
  column: ColumnModel,
  { as }: Transform,
  reason: string,
  rule: MaskRule | undefined,
): Finding {
  const line = rule === undefined ? {} : { line: rule.place.line };
  const data = { table: nameOf(table), column: column.name, type: typeText(column.type), as, reason, ...line };
  return { level: 'block', code: 'mask.unfit', data };
}

/** The table, then what it inherits from, nearest first. */
function familyOf(table: TableModel, byKey: ReadonlyMap<string, TableModel>): TableModel[] {
  const family = [table];
  for (const member of family) {
    for (const parent of member.parents) {
      const found = byKey.get(tableKey(parent));
      if (found !== undefined && !family.includes(found)) family.push(found);
    }
  }
  return family;
}

function ruleFor(
  rules: MaskRules,
  family: readonly TableModel[],
  column: string,
): Extract<MaskRule, { as: Transform }> | undefined {
  for (const table of family) {
    for (const rule of rules.columns) {
      if (!('as' in rule) || !matchesTable(rule, table)) continue;
      const part = rule.match.parts[2];
      if (part !== undefined && partMatches(part, column)) return rule;
    }
  }
  return undefined;
}

function matchesTable({ match }: MaskRule, table: { readonly schema: string; readonly name: string }): boolean {
  const [schema, name] = match.parts;
  return (
    schema !== undefined && name !== undefined && partMatches(schema, table.schema) && partMatches(name, table.name)
  );
}
