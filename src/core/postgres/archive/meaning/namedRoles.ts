/**
 * The roles a definition names: whom GRANT gives to, whom REVOKE takes from, FOR ROLE of default privileges, TO of a policy, FOR of
 * a user mapping, and the session authorization that pg_dump switches to. PUBLIC is none.
 */
export function namedRoles(kind: string, definition: string): string[] {
  if (kind === 'ACL' || kind === 'DEFAULT ACL') return statements(definition).flatMap(rolesOfGrant);
  if (kind === 'POLICY') return statements(definition).flatMap(rolesOfPolicy);
  if (kind === 'USER MAPPING')
    return statements(definition).flatMap((words) => rolesAfter(words, indexOf(words, 'FOR')));
  return [];
}

/** A quoted name keeps its quote in front, so that it never looks like a keyword. */
type Word = string;

function rolesOfGrant(words: readonly Word[]): string[] {
  if (keyword(words[0]) === 'SET') return rolesAfter(words, indexOf(words, 'AUTHORIZATION'));
  const roles: string[] = [];
  const forRole = words.findIndex((word, at) => keyword(word) === 'FOR' && keyword(words[at + 1]) === 'ROLE');
  if (forRole >= 0) roles.push(...rolesAfter(words, forRole + 1));
  // an unquoted TO or FROM is always the keyword: both are reserved, so that an object of that name is quoted
  const target = words.findLastIndex((word) => keyword(word) === 'TO' || keyword(word) === 'FROM');
  roles.push(...rolesAfter(words, target));
  return roles;
}

function rolesOfPolicy(words: readonly Word[]): string[] {
  const using = words.findIndex((word) => word === '(');
  const head = using < 0 ? words : words.slice(0, using);
  return rolesAfter(head, indexOf(head, 'TO'));
}

function rolesAfter(words: readonly Word[], at: number): string[] {
  const roles: string[] = [];
  if (at < 0) return roles;
  let next = keyword(words[at + 1]) === 'GROUP' ? at + 2 : at + 1;
  for (;;) {
    const word = words[next];
    if (word === undefined) return roles;
    if (keyword(word) !== 'PUBLIC') roles.push(nameOf(word));
    if (words[next + 1] !== ',') return roles;
    next += 2;
  }
}

function indexOf(words: readonly Word[], wanted: string): number {
  return words.findIndex((word) => keyword(word) === wanted);
}

function keyword(word: Word | undefined): string {
  return word === undefined ? '' : word.toUpperCase();
}

function nameOf(word: Word): string {
  if (word.startsWith('"')) return word.slice(1, -1).replaceAll('""', '"');
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("''", "'") : word;
}

/** Splits SQL into statements of words: names, quoted names, strings, and single signs. */
function statements(sql: string): Word[][] {
  const found: Word[][] = [];
  let words: Word[] = [];
  for (const [word] of sql.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s"'(),;.]+|[(),;.]/g)) {
    if (word !== ';') words.push(word);
    else if (words.length > 0) {
      found.push(words);
      words = [];
    }
  }
  if (words.length > 0) found.push(words);
  return found;
}
