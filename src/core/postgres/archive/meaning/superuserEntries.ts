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
        // whoever makes the type made its shell
        return shells.has(keyOf(entry)) || /^CREATE TYPE [^\n]* \(\n {4}INTERNALLENGTH = /m.test(text());
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
 * Of the words of a definition, so that a name that holds words is one all the same. A default, and a body that is no string, would be read while the function is made: with them it is not a superuser's.
 */
function isOfSuperuser(tokens: readonly Token[]): boolean {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'LANGUAGE');
  const head = tokens.slice(0, at);
  const clauses = tokens.slice(at + 1);
  const isRead = ({ kind, text }: Token): boolean => kind === 'string' || text === 'DEFAULT' || text === '=';
  if (at < 0 || head.some(isRead) || !hasStringBody(clauses)) return false;
  const [language] = clauses;
  const isOwn = language?.kind === 'word' && /^(?:c|internal|\w+u)$/.test(language.text);
  const isClause = ({ kind, text }: Token): boolean => kind === 'word' && (text === 'LEAKPROOF' || text === 'SUPPORT');
  const setsOther = clauses.some(
    ({ kind, text }, index) => kind === 'word' && text === 'SET' && clauses[index + 1]?.text !== 'search_path',
  );
  return isOwn || setsOther || clauses.some(isClause);
}

/** `AS 'body'` or `AS 'file', 'symbol'` ends it, and no other body comes before. */
function hasStringBody(clauses: readonly Token[]): boolean {
  const at = clauses.findLastIndex(({ kind, text }) => kind === 'word' && text === 'AS');
  const body = clauses.slice(at + 1).map(({ kind, text }) => (kind === 'string' ? 'string' : text));
  const isOther = ({ kind, text }: Token): boolean => kind === 'word' && /^(?:begin|return)$/i.test(text);
  return at >= 0 && /^string(?: , string)?$/.test(body.join(' ')) && !clauses.some(isOther);
}

function keyOf({ schema, name }: TocEntry): string {
  return `${schema}\0${name}`;
}
