import { definitionOf, type TableOfContents, type TocEntry } from '../format/readTableOfContents';
import { statementsOf } from './statements';
import type { Token } from './sqlTokens';

/**
 * Which entries only a superuser can make, as pg_dump words them: one that says anything else than that is not among them. Making them runs nothing that somebody else wrote: what would,
 * because a value of a default, of an initial state or in the body of a function is read by its type, is not among them either. A wrapper's validator runs when the wrapper is made: it counts as superusers' own where every function
 * that could be one belongs to `superusers`, by the names of roles that are superusers where it is restored.
 */
export function superuserEntries(toc: TableOfContents, superusers: ReadonlySet<string>): (entry: TocEntry) => boolean {
  const validators = toc.entries.filter(({ kind, name }) => kind === 'FUNCTION' && name.endsWith('(text[], oid)'));
  const hasOwnValidators = validators.every(({ owner }) => superusers.has(owner));
  const shells = new Set(toc.entries.filter(({ kind }) => kind === 'SHELL TYPE').map(keyOf));
  const backslashes = backslashesIn(toc);
  return (entry) => {
    const form = forms[entry.kind];
    if (form === undefined) return false;
    const text = (): string => definitionOf(toc, entry).toString('latin1');
    const statements = statementsOf(text(), backslashes);
    if (statements === undefined || !form.every((one, at) => one.test(statements[at]?.words ?? ''))) return false;
    if (statements.length > form.length) return false;
    switch (entry.kind) {
      case 'TYPE':
        // whoever makes the type made its shell; a name that never became a type is made of nothing else
        return (
          shells.has(keyOf(entry)) ||
          isNameAlone(statements[0]?.tokens.slice(2)) ||
          /^CREATE TYPE [^\n]* \(\n {4}INTERNALLENGTH = /m.test(text())
        );
      case 'FOREIGN DATA WRAPPER':
        return hasOwnValidators || !/ VALIDATOR /.test(text());
      case 'FUNCTION':
      case 'PROCEDURE':
        return isOfSuperuser(statements[0]?.tokens ?? []);
      case 'AGGREGATE':
        return / (?:STYPE|MSTYPE) = internal\b/.test(text()) && !/ (?:INITCOND|MINITCOND) = /.test(text());
      default:
        return true;
    }
  };
}

/** Whether plain strings of an archive have escapes: see `tokensOf`. */
export function backslashesIn(toc: TableOfContents): boolean {
  return toc.entries.some((entry) => entry.kind === 'STDSTRINGS' && definitionOf(toc, entry).includes("'off'"));
}

/** How pg_dump words those kinds, statement by statement; of an empty one there may be none. */
const forms: Readonly<Record<string, readonly RegExp[]>> = {
  EXTENSION: [/^CREATE EXTENSION /],
  'PROCEDURAL LANGUAGE': [/^CREATE (?:OR REPLACE )?(?:TRUSTED )?(?:PROCEDURAL )?LANGUAGE /],
  'ACCESS METHOD': [/^CREATE ACCESS METHOD /],
  'SHELL TYPE': [/^CREATE TYPE /],
  TYPE: [/^CREATE TYPE /],
  'OPERATOR CLASS': [/^CREATE OPERATOR CLASS /],
  'OPERATOR FAMILY': [/^CREATE OPERATOR FAMILY /, /^(?:ALTER OPERATOR FAMILY |$)/],
  CAST: [/^CREATE CAST /],
  TRANSFORM: [/^CREATE TRANSFORM /],
  'TEXT SEARCH PARSER': [/^CREATE TEXT SEARCH PARSER /],
  'TEXT SEARCH TEMPLATE': [/^CREATE TEXT SEARCH TEMPLATE /],
  'EVENT TRIGGER': [/^CREATE EVENT TRIGGER /, /^(?:ALTER EVENT TRIGGER |$)/],
  'FOREIGN DATA WRAPPER': [/^CREATE FOREIGN DATA WRAPPER /],
  FUNCTION: [/^CREATE FUNCTION /],
  PROCEDURE: [/^CREATE PROCEDURE /],
  AGGREGATE: [/^CREATE AGGREGATE /],
};

/**
 * Of the words of a definition, so that a name that holds words is one all the same. A default, and a body that is no string, are read while the function is made: it is not a superuser's where a value in them
 * could be of a type that somebody made.
 */
function isOfSuperuser(tokens: readonly Token[]): boolean {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'LANGUAGE');
  const head = tokens.slice(0, at);
  const clauses = tokens.slice(at + 1);
  if (at < 0 || !readsOwnTypes(head)) return false;
  if (!hasStringBody(clauses) && !readsOwnTypes(clauses)) return false;
  const [language] = clauses;
  const isOwn = language?.kind === 'word' && /^(?:c|internal|\w+u)$/.test(language.text);
  const isClause = ({ kind, text }: Token): boolean => kind === 'word' && (text === 'LEAKPROOF' || text === 'SUPPORT');
  const setsOther = clauses.some(
    ({ kind, text }, index) => kind === 'word' && text === 'SET' && clauses[index + 1]?.text !== 'search_path',
  );
  return isOwn || setsOther || clauses.some(isClause);
}

/**
 * Whether each string is written as a value of the server's own types, as pg_dump does: a cast to a name without a schema stands behind it, and no name with one, or with a length, before it.
 * Nothing else of an expression is computed when it is read, and in our sessions a name without a schema is pg_catalog's. What a setting is set to is no value.
 */
function readsOwnTypes(tokens: readonly Token[]): boolean {
  let ofSetting = false;
  for (const [at, { kind, text }] of tokens.entries()) {
    const next = tokens[at + 1];
    if (kind === 'string') {
      const before = tokens[at - 1];
      ofSetting ||= before?.kind === 'word' && before.text === 'TO';
      if (!ofSetting && !(isFirst(tokens, at) && isCastToOwn(tokens.slice(at + 1, at + 4)))) return false;
    } else {
      // U& gives what is quoted another reading
      if (kind === 'word' && /^u$/i.test(text) && next?.kind === 'sign' && next.text.startsWith('&')) return false;
      ofSetting &&= text === ',';
    }
  }
  return true;
}

function isFirst(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before?.kind === 'sign') return !/^[)\].]/.test(before.text);
  return before?.kind === 'word' && tokens[at - 2]?.text !== '.';
}

function isCastToOwn([cast, type, dot]: readonly Token[]): boolean {
  const isName = type?.kind === 'word' || type?.kind === 'name';
  return cast?.kind === 'sign' && cast.text === '::' && isName && dot?.text !== '.';
}

/** `AS 'body'` or `AS 'file', 'symbol'` ends it, and no other body comes before. */
function hasStringBody(clauses: readonly Token[]): boolean {
  const at = clauses.findLastIndex(({ kind, text }) => kind === 'word' && text === 'AS');
  const body = clauses.slice(at + 1).map(({ kind, text }) => (kind === 'string' ? 'string' : text));
  const isOther = ({ kind, text }: Token): boolean => kind === 'word' && /^(?:begin|return)$/i.test(text);
  return at >= 0 && /^string(?: , string)?$/.test(body.join(' ')) && !clauses.some(isOther);
}

function isNameAlone(tokens: readonly Token[] = []): boolean {
  return tokens.length <= 3 && tokens.every(({ kind, text }) => kind === 'word' || kind === 'name' || text === '.');
}

function keyOf({ schema, name }: TocEntry): string {
  return `${schema}\0${name}`;
}
