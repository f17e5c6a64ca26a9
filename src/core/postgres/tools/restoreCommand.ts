import { passwordFirst, toolCommand, type Access } from './access';
import { databaseArgument } from '../sql/quote';

export interface RestoreOptions {
  /** application_name of the session, by which it is found and ended; at most 63 bytes */
  readonly application: string;
  /** leave out who owns what */
  readonly noOwner: boolean;
  /** leave out grants and default privileges */
  readonly noPrivileges?: boolean;
  /** put all where the database's tablespace is */
  readonly noTablespaces?: boolean;
  /** go on behind an error; pg_restore then ends with 1 and says how many it passed over */
  readonly goOn?: boolean;
  /** a materialized view is filled with the rows that its owner may see, where otherwise it would not be filled: pg_restore turns row security off, and then it is an error */
  readonly rowSecurity?: boolean;
}

/**
 * The argv that restores an archive from stdin into `database` in the pod: stops at the first error unless it is to go on, says on stderr what it does.
 * Publications and subscriptions stay out: they would send or fetch rows at once.
 */
export function restoreCommand(access: Access, database: string, options: RestoreOptions): string[] {
  return restoring(access, database, options);
}

/**
 * The argv that restores what comes after the rows, from a head and table of contents on stdin, with `jobs` sessions at once and one more before. pg_restore
 * wants a file for that: it is one without a name, so that nothing can be left of it. Where none can be made, one session does it.
 */
export function indexesCommand(access: Access, database: string, options: RestoreOptions, jobs: number): string[] {
  const { password, ...bare } = access;
  const isFirst = password !== undefined && 'stdin' in password;
  const command = restoring(isFirst ? bare : access, database, options, '--section=post-data');
  const inFile = ['sh', '-c', fromNamelessFile, 'db-ferry', String(jobs), ...command];
  return isFirst ? passwordFirst(inFile) : inFile;
}

/**
 * Descriptor 5 is the command's alone: the transport's own are 3 and 4. The shell outlives what it starts, also when all of them are told to end: an
 * orphan that died by a signal is a crashed backend to a postmaster that is process 1. The file loses its name then, too, where that ended the `rm`.
 */
const fromNamelessFile = `f= ended=; trap 'ended=1; rm -f "$f"' INT TERM; j=$1; shift; umask 077; set -C
for d in "\${TMPDIR:-/tmp}" /dev/shm /run /var/run/postgresql; do
f=$d/db-ferry-$$
( : >"$f" ) 2>/dev/null || continue
exec 5<>"$f"; rm "$f"
( : </proc/self/fd/5 ) 2>/dev/null && { cat >&5 && [ -z "$ended" ] || exit 1; exec "$@" -j "$j" /proc/self/fd/5 </dev/null; }
exec 5<&-
done
exec "$@"`;

function restoring(access: Access, database: string, options: RestoreOptions, ...more: string[]): string[] {
  const errors = options.goOn ? [] : ['-e'];
  const seen = options.rowSecurity ? ['--enable-row-security'] : [];
  const args = ['-v', '-w', ...errors, ...seen, ...leftOut(options), ...more];
  const env = {
    PGAPPNAME: options.application,
    // of the role's or the pod's there may be no way to the database's; the archive says its own before anything else
    PGCLIENTENCODING: 'SQL_ASCII',
  };
  return toolCommand(access, 'pg_restore', [...args, '-d', databaseArgument(database)], env, bulkSettings);
}

/**
 * The argv that hands statements from an archive of them to the server, in `database`, one by one, behind every error. With -v it says of each error which entry it is about.
 */
export function statementsCommand(access: Access, database: string, application: string): string[] {
  const env = { PGAPPNAME: application, PGCLIENTENCODING: 'SQL_ASCII' };
  return toolCommand(access, 'pg_restore', ['-v', '-w', '-d', databaseArgument(database)], env, bulkSettings);
}

/**
 * The argv that prints the SQL of a part of an archive without its data; a head and table of contents on stdin are enough for it. It opens no
 * session: `application` is what its process is found by.
 */
export function definitionsCommand(
  access: Access,
  options: RestoreOptions & { readonly section: 'pre-data' | 'post-data' },
): string[] {
  const args = ['-f', '-', ...leftOut(options), `--section=${options.section}`];
  return toolCommand(access, 'pg_restore', args, { PGAPPNAME: options.application });
}

function leftOut({ noOwner, noPrivileges = false, noTablespaces = false }: RestoreOptions): string[] {
  return [
    ...['--no-publications', '--no-subscriptions'],
    ...(noOwner ? ['--no-owner'] : []),
    ...(noPrivileges ? ['--no-privileges'] : []),
    ...(noTablespaces ? ['--no-tablespaces'] : []),
  ];
}

/** What a line of pg_restore -v says it begins with. */
export interface RestoreStep {
  /** `data` of a table, or what comes after all data */
  readonly kind: 'data' | 'index' | 'other';
  /** `schema.table`, or the kind and name of the object */
  readonly name: string;
}

/** What pg_restore begins with; undefined for lines that say something else. */
export function restoreStep(line: string): RestoreStep | undefined {
  const data = /^pg_restore: processing data for table "(.*)"$/.exec(line)?.[1];
  if (data !== undefined) return { kind: 'data', name: data };
  const [, kind = '', name = ''] = /^pg_restore: creating ([A-Z ]+) "(.*)"$/.exec(line) ?? [];
  if (kind === '') return undefined;
  const late = ['INDEX', 'CONSTRAINT', 'FK CONSTRAINT', 'TRIGGER', 'RULE', 'MATERIALIZED VIEW DATA'];
  return { kind: late.includes(kind) ? 'index' : 'other', name: `${kind} ${name}` };
}

/**
 * For a session that fills a database nobody sees yet: indexes get memory, and a commit need not wait for the disk, since a crash leaves only
 * what is made again.
 */
const bulkSettings = { maintenance_work_mem: '128MB', synchronous_commit: 'off' };
