import fc from 'fast-check';

/** Columns of `grid`, on which expressions are printed and computed: small types that PostgreSQL casts in different ways. */
export const gridSql = `
  create table grid (id int primary key, v text, s varchar(5), c char(3), n numeric, b bigint, ok boolean, d date, a int[], w text[]);
  insert into grid select g, (array['a','b','ab',null])[g % 4 + 1], (array['a','x',null,'b','ab'])[g % 5 + 1], (array['a','b',null])[g % 3 + 1],
    (array[0, 1.5, -2, null])[g % 4 + 1], (array[1, -1, 3, null, 2])[g % 5 + 1], (array[true, false, null])[g % 3 + 1],
    date '2026-01-01' + g, array[g, g % 3], array['a', (array['b','x'])[g % 2 + 1]] from generate_series(1, 60) g;
  create function result_of(expression text) returns text language plpgsql as $$
    declare found text;
    begin
      execute format('select md5(string_agg(coalesce((%s)::text, ''null''), '','' order by id)) from grid', expression) into found;
      return found;
    exception when others then return 'error'; end $$;`;

const text = fc.constantFrom("'a'", "'b'", "'ab'", "''", "'it''s'", `'"'`, "'x AND y'", "'::text'", "E'back\\\\slash'");
const number = fc.constantFrom('0', '1', '-1', '2', '1.5', '3');

/** Expressions that PostgreSQL takes, by their type: with lists of every kind, nested conditions, casts of arrays. */
export const { condition } = fc.letrec<{ condition: string; word: string; figure: string }>((tie) => ({
  word: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('v', 's', 'c', 'v'),
    text,
    fc.tuple(tie('word'), tie('word')).map(([x, y]) => `(${x} || ${y})`),
    fc
      .tuple(tie('word'), fc.constantFrom('text', 'varchar', 'varchar(1)', 'char(2)', 'name'))
      .map(([x, t]) => `(${x})::${t}`),
    fc.tuple(tie('word'), tie('word')).map(([x, y]) => `coalesce(${x}, ${y})`),
    fc.tuple(tie('condition'), tie('word'), tie('word')).map(([x, y, z]) => `case when ${x} then ${y} else ${z} end`),
    tie('word').map((x) => `lower(${x})`),
    fc.constantFrom('w[1]', 'w[2]', "(array['a','b'])[1]", '(array[v, s]::varchar[])[2]'),
  ),
  figure: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.constantFrom('id', 'n', 'b', 'a[1]', 'a[2]'),
    number,
    fc.tuple(tie('figure'), fc.constantFrom('+', '-', '*'), tie('figure')).map(([x, o, y]) => `(${x} ${o} ${y})`),
    fc
      .tuple(tie('figure'), fc.constantFrom('bigint', 'numeric', 'numeric(4,1)', 'float8'))
      .map(([x, t]) => `(${x})::${t}`),
    tie('figure').map((x) => `- ${x}`),
    tie('word').map((x) => `length(${x})`),
  ),
  condition: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.constantFrom('ok', 'v is null', 's is not null', 'a && array[1, 2]', `w @> array['b']`),
    fc
      .tuple(tie('word'), fc.constantFrom('=', '<>', '<', 'like', 'is distinct from'), tie('word'))
      .map(([x, o, y]) => `${x} ${o} ${y}`),
    fc.tuple(tie('figure'), fc.constantFrom('=', '<>', '<', '>='), tie('figure')).map(([x, o, y]) => `${x} ${o} ${y}`),
    fc
      .tuple(
        tie('word'),
        fc.constantFrom('in', 'not in'),
        fc.array(fc.oneof(text, text, tie('word')), { minLength: 1, maxLength: 4 }),
      )
      .map(([x, o, list]) => `${x} ${o} (${list.join(', ')})`),
    fc
      .tuple(tie('figure'), fc.constantFrom('in', 'not in'), fc.array(number, { minLength: 1, maxLength: 3 }))
      .map(([x, o, list]) => `${x} ${o} (${list.join(', ')})`),
    fc
      .tuple(
        tie('word'),
        fc.constantFrom('= any', '<> all', 'like any'),
        fc.array(text, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '::text[]', '::varchar[]', '::varchar(2)[]'),
      )
      .map(([x, o, list, t]) => `${x} ${o} (array[${list.join(', ')}]${t})`),
    fc
      .tuple(tie('figure'), fc.constantFrom('between', 'not between', 'between symmetric'), number, number)
      .map(([x, o, y, z]) => `${x} ${o} ${y} and ${z}`),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map(([x, o, y]) => `${x} ${o} ${y}`),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map(([x, o, y]) => `(${x}) ${o} (${y})`),
    tie('condition').map((x) => `not (${x})`),
    tie('condition').map((x) => `(${x}) is not true`),
  ),
}));

/** Pieces of SQL as far as a mutation needs them. */
const pieces = /'(?:[^']|'')*'|[A-Za-z_]+|\d+(?:\.\d+)?|::|[^\sA-Za-z_\d']/g;

/** What a printed expression becomes by one small change: a pair of brackets more or less, a word, a cast or a sign changed. */
export function mutated(sql: string, random: (below: number) => number): string {
  const words = sql.match(pieces) ?? [];
  const pick = (): number => random(words.length);
  const out = [...words];
  switch (random(7)) {
    case 0: {
      const at = pick();
      out.splice(at, 0, '(');
      out.splice(at + 2 + random(Math.max(1, out.length - at)), 0, ')');
      break;
    }
    case 1: {
      const open = out.indexOf('(', pick());
      const close = open < 0 ? -1 : closing(out, open);
      if (close > 0) {
        out.splice(close, 1);
        out.splice(open, 1);
      }
      break;
    }
    case 2: {
      const others: Readonly<Record<string, string>> = {
        AND: 'OR',
        OR: 'AND',
        ANY: 'ALL',
        ALL: 'ANY',
        '=': '<>',
        '<': '>',
        '+': '-',
      };
      const at = pick();
      out.splice(at, 1, others[out[at] ?? ''] ?? out[at] ?? '');
      break;
    }
    case 3: {
      const at = out.findIndex((word, index) => index >= random(words.length) && word === '::');
      if (at >= 0) out.splice(at + 1, 1, ['text', 'name', 'varchar', 'integer', 'bigint'][random(5)] ?? 'text');
      break;
    }
    case 4: {
      const at = out.findIndex((word, index) => index >= random(words.length) && word === '::');
      if (at >= 0) out.splice(at, out[at + 2] === 'varying' ? 3 : 2);
      break;
    }
    case 5: {
      const [x, y] = [pick(), pick()];
      [out[x], out[y]] = [out[y] ?? '', out[x] ?? ''];
      break;
    }
    default: {
      const at = pick();
      out.splice(at, 0, random(2) === 0 ? 'NOT' : '-');
    }
  }
  return out.join(' ').replaceAll(' . ', '.');
}

function closing(words: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    if (words[at] === '(') depth += 1;
    else if (words[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
