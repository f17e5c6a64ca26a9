import type { Transform } from '../rules/maskRules';
import { aboutThings, nameParts, nameWords, peopleTables, technicalTables } from './nameWords';

/** What a column's name says of it. */
export interface NameHint {
  /** e.g. `email` */
  readonly says: string;
  readonly as: Transform['as'];
}

/** What a column's name says of what is in it; undefined for most. The name is taken apart at `_`, at capitals and digits. */
export function nameHint(column: string, table: string): NameHint | undefined {
  const parts = wordsOf(column);
  const last = parts.at(-1);
  const tableParts = wordsOf(table);
  const isOfPeople = tableParts.some(isPerson);
  const isTechnical = tableParts.some((part) => technicalTables.has(part));
  const isAboutThings = parts.length > 1 && last !== undefined && aboutThings.has(last);
  // `marital_status` is a word of its own; `email_status` is none
  const said = isAboutThings ? [parts.join('')] : joined(parts);
  // `customer_name`, and as Romance languages put it, `nom_locataire`
  const isPersonsName =
    (last !== undefined && nameParts.has(last) && parts.slice(0, -1).some(isPerson)) ||
    (nameParts.has(parts[0] ?? '') && parts.slice(1).some(isPerson));
  for (const { says, as, words, ends, starts, ofPeople, alone } of nameWords) {
    if (isTechnical && says === 'text') continue;
    const fits =
      said.some((word) => words.has(word) || (word.endsWith('s') && words.has(word.slice(0, -1)))) ||
      (!isAboutThings && ends?.some((end) => parts.some((part) => part.endsWith(end)) || said[0]?.endsWith(end))) ||
      (!isAboutThings && (starts?.some((start) => said.some((word) => word.startsWith(start))) ?? false)) ||
      (!isAboutThings && skeletons.get(says)?.has(parts.join('')) === true) ||
      (says === 'name' && isPersonsName) ||
      (alone?.has(parts.join('')) ?? false) ||
      // `users.name` is somebody's; `products.name` is not
      (isOfPeople &&
        ofPeople !== undefined &&
        [said[0] ?? '', parts[0] ?? '', last ?? ''].some(
          (word) => ofPeople.has(word) || ofPeople.has(word.replace(/s$/, '')),
        ));
    if (fits) return { says, as };
  }
  return undefined;
}

/** What the members of documents (JSON, XML), or their elements, are called that are somebody's; undefined where none is. The form of a document is not proven. */
export function membersHint(values: readonly string[], table: string): string | undefined {
  for (const value of values) {
    const start = value.slice(0, longestDocument).trimStart();
    if (!/^[{[<]/.test(start)) continue;
    for (const [, member, element] of start.matchAll(/"([^"\\]{1,60})"\s{0,9}:|<([A-Za-z_][\w.-]{0,60})[\s>]/g)) {
      const says = nameHint(member ?? element ?? '', table)?.says;
      if (says !== undefined && !loose.has(says)) return says;
    }
  }
  return undefined;
}

/** characters of a document that are looked at */
const longestDocument = 1 << 14;
/** what programs call parts of any message */
const loose: ReadonlySet<string> = new Set(['text', 'trace', 'pay', 'birthYear', 'special']);

/** Whether the name says that what looks like an address of a network is a number of a version. */
export function saysVersion(column: string): boolean {
  return wordsOf(column).some((word) => /^(?:version|release|build|revision)/.test(word));
}

/** Long words without their vowels, by what they say: `frst_nm`, `brth_dt`. The first letter stays what it is. */
const skeletons: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  nameWords.map(({ says, words }) => {
    const long = [...words].filter((word) => word.length >= 8);
    return [says, new Set(long.map((word) => word.replaceAll(/(?!^)[aeiou]/g, '')).filter((bare) => bare.length >= 5))];
  }),
);

/** All of it, each part, and two or three that follow each other. */
function joined(parts: readonly string[]): string[] {
  // where there are no dots on the letters, an e stands for them: `begruendung`
  const umlauts = [parts.join(''), ...parts].filter((part) => /[aou]e/.test(part)).map(withoutE);
  return [...asWritten(parts), ...umlauts];
}

function withoutE(word: string): string {
  return word.replaceAll(/([aou])e/g, '$1');
}

function asWritten(parts: readonly string[]): string[] {
  const pairs = parts.map((part, at) => part + (parts[at + 1] ?? ''));
  const triples = parts.map((_, at) => parts.slice(at, at + 3).join(''));
  return [parts.join(''), ...parts, ...pairs, ...triples];
}

function isPerson(part: string): boolean {
  return stems(part).some((stem) => peopleTables.has(stem));
}

function stems(part: string): string[] {
  return [part, part.replace(/s$/, ''), part.replace(/n$/, ''), part.replace(/en$/, ''), part.replace(/e$/, '')];
}

function wordsOf(name: string): string[] {
  return plain(name.replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2'))
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** Small letters without accents. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßłøıæœđ]/g, (letter) => letters[letter] ?? letter);
}

const letters: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', ı: 'i', æ: 'ae', œ: 'oe', đ: 'd' };
