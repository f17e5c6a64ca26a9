import { isName, type Token } from '../../postgres/archive/meaning/sqlTokens';
import { isGroup, isSign, treeOf, type Node } from '../../postgres/archive/meaning/sqlTree';
import { endOfType } from '../../postgres/archive/meaning/sqlTypes';

/** A type as a definition names it, before it is known what that is. */
export interface TypeName {
  /** undefined: one of PostgreSQL's own */
  readonly schema: string | undefined;
  readonly name: string;
  readonly sizes: readonly number[];
  readonly dimensions: number;
}

/** The words of a definition with what stands in brackets as groups; none where it is no SQL as pg_dump writes it. */
export function nodesOf(sql: string, backslashes: boolean): readonly Node[] {
  return treeOf(sql, (nodes) => nodes, backslashes) ?? [];
}

/** What a name is without its quotes. */
export function plainName({ kind, text }: Token): string {
  return kind === 'name' ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** A name, with or without its schema, that begins at `from`. */
export function nameAt(
  nodes: readonly Node[],
  from: number,
): { schema: string | undefined; name: string; end: number } | undefined {
  const first = nodes[from];
  if (first === undefined || first.kind === 'group' || !isAnyName(first)) return undefined;
  const second = nodes[from + 2];
  if (isSign(nodes[from + 1], '.') && second !== undefined && second.kind !== 'group' && isAnyName(second))
    return { schema: plainName(first), name: plainName(second), end: from + 3 };
  return { schema: undefined, name: plainName(first), end: from + 1 };
}

/** Words that our own rules for meaning take for keywords never stand bare as names. */
function isAnyName(token: Token): boolean {
  return isName(token);
}

/** The type that begins at `from`, and where it ends; undefined where none is found for certain. */
export function typeAt(nodes: readonly Node[], from: number): { type: TypeName; end: number } | undefined {
  const end = endOfType(nodes, from);
  if (end === undefined) return undefined;
  const words: string[] = [];
  let schema: string | undefined;
  let sizes: readonly number[] = [];
  let dimensions = 0;
  for (let at = from; at < end; at += 1) {
    const node = nodes[at];
    if (node === undefined) break;
    if (isGroup(node, '('))
      sizes = node.nodes.filter((inner) => inner.kind === 'number').map(({ text }) => Number(text));
    else if (isGroup(node, '[')) dimensions += 1;
    else if (isSign(node, '.')) schema = words.pop();
    else words.push(at === from && node.kind === 'name' ? quotedOrPlain(node, nodes[at + 1]) : lowered(node));
  }
  return { type: { schema, name: words.join(' '), sizes, dimensions }, end };
}

/** `WITH time zone`: a keyword that our rules for meaning print in capitals. */
function lowered(node: Token): string {
  return node.kind === 'word' ? node.text.toLowerCase() : plainName(node);
}

/** `"char"` is another type than `char`. */
function quotedOrPlain(node: Token, next: Node | undefined): string {
  return !isSign(next, '.') && node.text === '"char"' ? node.text : plainName(node);
}

/** All texts in quotes, however deep. */
export function stringsOf(nodes: readonly Node[]): string[] {
  const found: string[] = [];
  visit(nodes, (token) => {
    if (token.kind === 'string') found.push(stringValue(token.text));
  });
  return found;
}

/** All names, however deep. */
export function namesOf(nodes: readonly Node[]): Set<string> {
  const found = new Set<string>();
  visit(nodes, (token) => {
    if (token.kind === 'word' || token.kind === 'name') found.add(plainName(token));
  });
  return found;
}

function visit(nodes: readonly Node[], see: (token: Token) => void): void {
  const stack: Node[] = nodes.toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind === 'group') stack.push(...node.nodes.toReversed());
    else see(node);
  }
}

function stringValue(text: string): string {
  const from = text.indexOf("'");
  return text.slice(from + 1, -1).replaceAll("''", "'");
}
