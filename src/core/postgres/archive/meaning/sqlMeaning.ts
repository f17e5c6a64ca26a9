import { isName } from './sqlTokens';
import { groupOf, isComma, isGroup, isSign, isWord, joined, partsOf, textOf, type Group, type Node } from './sqlTree';
import { endOfType } from './sqlTypes';

/**
 * What PostgreSQL words anew when it reads back what it printed, put into one form, for the nodes of one level; those within
 * brackets are settled already. Each rule is one of PostgreSQL's own parser, or one that cannot change a value:
 *
 * - a cast of `ARRAY[…]` to an array type is a cast of each element (the parser pushes it inside);
 * - `(x)::t` is `x::t` where x is a name, a literal, a call or such with casts; a second cast to the same type is none;
 * - AND within AND and OR within OR are one list (their order stays: it decides nothing about the result, but about errors).
 */
export function settle(nodes: readonly Node[]): readonly Node[] {
  return flattened(casted(nodes));
}

function casted(nodes: readonly Node[]): readonly Node[] {
  if (!nodes.some((node) => isSign(node, '::'))) return nodes;
  const out: Node[] = [];
  for (let at = 0; at < nodes.length; at += 1) {
    const node = nodes[at];
    if (node === undefined) break;
    const end = isSign(node, '::') ? endOfType(nodes, at + 1) : undefined;
    if (end !== undefined) {
      castLast(out, nodes.slice(at + 1, end));
      at = end - 1;
    } else if (isNeedless(node, out.at(-1), nodes[at + 1])) out.push(...node.nodes);
    else out.push(node);
  }
  return out;
}

/** Brackets around what binds as tightly without them, in front of a cast. */
function isNeedless(node: Node, before: Node | undefined, after: Node | undefined): node is Group {
  return isGroup(node, '(') && isSign(after, '::') && startsExpression(before) && isPrimary(node.nodes);
}

function startsExpression(before: Node | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'sign') return before.text !== '.' && before.text !== '::';
  return isWord(before, ...expressionStarters);
}

const expressionStarters = [
  ...['AND', 'OR', 'NOT', 'CASE', 'WHEN', 'THEN', 'ELSE', 'SELECT', 'WHERE', 'ON', 'HAVING', 'BY'],
  ...['DEFAULT', 'RETURN'],
];

/** Casts what the list ends with: into the elements of an array, once where it has the type. */
function castLast(out: Node[], type: readonly Node[]): void {
  if (endsWithCast(out, type)) return;
  const array = out.at(-1);
  if (isGroup(type.at(-1), '[') && isGroup(array, '[') && isWord(out.at(-2), 'ARRAY') && array.nodes.length > 0) {
    const element = type.slice(
      0,
      type.findIndex((node) => isGroup(node, '[')),
    );
    const inside = castInside(array, element, 0);
    if (inside !== undefined) {
      out.splice(-1, 1, inside);
      return;
    }
  }
  out.push(castSign, ...type);
}

const castSign: Node = { kind: 'sign', text: '::' };
const comma: Node = { kind: 'sign', text: ',' };

/** Undefined where arrays stand in each other deeper than anybody writes. */
function castInside(array: Group, type: readonly Node[], depth: number): Group | undefined {
  if (depth > 20) return undefined;
  const elements: Node[][] = [];
  for (const element of partsOf(array.nodes, isComma)) {
    const [first, second, third] = element;
    const isBare = isGroup(first, '[') && second === undefined;
    const inner = isBare ? first : isWord(first, 'ARRAY') && third === undefined ? second : undefined;
    if (isGroup(inner, '[')) {
      const inside = inner.nodes.length === 0 ? inner : castInside(inner, type, depth + 1);
      if (inside === undefined) return undefined;
      elements.push(isBare || first === undefined ? [inside] : [first, inside]);
    } else if (!isPrimary(element)) elements.push([groupOf('(', element), castSign, ...type]);
    else elements.push(endsWithCast(element, type) ? element : [...unwrapped(element), castSign, ...type]);
  }
  return groupOf('[', joined(elements, comma));
}

/** `(x)` as x, where a cast follows and x needs no brackets for it. */
function unwrapped(element: readonly Node[]): readonly Node[] {
  const [only, more] = element;
  return more === undefined && isGroup(only, '(') && isPrimary(only.nodes) ? only.nodes : element;
}

function endsWithCast(nodes: readonly Node[], type: readonly Node[]): boolean {
  const at = nodes.length - type.length;
  return at > 0 && isSign(nodes[at - 1], '::') && textOf(nodes.slice(at)) === textOf(type);
}

/** A literal, a name, a call, an array or something in brackets, with any number of casts, subscripts and fields behind it. */
function isPrimary(nodes: readonly Node[]): boolean {
  let at = endOfHead(nodes);
  if (at === undefined) return false;
  while (at < nodes.length) {
    const node: Node | undefined = nodes[at];
    const field: Node | undefined = nodes[at + 1];
    if (isGroup(node, '[')) at += 1;
    else if (isSign(node, '.') && field !== undefined && field.kind !== 'group') at += 2;
    else {
      const end: number | undefined = isSign(node, '::') ? endOfType(nodes, at + 1) : undefined;
      if (end === undefined) return false;
      at = end;
    }
  }
  return true;
}

function endOfHead(nodes: readonly Node[]): number | undefined {
  const [first, second] = nodes;
  if (first === undefined) return undefined;
  if (first.kind === 'group') return first.open === '(' ? 1 : undefined;
  if (first.kind === 'string' || first.kind === 'number') return 1;
  if (isWord(first, 'ARRAY')) return isGroup(second, '[') ? 2 : undefined;
  if (isWord(first, 'NULL')) return 1;
  if (!isName(first)) return nodes.length === 1 && first.kind === 'word' ? 1 : undefined;
  let at = 1;
  for (let name = nodes[at + 1]; isSign(nodes[at], '.') && name !== undefined; name = nodes[at + 1]) {
    if (name.kind === 'group' || !isName(name)) return undefined;
    at += 2;
  }
  return isGroup(nodes[at], '(') ? at + 1 : at;
}

function flattened(nodes: readonly Node[]): readonly Node[] {
  if (!nodes.some((node) => isWord(node, 'AND', 'OR'))) return nodes;
  const parts = partsOf(nodes, isComma).map((part) => {
    const word = connective(part);
    if (word === undefined) return part;
    const items = partsOf(part, (node) => isWord(node, word));
    return joined(
      items.map((item) => {
        const [only, more] = item;
        return more === undefined && isGroup(only, '(') && connective(only.nodes) === word ? only.nodes : item;
      }),
      { kind: 'word', text: word },
    );
  });
  return joined(parts, comma);
}

/** AND or OR where nodes are a list of conditions joined by it and by nothing else. */
function connective(nodes: readonly Node[]): 'AND' | 'OR' | undefined {
  let found: 'AND' | 'OR' | undefined;
  for (const node of nodes) {
    if (node.kind === 'sign' && (node.text === ',' || node.text === ';')) return undefined;
    if (node.kind !== 'word' || !/^[A-Z]/.test(node.text)) continue;
    if (node.text === 'AND' || node.text === 'OR') {
      if (found !== undefined && found !== node.text) return undefined;
      found = node.text;
    } else if (!conditionWords.has(node.text)) return undefined;
  }
  return found;
}

/** Keywords that may stand in a condition without making it part of something larger, such as BETWEEN or a clause. */
const conditionWords: ReadonlySet<string> = new Set([
  ...[
    'NOT',
    'IS',
    'NULL',
    'TRUE',
    'FALSE',
    'UNKNOWN',
    'ANY',
    'ALL',
    'SOME',
    'ARRAY',
    'IN',
    'EXISTS',
    'LIKE',
    'ILIKE',
    'VALUE',
  ],
  ...['ROW', 'COALESCE', 'NULLIF', 'GREATEST', 'LEAST', 'EXTRACT', 'CURRENT_USER', 'SESSION_USER', 'CURRENT_DATE'],
]);
