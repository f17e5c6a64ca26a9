import type { ErrorData } from '../core/base/errorData';
import type { Finding, FindingCode } from '../core/base/finding';
import type { FindingData } from '../core/base/findingData';
import { some } from './some';
import type { MaskedFacts } from '../core/catalog/manifest';
import { count } from './format';
import { numberOf, shown, text } from './shown';
import { t } from './language';

interface MaskErrorWords {
  readonly what: string;
  readonly why?: string;
  readonly todo?: string;
}

/** Words for the errors of masking. */
export const maskErrors = {
  'mask.rules': (data: ErrorData['mask.rules']): MaskErrorWords => ({
    what: t`The masking rules${data['file'] === undefined ? '' : t` of ${shown(data, 'file')}`} say something that no rule says.`,
    ...why(rows(data.problems).map(problemLine)),
    todo: t`All keys and transformers are in docs/masking.md.`,
  }),
  'mask.refused': (data: ErrorData['mask.refused'], finding: (of: Finding) => string): MaskErrorWords => ({
    what: t`Nothing was masked and nothing was written: the rules leave something open, or ask for what cannot be.`,
    ...why(
      rows(data.findings)
        .filter(({ level }) => level === 'block')
        .map(finding),
    ),
    todo: t`Change the rules, then begin again.`,
  }),
  'mask.value': (data: ErrorData['mask.value']): MaskErrorWords => ({
    what: t`A value of ${shown(data, 'table')}, column ${shown(data, 'column')}, cannot be masked: it is longer than what is held in memory.`,
    todo: t`Give the column the rule null, or leave its rows out.`,
  }),
} as const;

/** Words for the findings of masking. */
type MaskCode = Extract<FindingCode, `mask.${string}` | 'backup.masked'>;

export const maskFindings: { readonly [C in MaskCode]: (data: FindingData[C]) => string } = {
  'mask.uncovered': (data) => {
    const columns = rows(data.columns).map(
      (one) => `${shown(one, 'table')}.${shown(one, 'column')} (${shown(one, 'type')})`,
    );
    return t`columns that could hold somebody's words have no rule: ${listed(columns)}; give each a transformer, or keep`;
  },
  'backup.masked': (data) => {
    const [columns, emptied, hits] = [numberOf(data, 'columns'), numberOf(data, 'emptied'), numberOf(data, 'hits')];
    const parts = [
      t`its rows are not those of its source (${some(columns, 'column')}${emptied > 0 ? t`, the rows of ${some(emptied, 'table')} left out` : ''}, rules ${shown(data, 'rules').slice(0, 8)})`,
      ...(hits > 0 ? [t`${some(hits, 'value')} looked like somebody's all the same`] : []),
    ];
    return t`the backup is masked${data['said'] ? t`, as its manifest says` : ''}: ${parts.join('; ')}`;
  },
  'mask.unused': (data) =>
    t`rules that match no column: ${listed(rows(data.rules).map((one) => t`${shown(one, 'match')} (line ${shown(one, 'line')})`))}`,
  'mask.unfit': (data) =>
    t`${columnOf(data)} is ${shown(data, 'type')}: ${shown(data, 'as')} ${misfits()[text(data, 'reason') ?? ''] ?? t`does not fit it`}${data['line'] === undefined ? '' : t` (line ${shown(data, 'line')})`}`,
  'mask.largeObjects': () =>
    t`the database holds large objects, of which no rule speaks: say largeObjects: none, or keep`,
  'mask.definitions': (data) =>
    t`definitions hold what looks like somebody's data, and definitions are not masked: ${listed(rows(data.definitions).map((one) => `${shown(one, 'kind')} ${shown(one, 'schema')}.${shown(one, 'name')} (${shown(one, 'kinds')})`))}; take it out of them, or say definitions: keep`,
  'mask.notNull': (data) => t`${columnOf(data)} may not be NULL`,
  'mask.default': (data) =>
    t`the default of ${columnOf(data)} holds a text, which stays in its definition and is what new rows get`,
  'mask.subject': (data) =>
    t`${columnOf(data)} is shifted by ${shown(data, 'subject')}, which is no column of its table`,
  'mask.check': (data) =>
    t`${shown(data, 'table')}: ${text(data, 'constraint') === 'domain' ? t`the domain of` : t`${shown(data, 'constraint')} checks`} ${shown(data, 'columns')}${text(data, 'constraint') === 'domain' ? t` has conditions` : ''}: a restore fails where masked values do not pass`,
  'mask.partitionKey': (data) =>
    t`${shown(data, 'table')}: ${shown(data, 'columns')} decides which partition a row is in, and cannot be masked: keep it, or leave the rows out`,
  'mask.unique': (data) =>
    t`${shown(data, 'table')}: ${shown(data, 'key')} wants ${shown(data, 'columns')} unique, and the transformer does not keep that: email, hash, uuid, key, phone, iban, creditcard and ip do, where the column is long enough`,
  'mask.expression': (data) =>
    t`${shown(data, 'table')}: ${shown(data, 'key')} is unique over an expression of ${shown(data, 'columns')}: a restore fails where masked values make it the same twice`,
  'mask.referencesNone': (data) =>
    t`${shown(data, 'table')}: ${shown(data, 'constraint')} refers to ${shown(data, 'to')}, whose rows are left out: leave these rows out, too, or make the column NULL`,
  'mask.reference': (data) =>
    t`${shown(data, 'table')}: ${shown(data, 'constraint')} refers to ${shown(data, 'to')}, and the rules make other values at its two ends: ${shown(data, 'columns')}`,
};

/** What masking came to, for a report: Markdown would be the caller's. */
export function maskedProof(masked: MaskedFacts): { readonly lines: string[]; readonly rows: string[][] } {
  const { rules, key, columns, emptied, leftOut, unmasked, looked, hits } = masked;
  const left = Object.entries(leftOut).map(([kind, number]) => `${kind} ${count(number)}`);
  const lines = [
    t`Rows were masked before anything was written, by the rules with SHA-256 ${rules}, under the key ${key}.`,
    unmasked === 1
      ? t`The one table that no rule changes has the digest of the source.`
      : t`The ${count(unmasked)} tables that no rule changes have the digests of the source.`,
    ...(emptied.length > 0 ? [t`Rows left out: ${listed(emptied)}.`] : []),
    ...(left.length > 0 ? [t`Left out of the definitions: ${left.join(', ')}.`] : []),
    hits.length === 0
      ? t`A detector looked through ${some(looked, 'row')} of what was written and found nothing that looks like personal data.`
      : t`A detector looked through ${some(looked, 'row')} of what was written and found: ${listed(hits.map((hit) => `${hit.schema}.${hit.table}.${hit.column} ${hit.kind} ${count(hit.count)}`))}.`,
  ];
  const rows = columns.map((one) => [
    ...[`${one.schema}.${one.table}.${one.column}`, one.as],
    ...[one.changed, one.stayed, one.nulls, one.empty].map((number) => count(number)),
  ]);
  return { lines, rows };
}

/** Headings of its rows. */
export const maskedHeadings = (): readonly string[] => [t`column`, t`as`, t`changed`, t`stayed`, 'NULL', t`empty`];

const misfits = (): Readonly<Record<string, string>> => ({
  type: t`is not for this type`,
  length: t`makes values that are longer than it takes`,
  value: t`is no value of it`,
  label: t`is none of its labels`,
  field: t`leaves a field of it open, or names one that it does not have`,
  encoding: t`has letters that its encoding may not have`,
});

const reasons: Readonly<Record<string, (what: string) => string>> = {
  yaml: (what) => t`this is not YAML (${what})`,
  map: (what) => t`${what} must be a map`,
  list: (what) => t`${what} must be a list`,
  text: (what) => t`${what} must be a text`,
  number: (what) => t`${what} is no number, or out of its range`,
  missing: (what) => t`${what} is missing`,
  unknown: (what) => t`${what} does not belong here`,
  value: (what) => t`${what} has a value that it cannot have`,
  pattern: (what) =>
    t`${what} must be schema.table.column, or schema.table with rows; names with dots in double quotes`,
  path: (what) => t`${what} is no path: $.a.b, $..a, $.list[*].b, $["a.b"] or **`,
  both: () => t`a rule has rows or as, not both`,
  alias: (what) => t`anchors, aliases and tags are not read (${what})`,
  version: () => t`the only version is 1`,
};

function why(lines: readonly string[]): { why?: string } {
  return lines.length === 0 ? {} : { why: lines.join('\n') };
}

type Problem = ErrorData['mask.rules']['problems'][number];

/** What is wrong with a file of rules at one place. */
export function rulesProblem(one: Problem): string {
  const reason = reasons[text(one, 'reason') ?? ''] ?? ((what: string): string => what);
  return reason(shown(one, 'what'));
}

function problemLine(one: Problem): string {
  return t`line ${shown(one, 'line')}, column ${shown(one, 'column')}: ${rulesProblem(one)}`;
}

function columnOf(data: { readonly table: string; readonly column: string }): string {
  return `${shown(data, 'table')}.${shown(data, 'column')}`;
}

function rows<Row>(list: readonly Row[] | undefined): readonly Row[] {
  return Array.isArray(list) ? (list as readonly Row[]) : [];
}

const most = 30;

function listed(names: readonly string[]): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? t` and ${more} more` : '');
}
