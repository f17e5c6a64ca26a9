import { isComma, isSign, isWord, partsOf, textOf, type Node } from './sqlTree';

/**
 * Grants in one order: those that follow each other may stand in any, what takes away stays in front of what gives. What another role
 * granted stands between two changes of the session's user and is one thing. `change` is put to each statement first.
 */
export function settledGrants(
  nodes: readonly Node[],
  change: (statement: readonly Node[]) => readonly Node[] = (statement) => statement,
): string {
  const runs: { verb: string; units: string[] }[] = [];
  let block: string[] | undefined;
  let blockVerb = '';
  const add = (verb: string, unit: string): void => {
    const last = runs.at(-1);
    if (last?.verb === verb) last.units.push(unit);
    else runs.push({ verb, units: [unit] });
  };
  for (const statement of partsOf(nodes, (node) => isSign(node, ';'))) {
    if (statement.length === 0) continue;
    const text = textOf(change(statement));
    const verb = ['GRANT', 'REVOKE'].find((word) => statement.some((node) => isWord(node, word))) ?? text;
    if (isWord(statement[0], 'SET')) {
      block = [text];
      blockVerb = '';
    } else if (block === undefined) add(verb, text);
    else {
      block.push(text);
      if (!isWord(statement[0], 'RESET')) blockVerb = blockVerb === '' || blockVerb === verb ? verb : text;
      else {
        add(blockVerb, block.join(' ; '));
        block = undefined;
      }
    }
  }
  if (block !== undefined) add('', block.join(' ; '));
  return runs.map(({ units }) => units.sort().join(' ; ')).join(' ; ');
}

/**
 * What a server before 17 can say of a grant on tables: all rights of a table are ALL there without MAINTAIN. A MAINTAIN beside fewer is a right of its own, which it cannot say, and stays.
 */
export function withoutMaintain(statement: readonly Node[]): readonly Node[] {
  const first = statement.findIndex((node) => isWord(node, 'GRANT', 'REVOKE'));
  const verb = isWord(statement[first + 1], 'GRANT') && isWord(statement[first + 2], 'OPTION') ? first + 3 : first;
  const on = statement.findIndex((node, at) => at > verb && isWord(node, 'ON'));
  if (first < 0 || on < 0 || !isWord(statement[on + 1], 'TABLE', 'TABLES')) return statement;
  const privileges = partsOf(statement.slice(verb + 1, on), isComma);
  const older = privileges.filter(([name]) => !isWord(name, 'MAINTAIN'));
  const whole = older.filter((privilege) => privilege.length === 1).map(textOf);
  const isAll = allBefore17.every((name) => whole.includes(name)) && whole.length === older.length;
  return isAll ? [...statement.slice(0, verb + 1), { kind: 'word', text: 'ALL' }, ...statement.slice(on)] : statement;
}

const allBefore17 = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
