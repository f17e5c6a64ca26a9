import { settle } from './sqlMeaning';
import { isName, type Token } from './sqlTokens';
import { groupOf, isComma, isGroup, isSign, isWord, joined, partsOf, textOf, treeOf, type Node } from './sqlTree';
import { settledGrants, withoutMaintain } from './grantMeaning';

/** What a definition means, in a form that does not depend on who printed it. */
export interface Meaning {
  readonly text: string;
  /** of a table: its columns, constraints and other statements, whose order may differ */
  readonly parts?: readonly string[];
  /** as servers before 17 (grants) or 18 (tables, domains) can say it; only where that differs */
  readonly older?: string;
  readonly olderParts?: readonly string[];
}

/**
 * The meaning of an entry's SQL. Equal texts mean the same to a server; different ones may still, where PostgreSQL says one thing in two ways
 * that no rule here knows. `backslashes`: see `tokensOf`. Text that is not SQL as pg_dump writes it stands for itself.
 */
export function meaningOf(kind: string, sql: string, backslashes = false): Meaning {
  const nodes = treeOf(sql, settle, backslashes);
  if (nodes === undefined) return { text: sql };
  switch (kind) {
    case 'ACL':
    case 'DEFAULT ACL':
      return withOlder(settledGrants(nodes), settledGrants(nodes, withoutMaintain));
    case 'VIEW':
    case 'MATERIALIZED VIEW':
      return { text: textOf(withoutQualifiers(nodes)) };
    case 'TABLE':
    case 'FOREIGN TABLE': {
      const [create = [], ...others] = statementsOf(nodes).map(withoutOnly);
      const statements = [withoutGivenNames(create), ...others];
      const parts = partsOfTable(statements);
      const olderParts = olderPartsOfTable(statements);
      const [text, older] = [parts.join('\n'), olderParts.join('\n')];
      return older === text ? { text, parts } : { text, parts, older, olderParts };
    }
    case 'POLICY':
      return { text: textOf(withSortedRoles(nodes)) };
    case 'DOMAIN':
      return withOlder(textOf(withoutGivenName(nodes)), textOf(withoutNullNames(nodes)));
    default:
      return { text: textOf(nodes) };
  }
}

function withOlder(text: string, older: string): Meaning {
  return older === text ? { text } : { text, older };
}

/**
 * `SELECT t.id FROM t` as `SELECT id FROM t`: 15 names the table where 16 and later do not. Only where a query reads from one thing,
 * and not inside its subqueries: these name the outer table in all majors.
 */
function withoutQualifiers(nodes: readonly Node[]): readonly Node[] {
  const as = nodes.findIndex((node) => isWord(node, 'AS')) + 1;
  const query = nodes.slice(as);
  const source = onlySource(query);
  if (source === undefined) return nodes;
  const { name, from, end } = source;
  const before = unqualified(query.slice(0, from), name, 0);
  return [...nodes.slice(0, as), ...before, ...query.slice(from, end), ...unqualified(query.slice(end), name, 0)];
}

function unqualified(nodes: readonly Node[], source: string, depth: number): Node[] {
  const out: Node[] = [];
  for (let at = 0; at < nodes.length; at += 1) {
    const node = nodes[at];
    if (node === undefined) break;
    if (node.kind === 'group') {
      const isSubquery = isWord(node.nodes[0], 'SELECT', 'WITH', 'VALUES');
      const isUnion = node.nodes.some((inner) => isWord(inner, 'UNION', 'INTERSECT', 'EXCEPT'));
      const isLeft = isSubquery || isUnion || depth > 200;
      out.push(isLeft ? node : groupOf(node.open, unqualified(node.nodes, source, depth + 1)));
      continue;
    }
    const name = nodes[at + 2];
    const isSource = isName(node) && node.text === source && isSign(nodes[at + 1], '.');
    const isColumn = name !== undefined && name.kind !== 'group' && isName(name) && !isGroup(nodes[at + 3], '(');
    // a type, a collation, a function in a schema of that name
    const before = nodes[at - 1];
    const isOther =
      isSign(before, '.') || isSign(before, '::') || isWord(before, 'COLLATE') || isSign(nodes[at + 3], '.');
    if (isSource && isColumn && !isOther) at += 1;
    else out.push(node);
  }
  return out;
}

/** The only thing that the outermost query reads from: its name there, and where its words stand. */
function onlySource(nodes: readonly Node[]): { name: string; from: number; end: number } | undefined {
  if (nodes.some((node) => isWord(node, 'UNION', 'INTERSECT', 'EXCEPT'))) return undefined;
  const from = nodes.findIndex((node) => isWord(node, 'FROM'));
  if (from < 0) return undefined;
  const behind = nodes.findIndex((node, at) => at > from && (isSign(node, ';') || isClause(node, nodes[at + 1])));
  const end = behind < 0 ? nodes.length : behind;
  const item = nodes.slice(from + 1, end);
  if (item.some((node) => isComma(node) || isWord(node, 'JOIN'))) return undefined;
  const last = item.findLast((node): node is Token => node.kind !== 'group' && isName(node));
  return last === undefined ? undefined : { name: last.text, from, end };
}

function isClause(node: Node, next: Node | undefined): boolean {
  return node.kind === 'word' && clauses.has(node.text) && !isWord(next, 'ORDINALITY');
}

/** What comes behind FROM. */
const clauses: ReadonlySet<string> = new Set([
  ...['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR', 'WITH', 'TABLESAMPLE'],
]);

/** `TO b, a` as `TO a, b`: pg_dump lists the roles of a policy as it meets them in the catalog, which is another order in another server. */
function withSortedRoles(nodes: readonly Node[]): readonly Node[] {
  const from = nodes.findIndex((node) => isWord(node, 'TO')) + 1;
  if (from === 0) return nodes;
  const behind = nodes.findIndex((node, at) => at >= from && (isWord(node, 'USING', 'WITH') || isSign(node, ';')));
  const end = behind < 0 ? nodes.length : behind;
  const roles = partsOf(nodes.slice(from, end), isComma).sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return [...nodes.slice(0, from), ...joined(roles, comma), ...nodes.slice(end)];
}

const comma: Node = { kind: 'sign', text: ',' };

/** The list of columns and constraints, one each, and the other statements, without regard to order. */
function partsOfTable([create = [], ...others]: readonly (readonly Node[])[]): string[] {
  const at = create.findIndex((node) => isGroup(node, '('));
  const list = create[at];
  const elements = isGroup(list, '(') ? partsOf(list.nodes, isComma).map((part) => `  ${textOf(part)}`) : [];
  const rest = create.filter((node) => node !== list);
  return [textOf(rest), ...elements, ...others.map(textOf)];
}

/** `ALTER FOREIGN TABLE ONLY`, as 17 and later say it: each table of a dump has its own statements. */
function withoutOnly(statement: readonly Node[]): readonly Node[] {
  const isForeign = isWord(statement[1], 'FOREIGN') && isWord(statement[2], 'TABLE') && isWord(statement[3], 'ONLY');
  return isWord(statement[0], 'ALTER') && isForeign ? [...statement.slice(0, 3), ...statement.slice(4)] : statement;
}

function statementsOf(nodes: readonly Node[]): Node[][] {
  return partsOf(nodes, (node) => isSign(node, ';')).filter((statement) => statement.length > 0);
}

/** NOT NULL of a table is a constraint with a name since 18, and one of an inherited column stands in the list. */
function olderPartsOfTable([create = [], ...others]: readonly (readonly Node[])[]): string[] {
  const list = create.find((node) => isGroup(node, '('));
  const elements = isGroup(list, '(') ? partsOf(list.nodes, isComma).map((element) => withoutNullNames(element)) : [];
  const notNull: string[] = [];
  const kept = elements.filter((element) => {
    const [not, nothing, column] = element;
    const isListed = isWord(not, 'NOT') && isWord(nothing, 'NULL') && column !== undefined;
    // with what says that it does not hold everywhere: NO INHERIT, NOT VALID
    if (isListed) notNull.push(textOf(element.slice(2)));
    return !isListed;
  });
  const statements = others.filter((statement) => {
    const at = statement.findIndex((node) => isWord(node, 'COLUMN'));
    const column = statement[at + 1];
    const isSet = at >= 0 && column !== undefined && textOf(statement.slice(at + 2)) === 'SET NOT NULL';
    if (isSet) notNull.push(textOf([column]));
    return !isSet;
  });
  const head = textOf(create.filter((node) => node !== list));
  const columns = kept.map((element) => `  ${textOf(element)}`);
  const rest = [...statements.map(textOf), ...notNull.sort().map((column) => `NOT NULL ${column}`)];
  return [head, ...columns, ...rest];
}

/** `CONSTRAINT name NOT NULL` as `NOT NULL`; only where `isDropped` says so of the name. */
function withoutNullNames(nodes: readonly Node[], isDropped: (name: Node | undefined) => boolean = () => true): Node[] {
  return nodes.filter((node, at) => {
    const named = isWord(node, 'CONSTRAINT') ? at : isWord(nodes[at - 1], 'CONSTRAINT') ? at - 1 : -1;
    const isNull = named >= 0 && isWord(nodes[named + 2], 'NOT') && isWord(nodes[named + 3], 'NULL');
    return !isNull || !isDropped(nodes[named + 1]);
  });
}

/**
 * NOT NULL that nobody named. The server makes its name of a table and a column, and counts on where that is taken: `t_a_not_null1`. Which table that is, and what was taken, is a matter of how the table came to be:
 * a partition has the name of its parent's, or, where it came from a server before 18, one of its own; one that was renamed has that of its old name.
 */
function withoutGivenNames(create: readonly Node[]): readonly Node[] {
  return create.map((node) => {
    if (!isGroup(node, '(')) return node;
    const elements = partsOf(node.nodes, isComma).map((element) => {
      // of a column, or in the list: `CONSTRAINT name NOT NULL column`
      const column = nameOf(isWord(element[0], 'CONSTRAINT') ? element[4] : element[0]);
      return withoutNullNames(element, (name) => isGiven(nameOf(name), `_${column}_not_null`));
    });
    return groupOf('(', joined(elements, comma));
  });
}

function isGiven(name: string, end: string): boolean {
  const [uncounted = ''] = name.split(/(?<=_not_null)[1-9]\d*$/);
  return uncounted.length > end.length && uncounted.endsWith(end);
}

/** The same of a domain: `d_not_null1`. */
function withoutGivenName(create: readonly Node[]): readonly Node[] {
  return withoutNullNames(create, (name) => isGiven(nameOf(name), '_not_null'));
}

/** As it is called, without its quotes. */
function nameOf(node: Node | undefined): string {
  if (node === undefined || node.kind === 'group') return '';
  return node.text.startsWith('"') ? node.text.slice(1, -1).replaceAll('""', '"') : node.text;
}
