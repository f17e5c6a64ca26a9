import type { TocEntry } from '../postgres/archive/format/readTableOfContents';
import { serverLines } from '../base/said/serverMessage';

/** Something of an archive that a server refused. */
export interface RestoreFailure {
  /** pg_dump's kind of entry: TABLE, TABLE DATA, VIEW, …; '' where pg_restore named none */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly cause: Cause;
  /** what the cause is about: a role, an extension, a function */
  readonly subject?: string;
  /** the server's words, without rows and statements */
  readonly says: string;
}

/** Why a server refuses a part of an archive, as far as its words are known. `follows`: what it needs was refused before. */
export type Cause =
  | 'extension'
  | 'library'
  | 'tablespace'
  | 'role'
  | 'collation'
  | 'rights'
  | 'searchPath'
  | 'systemView'
  | 'language'
  | 'foreignKey'
  | 'unique'
  | 'check'
  | 'server'
  | 'encoding'
  | 'setting'
  | 'follows'
  | 'other';

/** One error of pg_restore, with the entry of the table of contents that it is about. */
export interface RawFailure {
  readonly dumpId: number | undefined;
  readonly error: string;
  says: string;
  /** the function in which it happened */
  inside?: string;
}

/** Reads what one `pg_restore -v` says of errors, line by line. Holds at most `mostFailures`. */
export class FailureLines {
  readonly found: RawFailure[] = [];
  /** pg_restore came to its end, however many errors it passed over */
  isThrough = false;
  /** the session or the server is gone, or full: nothing after it says anything about the archive */
  isFatal = false;
  private dumpId: number | undefined;
  private current: RawFailure | undefined;
  private readonly shown = serverLines();

  line(line: string): void {
    const shown = this.shown(line);
    const entry = /^pg_restore: from TOC entry (\d+);/.exec(line)?.[1];
    if (entry !== undefined) this.dumpId = Number(entry);
    else if (/^pg_restore: while [A-Z]/.test(line)) this.dumpId = undefined;
    else if (/^pg_restore: warning: errors ignored on restore: \d+$/.test(line)) this.isThrough = true;
    const error = /^pg_restore: error: (.*)$/.exec(line)?.[1];
    if (error !== undefined) this.begin(error, shown ?? 'pg_restore: error: …');
    else if (line.startsWith('pg_restore: ')) this.current = undefined;
    else if (this.current) this.goOn(this.current, line);
  }

  private begin(error: string, shown: string): void {
    if (isFatal(error)) this.isFatal = true;
    const says = shown.replace(/^pg_restore: error: (?:could not execute query: )?/, '').replace(/^ERROR: +/, '');
    this.current = { dumpId: this.dumpId, error, says };
    if (this.found.length < mostFailures) this.found.push(this.current);
  }

  private goOn(current: RawFailure, line: string): void {
    const [, ofSql, ofPl] = /(?:SQL function "([^"]*)"|PL\/\w+ function (\S+\)?) line)/.exec(line) ?? [];
    const inside = ofSql ?? ofPl;
    if (inside !== undefined) current.inside ??= inside;
  }
}

const mostFailures = 10_000;

/** Not the archive's fault, and not to be passed over. What a foreign server said, our own words as an error. */
function isFatal(error: string): boolean {
  return (/(?:^|: )ERROR: /.test(error) ? ofServer : ofSession).test(error);
}

const ofServer =
  /No space left on device|disk full|out of (?:shared )?memory|canceling statement due to|terminating connection/;
const ofSession =
  /FATAL: |PANIC: |server closed the connection|no connection to the server|connection to server|SSL |could not (?:read|seek|open|receive|send) /;

/** Names what failed by the archive's own table of contents, and says why as far as it is known. One for each entry: the first error of it. */
export function namedFailures(
  found: readonly RawFailure[],
  entries: readonly Pick<TocEntry, 'dumpId' | 'kind' | 'schema' | 'name'>[],
): RestoreFailure[] {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const refused = new Set<string>();
  const seen = new Set<number>();
  // of several sessions one ends for what another one told
  const told = found.filter(({ error }) => !/a worker process died unexpectedly/.test(error));
  return (told.length > 0 ? told : found).flatMap((failure) => {
    const { dumpId } = failure;
    if (dumpId !== undefined && seen.has(dumpId)) return [];
    if (dumpId !== undefined) seen.add(dumpId);
    const entry = dumpId === undefined ? undefined : byId.get(dumpId);
    const { cause, subject } = causeOf(failure, entry?.kind ?? '', refused);
    const { kind = '', schema = '', name = '' } = entry ?? onlyOne(entries, subject) ?? {};
    refused.add(name.split('(', 1)[0] ?? '');
    const about = subject === undefined ? {} : { subject };
    return [{ kind, schema, name, cause, ...about, says: failure.says }];
  });
}

/** What a server named where pg_restore, in several sessions, did not: an index, a constraint. */
function onlyOne<Entry extends Pick<TocEntry, 'name'>>(
  entries: readonly Entry[],
  named: string | undefined,
): Entry | undefined {
  const [first, second] = named === undefined ? [] : entries.filter(({ name }) => name === named);
  return second === undefined ? first : undefined;
}

function causeOf(
  { error, inside }: RawFailure,
  kind: string,
  refused: ReadonlySet<string>,
): { readonly cause: Cause; readonly subject?: string | undefined } {
  const missing = / does not exist/.test(error);
  const named = /(?:relation|table|type|function|view|schema|sequence|operator|index|column) "?([^"(]+)/.exec(
    error,
  )?.[1];
  const bare = named?.trim().split('.').at(-1);
  if (missing && bare !== undefined && refused.has(bare)) return { cause: 'follows', subject: bare };
  for (const { words, cause } of known) {
    const match = words.exec(error);
    if (match) return { cause, subject: match.slice(1).find((group?: string) => group !== undefined) };
  }
  if (missing && inside !== undefined) return { cause: 'searchPath', subject: inside };
  return { cause: missing && /VIEW|RULE/.test(kind) ? 'systemView' : 'other' };
}

/** In PostgreSQL's English; the sessions ask for it where their role may. */
const known: readonly { readonly words: RegExp; readonly cause: Cause }[] = [
  { cause: 'extension', words: /extension "([^"]*)" is not available|could not open extension control file/ },
  { cause: 'extension', words: /extension "([^"]*)" does not exist|extension "([^"]*)" has no installation script/ },
  { cause: 'library', words: /could not (?:access|load) (?:file|library) "([^"]*)"/ },
  { cause: 'tablespace', words: /tablespace "([^"]*)" does not exist/ },
  { cause: 'role', words: /role "([^"]*)" does not exist/ },
  {
    cause: 'collation',
    words:
      /collation "([^"]*)" for encoding|could not create locale "([^"]*)"|could not open collator for locale "([^"]*)"/,
  },
  { cause: 'language', words: /language "([^"]*)" does not exist/ },
  {
    cause: 'rights',
    words: /permission denied|must be superuser|[Oo]nly superusers? can|must be (?:owner|able to|a member)|must have/,
  },
  { cause: 'server', words: /could not connect to server "([^"]*)"/ },
  { cause: 'foreignKey', words: /violates foreign key constraint "([^"]*)"/ },
  { cause: 'unique', words: /could not create unique index "([^"]*)"|violates unique constraint "([^"]*)"/ },
  {
    cause: 'check',
    words:
      /(?:check constraint|not-null constraint) (?:"([^"]*)" )?.*is violated|violates (?:check|not-null) constraint/,
  },
  { cause: 'encoding', words: /invalid byte sequence for encoding|has no equivalent in encoding/ },
  { cause: 'setting', words: /unrecognized configuration parameter "([^"]*)"/ },
];
