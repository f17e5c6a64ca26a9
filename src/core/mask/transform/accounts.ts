import type { Permutation } from './permutation';
import { permuteShape, type Shape } from './shape';

/** 0: not valid; the digit that makes a number one of a card (ISO/IEC 7812). */
export function luhnDigit(digits: string): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    const doubled = at % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  return /^\d{12,19}$/.test(digits) && luhnDigit(digits.slice(0, -1)) === Number(digits.slice(-1));
}

/** Another number of as many digits; a valid one stays valid, others stay that. Undefined where it has letters. A permutation. */
export function maskCard(text: string, permutation: Permutation): string | undefined {
  if (!isCardNumber(text)) return permuteShape(text, permutation, notCard);
  const last = text.search(/\d[ -]*$/);
  const body = permuteShape(text.slice(0, last), permutation, digitsOnly);
  if (body === undefined) return undefined;
  return body + String(luhnDigit(body.replaceAll(/\D/g, ''))) + text.slice(last + 1);
}

const digitsOnly: Shape = { letters: false, classOf: (text) => (/^[^\d]*0/.test(text) ? 1 : 0) };
const notCard: Shape = {
  letters: false,
  classOf: (text) => (isCardNumber(text) ? 2 : /^[^\d]*0/.test(text) ? 1 : 0),
};

/** The remainder that an IBAN's check digits are made from (ISO 13616, ISO 7064 mod 97-10). Linear. */
export function ibanRemainder(iban: string): number {
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(sign, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest;
}

/** Whether it is an IBAN with valid check digits, with or without blanks. */
export function isIban(text: string): boolean {
  const iban = text.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) return false;
  const check = Number(iban.slice(2, 4));
  return check >= 2 && check <= 98 && ibanRemainder(iban) === 1;
}

/** Another account of the same country and shape, with valid check digits; what is no valid IBAN becomes another such text. Undefined where its shape cannot be kept. A permutation. */
export function maskIban(text: string, permutation: Permutation): string | undefined {
  if (!isIban(text)) return permuteShape(text, permutation, notIban);
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) if (text.charAt(at) !== ' ') places.push(at);
  const start = places[4] ?? 4;
  const account = permuteShape(text.slice(start), permutation);
  if (account === undefined) return undefined;
  const country = text.slice(0, 2);
  const bare = `${country}00${account.replaceAll(' ', '')}`.toUpperCase();
  const check = String(98 - ibanRemainder(bare)).padStart(2, '0');
  const head = text.slice(0, start).split('');
  const [first = 2, second = 3] = places.slice(2);
  head[first] = check.charAt(0);
  head[second] = check.charAt(1);
  return head.join('') + account;
}

const notIban: Shape = { letters: true, classOf: (text) => (isIban(text) ? 1 : 0) };
