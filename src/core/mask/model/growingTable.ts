import { isName } from '../../postgres/archive/meaning/sqlTokens';
import { isComma, isGroup, isWord, partsOf, type Group, type Node } from '../../postgres/archive/meaning/sqlTree';
import { nameAt, namesOf, plainName, stringsOf, typeAt, type TypeName } from './definitionNodes';
import type { ColumnModel, NamedColumns, Reference, TableModel, TableName, UniqueKey } from './schemaModel';
import type { TypeTable } from './typeTable';

/** A table's name as one text. */
export function tableKey({ schema, name }: TableName): string {
  return `${schema}\0${name}`;
}

interface GrowingColumn {
  readonly type: TypeName | undefined;
  readonly notNull: boolean;
  readonly generated: boolean;
  readonly defaults: readonly string[];
}

/** What statement after statement says of a table. */
export class GrowingTable {
  hasRows = false;
  /** columns of its COPY statement, where its rows are in the archive */
  copied: readonly string[] = [];
  partitionKey: readonly string[] = [];
  ofType: TypeName | undefined;
  readonly parents: TableName[] = [];
  readonly notNull = new Set<string>();
  readonly #name: TableName;
  readonly #columns = new Map<string, GrowingColumn>();
  readonly #defaults = new Map<string, string[]>();
  readonly #unique: UniqueKey[] = [];
  readonly #checks: { name: string; names: ReadonlySet<string> }[] = [];
  readonly #references: Reference[] = [];

  constructor(name: TableName) {
    this.#name = name;
  }

  /** An element of the list in CREATE TABLE: a column or a constraint. */
  addElement(nodes: readonly Node[]): void {
    const [first] = nodes;
    if (isWord(first, 'CONSTRAINT')) return this.addConstraint(nodes);
    if (isWord(first, 'NOT') && isWord(nodes[1], 'NULL')) {
      const column = nameAt(nodes, 2);
      if (column !== undefined) this.notNull.add(column.name);
      return;
    }
    if (first === undefined || first.kind === 'group' || !isName(first)) return;
    const type = typeAt(nodes, 1);
    const rest = nodes.slice(type?.end ?? 1);
    const notNull = rest.some((node, at) => isWord(node, 'NOT') && isWord(rest[at + 1], 'NULL'));
    const generated = rest.some(
      (node, at) => isWord(node, 'GENERATED') && isWord(rest[at + 2], 'AS') && isGroup(rest[at + 3], '('),
    );
    const defaults = stringsOf(rest);
    this.#columns.set(plainName(first), { type: type?.type, notNull, generated, defaults });
  }

  /** From the word CONSTRAINT on. */
  addConstraint(nodes: readonly Node[]): void {
    const name = nameAt(nodes, 1);
    if (name === undefined) return;
    const rest = nodes.slice(name.end);
    const at = rest.findIndex((node) => isGroup(node, '('));
    const list = rest[at];
    if (isWord(rest[0], 'NOT') && isWord(rest[1], 'NULL')) {
      const column = nameAt(rest, 2);
      if (column !== undefined) this.notNull.add(column.name);
    }
    if (!isGroup(list, '(')) return;
    if (isWord(rest[0], 'PRIMARY', 'UNIQUE')) {
      const nullsEqual = isWord(rest[1], 'NULLS') && isWord(rest[2], 'NOT');
      this.addUnique(name.name, list, { primary: isWord(rest[0], 'PRIMARY'), nullsEqual });
    } else if (isWord(rest[0], 'FOREIGN')) this.#addReference(name.name, list, rest.slice(at + 1));
    // CHECK and EXCLUDE: whatever it names may be what it depends on
    else this.#checks.push({ name: name.name, names: namesOf(rest.slice(1)) });
  }

  addUnique(name: string, list: Group, how: { primary: boolean; nullsEqual: boolean }): void {
    const keys = partsOf(list.nodes, isComma);
    const expression = keys.some(([first]) => first === undefined || first.kind === 'group') || keys.some(isCall);
    const columns = expression ? [...namesOf(list.nodes)] : keys.flatMap((key) => nameAt(key, 0)?.name ?? []);
    this.#unique.push({ name, columns, ...how, expression });
    if (how.primary) for (const column of columns) this.notNull.add(column);
  }

  addDefaults(column: string, texts: readonly string[]): void {
    this.#defaults.set(column, [...(this.#defaults.get(column) ?? []), ...texts]);
  }

  /** `find` knows the other tables: columns of a parent are those of its child. */
  result(types: TypeTable, find: (of: TableName) => GrowingTable | undefined): TableModel {
    const inherited = this.#inherited(types, find, 0);
    const columns = new Map(inherited.map((column) => [column.name, column]));
    for (const name of this.copied) {
      if (!columns.has(name)) columns.set(name, unknownColumn(name));
    }
    const known = new Set(columns.keys());
    const known0 = (names: Iterable<string>): string[] => [...names].filter((name) => known.has(name));
    return {
      ...this.#name,
      columns: [...columns.values()],
      parents: this.parents,
      unique: this.#unique.map((key) => ({ ...key, columns: known0(key.columns) })),
      checks: this.#checks.map(({ name, names }): NamedColumns => ({ name, columns: known0(names) })),
      references: this.#references,
      partitionKey: known0(this.partitionKey),
      hasRows: this.hasRows,
    };
  }

  #inherited(types: TypeTable, find: (of: TableName) => GrowingTable | undefined, depth: number): ColumnModel[] {
    const columns = new Map<string, ColumnModel>();
    // a table cannot be its own ancestor, unless somebody wrote the archive by hand
    if (depth < 100) {
      for (const parent of this.parents) {
        const table = find(parent);
        if (table === undefined) continue;
        for (const column of table.#inherited(types, find, depth + 1)) columns.set(column.name, column);
      }
    }
    for (const { name, type } of this.ofType === undefined ? [] : types.fields(this.ofType)) {
      columns.set(name, { ...unknownColumn(name), type });
    }
    for (const [name, column] of this.#columns) columns.set(name, this.#columnModel(types, name, column));
    return [...columns.values()].map((column) => ({
      ...column,
      notNull: column.notNull || this.notNull.has(column.name),
      defaults: [...column.defaults, ...(this.#defaults.get(column.name) ?? [])],
    }));
  }

  #columnModel(types: TypeTable, name: string, column: GrowingColumn): ColumnModel {
    const { type, notNull, conditions } = types.resolve(column.type);
    const { generated, defaults } = column;
    return { name, type, notNull: column.notNull || notNull, generated, conditions, defaults };
  }

  #addReference(name: string, list: Group, rest: readonly Node[]): void {
    const at = rest.findIndex((node) => isWord(node, 'REFERENCES'));
    const to = nameAt(rest, at + 1);
    if (at < 0 || to?.schema === undefined) return;
    const target = rest[to.end];
    const columns = columnsOf(list);
    const toColumns = isGroup(target, '(') ? columnsOf(target) : [];
    this.#references.push({ name, columns, to: { schema: to.schema, name: to.name }, toColumns });
  }
}

function columnsOf(list: Group): string[] {
  return partsOf(list.nodes, isComma).flatMap((part) => {
    const at = isWord(part[0], 'PERIOD') && part.length > 1 ? 1 : 0;
    return nameAt(part, at)?.name ?? [];
  });
}

/** `lower(email)` is none of a column's own values. */
function isCall(key: readonly Node[]): boolean {
  const name = nameAt(key, 0);
  return name === undefined || isGroup(key[name.end], '(');
}

function unknownColumn(name: string): ColumnModel {
  return {
    ...{ name, type: { kind: 'other', name: 'unknown' } },
    ...{ notNull: false, generated: false, conditions: true, defaults: [] },
  };
}
