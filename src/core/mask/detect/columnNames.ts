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
  const isPersonsName = last !== undefined && nameParts.has(last) && parts.slice(0, -1).some(isPerson);
  for (const { says, as, words, ends, starts, ofPeople } of nameWords) {
    if (isTechnical && says === 'text') continue;
    const fits =
      said.some((word) => words.has(word) || (word.endsWith('s') && words.has(word.slice(0, -1)))) ||
      (!isAboutThings && ends?.some((end) => parts.some((part) => part.endsWith(end)) || said[0]?.endsWith(end))) ||
      (!isAboutThings && (starts?.some((start) => parts.some((part) => part.startsWith(start))) ?? false)) ||
      (says === 'name' && isPersonsName) ||
      // `users.name` is somebody's; `products.name` is not
      (isOfPeople &&
        ofPeople !== undefined &&
        [said[0] ?? '', last ?? ''].some((word) => ofPeople.has(word) || ofPeople.has(word.replace(/s$/, ''))));
    if (fits) return { says, as };
  }
  return undefined;
}

/** Whether the name says that what looks like an address of a network is a number of a version. */
export function saysVersion(column: string): boolean {
  return wordsOf(column).some((word) => /^(?:version|release|build|revision)/.test(word));
}

/** All of it, each part, and two or three that follow each other. */
function joined(parts: readonly string[]): string[] {
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
