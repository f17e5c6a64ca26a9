import type { Decode } from '../../postgres/archive/format/encoding';
import type { EntryNames } from '../../postgres/archive/format/tocReader';
import type { RawTocEntry } from '../../postgres/archive/format/tocEntry';
import { parseCopyStatement } from '../../postgres/archive/format/copyStatement';
import { tokensOf } from '../../postgres/archive/meaning/sqlTokens';
import { isComma, isGroup, isSign, isWord, partsOf, type Node } from '../../postgres/archive/meaning/sqlTree';
import { nameAt, namesOf, nodesOf, stringsOf, typeAt } from './definitionNodes';
import type { DefinitionLiterals, SchemaModel, TableName } from './schemaModel';
import { GrowingTable, tableKey } from './growingTable';
import { TypeTable } from './typeTable';

/** Says what a text in a definition looks like: kinds of personal data, none for most. */
export type Suspect = (text: string) => readonly string[];

/** Builds the model from the entries of a table of contents, in the order in which they stand. */
export class ModelReader {
  readonly #suspect: Suspect;
  readonly #tables = new Map<string, GrowingTable>();
  readonly #types = new TypeTable();
  readonly #literals: DefinitionLiterals[] = [];
  readonly #anon: { schema: string; table: string; column: string; label: string }[] = [];
  readonly #texts = { comments: 0, labels: 0, statistics: 0 };
  #largeObjects = false;
  #backslashes = false;

  constructor(suspect: Suspect) {
    this.#suspect = suspect;
  }

  /** `decode` is that of the archive's encoding. The entry's buffers are not kept. */
  add(entry: RawTocEntry, names: EntryNames, decode: Decode): void {
    const { kind, schema, name } = names;
    if (kind === 'STDSTRINGS') this.#backslashes = entry.definition.includes("'off'");
    if (kind === 'BLOBS' || kind === 'BLOB' || kind === 'BLOB METADATA') this.#largeObjects = true;
    if (kind === 'COMMENT') this.#texts.comments += 1;
    if (kind === 'STATISTICS DATA') this.#texts.statistics += 1;
    if (kind === 'TABLE DATA') this.#addRows(entry, names, decode);
    if (isLeftOutAlways(kind) && kind !== 'SECURITY LABEL') return;
    const sql = decode(entry.definition);
    if (kind === 'SECURITY LABEL') this.#addLabel(sql);
    else if (definesNothing.has(kind)) return;
    else {
      this.#lookFor(kind, schema, name, sql);
      this.#define(kind, schema, name, sql);
    }
  }

  result(encoding: string): SchemaModel {
    const tables = [...this.#tables.values()];
    return {
      encoding,
      tables: tables.map((table) => table.result(this.#types, (of) => this.#tables.get(tableKey(of)))),
      texts: this.#texts,
      largeObjects: this.#largeObjects,
      anon: this.#anon,
      literals: this.#literals,
    };
  }

  #define(kind: string, schema: string, name: string, sql: string): void {
    const nodes = (): readonly Node[] => nodesOf(sql, this.#backslashes);
    if (kind === 'TABLE') this.#addTable(this.#table({ schema, name }), nodes());
    else if (kind === 'TYPE') this.#types.add(schema, name, nodes());
    else if (kind === 'DOMAIN') this.#types.addDomain(schema, name, nodes());
    else if (kind === 'TABLE ATTACH') this.#attach(nodes());
    else if (kind === 'INDEX') this.#addIndex(nodes());
    else if (kind === 'DEFAULT' || constraints.has(kind)) for (const one of statementsOf(nodes())) this.#alter(one);
  }

  #table(of: TableName): GrowingTable {
    const known = this.#tables.get(tableKey(of));
    if (known !== undefined) return known;
    const made = new GrowingTable(of);
    this.#tables.set(tableKey(of), made);
    return made;
  }

  #addRows(entry: RawTocEntry, { schema, name }: EntryNames, decode: Decode): void {
    const table = this.#table({ schema, name });
    table.hasRows = true;
    // no rule may be missing for a column of which nothing but its rows is in the archive
    const columns = parseCopyStatement(entry.copyStatement)?.columns ?? [];
    table.copied = columns.map((column) => decode(column));
  }

  #addTable(table: GrowingTable, nodes: readonly Node[]): void {
    const [create = [], ...others] = statementsOf(nodes);
    const at = create.findIndex((node) => isWord(node, 'TABLE'));
    const name = nameAt(create, at + 1);
    if (name === undefined) return;
    const list = create[name.end];
    if (isGroup(list, '(')) for (const part of partsOf(list.nodes, isComma)) table.addElement(part);
    for (let next = name.end; next < create.length; next += 1) {
      const node = create[next];
      if (isWord(node, 'INHERITS')) {
        const parents = create[next + 1];
        if (isGroup(parents, '(')) for (const part of partsOf(parents.nodes, isComma)) this.#inherit(table, part, 0);
      } else if (isWord(node, 'PARTITION') && isWord(create[next + 1], 'OF')) this.#inherit(table, create, next + 2);
      else if (isWord(node, 'PARTITION') && isWord(create[next + 1], 'BY')) {
        const key = create[next + 3];
        if (isGroup(key, '(')) table.partitionKey = [...namesOf(key.nodes)];
      } else if (isWord(node, 'OF', 'of') && next === name.end) {
        table.ofType = typeAt(create, next + 1)?.type;
      }
    }
    for (const other of others) this.#alter(other);
  }

  #inherit(table: GrowingTable, nodes: readonly Node[], at: number): void {
    const parent = nameAt(nodes, at);
    if (parent?.schema !== undefined) table.parents.push({ schema: parent.schema, name: parent.name });
  }

  /** `ALTER TABLE ONLY parent ATTACH PARTITION child …` */
  #attach(nodes: readonly Node[]): void {
    const at = nodes.findIndex((node) => isWord(node, 'ATTACH'));
    const child = nameAt(nodes, at + 2);
    const parent = nameAt(nodes, isWord(nodes[2], 'ONLY') ? 3 : 2);
    if (at < 0 || child?.schema === undefined || parent?.schema === undefined) return;
    this.#table({ schema: child.schema, name: child.name }).parents.push({ schema: parent.schema, name: parent.name });
  }

  /** `ALTER TABLE [ONLY] t ADD CONSTRAINT …`, `… ALTER COLUMN c SET DEFAULT …`, `… SET NOT NULL` */
  #alter(nodes: readonly Node[]): void {
    if (!isWord(nodes[0], 'ALTER')) return;
    const at = nodes.findIndex((node) => isWord(node, 'TABLE'));
    const of = nameAt(nodes, isWord(nodes[at + 1], 'ONLY') ? at + 2 : at + 1);
    if (of?.schema === undefined) return;
    const table = this.#table({ schema: of.schema, name: of.name });
    const rest = nodes.slice(of.end);
    if (isWord(rest[0], 'ADD') && isWord(rest[1], 'CONSTRAINT')) table.addConstraint(rest.slice(1));
    else if (isWord(rest[0], 'ALTER') && isWord(rest[1], 'COLUMN')) {
      const column = nameAt(rest, 2);
      if (column === undefined || !isWord(rest[column.end], 'SET')) return;
      if (isWord(rest[column.end + 1], 'NOT')) table.notNull.add(column.name);
      if (isWord(rest[column.end + 1], 'DEFAULT'))
        table.addDefaults(column.name, stringsOf(rest.slice(column.end + 2)));
    }
  }

  /** `CREATE UNIQUE INDEX i ON [ONLY] t USING btree (…) [NULLS NOT DISTINCT] [WHERE …]` */
  #addIndex(nodes: readonly Node[]): void {
    if (!isWord(nodes[1], 'UNIQUE')) return;
    const on = nodes.findIndex((node) => isWord(node, 'ON'));
    const of = nameAt(nodes, isWord(nodes[on + 1], 'ONLY') ? on + 2 : on + 1);
    const index = nameAt(nodes, on - 1);
    if (of?.schema === undefined) return;
    const at = nodes.findIndex((node, place) => place >= of.end && isGroup(node, '('));
    const keys = nodes[at];
    if (!isGroup(keys, '(')) return;
    const nullsEqual = isWord(nodes[at + 1], 'NULLS') && isWord(nodes[at + 2], 'NOT');
    this.#table({ schema: of.schema, name: of.name }).addUnique(index?.name ?? '', keys, {
      primary: false,
      nullsEqual,
    });
  }

  /** `SECURITY LABEL FOR anon ON COLUMN s.t.c IS '…'` */
  #addLabel(sql: string): void {
    this.#texts.labels += 1;
    for (const nodes of statementsOf(nodesOf(sql, this.#backslashes))) {
      const provider = nodes.findIndex((node) => isWord(node, 'FOR'));
      const column = nodes.findIndex((node) => isWord(node, 'COLUMN'));
      const is = nodes.findIndex((node) => isWord(node, 'IS', 'is'));
      if (provider < 0 || column < 0 || is < 0 || nameAt(nodes, provider + 1)?.name !== 'anon') continue;
      const table = nameAt(nodes, column + 1);
      const of = table === undefined ? undefined : nameAt(nodes, table.end + 1);
      const [label] = stringsOf(nodes.slice(is));
      if (table?.schema !== undefined && of !== undefined && label !== undefined)
        this.#anon.push({ schema: table.schema, table: table.name, column: of.name, label });
    }
  }

  #lookFor(kind: string, schema: string, name: string, sql: string): void {
    const kinds = new Set(this.#suspect(name));
    const tokens = tokensOf(sql, this.#backslashes) ?? [{ kind: 'string' as const, text: `'${sql}'` }];
    for (const { kind: of, text } of tokens) {
      if (of !== 'string' && of !== 'name') continue;
      const found = this.#suspect(text.slice(text.indexOf(of === 'string' ? "'" : '"') + 1, -1));
      for (const one of found) kinds.add(one);
    }
    if (kinds.size > 0) this.#literals.push({ kind, schema, name, kinds: [...kinds].sort() });
  }
}

/** Entries that no masked archive has: somebody's words, values of rows, passwords of other servers. */
export function isLeftOutAlways(kind: string): boolean {
  return leftOut.has(kind);
}

const leftOut: ReadonlySet<string> = new Set([
  ...['COMMENT', 'SECURITY LABEL', 'STATISTICS DATA', 'USER MAPPING', 'SUBSCRIPTION', 'SUBSCRIPTION TABLE'],
]);

const definesNothing: ReadonlySet<string> = new Set([
  ...['TABLE DATA', 'SEQUENCE SET', 'BLOBS', 'ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'BLOB', 'BLOB METADATA'],
]);

const constraints: ReadonlySet<string> = new Set(['CONSTRAINT', 'CHECK CONSTRAINT', 'FK CONSTRAINT']);

function statementsOf(nodes: readonly Node[]): Node[][] {
  return partsOf(nodes, (node) => isSign(node, ';')).filter((statement) => statement.length > 0);
}
