import type { FailureFacts } from '../core/base/facts';
import type { Cause } from '../core/restore/restoreFailures';
import { count } from './format';
import type { Hints } from './hints';
import { shown, text } from './shown';
import { t } from './language';

/** How many refusals are told one by one. */
const mostLines = 20;

/** `VIEW public.v: column "x" does not exist`, a line each, those that only follow from others last and counted. */
export function refusalLines(failures: readonly FailureFacts[], all: number): string[] {
  const own = failures.filter(({ cause }) => cause !== 'follows');
  const told = (own.length > 0 ? own : failures).slice(0, mostLines);
  const lines = told.map((failure) => `${nameOf(failure)}: ${shown(failure, 'says')}`);
  const more = all - told.length;
  return more > 0
    ? [...lines, t`and ${count(more)} more${own.length < failures.length ? t`, which need these, too` : ''}`]
    : lines;
}

/** Where each cause is put right, a sentence for each; unknown causes have none. */
export function cures(causes: readonly Pick<FailureFacts, 'cause' | 'subject'>[], hints: Hints): string[] {
  const subjects = new Map<string, Set<string>>();
  for (const { cause, subject } of causes) {
    if (typeof cause !== 'string') continue;
    const known = subjects.get(cause) ?? new Set();
    if (typeof subject === 'string') known.add(subject);
    subjects.set(cause, known);
  }
  return [...subjects].flatMap(([cause, about]) => {
    const names = [...about].slice(0, mostNames).join(', ');
    const cure = cureOf[cause as Cause] as ((names: string, hints: Hints) => string) | undefined;
    const text = cure?.(names === '' ? t`it` : names, hints) ?? '';
    return text === '' ? [] : [text];
  });
}

const mostNames = 5;

function nameOf(failure: FailureFacts): string {
  const [kind, schema, name] = (['kind', 'schema', 'name'] as const).map((key) => text(failure, key) ?? '');
  if (kind === '') return t`settings of the archive`;
  return `${kind} ${schema === '' ? '' : `${schema}.`}${name}`;
}

/** Where it is put right: in the source, in the target, or in the target's image. */
const cureOf: Readonly<Record<Cause, (names: string, hints: Hints) => string>> = {
  extension: (names) =>
    t`In the target's image: one that holds the extension ${names}; or in the source, where nothing needs it: DROP EXTENSION.`,
  library: (names) => t`In the target's image: one that holds the library ${names}.`,
  tablespace: (names, { option }) =>
    t`In the target: CREATE TABLESPACE ${names}; without it all goes where the database is (${option('noTablespaces')}).`,
  role: (names, hints) => t`In the target: the role ${names}; ${hints.missingRoles()}.`,
  collation: (names) =>
    t`In the target's image: one that has the locale of the collation ${names}; or in the source: another collation, ICU's for instance, which does not hang on the image.`,
  rights: (_, hints) =>
    t`In the target: restore as a role that may (a superuser), or have a superuser make these; ${hints.noOwner()}. Where it is a superuser that restores, these were loaded by a role without its rights, since making them runs code of their owners: ${hints.trustArchive()}.`,
  searchPath: (names) =>
    t`In the source: ALTER FUNCTION ${names} SET search_path = …, with the schemas that hold what it names; a restore evaluates it with an empty one (CVE-2018-1058).`,
  systemView: () =>
    t`In the source: change or drop them; what they read is not there in the target, a system view of another version perhaps.`,
  language: (names) => t`In the target's image and database: the language ${names}.`,
  foreignKey: (names) =>
    t`In the source: rows that break the foreign key ${names}, which is marked as valid; delete or mend them there.`,
  unique: (names) =>
    t`In the source: rows that are twice in the unique index ${names}; a REINDEX there would fail, too (another libc under an old volume, perhaps).`,
  check: () =>
    t`In the source: a CHECK that reads another table, or rows that break it; a trigger does what such a CHECK is meant to.`,
  server: (names) =>
    t`In the target: the foreign server ${names} has to be reached from there when materialized views are filled.`,
  encoding: () => t`In the source: text that is not in the encoding of its database.`,
  setting: (names) => t`In the source: the setting ${names} is not known in the target.`,
  follows: () => '',
  other: () => '',
};
