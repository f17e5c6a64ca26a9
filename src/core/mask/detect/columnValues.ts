import type { Transform } from '../rules/maskRules';
import { firstNames } from '../transform/names';

/** What the values of a column look like together, where one of them alone would prove nothing. */
export interface ValuesHint {
  readonly says: 'name' | 'address' | 'place' | 'hardware';
  readonly as: Transform['as'];
  /** values that say so */
  readonly hits: number;
}

/** characters of a value that may be a name or a street */
const longest = 120;

/** Undefined where fewer than half of the values look like one thing. Values that are longer than a line of an address count as others. */
export function valuesHint(values: readonly string[]): ValuesHint | undefined {
  for (const { says, as, test } of looks) {
    const hits = values.filter((value) => value.length <= longest && test(value.trim())).length;
    if (hits > 0 && hits * 2 >= values.length) return { says, as, hits };
  }
  return undefined;
}

const looks: readonly (Omit<ValuesHint, 'hits'> & { readonly test: (value: string) => boolean })[] = [
  { says: 'hardware', as: 'ip', test: (value) => /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(value) },
  { says: 'place', as: 'redact', test: (value) => /^\(?-?\d{1,2}\.\d{3,}[,; ] ?-?\d{1,3}\.\d{3,}\)?$/.test(value) },
  { says: 'address', as: 'redact', test: isStreet },
  { says: 'name', as: 'name', test: isFullName },
];

/** A first name that many people have, and another word: one alone could be a month, a star, a product. */
function isFullName(value: string): boolean {
  const words = value.split(/[ ,]+/);
  if (words.length < 2 || words.length > 4) return false;
  if (!words.every((word) => /^[\p{L}'.-]+$/u.test(word))) return false;
  return words.some((word) => given.has(plain(word)));
}

function isStreet(value: string): boolean {
  return streets.some((street) => street.test(value));
}

const streets: readonly RegExp[] = [
  /^\p{L}[\p{L} .-]{0,60}(?:stra(?:ss|ß)e|str\.?|weg|platz|allee|gasse|ring|ufer|damm|straat|laan|gracht|plein|gatan|vägen|vej|gade|veien|gata|katu|tie) \d{1,4} ?[a-z]?$/iu,
  /^(?:Am|An der|Im|Auf dem|Zum|Zur) \p{Lu}[\p{L} -]{0,60} \d{1,4} ?[a-z]?$/u,
  /^\d{1,6}[a-z]? \p{L}[\p{L} .'-]{0,60} (?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|boulevard|blvd\.?|court|ct\.?|way|place|square|terrace|close|crescent)$/iu,
  /^\d{0,4},? ?(?:rue|avenue|boulevard|place|chemin|allée|impasse|calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|travessa|ul\.|ulica|al\.|aleja) \p{L}/iu,
];

function plain(word: string): string {
  return word.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');
}

/** Given names that are common, beside those that masks make. Without accents. */
const given: ReadonlySet<string> = new Set([
  ...firstNames.map(plain),
  ...(
    'james john robert michael william david richard joseph thomas charles christopher matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric ' +
    'jonathan stephen larry justin scott brandon benjamin samuel gregory patrick mary patricia jennifer linda elizabeth susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa ' +
    'deborah stephanie rebecca laura sharon cynthia kathleen amy angela shirley brenda nicole pamela katherine peter wolfgang jurgen klaus uwe bernd andreas stefan matthias markus christian sebastian tobias florian lukas leon jonas ' +
    'maximilian ursula renate monika sabine petra susanne claudia birgit heike martina katrin julia lena lea sophie maria jean pierre michel andre philippe alain nicolas laurent julien antoine louis marie nathalie isabelle sylvie ' +
    'catherine francoise valerie celine chloe manon lea jose antonio francisco juan manuel pedro jesus javier carlos miguel luis carmen lucia pilar dolores isabel cristina marta giuseppe giovanni francesco luigi marco alessandro andrea ' +
    'luca matteo paolo giulia francesca chiara sara valentina joao pedro tiago ana beatriz ines piotr krzysztof andrzej tomasz jan pawel michal marcin katarzyna malgorzata agnieszka barbara ewa magdalena joanna mehmet mustafa ahmet ali ' +
    'huseyin hasan ibrahim fatma ayse emine hatice zeynep elif merve lars anders per erik karl nils anna eva karin kristina ingrid sofie sofia mette hanne kirsten jens soren mikkel matti juhani timo anneli helena kaisa jan pieter willem ' +
    'kees johanna annemarie wilhelmina ivan sergei dmitri alexei olga tatiana natalia svetlana mohammed muhammad ahmed fatima aisha omar yusuf wei li wang chen yuki hiroshi takashi sakura raj priya amit sanjay deepak anita'
  ).split(' '),
]);
