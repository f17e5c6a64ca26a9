import { firstWords, type Word } from './firstWords';

/** What a statement tells of the session: how strings and signs are read from there on. Pure. */
export function readingOf(text: string): { readonly standardStrings?: boolean; readonly encoding?: string } {
  const found = settingOf(text);
  if (found?.name === 'standard_conforming_strings')
    return { standardStrings: /^(?:on|true|yes|1)$/i.test(found.value) };
  if (found?.name === 'client_encoding' || found?.name === 'names') return { encoding: found.value };
  return {};
}

/** The setting that a statement gives a value, where that is all it does. Pure. */
export function settingOf(text: string): { readonly name: string; readonly value: string } | undefined {
  const words = firstWords(text.slice(0, 2000), 16);
  const [first, second] = words;
  if (first?.text === 'set' && first.kind === 'word') {
    const rest = words.slice(second?.text === 'session' ? 2 : 1);
    const [name, ...behind] = rest;
    const value = behind.find(({ text: said }) => said !== '=' && said !== 'to' && said !== '.');
    return name === undefined ? undefined : { name: name.text.toLowerCase(), value: value?.text ?? '' };
  }
  if (first?.text !== 'select') return undefined;
  const call = words.findIndex(({ text: said }) => said === 'set_config');
  const [, name, , value] = words.slice(call + 1);
  return call < 0 || name?.kind !== 'string' ? undefined : { name: name.text.toLowerCase(), value: value?.text ?? '' };
}

/** Whose something becomes, as pg_dump writes it. */
export interface SaidOwner {
  /** kind and name as a table of contents has them */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
}

/** By an `ALTER … OWNER TO …`; undefined for another statement, and for one that says it in another way. Pure. */
export function ownerOf(text: string): SaidOwner | undefined {
  if (text.length > 5000) return undefined;
  const words = firstWords(text, 400);
  const [owner, to, role] = words.slice(-3);
  const isName = (word: Word | undefined): boolean => word?.kind === 'word' || word?.kind === 'name';
  if (words[0]?.text !== 'alter' || owner?.text !== 'owner' || to?.text !== 'to' || !isName(role)) return undefined;
  const kind: string[] = [];
  let at = 1;
  while (words[at]?.kind === 'word' && kindWords.has(words[at]?.text ?? '')) {
    kind.push(words[at]?.text ?? '');
    at += 1;
  }
  while (['only', 'if', 'exists'].includes(words[at]?.text ?? '') && words[at]?.kind === 'word') at += 1;
  const names: string[] = [];
  for (; isName(words[at]); at += 1) {
    names.push(words[at]?.text ?? '');
    if (words[at + 1]?.text !== '.') {
      at += 1;
      break;
    }
    at += 1;
  }
  const behind = words[at];
  const opens = behind?.text === '(' && behind.kind === 'sign';
  if (kind.length === 0 || names.length === 0 || names.length > 2 || (behind !== owner && !opens)) return undefined;
  const args = opens ? text.slice(behind.from, owner.from).trim() : '';
  const [first = '', second] = names;
  return {
    kind: kind.join(' ').toUpperCase(),
    schema: second === undefined ? '' : first,
    name: `${second ?? first}${args}`,
    owner: role?.text ?? '',
  };
}

const kindWords: ReadonlySet<string> = new Set([
  ...['table', 'view', 'materialized', 'sequence', 'foreign', 'schema', 'type', 'domain', 'function', 'procedure'],
  ...[
    'aggregate',
    'operator',
    'collation',
    'conversion',
    'statistics',
    'text',
    'search',
    'dictionary',
    'configuration',
  ],
  ...['data', 'wrapper', 'server', 'procedural', 'language', 'large', 'object', 'routine'],
]);

/** Which database psql's `\connect` goes to, as pg_dump and pg_dumpall write it; undefined for another form. Pure. */
export function connectedTo(rest: string): string | undefined {
  const flag = '-reuse-previous=on';
  const text = (rest.startsWith(flag) ? rest.slice(flag.length) : rest).trim();
  const [first] = firstWords(text, 1);
  if (first === undefined) return undefined;
  const isQuoted = first.kind === 'name' || first.kind === 'string';
  const name = isQuoted ? first.text : (text.split(/\s/, 1)[0] ?? '');
  const info = /^dbname='(.*)'$/s.exec(name)?.[1];
  if (info !== undefined) return info.replaceAll(/\\(.)/gs, '$1');
  return name === '-' || name.includes('=') || name.includes('://') ? undefined : name;
}

/** A database that a script would make. */
export interface CreatedDatabase {
  readonly name: string;
  readonly encoding?: string;
  readonly locale?: {
    readonly provider: 'c' | 'i' | 'b';
    readonly collate: string;
    readonly ctype: string;
    readonly locale?: string;
  };
}

/** What a `CREATE DATABASE` says of the new one, as pg_dump writes it. Pure. */
export function createdDatabase(text: string): CreatedDatabase | undefined {
  const words = firstWords(text.slice(0, 4000), 100);
  const [create, database, name] = words;
  if (create?.text !== 'create' || database?.text !== 'database' || name === undefined) return undefined;
  const clause = (wanted: string): string | undefined => {
    const at = words.findIndex(({ kind, text: said }) => kind === 'word' && said === wanted);
    return at < 3 || words[at + 1]?.text !== '=' ? undefined : words[at + 2]?.text;
  };
  const encoding = clause('encoding');
  const collate = clause('lc_collate') ?? clause('locale');
  const ctype = clause('lc_ctype') ?? clause('locale');
  const provider = ({ icu: 'i', builtin: 'b' } as const)[clause('locale_provider') ?? ''] ?? 'c';
  const own = provider === 'c' ? undefined : clause(provider === 'i' ? 'icu_locale' : 'builtin_locale');
  return {
    name: name.text,
    ...(encoding === undefined ? {} : { encoding }),
    ...(collate === undefined || ctype === undefined
      ? {}
      : { locale: { provider, collate, ctype, ...(own === undefined ? {} : { locale: own }) } }),
  };
}
