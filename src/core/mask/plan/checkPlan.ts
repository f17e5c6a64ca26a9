import type { Finding } from '../../base/finding';
import { tableKey } from '../model/growingTable';
import type { Reference, SchemaModel, TableModel, UniqueKey } from '../model/schemaModel';
import type { MaskRules } from '../rules/maskRules';
import type { ColumnPlan, TablePlan } from './tablePlan';

type Tables = ReadonlyMap<string, TablePlan>;

/** What a target would refuse, or would tell of somebody, once the rules have done their work. */
export function checkPlan(rules: MaskRules, model: SchemaModel, tables: Tables): Finding[] {
  const findings = [...tables.values()].flatMap((plan) => checkTable(plan, tables));
  if (model.largeObjects && rules.largeObjects === undefined)
    findings.push({ level: 'block', code: 'mask.largeObjects', data: {} });
  if (model.literals.length > 0) {
    const level = rules.definitions === 'keep' ? 'warn' : 'block';
    findings.push({ level, code: 'mask.definitions', data: { definitions: model.literals } });
  }
  return findings;
}

function checkTable(plan: TablePlan, tables: Tables): Finding[] {
  const { table } = plan;
  const name = `${table.schema}.${table.name}`;
  const findings: Finding[] = [];
  for (const reference of table.references) findings.push(...checkReference(plan, reference, tables));
  // nothing of what follows can happen to a table without rows
  if (!plan.rows) return findings;
  for (const { column, transform } of changed(plan)) {
    if (transform.as === 'null' && column.notNull)
      findings.push({ level: 'block', code: 'mask.notNull', data: { table: name, column: column.name } });
    if (transform.as !== 'null' && column.defaults.some((text) => text.trim() !== ''))
      findings.push({ level: 'warn', code: 'mask.default', data: { table: name, column: column.name } });
    if (transform.as === 'date' && transform.subject !== undefined && !plan.columns.has(transform.subject))
      findings.push({
        level: 'block',
        code: 'mask.subject',
        data: { table: name, column: column.name, subject: transform.subject },
      });
    if (column.conditions && transform.as !== 'null')
      findings.push({
        level: 'warn',
        code: 'mask.check',
        data: { table: name, constraint: 'domain', columns: [column.name] },
      });
  }
  for (const key of table.unique) findings.push(...checkUnique(plan, key));
  for (const check of table.checks) {
    const columns = check.columns.filter((column) => isChanged(plan, column));
    if (columns.length > 0)
      findings.push({ level: 'warn', code: 'mask.check', data: { table: name, constraint: check.name, columns } });
  }
  const moved = partitionKeys(table, tables).filter((column) => isChanged(plan, column));
  if (moved.length > 0)
    findings.push({ level: 'block', code: 'mask.partitionKey', data: { table: name, columns: moved } });
  return findings;
}

function checkUnique(plan: TablePlan, key: UniqueKey): Finding[] {
  const { table } = plan;
  const columns = key.columns.filter((column) => {
    const of = plan.columns.get(column);
    if (of === undefined || !isChanged(plan, column)) return false;
    if (of.transform.as === 'null') return key.primary || key.nullsEqual;
    // all dates of a subject move alike, and the subject is part of the key
    if (of.transform.as === 'date' && of.transform.subject !== undefined)
      return !(key.columns.includes(of.transform.subject) && !isChanged(plan, of.transform.subject));
    return !of.built.unique;
  });
  const data = { table: `${table.schema}.${table.name}`, key: key.name, columns };
  if (columns.length > 0) return [{ level: 'block', code: 'mask.unique', data }];
  const inExpression = key.expression ? key.columns.filter((column) => isChanged(plan, column)) : [];
  return inExpression.length === 0
    ? []
    : [{ level: 'warn', code: 'mask.expression', data: { ...data, columns: inExpression } }];
}

/** Both ends must become the same, and none may lose the rows that the other one names. */
function checkReference(plan: TablePlan, reference: Reference, tables: Tables): Finding[] {
  const target = tables.get(tableKey(reference.to));
  if (target === undefined) return [];
  const from = `${plan.table.schema}.${plan.table.name}`;
  const to = `${reference.to.schema}.${reference.to.name}`;
  const data = { table: from, constraint: reference.name, to };
  if (plan.rows && !target.rows) {
    const nulled = reference.columns.some((column) => plan.columns.get(column)?.transform.as === 'null');
    return nulled ? [] : [{ level: 'block', code: 'mask.referencesNone', data }];
  }
  if (!plan.rows) return [];
  const toColumns =
    reference.toColumns.length > 0
      ? reference.toColumns
      : (target.table.unique.find(({ primary }) => primary)?.columns ?? []);
  const unlike = reference.columns.filter((column, at) => {
    const one = plan.columns.get(column);
    const other = target.columns.get(toColumns[at] ?? '');
    if (one === undefined || one.transform.as === 'null') return false;
    return other === undefined ? isChanged(plan, column) : !alike(one, other);
  });
  return unlike.length === 0 ? [] : [{ level: 'block', code: 'mask.reference', data: { ...data, columns: unlike } }];
}

/** The same transformer makes the same of the same value, unless the types leave it another length. */
function alike(one: ColumnPlan, other: ColumnPlan): boolean {
  if (JSON.stringify(one.transform) !== JSON.stringify(other.transform)) return false;
  if (one.built.mask === 'keep') return true;
  return JSON.stringify(typeOf(one)) === JSON.stringify(typeOf(other));
}

/** What is longer than anything that is made has no say. */
function typeOf({ column: { type } }: ColumnPlan): unknown {
  if (type.kind === 'text')
    return { kind: 'text', limit: Math.min(type.limit ?? 64, 64), folded: type.folded ?? false };
  // numbers of any width become the same where they fit
  return type.kind === 'integer' || type.kind === 'numeric' ? 'number' : type.kind;
}

function changed(plan: TablePlan): ColumnPlan[] {
  return [...plan.columns.values()].filter(({ built }) => built.mask !== 'keep');
}

function isChanged(plan: TablePlan, column: string): boolean {
  const of = plan.columns.get(column);
  return of !== undefined && of.built.mask !== 'keep';
}

/** Of the table and of what it is a partition of, all the way up: a row must stay where it is. */
function partitionKeys(table: TableModel, tables: Tables): string[] {
  const keys = new Set<string>();
  const family = [table];
  for (const member of family) {
    for (const key of member.partitionKey) keys.add(key);
    for (const parent of member.parents) {
      const found = tables.get(tableKey(parent))?.table;
      if (found !== undefined && !family.includes(found)) family.push(found);
    }
  }
  return [...keys];
}
