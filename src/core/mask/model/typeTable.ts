import { isComma, isGroup, isWord, partsOf, type Node } from '../../postgres/archive/meaning/sqlTree';
import { builtinType, holdsText, type ColumnType } from './columnType';
import { nameAt, stringsOf, typeAt, type TypeName } from './definitionNodes';

/** What a type comes to: a domain is what it is made over, with conditions of its own. */
export interface ResolvedType {
  readonly type: ColumnType;
  readonly notNull: boolean;
  readonly conditions: boolean;
}

type Made =
  | { readonly is: 'enum'; readonly labels: readonly string[] }
  | { readonly is: 'record'; readonly fields: readonly { name: string; type: TypeName | undefined }[] }
  | { readonly is: 'range'; readonly subtype: TypeName | undefined }
  | {
      readonly is: 'domain';
      readonly base: TypeName | undefined;
      readonly notNull: boolean;
      readonly conditions: boolean;
    };

/** The types that an archive makes, by name. */
export class TypeTable {
  readonly #made = new Map<string, Made>();

  /** `CREATE TYPE s.t AS ENUM (…)`, `AS RANGE (…)`, `AS (…)`; one in C stays unknown. */
  add(schema: string, name: string, nodes: readonly Node[]): void {
    const as = nodes.findIndex((node) => isWord(node, 'AS'));
    const next = nodes[as + 1];
    const list = isGroup(next, '(') ? next : nodes[as + 2];
    if (as < 0 || !isGroup(list, '(')) return;
    const parts = partsOf(list.nodes, isComma);
    if (isWord(next, 'ENUM')) this.#made.set(keyOf(schema, name), { is: 'enum', labels: stringsOf(list.nodes) });
    else if (isWord(next, 'RANGE')) {
      const part = parts.find(([first]) => isWord(first, 'subtype'));
      this.#made.set(keyOf(schema, name), { is: 'range', subtype: typeAt(part ?? [], 2)?.type });
    } else if (list === next) {
      const fields = parts.flatMap((part) => {
        const field = nameAt(part, 0);
        return field === undefined ? [] : [{ name: field.name, type: typeAt(part, field.end)?.type }];
      });
      this.#made.set(keyOf(schema, name), { is: 'record', fields });
    }
  }

  /** `CREATE DOMAIN s.d AS text NOT NULL CONSTRAINT c CHECK (…)` */
  addDomain(schema: string, name: string, nodes: readonly Node[]): void {
    const as = nodes.findIndex((node) => isWord(node, 'AS'));
    const base = typeAt(nodes, as + 1);
    const rest = nodes.slice(base?.end ?? as + 1);
    const notNull = rest.some((node, at) => isWord(node, 'NOT') && isWord(rest[at + 1], 'NULL'));
    const conditions = rest.some((node) => isWord(node, 'CHECK'));
    this.#made.set(keyOf(schema, name), { is: 'domain', base: base?.type, notNull, conditions });
  }

  /** What a type is; `other` where nothing is known of it. */
  resolve(name: TypeName | undefined, depth = 0): ResolvedType {
    const unknown: ColumnType = { kind: 'other', name: name?.name ?? 'unknown' };
    if (name === undefined || depth > 50) return { type: unknown, notNull: false, conditions: true };
    if (name.dimensions > 0) {
      const element = this.resolve({ ...name, dimensions: 0 }, depth + 1);
      return { type: { kind: 'array', element: element.type }, notNull: false, conditions: element.conditions };
    }
    const plain = (type: ColumnType): ResolvedType => ({ type, notNull: false, conditions: false });
    if (name.schema === undefined || name.schema === 'pg_catalog') {
      const own = builtinType(name.name, name.sizes);
      if (own !== undefined) return plain(own);
    }
    const made = this.#made.get(keyOf(name.schema ?? '', name.name));
    if (made === undefined) {
      // the one type of an extension that is a text like any other
      if (name.name === 'citext') return plain({ kind: 'text', name: 'citext', folded: true });
      return { type: unknown, notNull: false, conditions: true };
    }
    if (made.is === 'enum') return plain({ kind: 'enum', labels: made.labels });
    if (made.is === 'record') {
      const fields = made.fields.map((field) => ({ name: field.name, ...this.resolve(field.type, depth + 1) }));
      const conditions = fields.some((field) => field.conditions);
      return { type: { kind: 'record', fields }, notNull: false, conditions };
    }
    if (made.is === 'range') {
      const subtype = this.resolve(made.subtype, depth + 1).type;
      return plain(holdsText(subtype) ? unknown : { kind: 'plain', name: name.name });
    }
    const base = this.resolve(made.base, depth + 1);
    return { ...base, notNull: base.notNull || made.notNull, conditions: base.conditions || made.conditions };
  }

  /** The columns of a table `OF` this type. */
  fields(of: TypeName): readonly { name: string; type: ColumnType }[] {
    const { type } = this.resolve(of);
    return type.kind === 'record' ? type.fields : [];
  }
}

function keyOf(schema: string, name: string): string {
  return `${schema}\0${name}`;
}
