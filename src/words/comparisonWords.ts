import type { ComparisonNote, Difference } from '../core/postgres/archive/reading';
import { some } from '../core/some';
import { count } from './format';

/** One difference of a comparison; left and right are the operands in their order. */
export function differenceWords(difference: Difference): string {
  const { because } = difference;
  return because === undefined ? plainWords(difference) : `${plainWords(difference)} (${because.says})`;
}

function plainWords(difference: Difference): string {
  switch (difference.kind) {
    case 'rows':
      return `${difference.table}: ${count(difference.left)} rows and ${count(difference.right)} rows`;
    case 'content':
      return `${difference.table}: other contents in the same number of rows (${count(difference.rows)})`;
    case 'columns':
      return `${difference.table}: columns ${difference.left.join(', ')} and ${difference.right.join(', ')}`;
    case 'table':
      return `${difference.table}: missing on the ${difference.missing}${difference.rows === undefined ? '' : `, with its ${some(difference.rows, 'row')}`}`;
    case 'sequence':
      return `sequence ${difference.sequence}: ${difference.left ?? 'missing'} and ${difference.right ?? 'missing'}`;
    case 'largeObjects':
      return `large objects: ${difference.what} differ (${count(difference.left)} and ${count(difference.right)})`;
    case 'generated':
      return `${difference.table}: other values in the generated ${difference.columns.length === 1 ? 'column' : 'columns'} ${difference.columns.join(', ')}, computed from the same rows`;
    case 'property':
      return propertyWords(difference);
    case 'definition':
      return `${difference.what} ${difference.name}: ${changes[difference.change]}`;
  }
}

function propertyWords({ what, name, change, left, right }: Extract<Difference, { kind: 'property' }>): string {
  const which = name === undefined ? what : `${what === 'other' ? 'entry' : what} ${name}`;
  if (left === undefined && right === undefined) {
    return `the database's ${which}: ${change.replace('missing', 'missing on the')}`;
  }
  const text = (value: string | undefined): string => (value === undefined ? 'none' : noLimit(what, value));
  return `the database's ${which}: ${text(left)} and ${text(right)}`;
}

function noLimit(what: string, value: string): string {
  return what === 'connection limit' && value === '-1' ? 'none' : value;
}
const changes = {
  'missing left': 'missing on the left',
  'missing right': 'missing on the right',
  changed: 'changed',
  failed: 'refused in part',
} as const;

/** What two archives may differ in without differing. */
export function comparisonNoteWords({ code, data }: ComparisonNote): string {
  const of = (key: string): string => (typeof data[key] === 'string' ? data[key] : JSON.stringify(data[key] ?? ''));
  const words = {
    columnOrder: () => `the columns of ${of('table')} stand in another order`,
    generatedUnproven: () =>
      `values of generated columns are computed anew, and could not be compared: ${of('tables')}`,
    wording: () => `worded differently: ${Object.keys(data).map(of).join(', ')}`,
    leftOut: () => `left out on purpose: ${of('kind')} (${of('count')})`,
    // only in results of 0.1.0
    majorsDiffer: () =>
      `PostgreSQL ${of('left')} and ${of('right')} word tables, views and functions differently: these were compared by name and owner only`,
    withoutData: () => `without data in one of the two, and empty in the other: ${emptyWords(data)}`,
  } satisfies Record<ComparisonNote['code'], () => string>;
  return words[code]();
}

function emptyWords(data: ComparisonNote['data']): string {
  const list = (key: string, what: string): string[] => {
    const names = Array.isArray(data[key]) ? data[key].map(String) : [];
    const all = Number(data[`${key}Count`] ?? names.length);
    if (all === 0) return [];
    const shown = names.slice(0, 10).join(', ');
    return [`${what} ${shown}${all > 10 ? ` and ${count(all - 10)} more` : ''}`];
  };
  const objects = Number(data['largeObjects'] ?? 0);
  return [
    ...list('tables', 'tables'),
    ...list('sequences', 'sequences'),
    ...(objects === 0 ? [] : [`${count(objects)} large objects`]),
  ].join('; ');
}
