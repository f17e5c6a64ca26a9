import { isAcl, keyOf, LeavingOut, onOther, type Ignored } from './leftOut';
import type { ComparisonNote, DefinitionReading, Difference } from '../reading';

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
  const leavingOut = new LeavingOut(ignored, left, right);
  const oldest = majors[0] === majors[1] ? Infinity : Math.min(...majors);
  const lefts = grouped(asSaidBy(oldest, left), (one) => leavingOut.takes(one, 'left'));
  const rights = grouped(asSaidBy(oldest, right), (one) => leavingOut.takes(one, 'right'));
  for (const [key, group] of lefts) {
    const others = rights.get(key) ?? [];
    rights.delete(key);
    const { missing, extra } = unmatched(group, others, leavingOut);
    missing.forEach((definition, index) => {
      const other = extra[index];
      if (other === undefined) differences.push(differenceOf(definition, 'missing right'));
      else if (sameButForOrder(definition, other, leavingOut)) {
        leavingOut.paired(definition, other);
        notes.push({ code: 'columnOrder', data: { table: labelOf(definition), definition: true } });
      } else differences.push(differenceOf(definition, 'changed'));
    });
    for (const definition of extra.slice(missing.length)) differences.push(differenceOf(definition, 'missing left'));
  }
  for (const group of rights.values()) {
    for (const definition of group) differences.push(differenceOf(definition, 'missing left'));
  }
  return { differences, notes: [...notes, ...leavingOut.notes()] };
}

/** Definitions as a server of this major can say them: MAINTAIN came with 17, names of NOT NULL with 18. */
function asSaidBy(major: number, definitions: readonly DefinitionReading[]): readonly DefinitionReading[] {
  if (major >= 18) return definitions;
  return definitions.map((definition) => {
    const { olderDigest, olderUnorderedDigest, kind } = definition;
    if (olderDigest === undefined || (isAcl(kind) && major >= 17)) return definition;
    const unordered = olderUnorderedDigest === undefined ? {} : { unorderedDigest: olderUnorderedDigest };
    return { ...definition, digest: olderDigest, ...unordered };
  });
}

/** Several entries may share a kind and a name, e.g. default privileges of several roles. */
function grouped(
  definitions: readonly DefinitionReading[],
  isLeftOut: (definition: DefinitionReading) => boolean,
): Map<string, DefinitionReading[]> {
  const groups = new Map<string, DefinitionReading[]>();
  for (const definition of definitions) {
    if (ofDatabase(definition) || isLeftOut(definition)) continue;
    const key = keyOf(definition);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [definition]);
    else group.push(definition);
  }
  return groups;
}

function unmatched(
  left: readonly DefinitionReading[],
  right: readonly DefinitionReading[],
  leavingOut: LeavingOut,
): { missing: DefinitionReading[]; extra: DefinitionReading[] } {
  const extra = [...right];
  const missing = left.filter((definition) => {
    const at = extra.findIndex(
      (other) => other.digest === definition.digest && leavingOut.samePlace(definition, other),
    );
    const [found] = at < 0 ? [] : extra.splice(at, 1);
    if (found !== undefined) leavingOut.paired(definition, found);
    return found === undefined;
  });
  return { missing, extra };
}

function sameButForOrder(left: DefinitionReading, right: DefinitionReading, leavingOut: LeavingOut): boolean {
  if (left.unorderedDigest === undefined || left.unorderedDigest !== right.unorderedDigest) return false;
  return leavingOut.samePlace(left, right);
}

/** Belongs to the database as a place, e.g. its comment and settings; pg_restore without --create passes over it as well. */
function ofDatabase({ kind, name }: DefinitionReading): boolean {
  return kind.startsWith('DATABASE') || ((isAcl(kind) || onOther(kind)) && name.startsWith('DATABASE '));
}

function differenceOf(definition: DefinitionReading, change: 'missing left' | 'missing right' | 'changed'): Difference {
  return { kind: 'definition', what: definition.kind, name: labelOf(definition), change };
}

function labelOf({ schema, name }: DefinitionReading): string {
  return schema === '' ? name : `${schema}.${name}`;
}
