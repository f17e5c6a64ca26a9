import { firstWords, type Word } from './firstWords';

/** What a statement of a script is, as far as it matters for who runs it, and whether anybody does. */
export type StatementKind =
  /** what the session is; it holds for all that comes after it */
  | 'setting'
  /** of the whole server: roles, memberships, databases, tablespaces */
  | 'global'
  /** begins or commits a transaction: each statement stands for itself here */
  | 'transaction'
  /** takes back what came before it, or is part of what may be */
  | 'rollback'
  /** an extension comes with its comment, and is its owner's */
  | 'extensionComment'
  /** what it drops may not be there, and mostly is not */
  | 'drop'
  | 'extension'
  | 'other';

/** By its first words. `text` is the statement, or its beginning, in any encoding that has ASCII as ASCII. Pure. */
export function statementKind(text: string): StatementKind {
  const words = firstWords(text.slice(0, 4000), 40);
  const [first = '', second = '', third = '', fourth = ''] = words.map(({ kind, text: said }) =>
    kind === 'word' || kind === 'sign' ? said : '',
  );
  switch (first) {
    case 'begin':
    case 'commit':
    case 'end':
      return 'transaction';
    case 'start':
      return second === 'transaction' ? 'transaction' : 'other';
    case 'rollback':
    case 'abort':
    case 'savepoint':
    case 'release':
      return 'rollback';
    case 'prepare':
      return second === 'transaction' ? 'rollback' : 'other';
    case 'set':
    case 'reset':
    case 'discard':
      return 'setting';
    case 'select':
      return second === 'set_config' || (second === 'pg_catalog' && fourth === 'set_config') ? 'setting' : 'other';
    case 'create':
      if (second === 'extension') return 'extension';
      return isOfServer(second, third) ? 'global' : 'other';
    case 'alter':
      if (isOfServer(second, third) || second === 'system') return 'global';
      return second === 'table' && dropsSomething(words) ? 'drop' : 'other';
    case 'drop':
      return isOfServer(second, third) ? 'global' : 'drop';
    case 'comment':
      if (third === 'extension') return 'extensionComment';
      return isOfServer(third, fourth) ? 'global' : 'other';
    case 'grant':
    case 'revoke':
      return grantsOnServer(words) ? 'global' : 'other';
    case 'security':
      return words.some(({ text: on }, at) => on === 'on' && isOfServer(words[at + 1]?.text ?? '', ''))
        ? 'global'
        : 'other';
    default:
      return 'other';
  }
}

function isOfServer(kind: string, next: string): boolean {
  if (kind === 'user') return next !== 'mapping';
  return ['role', 'group', 'database', 'tablespace', 'subscription'].includes(kind);
}

/** `ALTER TABLE [IF EXISTS] [ONLY] name DROP …` */
function dropsSomething(words: readonly Word[]): boolean {
  const drop = words.findIndex(({ kind, text }) => kind === 'word' && text === 'drop');
  return drop > 2 && drop < 10 && words.slice(2, drop).every(({ text, kind }) => kind !== 'sign' || text === '.');
}

/** Without ON it is about memberships. */
function grantsOnServer(words: readonly Word[]): boolean {
  const on = words.findIndex(({ kind, text }) => kind === 'word' && text === 'on');
  if (on < 0) return words.length < 40;
  return ['database', 'tablespace', 'parameter'].includes(words[on + 1]?.text ?? '');
}

/**
 * A statement as a list names it: its words and names up to the first sign of anything else, so that no value of it is shown. Pure.
 */
export function statementTitle(text: string): string {
  let title = '';
  let end = 0;
  for (const { kind, text: said, from, to } of firstWords(text.slice(0, 2000), 16)) {
    if (kind === 'string' || (kind === 'sign' && said !== '.') || (kind === 'word' && /^\d/.test(said))) break;
    title += `${title !== '' && from > end ? ' ' : ''}${text.slice(from, to)}`;
    end = to;
  }
  return title.slice(0, 120);
}
