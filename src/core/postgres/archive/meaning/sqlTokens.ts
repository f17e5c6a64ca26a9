/**
 * One word of SQL. `text` is its canonical spelling: names without needless quotes, keywords that no name can be in capitals, strings by
 * their value. Two tokens mean the same to a parser when their texts are equal.
 */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
}

/**
 * The words of a text of SQL, without what stands between them. `backslashes`: it was written with `standard_conforming_strings`
 * off, so that a backslash in a plain string is an escape. Undefined where a string or a name has no end. Linear in time.
 */
export function tokensOf(sql: string, backslashes = false): Token[] | undefined {
  const reader = new TokenReader(sql, backslashes);
  const tokens: Token[] = [];
  for (;;) {
    const token = reader.next();
    if (token === 'end') return tokens;
    if (token === undefined) return undefined;
    tokens.push(token);
  }
}

/** A simple name, whether it was quoted or not; undefined for everything else. */
export function isName({ kind, text }: Token): boolean {
  return kind === 'name' || (kind === 'word' && !/^[A-Z]/.test(text));
}

class TokenReader {
  #at = 0;
  readonly #sql: string;
  readonly #backslashes: boolean;

  constructor(sql: string, backslashes: boolean) {
    this.#sql = sql;
    this.#backslashes = backslashes;
  }

  next(): Token | 'end' | undefined {
    const sql = this.#sql;
    while (this.#at < sql.length && isSpace(sql.charCodeAt(this.#at))) this.#at += 1;
    const start = this.#at;
    if (start >= sql.length) return 'end';
    const first = sql.charAt(start);
    if (first === '"') return this.#name();
    if (first === "'") return this.#string('', this.#backslashes);
    if (first === '$') return this.#dollar();
    if (isDigit(first) || (first === '.' && isDigit(sql.charAt(start + 1)))) return this.#number();
    if (startsWord(first)) return this.#word();
    if (first === '-' && sql.startsWith('--', start)) return this.#comment();
    return this.#sign(first);
  }

  #name(): Token | undefined {
    const name = this.#quoted('"');
    if (name === undefined) return undefined;
    const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && !keywords.has(name);
    return isPlain ? { kind: 'word', text: name } : { kind: 'name', text: `"${name.replaceAll('"', '""')}"` };
  }

  /** A string stands by its value, whatever quotes it had; one with escapes that say more than a backslash stays as it is. */
  #string(prefix: string, backslashes: boolean): Token | undefined {
    const start = this.#at;
    const value = backslashes ? this.#escaped() : this.#quoted("'");
    // a server goes on reading escapes in a string that continues on another line; pg_dump writes none
    if (value === undefined || (backslashes && this.#goesOn())) return undefined;
    const plain = backslashes && /\\[^\\]/.test(value.replaceAll('\\\\', '')) ? undefined : value;
    if (plain === undefined) return { kind: 'string', text: `E${this.#sql.slice(start, this.#at)}` };
    return stringToken(backslashes ? plain.replaceAll('\\\\', '\\') : plain, prefix);
  }

  /** Whether a string continues: white space with the end of a line, comments too, and another quote. */
  #goesOn(): boolean {
    let [at, lines] = [this.#at, 0];
    for (;;) {
      if (isSpace(this.#sql.charCodeAt(at))) {
        if (/[\n\r]/.test(this.#sql.charAt(at))) lines += 1;
        at += 1;
      } else if (this.#sql.startsWith('--', at)) {
        while (at < this.#sql.length && !/[\n\r]/.test(this.#sql.charAt(at))) at += 1;
      } else return lines > 0 && this.#sql.charAt(at) === "'";
    }
  }

  /** What stands between two quotes, doubled ones undone. */
  #quoted(quote: string): string | undefined {
    const from = this.#at + 1;
    let at = from;
    for (;;) {
      const end = this.#sql.indexOf(quote, at);
      if (end < 0) return undefined;
      if (this.#sql.charAt(end + 1) !== quote) {
        this.#at = end + 1;
        return this.#sql.slice(from, end).replaceAll(quote + quote, quote);
      }
      at = end + 2;
    }
  }

  /** The same where a backslash hides what follows; the backslashes stay. */
  #escaped(): string | undefined {
    const from = this.#at + 1;
    for (let at = from; at < this.#sql.length; at += 1) {
      const sign = this.#sql.charAt(at);
      if (sign === '\\') at += 1;
      else if (sign === "'") {
        if (this.#sql.charAt(at + 1) === "'") at += 1;
        else {
          this.#at = at + 1;
          return this.#sql.slice(from, at).replaceAll("''", "'");
        }
      }
    }
    return undefined;
  }

  /** `$tag$…$tag$` is a string; `$1` a parameter. */
  #dollar(): Token | undefined {
    const sql = this.#sql;
    let end = this.#at + 1;
    if (isDigit(sql.charAt(end))) {
      while (isDigit(sql.charAt(end))) end += 1;
      return this.#take('number', end);
    }
    while (end < sql.length && continuesWord(sql.charAt(end)) && sql.charAt(end) !== '$') end += 1;
    if (sql.charAt(end) !== '$') return this.#take('sign', this.#at + 1);
    const tag = sql.slice(this.#at, end + 1);
    const close = sql.indexOf(tag, end + 1);
    if (close < 0) return undefined;
    this.#at = close + tag.length;
    return stringToken(sql.slice(end + 1, close), '');
  }

  #number(): Token {
    const sql = this.#sql;
    let end = this.#at;
    while (isDigit(sql.charAt(end)) || sql.charAt(end) === '.') end += 1;
    if (/[eE]/.test(sql.charAt(end))) {
      const digits = /[+-]/.test(sql.charAt(end + 1)) ? end + 2 : end + 1;
      if (isDigit(sql.charAt(digits))) {
        end = digits;
        while (isDigit(sql.charAt(end))) end += 1;
      }
    }
    return this.#take('number', end);
  }

  #word(): Token | undefined {
    const sql = this.#sql;
    let end = this.#at;
    while (end < sql.length && continuesWord(sql.charAt(end))) end += 1;
    const text = sql.slice(this.#at, end);
    if (sql.charAt(end) === "'" && /^[bBxXeEnN]$/.test(text)) {
      this.#at = end;
      const prefix = text.toUpperCase();
      return prefix === 'E' ? this.#string('', true) : this.#string(prefix, prefix === 'N' && this.#backslashes);
    }
    this.#at = end;
    const upper = text.toUpperCase();
    return { kind: 'word', text: reserved.has(upper) ? upper : text };
  }

  /** A comment is kept, since nothing that pg_dump writes has one. */
  #comment(): Token {
    const end = this.#sql.indexOf('\n', this.#at);
    return this.#take('sign', end < 0 ? this.#sql.length : end);
  }

  #sign(first: string): Token {
    if (first === ':' && this.#sql.startsWith('::', this.#at)) return this.#take('sign', this.#at + 2);
    let end = this.#at + 1;
    if (isOperator(first)) while (isOperator(this.#sql.charAt(end))) end += 1;
    return this.#take('sign', end);
  }

  #take(kind: Token['kind'], end: number): Token {
    const text = this.#sql.slice(this.#at, end);
    this.#at = end;
    return { kind, text };
  }
}

function stringToken(value: string, prefix: string): Token {
  return { kind: 'string', text: `${prefix}'${value.replaceAll("'", "''")}'` };
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isDigit(sign: string): boolean {
  return sign >= '0' && sign <= '9';
}

function startsWord(sign: string): boolean {
  return (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') || sign === '_' || sign > '\u007f';
}

function continuesWord(sign: string): boolean {
  return startsWord(sign) || isDigit(sign) || sign === '$';
}

function isOperator(sign: string): boolean {
  return sign !== '' && '+-*/<>=~!@#%^&|?`'.includes(sign);
}

/** Words that no bare name can be and that the rules for meaning know; the servers print them in capitals. */
const reserved: ReadonlySet<string> = new Set(
  (
    'ALL AND ANY ARRAY AS BETWEEN CASE CHECK CONSTRAINT DEFAULT DISTINCT ELSE END EXCEPT FETCH FOR FROM GRANT GROUP HAVING IN INTERSECT IS ' +
    'JOIN LIMIT NOT NULL OFFSET ON OR ORDER SELECT SOME THEN TO UNION USING WHEN WHERE WINDOW WITH'
  ).split(' '),
);

/**
 * Names that mean something else when they are bare: the keywords of 15 that are not free. Later majors have more, which they print
 * in capitals, so that the same name in small letters is a name there, too.
 */
const keywords: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check ' +
    'coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema ' +
    'current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch ' +
    'float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval ' +
    'into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull ' +
    'null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning ' +
    'right row select session_user setof similar smallint some substring symmetric table tablesample then time timestamp to trailing treat ' +
    'trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists ' +
    'xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable'
  ).split(' '),
);
