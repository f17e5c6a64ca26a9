import { fact, type KeyOf } from './shown';
import type { ComparisonNote, ComparisonNoteData, Difference } from '../core/postgres/archive/reading';
import { some } from './some';
import { count } from './format';
import { t } from './language';

/** One difference of a comparison; left and right are the operands in their order. */
export function differenceWords(difference: Difference): string {
  const { because } = difference;
  return because === undefined ? plainWords(difference) : `${plainWords(difference)} (${because.says})`;
}

function plainWords(difference: Difference): string {
  switch (difference.kind) {
    case 'rows':
      return t`${difference.table}: ${some(difference.left, 'row')} and ${some(difference.right, 'row')}`;
    case 'content':
      return t`${difference.table}: other contents in the same number of rows (${count(difference.rows)})`;
    case 'columns':
      return t`${difference.table}: columns ${difference.left.join(', ')} and ${difference.right.join(', ')}`;
    case 'table':
      return t`${difference.table}: missing on the ${difference.missing === 'left' ? t`left` : t`right`}${difference.rows === undefined ? '' : t`, with its ${some(difference.rows, 'row')}`}`;
    case 'sequence':
      return t`sequence ${difference.sequence}: ${difference.left ?? t`missing`} and ${difference.right ?? t`missing`}`;
    case 'largeObjects':
      return t`large objects: ${difference.what} differ (${count(difference.left)} and ${count(difference.right)})`;
    case 'generated':
      return t`${difference.table}: other values in the generated ${difference.columns.length === 1 ? t`column` : t`columns`} ${difference.columns.join(', ')}, computed from the same rows`;
    case 'property':
      return propertyWords(difference);
    case 'definition':
      return `${difference.what} ${difference.name}: ${changes()[difference.change]}`;
  }
}

function propertyWords({ what, name, change, left, right }: Extract<Difference, { kind: 'property' }>): string {
  const which = name === undefined ? what : `${what === 'other' ? t`entry` : what} ${name}`;
  if (left === undefined && right === undefined) {
    return t`the database's ${which}: ${changes()[change]}`;
  }
  const text = (value: string | undefined): string => (value === undefined ? t`none` : noLimit(what, value));
  return t`the database's ${which}: ${text(left)} and ${text(right)}`;
}

function noLimit(what: string, value: string): string {
  return what === 'connection limit' && value === '-1' ? t`none` : value;
}
const changes = () =>
  ({
    'missing left': t`missing on the left`,
    'missing right': t`missing on the right`,
    changed: t`changed`,
    failed: t`refused in part`,
  }) as const;

/** What two archives may differ in without differing. */
export function comparisonNoteWords({ code, data }: ComparisonNote): string {
  return (noteWords[code] as (data: object) => string)(data);
}

const noteWords: { readonly [C in keyof ComparisonNoteData]: (data: ComparisonNoteData[C]) => string } = {
  columnOrder: (data) =>
    t`the columns of ${of(data, 'table')} stand in another order: that matters only to what reads them by their place, such as INSERT without names`,
  generatedUnproven: (data) =>
    t`values of generated columns are computed anew, and could not be compared: ${namesOf(data.tables)}`,
  wording: (data) =>
    t`worded differently: ${Object.keys(data)
      .map((key) => of(data, key))
      .join(', ')}`,
  leftOut: (data) => t`left out on purpose: ${leftOutWords(data)}`,
  // only in results of 0.1.0
  majorsDiffer: (data) =>
    t`PostgreSQL ${of(data, 'left')} and ${of(data, 'right')} word tables, views and functions differently: these were compared by name and owner only`,
  withoutData: (data) => t`without data in one of the two, and empty in the other: ${emptyWords(data)}`,
};

function of<D extends object>(data: D, key: KeyOf<D>): string {
  const value = fact(data, key);
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** As they came off the disk, the first of many. */
function namesOf(names: unknown): string {
  const all = Array.isArray(names) ? names.map(String) : [];
  return `${all.slice(0, 10).join(', ')}${all.length > 10 ? t` and ${count(all.length - 10)} more` : ''}`;
}

function emptyWords(data: ComparisonNoteData['withoutData']): string {
  const list = (key: 'tables' | 'sequences', what: string): string[] => {
    const names = Array.isArray(data[key]) ? data[key].map(String) : [];
    const all = Number(fact(data, `${key}Count`) ?? names.length);
    if (all === 0) return [];
    const shown = names.slice(0, 10).join(', ');
    return [`${what} ${shown}${all > 10 ? t` and ${count(all - 10)} more` : ''}`];
  };
  const objects = Number(fact(data, 'largeObjects') ?? 0);
  return [
    ...list('tables', 'tables'),
    ...list('sequences', 'sequences'),
    ...(objects === 0 ? [] : [t`${count(objects)} large objects`]),
  ].join('; ');
}

/** What was left out, why, and how to make it. */
function leftOutWords(data: ComparisonNoteData['leftOut']): string {
  const why = leftOutWhy().get(data.kind);
  return why === undefined ? leftOutThing(data) : `${leftOutThing(data)}, ${why}`;
}

/** `publications (changes, px)`; results of 0.1.0 have other kinds and no names. */
function leftOutThing({ kind, count: all, names = [] }: ComparisonNoteData['leftOut']): string {
  const many = typeof all === 'number' ? all : 0;
  const shown = Array.isArray(names) ? names.map(String) : [];
  const rest = many - shown.length;
  const list = shown.length === 0 ? count(many) : `${shown.join(', ')}${rest > 0 ? t` and ${count(rest)} more` : ''}`;
  return `${leftOutNames().get(kind) ?? kind} (${list})`;
}

const leftOutNames = (): ReadonlyMap<string, string> =>
  new Map([
    ['PUBLICATION', t`publications`],
    ['SUBSCRIPTION', t`subscriptions`],
    ['COMMENT', t`comments`],
    ['ACL', t`grants`],
    ['OWNER', t`owners`],
    ['TABLESPACE', t`tablespaces`],
    ['DATABASE', t`owner, grants or tablespace of the database itself`],
  ]);

const asked = () => t`as the restore was asked to`;
const leftOutWhy = (): ReadonlyMap<string, string> =>
  new Map([
    [
      'PUBLICATION',
      t`since a restored database sends its changes to nobody until somebody wants it; CREATE PUBLICATION makes them there`,
    ],
    ['SUBSCRIPTION', t`since two databases would take the changes of one; CREATE SUBSCRIPTION makes them there`],
    ['COMMENT', t`since a masked backup has none, and extensions bring their own`],
    ['ACL', t`${asked()}; GRANT gives them`],
    ['OWNER', t`${asked()}; ALTER … OWNER TO gives them`],
    ['TABLESPACE', t`${asked()}; ALTER … SET TABLESPACE moves there`],
    ['DATABASE', t`${asked()}; ALTER DATABASE and GRANT give them`],
  ]);

/** That two are the same, with what one of them lacks on purpose. */
export function sameWords(notes: readonly ComparisonNote[] = []): string {
  const leftOut = notes.flatMap((note) => (note.code === 'leftOut' ? [note.data] : []));
  const all = leftOut.reduce((sum, data) => sum + (typeof data['count'] === 'number' ? data['count'] : 0), 0);
  if (all === 0) return t`The same.`;
  return t`The same, ${count(all)} left out on purpose: ${leftOut.map(leftOutThing).join('; ')}.`;
}
