import type { Permutation } from './permutation';

/**
 * A text of the same shape: digits for digits, small letters for small letters, capitals for capitals; the signs between them stay. A permutation: two texts never become
 * the same one. Undefined for a text that has other letters (their shape would tell of them), or nothing that could be permuted.
 */
export function permuteShape(text: string, permutation: Permutation, only: Shape = anyShape): string | undefined {
  const digits: number[] = [];
  const radices: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7e || code < 0x20) return undefined;
    const [from, radix] = placeOf(code);
    if (radix === 0) {
      if (!signs.includes(text.charAt(at))) return undefined;
      continue;
    }
    if (radix === 26 && !only.letters) return undefined;
    digits.push(code - from);
    radices.push(radix);
  }
  if (digits.length === 0) return undefined;
  // again, until it is of the same class: a number without a leading zero stays one. Each class is permuted within itself
  let result: string;
  let times = 0;
  do {
    permutation.apply(digits, radices);
    result = written(text, digits);
    times += 1;
  } while (times < mostTimes && only.classOf(result) !== only.classOf(text));
  return result;
}

export interface Shape {
  /** letters may be in it */
  readonly letters: boolean;
  /** texts are permuted within their class: of the same class are always so many that few steps reach another one */
  classOf(text: string): number;
}

export const anyShape: Shape = { letters: true, classOf: () => 0 };

/** Digits and signs; whether the first digit is a zero stays. */
export const numberShape: Shape = { letters: false, classOf: (text) => (/^[^\d]*0/.test(text) ? 1 : 0) };

/** walking on would end by itself; this is for a class of one */
const mostTimes = 10_000;
const signs = ' -+./:()#_,';

function placeOf(code: number): readonly [number, number] {
  if (code >= 0x30 && code <= 0x39) return [0x30, 10];
  if (code >= 0x61 && code <= 0x7a) return [0x61, 26];
  return code >= 0x41 && code <= 0x5a ? [0x41, 26] : [0, 0];
}

function written(text: string, digits: readonly number[]): string {
  let out = '';
  let next = 0;
  for (let at = 0; at < text.length; at += 1) {
    const [from, radix] = placeOf(text.charCodeAt(at));
    if (radix === 0) out += text.charAt(at);
    else {
      out += String.fromCharCode(from + (digits[next] ?? 0));
      next += 1;
    }
  }
  return out;
}
