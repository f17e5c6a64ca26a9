import type { Transform } from '../core/mask/rules/maskRules';
import { t } from './language';

/** What each transformer does, in one line. */
export const transformWords = (): Readonly<Record<Transform['as'], string>> => ({
  keep: t`the value as it is`,
  null: t`NULL`,
  fixed: t`one value for all rows`,
  hash: t`26 letters, the same for the same value; stays unique`,
  email: t`a mail that reaches nobody; stays unique`,
  name: t`a first and a last name`,
  phone: t`other digits in the same shape; stays unique`,
  iban: t`another account of the same country, with valid check digits; stays unique`,
  creditcard: t`another number with a valid check digit; stays unique`,
  ip: t`another address; stays unique`,
  uuid: t`another UUID; stays unique`,
  key: t`other digits and letters in the same shape; stays unique`,
  redact: t`[redacted], {} or nothing, by the type`,
  date: t`moved by whole days, with shift: all dates of one subject alike`,
  number: t`noise of some percent, same sign and scale`,
  json: t`a document, value by value, by paths`,
  record: t`a composite value, field by field`,
});

/** What each key of a rule is for. */
export const ruleKeyWords = () =>
  ({
    match: t`schema.table.column, * is any part of a name; with rows: schema.table`,
    as: t`the transformer`,
    rows: t`none: the rows of the table are left out`,
    value: t`of fixed: the value`,
    days: t`of date: how many days it moves at most`,
    shift: t`of date: the column that says whose date it is`,
    percent: t`of number: how far it moves at most`,
    paths: t`of json: paths and what becomes of what they lead to`,
    fields: t`of record: fields and what becomes of them`,
    domain: t`values of another domain become others: what must not be joined`,
  }) as const;

/** What each key of the file is for. */
export const fileKeyWords = () =>
  ({
    version: '1',
    default: t`deny: what no rule speaks of is refused. There is no other`,
    largeObjects: t`none or keep: a database that has some needs one of them`,
    definitions: t`keep: definitions that hold what looks like personal data stay`,
    columns: t`the rules; the first that matches a column counts`,
  }) as const;
