import { Hash128, hexOf, Sum128 } from '../digest/hash128';
import { meaningOf } from './meaning';
import type { DefinitionReading } from '../reading';

/** An entry that makes large objects, or says something of them. */
export function concernsLargeObjects(kind: string, name: string): boolean {
  return kind === 'BLOB' || kind === 'BLOB METADATA' || /^LARGE OBJECTS? \d/.test(name);
}

/**
 * What a table of contents says of large objects. A database may have millions of them: they count together, by what is said. Up to 16 each has
 * an entry of its own; since 17 those with one owner and the same grants share one, whose grants name only the first. The digests are the same for both.
 */
export class LargeObjectEntries {
  /** by owner: those that are made */
  readonly #made = new Map<string, Sum128>();
  readonly #all = new Sum128();
  /** by the grants, without a number: those that have them */
  readonly #granted = new Map<string, Sum128>();
  /** comments and security labels, each with its number */
  readonly #said = new Map<string, Sum128>();
  /** of entries for several, by their range of numbers: grants come later and say no more */
  readonly #ranges = new Map<string, bigint>();
  readonly #hash = new Hash128();

  add(kind: string, name: string, owner: string, sql: string): void {
    if (kind === 'BLOB' || kind === 'BLOB METADATA') {
      let together = 0n;
      for (const [oid] of sql.matchAll(/\d+/g)) together += this.#wide(oid);
      sumIn(this.#made, owner).addWide(together);
      this.#all.addWide(together);
      if (name.includes('..')) this.#ranges.set(name, together);
    } else if (kind === 'ACL') {
      const oids = name.replace(/^LARGE OBJECTS? /, '');
      const grants = meaningOf(kind, sql.replaceAll(/\bON LARGE OBJECT \d+/g, 'ON LARGE OBJECT')).text;
      sumIn(this.#granted, grants).addWide(this.#ranges.get(oids) ?? this.#wide(oids));
    } else sumIn(this.#said, kind).addWide(this.#wide(sql));
  }

  definitions(): DefinitionReading[] {
    const found = [...this.#said].map(([kind, sum]) => definition(kind, '', sum.hex()));
    if (this.#made.size > 0) found.push(definition('BLOB', this.#owners(), this.#all.hex()));
    if (this.#granted.size > 0) found.push(definition('ACL', '', this.#together(this.#granted)));
    return found;
  }

  /** Who owns them: the one owner, or a digest of who owns which. */
  #owners(): string {
    const [owner, another] = this.#made.keys();
    return owner !== undefined && another === undefined ? owner : this.#together(this.#made);
  }

  #together(sums: ReadonlyMap<string, Sum128>): string {
    const all = new Sum128();
    for (const [text, sum] of sums) all.addWide(this.#wide(`${text}\0${sum.hex()}`));
    return all.hex();
  }

  #wide(text: string): bigint {
    return BigInt(`0x${hexOf(this.#hash.reset().update(Buffer.from(text)).finish())}`);
  }
}

function sumIn(sums: Map<string, Sum128>, key: string): Sum128 {
  const known = sums.get(key);
  if (known !== undefined) return known;
  const sum = new Sum128();
  sums.set(key, sum);
  return sum;
}

function definition(kind: string, owner: string, digest: string): DefinitionReading {
  return { kind, schema: '', name: 'large objects', owner, digest };
}
