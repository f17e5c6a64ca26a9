import type { ComparisonNote, DefinitionReading } from '../reading';

/** What was left out of one side on purpose. */
export interface Ignored {
  readonly owners?: boolean;
  readonly acls?: boolean;
  readonly tablespaces?: boolean;
  readonly publications?: boolean;
  readonly subscriptions?: boolean;
  /** comments on extensions, which an extension brings along: a masked archive has no comments */
  readonly extensionComments?: boolean;
  /**
   * The side that was made without them. Only there may they be missing, publications and subscriptions only as long as there is none at all;
   * what that side has is compared. Undefined: they count on neither.
   */
  readonly made?: 'left' | 'right';
}

/** What a note of the code `leftOut` says was left out. */
export type LeftOutKind = 'ACL' | 'PUBLICATION' | 'SUBSCRIPTION' | 'COMMENT' | 'OWNER' | 'TABLESPACE' | 'DATABASE';

/** Decides what was left out of a comparison on purpose, and counts it. */
export class LeavingOut {
  readonly #ignored: Ignored;
  readonly #counts = new Map<LeftOutKind, { count: number; names: string[] }>();
  /** of the side that was made without them */
  readonly #acls = new Set<string>();
  readonly #kinds = new Set<string>();

  constructor(ignored: Ignored, left: readonly DefinitionReading[], right: readonly DefinitionReading[]) {
    this.#ignored = ignored;
    if (ignored.made === undefined) return;
    for (const definition of ignored.made === 'left' ? left : right) {
      this.#kinds.add(definition.kind);
      if (isAcl(definition.kind)) this.#acls.add(keyOf(definition));
    }
  }

  /** Whether a definition of this side is not compared; then it is counted. */
  takes(definition: DefinitionReading, side: 'left' | 'right'): boolean {
    const kind = this.#kindOf(definition);
    if (kind === undefined) return false;
    const { made } = this.#ignored;
    if (kind !== 'OWNER' && made === side) return false;
    if (
      kind !== 'OWNER' &&
      made !== undefined &&
      (kind === 'ACL' ? this.#acls.has(keyOf(definition)) : this.#kinds.has(kind))
    )
      return false;
    const isItself = kind === 'ACL' || kind === 'OWNER' || definition.kind === kind;
    this.#count(kind, isItself ? definition.name : undefined);
    return true;
  }

  /** Whether two of one meaning belong to the same role and are stored in the same place, as far as that counts. */
  samePlace(left: DefinitionReading, right: DefinitionReading): boolean {
    const { owners = false, tablespaces = false } = this.#ignored;
    const sameOwner = left.owner === right.owner;
    const sameSpace = left.tablespace === right.tablespace;
    return (owners || sameOwner) && (tablespaces || sameSpace);
  }

  /** Says that two are the same but for an owner or a place that was left out. */
  paired(left: DefinitionReading, right: DefinitionReading): void {
    // who wrote a comment or owns what is granted is the same owner again
    if (left.owner !== right.owner && !isAcl(left.kind) && !onOther(left.kind)) this.#count('OWNER', left.name);
    if (left.tablespace !== right.tablespace) this.#count('TABLESPACE', left.name);
  }

  notes(): ComparisonNote[] {
    return [...this.#counts].map(([kind, { count, names }]) => ({ code: 'leftOut', data: { kind, count, names } }));
  }

  #kindOf({ kind, name }: DefinitionReading): Exclude<LeftOutKind, 'TABLESPACE' | 'DATABASE'> | undefined {
    if (this.#ignored.acls === true && isAcl(kind)) return 'ACL';
    // it comes with the database: its entry says who owns it, and nothing else
    if (this.#ignored.owners === true && kind === 'SCHEMA' && name === 'public') return 'OWNER';
    if (this.#ignored.extensionComments === true && kind === 'COMMENT' && name.startsWith('EXTENSION ')) return kind;
    if (this.#ignored.publications === true && concerns('PUBLICATION', kind, name)) return 'PUBLICATION';
    return this.#ignored.subscriptions === true && concerns('SUBSCRIPTION', kind, name) ? 'SUBSCRIPTION' : undefined;
  }

  /** `name` undefined: a part of what is counted by itself, as a publication's table. */
  #count(kind: LeftOutKind, name: string | undefined): void {
    const known = this.#counts.get(kind);
    if (name === undefined) return;
    if (known === undefined) this.#counts.set(kind, { count: 1, names: [name] });
    else {
      known.count += 1;
      if (known.names.length < mostNames) known.names.push(name);
    }
  }
}

const mostNames = 5;

/** What a definition is known by on both sides. */
export function keyOf({ kind, schema, name }: DefinitionReading): string {
  return `${kind}\0${schema}\0${name}`;
}

export function isAcl(kind: string): boolean {
  return kind === 'ACL' || kind === 'DEFAULT ACL';
}

export function onOther(kind: string): boolean {
  return kind === 'COMMENT' || kind === 'SECURITY LABEL';
}

function concerns(what: string, kind: string, name: string): boolean {
  return kind.startsWith(what) || (onOther(kind) && name.startsWith(`${what} `));
}
