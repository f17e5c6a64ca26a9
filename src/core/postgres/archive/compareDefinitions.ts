import type { ComparisonNote, DefinitionReading, Difference } from './reading';

/** What was left out of one side on purpose. */
export interface Ignored {
  readonly owners?: boolean;
  readonly acls?: boolean;
  readonly tablespaces?: boolean;
  readonly publications?: boolean;
  readonly subscriptions?: boolean;
}

/**
 * Compares definitions by kind, schema and name, and by what they mean. A table whose columns only stand in another order is a note.
 * `majors` are those of the two servers: what only the younger one can say is no difference.
 */
export function compareDefinitions(
  left: readonly DefinitionReading[],
  right: readonly DefinitionReading[],
  ignored: Ignored,
  majors: readonly [left: number, right: number],
): { differences: Difference[]; notes: ComparisonNote[] } {
  const differences: Difference[] = [];
  const notes: ComparisonNote[] = [];
  const leftOut = new Map<string, number>();
  const oldest = majors[0] === majors[1] ? Infinity : Math.min(...majors);
  const lefts = grouped(asSaidBy(oldest, left), ignored, leftOut);
  const rights = grouped(asSaidBy(oldest, right), ignored, leftOut);
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

/** Definitions as a server of this major can say them: MAINTAIN came with 17, names of NOT NULL with 18. */
function asSaidBy(major: number, definitions: readonly DefinitionReading[]): readonly DefinitionReading[] {
  if (major >= 18) return definitions;
  return definitions.map((definition) => {
    const { olderDigest, kind } = definition;
    return olderDigest === undefined || (isAcl(kind) && major >= 17)
      ? definition
      : { ...definition, digest: olderDigest };
  });
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
    const at = extra.findIndex((other) => other.digest === definition.digest && samePlace(definition, other, ignored));
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  return { missing, extra };
}

function sameButForOrder(left: DefinitionReading, right: DefinitionReading, ignored: Ignored): boolean {
  if (left.unorderedDigest === undefined || left.unorderedDigest !== right.unorderedDigest) return false;
  return samePlace(left, right, ignored);
}

/** They belong to the same role and are stored in the same place. */
function samePlace(left: DefinitionReading, right: DefinitionReading, ignored: Ignored): boolean {
  const sameOwner = ignored.owners === true || left.owner === right.owner;
  return sameOwner && (ignored.tablespaces === true || left.tablespace === right.tablespace);
}

/** Belongs to the database as a place, e.g. its comment and settings; pg_restore without --create passes over it as well. */
function ofDatabase({ kind, name }: DefinitionReading): boolean {
  return kind.startsWith('DATABASE') || ((isAcl(kind) || onOther(kind)) && name.startsWith('DATABASE '));
}

function isIgnored({ kind, name }: DefinitionReading, ignored: Ignored): boolean {
  if (ignored.acls === true && isAcl(kind)) return true;
  // it comes with the database: its entry says who owns it, and nothing else
  if (ignored.owners === true && kind === 'SCHEMA' && name === 'public') return true;
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
