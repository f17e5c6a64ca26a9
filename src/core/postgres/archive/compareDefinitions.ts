import type { ComparisonNote, DefinitionReading, Difference } from './reading';

/** What was left out of one side on purpose. */
export interface Ignored {
  readonly owners?: boolean;
  readonly acls?: boolean;
  readonly publications?: boolean;
  readonly subscriptions?: boolean;
}

/**
 * Compares definitions by kind, schema and name. A table whose columns only stand in another order is a note. Across majors
 * (`acrossMajors`) the text counts only for kinds that all majors word alike; of the others presence and owner.
 */
export function compareDefinitions(
  left: readonly DefinitionReading[],
  right: readonly DefinitionReading[],
  ignored: Ignored,
  acrossMajors = false,
): { differences: Difference[]; notes: ComparisonNote[] } {
  const differences: Difference[] = [];
  const notes: ComparisonNote[] = [];
  const leftOut = new Map<string, number>();
  const prepare = (definitions: readonly DefinitionReading[]): readonly DefinitionReading[] =>
    acrossMajors
      ? definitions
          .filter(({ kind, name }) => !listedDifferently.test(kind) && name !== 'large objects')
          .map(withoutWording)
      : definitions;
  const lefts = grouped(prepare(left), ignored, leftOut);
  const rights = grouped(prepare(right), ignored, leftOut);
  for (const [key, group] of lefts) {
    const others = rights.get(key) ?? [];
    rights.delete(key);
    const { missing, extra } = unmatched(group, others, ignored);
    missing.forEach((definition, index) => {
      const other = extra[index];
      if (other === undefined) differences.push(differenceOf(definition, 'missing right'));
      else if (sameButForOrder(definition, other, ignored)) {
        notes.push({ code: 'columnOrder', data: { table: labelOf(definition), definition: true } });
      } else differences.push(differenceOf(definition, 'changed'));
    });
    for (const definition of extra.slice(missing.length)) differences.push(differenceOf(definition, 'missing left'));
  }
  for (const group of rights.values()) {
    for (const definition of group) differences.push(differenceOf(definition, 'missing left'));
  }
  for (const [kind, count] of leftOut) notes.push({ code: 'leftOut', data: { kind, count } });
  return { differences, notes };
}

/** Large objects became groups in 17, statistics came with 18. */
const listedDifferently = /^(BLOB|STATISTICS DATA)/;

/** Kinds that 15 to 18 word alike: seen on archives of each. */
const wordedAlike: ReadonlySet<string> = new Set([
  ...['INDEX', 'CONSTRAINT', 'FK CONSTRAINT', 'TRIGGER', 'POLICY', 'ROW SECURITY', 'INDEX ATTACH', 'TABLE ATTACH'],
  ...['ACL', 'COMMENT', 'SEQUENCE', 'SEQUENCE OWNED BY', 'DEFAULT', 'TYPE', 'DOMAIN', 'EXTENSION', 'SCHEMA'],
]);

function withoutWording(definition: DefinitionReading): DefinitionReading {
  return wordedAlike.has(definition.kind) ? definition : { ...definition, digest: '' };
}

/** Several entries may share a kind and a name, e.g. default privileges of several roles. */
function grouped(
  definitions: readonly DefinitionReading[],
  ignored: Ignored,
  leftOut: Map<string, number>,
): Map<string, DefinitionReading[]> {
  const groups = new Map<string, DefinitionReading[]>();
  for (const definition of definitions) {
    if (ofDatabase(definition)) continue;
    if (isIgnored(definition, ignored)) {
      leftOut.set(definition.kind, (leftOut.get(definition.kind) ?? 0) + 1);
      continue;
    }
    const key = `${definition.kind}\0${definition.schema}\0${definition.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [definition]);
    else group.push(definition);
  }
  return groups;
}

function unmatched(
  left: readonly DefinitionReading[],
  right: readonly DefinitionReading[],
  ignored: Ignored,
): { missing: DefinitionReading[]; extra: DefinitionReading[] } {
  const extra = [...right];
  const missing = left.filter((definition) => {
    const at = extra.findIndex(
      (other) => other.digest === definition.digest && (ignored.owners === true || other.owner === definition.owner),
    );
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  return { missing, extra };
}

function sameButForOrder(left: DefinitionReading, right: DefinitionReading, ignored: Ignored): boolean {
  if (left.unorderedDigest === undefined || left.unorderedDigest !== right.unorderedDigest) return false;
  return ignored.owners === true || left.owner === right.owner;
}

/** Belongs to the database as a place, e.g. its comment and settings; pg_restore without --create passes over it as well. */
function ofDatabase({ kind, name }: DefinitionReading): boolean {
  return kind.startsWith('DATABASE') || ((isAcl(kind) || onOther(kind)) && name.startsWith('DATABASE '));
}

function isIgnored({ kind, name }: DefinitionReading, ignored: Ignored): boolean {
  if (ignored.acls === true && isAcl(kind)) return true;
  if (ignored.publications === true && concerns('PUBLICATION', kind, name)) return true;
  return ignored.subscriptions === true && concerns('SUBSCRIPTION', kind, name);
}

function concerns(what: string, kind: string, name: string): boolean {
  return kind.startsWith(what) || (onOther(kind) && name.startsWith(`${what} `));
}

function isAcl(kind: string): boolean {
  return kind === 'ACL' || kind === 'DEFAULT ACL';
}

function onOther(kind: string): boolean {
  return kind === 'COMMENT' || kind === 'SECURITY LABEL';
}

function differenceOf(definition: DefinitionReading, change: 'missing left' | 'missing right' | 'changed'): Difference {
  return { kind: 'definition', what: definition.kind, name: labelOf(definition), change };
}

function labelOf({ schema, name }: DefinitionReading): string {
  return schema === '' ? name : `${schema}.${name}`;
}
