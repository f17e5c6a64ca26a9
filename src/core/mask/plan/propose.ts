import { membersHint, nameHint, saysVersion } from '../detect/columnNames';
import { valuesHint } from '../detect/columnValues';
import { detect, type Kind } from '../detect/detectors';
import { holdsText, typeText, type ColumnType } from '../model/columnType';
import type { ColumnModel, SchemaModel, TableModel } from '../model/schemaModel';
import type { Transform } from '../rules/maskRules';
import { asPattern } from '../rules/namePattern';
import { MaskMaker } from '../transform/buildMask';
import type { Samples } from './sample';

/** A rule that is proposed for a column, and why. No value of it. */
export interface Proposal {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** a pattern that matches this column alone */
  readonly match: string;
  /** undefined: nothing speaks for a mask; a person says keep, or what else */
  readonly as?: Transform['as'];
  /** `label`: PostgreSQL Anonymizer's; `name`: the column's; `values`: what is in it; `type`: it cannot be looked into */
  readonly because: 'label' | 'name' | 'values' | 'type' | 'nothing';
  /** what the name or most of the values that were found say */
  readonly says?: string;
  /** values that were looked at, and how many of them look like something */
  readonly looked: number;
  readonly hits: number;
}

/** Proposes a rule for every column that needs one, and for numbers and dates whose names say that they should have one. */
export function propose(model: SchemaModel, samples: ReadonlyMap<TableModel, Samples>): Proposal[] {
  const maker = new MaskMaker(new Uint8Array(32), model.encoding);
  return model.tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      if (column.generated) return [];
      const proposal = proposeFor(model, table, column, samples.get(table)?.get(column.name) ?? []);
      if (proposal.as === undefined && !holdsText(column.type)) return [];
      return [{ ...proposal, ...fitting(maker, table, column, proposal.as) }];
    }),
  );
}

function proposeFor(model: SchemaModel, table: TableModel, column: ColumnModel, values: readonly string[]): Proposal {
  const { schema, name } = table;
  const isVersion = saysVersion(column.name);
  const found = new Map<Kind, number>();
  let hits = 0;
  for (const value of values) {
    const kinds = detect(value).filter((kind) => kind !== 'ip' || !isVersion);
    if (kinds.length > 0) hits += 1;
    for (const kind of kinds) found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  const base = {
    ...{ schema, table: name, column: column.name, type: typeText(column.type), looked: values.length, hits },
    match: asPattern(schema, name, column.name),
  };
  const label = model.anon.find((one) => one.schema === schema && one.table === name && one.column === column.name);
  const labelled = label === undefined ? undefined : fromLabel(label.label);
  if (labelled !== undefined) return { ...base, as: labelled, because: 'label', says: 'anon' };
  const [most] = [...found].sort(([, left], [, right]) => right - left);
  // most of what is in it is of one kind: that says more than a name
  if (most !== undefined && most[1] * 2 >= values.length && holdsText(column.type))
    return { ...base, as: byKind[most[0]], because: 'values', says: most[0] };
  const hint = nameHint(column.name, name);
  if (hint !== undefined && speaksFor(column.type, hint.as))
    return { ...base, as: hint.as, because: 'name', says: hint.says };
  const members = membersHint(values, name);
  if (members !== undefined && holdsText(column.type))
    return { ...base, as: column.type.kind === 'json' ? 'json' : 'redact', because: 'values', says: members };
  const together = column.type.kind === 'text' ? valuesHint(values) : undefined;
  if (together !== undefined)
    return { ...base, as: together.as, because: 'values', says: together.says, hits: together.hits };
  if (most !== undefined && holdsText(column.type)) return { ...base, as: 'redact', because: 'values', says: most[0] };
  const isClosed = column.type.kind === 'other' || column.type.kind === 'bytea';
  return { ...base, because: isClosed ? 'type' : 'nothing' };
}

/** A name of a number or a date is no more than that: `card_id`, `mail_count`. */
function speaksFor(type: ColumnType, as: Transform['as']): boolean {
  if (type.kind === 'date' || type.kind === 'timestamp') return as === 'date';
  if (type.kind === 'integer' || type.kind === 'numeric')
    return as === 'phone' || as === 'creditcard' || as === 'key' || as === 'number';
  if (type.kind === 'float' || type.kind === 'money') return as === 'number' || as === 'redact';
  return holdsText(type);
}

const byKind: Readonly<Record<Kind, Transform['as']>> = {
  ...({ email: 'email', phone: 'phone', iban: 'iban', card: 'creditcard', ip: 'ip' } as const),
  ...({ nationalId: 'key', secret: 'hash' } as const),
};

/** The first that the column can take, and that keeps unique what must be. */
function fitting(
  maker: MaskMaker,
  table: TableModel,
  column: ColumnModel,
  as: Transform['as'] | undefined,
): { as?: Transform['as'] } {
  if (as === undefined) return {};
  const isUnique = table.unique.some((key) => key.columns.includes(column.name));
  const others: readonly Transform['as'][] = isUnique
    ? [as, 'hash', 'key', 'uuid', 'ip']
    : [as, 'json', 'redact', 'hash', 'number', 'null'];
  const fits = others.find((one) => {
    const built = maker.build(transformOf(one), column.type);
    return typeof built !== 'string' && (!isUnique || built.unique) && !(one === 'null' && column.notNull);
  });
  return fits === undefined ? {} : { as: fits };
}

function transformOf(as: Transform['as']): Transform {
  if (as === 'json') return { as, paths: [] };
  if (as === 'date') return { as, days: 180 };
  if (as === 'number') return { as, percent: 10 };
  if (as === 'fixed') return { as, value: '' };
  return as === 'record' ? { as, fields: [] } : { as };
}

/** `MASKED WITH FUNCTION anon.fake_email()`, `MASKED WITH VALUE NULL` */
function fromLabel(label: string): Transform['as'] | undefined {
  const text = label.toLowerCase();
  if (/masked with value\s+null/.test(text)) return 'null';
  if (/masked with value/.test(text)) return 'redact';
  const name = /masked with function\s+(?:\w+\.)?(\w+)/.exec(text)?.[1];
  if (name === undefined) return undefined;
  return labels.find(([words]) => words.some((word) => name.includes(word)))?.[1] ?? 'redact';
}

const labels: readonly (readonly [readonly string[], Transform['as']])[] = [
  [['email'], 'email'],
  [['phone'], 'phone'],
  [['iban'], 'iban'],
  [['first_name', 'last_name', 'fake_name', 'name'], 'name'],
  [['date', 'dnow', 'noise_timestamp'], 'date'],
  [['noise', 'random_int', 'random_bigint'], 'number'],
  [['hash', 'digest', 'pseudo'], 'hash'],
  [['inet', 'ip'], 'ip'],
];
