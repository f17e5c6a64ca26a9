import { tokensOf, type Token } from './sqlTokens';

/** One statement of a text of SQL. */
export interface Statement {
  readonly tokens: readonly Token[];
  /** the texts of its first words, with a space after each */
  readonly words: string;
}

/**
 * The statements of a text, each ended by a semicolon of its own. Undefined where it has no end, or holds a comment: pg_dump writes none into a definition, and what is one is for the server
 * to say. Semicolons within the body of a function end statements, too. `backslashes` is that of `tokensOf`. Pure.
 */
export function statementsOf(sql: string, backslashes: boolean): readonly Statement[] | undefined {
  const tokens = tokensOf(sql, backslashes);
  if (tokens === undefined) return undefined;
  const statements: Statement[] = [];
  let from = 0;
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind === 'sign' && (text.includes('--') || text.includes('/*'))) return undefined;
    if (kind !== 'sign' || text !== ';') continue;
    const own = tokens.slice(from, at);
    statements.push({
      tokens: own,
      words: own
        .slice(0, longestHead)
        .map((one) => `${one.text} `)
        .join(''),
    });
    from = at + 1;
  }
  return from === tokens.length ? statements : undefined;
}

/** as many words tell a statement from others */
const longestHead = 6;
