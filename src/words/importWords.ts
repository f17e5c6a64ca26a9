import type { NotLoadedFacts } from '../core/base/facts';
import type { FindingCode, FindingData } from '../core/base/findingData';
import { some } from './some';
import type { Hints } from './hints';
import type { ErrorTable } from './errors/errorTable';
import { count, safe, size } from './format';
import { few, shown, type Data } from './shown';
import { t } from './language';

/** As findings and errors have it, which may come from a disk. */
type NotLoaded = Partial<NotLoadedFacts>;

/** Why nobody did a statement that no server was asked for. */
const reasons = (): Readonly<Record<string, string>> => ({
  command: t`a command for psql, which is never obeyed`,
  rollback: t`part of a transaction that may be taken back; each statement stands for itself here`,
  global: t`of the whole server`,
  tooLong: t`longer than what is taken at once`,
  zero: t`holds a zero byte, which no text of PostgreSQL has`,
  rest: t`the rows behind those that were refused were not tried`,
});

const mostLines = 20;

/** What was not loaded, a line each: equal ones once, with how often and the first place. */
export function notLoadedLines(statements: readonly NotLoaded[], all: number): string[] {
  const groups = new Map<string, { readonly line: number | undefined; readonly text: string; times: number }>();
  for (const { line, what = '', why = '', says } of statements) {
    const text = `${what === '' ? t`a statement` : what}: ${says ?? reasons()[why] ?? why}`;
    const known = groups.get(text);
    if (known) known.times += 1;
    else groups.set(text, { line, text, times: 1 });
  }
  const told = [...groups.values()].slice(0, mostLines);
  const lines = told.map(({ line, text, times }) =>
    safe(t`line ${line === undefined ? '?' : count(line)}: ${text}${times > 1 ? t` (${count(times)} times)` : ''}`),
  );
  const more = all - told.reduce((sum, { times }) => sum + times, 0);
  return more > 0 ? [...lines, t`and ${count(more)} more`] : lines;
}

function statementsOf(data: object, key = 'statements'): NotLoaded[] {
  const all = (data as Data)[key];
  return Array.isArray(all) ? (all as NotLoaded[]) : [];
}

function countOf(data: object): number {
  const all = (data as Data)['count'];
  return typeof all === 'number' ? all : 0;
}

/** Words for what an import found. */
export const importFindings = {
  'import.noEnd': () =>
    t`nothing in the file says that it is whole: pg_dump writes a last line that says so, and this was written by something else`,
  'import.noSuperuser': (data) =>
    t`${shown(data, 'role')} is no superuser there: what nobody vouches for is loaded by a temporary role without rights, and only a superuser can make one; name a pod where you are`,
  'import.roles': (data, { option }) =>
    t`roles that do not exist there, so what they own in ${shown(data, 'database')} will be nobody's: ${shown(data, 'roles')}; ${option('createRoles')} makes them for as long as the import lasts`,
  'import.locale': (data) =>
    t`the server does not have the locale ${shown(data, 'collate')}: text was sorted by it, and is not in what is loaded`,
  'import.notLoaded': (data) =>
    t`not loaded into ${shown(data, 'database')}, and missing in its backup (${count(countOf(data))}): ${notLoadedLines(statementsOf(data), countOf(data)).join('; ')}`,
  'import.ofServer': (data) =>
    t`of the whole server, not of ${shown(data, 'database')}, and not done (${count(countOf(data))}): ${notLoadedLines(statementsOf(data), countOf(data)).join('; ')}`,
  'import.heir': (data, { option }) =>
    t`nobody vouches for ${shown(data, 'database')}, and something in it is computed in the name of who owns it: what belongs to a superuser there belongs to ${shown(data, 'role')} in the backup, who is nobody; a restore names another one (${option('mapRoles')}) or none (${option('noOwner')})`,
  'import.owners': (data) =>
    t`of ${shown(data, 'database')}, what does not belong to whom the dump says, since that role is not there or may not have it: ${few(data, 'objects')}`,
} satisfies {
  readonly [C in FindingCode & `import.${string}`]: (data: FindingData[C], hints: Hints) => string;
};

/** Words for its errors. */
export const importErrors = {
  'import.unknown': (data) => ({
    what: t`The dump holds no database ${shown(data, 'databases')}.`,
    why: t`It holds ${shown(data, 'known')}.`,
    todo: t`Name one of these.`,
  }),
  'import.nothing': (data) => ({
    what: t`Nothing of ${shown(data, 'database')} could be loaded, so there is no backup of it.`,
    why: notLoadedLines(statementsOf(data, 'notLoaded'), countOf(data)).join('\n'),
    todo: t`The file is as it was; what was made for it is dropped.`,
  }),
} satisfies ErrorTable;

/** One database of a dump, before anything is done. */
interface PlannedDatabase {
  readonly database: string;
  readonly statements: number;
  readonly copies: number;
  readonly rowBytes: number;
  readonly extensions: readonly string[];
  readonly owners: readonly string[];
}

/** What an import would do, as lines. */
export function importPlanLines(into: string, databases: readonly PlannedDatabase[]): string[] {
  const lines = databases.flatMap(({ database, statements, copies, rowBytes, extensions, owners }) => [
    t`${database}: ${some(statements, 'statement')} and the rows of ${some(copies, 'table')} (${size(rowBytes)}) would be loaded into a database that is made for it in ${into}, as a temporary role without rights; that is backed up, and dropped`,
    ...(extensions.length > 0 ? [t`  extensions that it wants: ${extensions.join(', ')}`] : []),
    ...(owners.length > 0 ? [t`  roles that something belongs to: ${owners.join(', ')}`] : []),
  ]);
  return lines.map(safe);
}
