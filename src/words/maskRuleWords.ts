import type { Transform } from '../core/mask/rules/maskRules';

/** What each transformer does, in one line. */
export const transformWords: Readonly<Record<Transform['as'], string>> = {
  keep: 'the value as it is',
  null: 'NULL',
  fixed: 'one value for all rows',
  hash: '26 letters, the same for the same value; stays unique',
  email: 'a mail that reaches nobody; stays unique',
  name: 'a first and a last name',
  phone: 'other digits in the same shape; stays unique',
  iban: 'another account of the same country, with valid check digits; stays unique',
  creditcard: 'another number with a valid check digit; stays unique',
  ip: 'another address; stays unique',
  uuid: 'another UUID; stays unique',
  key: 'other digits and letters in the same shape; stays unique',
  redact: '[redacted], {} or nothing, by the type',
  date: 'moved by whole days, with shift: all dates of one subject alike',
  number: 'noise of some percent, same sign and scale',
  json: 'a document, value by value, by paths',
  record: 'a composite value, field by field',
};

/** What each key of a rule is for. */
export const ruleKeyWords = {
  match: 'schema.table.column, * is any part of a name; with rows: schema.table',
  as: 'the transformer',
  rows: 'none: the rows of the table are left out',
  value: 'of fixed: the value',
  days: 'of date: how many days it moves at most',
  shift: 'of date: the column that says whose date it is',
  percent: 'of number: how far it moves at most',
  paths: 'of json: paths and what becomes of what they lead to',
  fields: 'of record: fields and what becomes of them',
  domain: 'values of another domain become others: what must not be joined',
} as const;

/** What each key of the file is for. */
export const fileKeyWords = {
  version: '1',
  default: 'deny: what no rule speaks of is refused. There is no other',
  largeObjects: 'none or keep: a database that has some needs one of them',
  definitions: 'keep: definitions that hold what looks like personal data stay',
  columns: 'the rules; the first that matches a column counts',
} as const;
