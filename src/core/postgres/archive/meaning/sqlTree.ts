import { tokensOf, type Token } from './sqlTokens';

/** A word, or what stands between two brackets. */
export type Node = Token | Group;

export interface Group {
  readonly kind: 'group';
  readonly open: '(' | '[';
  readonly nodes: readonly Node[];
  /** the group as it is written in canonical form */
  readonly text: string;
}

/**
 * The words of a text of SQL with what stands in brackets as a group, each list of nodes put through `settle` from the inside out.
 * Undefined where quotes or brackets do not close. Neither recursion nor anything worse than linear: the text may be anybody's.
 */
export function treeOf(
  sql: string,
  settle: (nodes: readonly Node[]) => readonly Node[],
  backslashes = false,
): readonly Node[] | undefined {
  const tokens = tokensOf(sql, backslashes);
  if (tokens === undefined) return undefined;
  const stack: { open: '(' | '['; nodes: Node[] }[] = [];
  let nodes: Node[] = [];
  for (const token of tokens) {
    if (token.kind !== 'sign') nodes.push(token);
    else if (token.text === '(' || token.text === '[') {
      stack.push({ open: token.text, nodes });
      nodes = [];
    } else if (token.text === ')' || token.text === ']') {
      const outer = stack.pop();
      if (outer === undefined || (outer.open === '(') !== (token.text === ')')) return undefined;
      outer.nodes.push(groupOf(outer.open, settle(nodes)));
      nodes = outer.nodes;
    } else nodes.push(token);
  }
  return stack.length > 0 ? undefined : settle(nodes);
}

export function groupOf(open: '(' | '[', nodes: readonly Node[]): Group {
  return { kind: 'group', open, nodes, text: `${open} ${textOf(nodes)} ${open === '(' ? ')' : ']'}` };
}

export function textOf(nodes: readonly Node[]): string {
  let text = '';
  for (const node of nodes) text += text === '' ? node.text : ` ${node.text}`;
  return text;
}

export function isSign(node: Node | undefined, text: string): boolean {
  return node?.kind === 'sign' && node.text === text;
}

export function isWord(node: Node | undefined, ...texts: readonly string[]): boolean {
  return node?.kind === 'word' && texts.includes(node.text);
}

export function isGroup(node: Node | undefined, open: '(' | '['): node is Group {
  return node?.kind === 'group' && node.open === open;
}

/** The parts of a list between nodes that `separates` names; always at least one. */
export function partsOf(nodes: readonly Node[], separates: (node: Node) => boolean): Node[][] {
  let part: Node[] = [];
  const parts = [part];
  for (const node of nodes) {
    if (separates(node)) parts.push((part = []));
    else part.push(node);
  }
  return parts;
}

export function isComma(node: Node): boolean {
  return isSign(node, ',');
}

/** Parts put together again with `separator` between them. */
export function joined(parts: readonly (readonly Node[])[], separator: Node): Node[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}
