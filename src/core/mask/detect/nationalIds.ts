import { luhnDigit } from '../transform/accounts';

/** Whether a text as a whole is a number that a state gave to a person: by its form and, where it has one, by its check digit. */
export function isNationalId(text: string): boolean {
  if (text.length < 9 || text.length > 22) return false;
  return (
    isUnitedStates(text) ||
    /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/.test(text) ||
    isSpanish(text) ||
    isItalian(text) ||
    isFrench(text) ||
    isGerman(text) ||
    isPolish(text) ||
    isSwedish(text) ||
    isBrazilian(text)
  );
}

function isUnitedStates(text: string): boolean {
  const [, area, group, serial] = /^(\d{3})-(\d{2})-(\d{4})$/.exec(text) ?? [];
  return area !== undefined && area !== '000' && area !== '666' && area < '900' && group !== '00' && serial !== '0000';
}

function isSpanish(text: string): boolean {
  const [, first = '', digits, letter] = /^([XYZ]?)(\d{7,8})-?([A-Z])$/.exec(text) ?? [];
  if (digits === undefined || digits.length + first.length !== 8) return false;
  const number = Number(`${first === '' ? '' : 'XYZ'.indexOf(first)}${digits}`);
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23) === letter;
}

const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isItalian(text: string): boolean {
  if (!/^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/.test(text)) return false;
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const code = text.charCodeAt(at);
    const value = code < 0x41 ? code - 0x30 : code - 0x41;
    sum += at % 2 === 0 ? (oddValues[value] ?? 0) : value;
  }
  return String.fromCharCode(0x41 + (sum % 26)) === text.charAt(15);
}

function isFrench(text: string): boolean {
  const digits = text.replaceAll(' ', '');
  if (!/^[12]\d{2}(?:0[1-9]|1[0-2])\d{10}$/.test(digits)) return false;
  return 97 - Number(BigInt(digits.slice(0, 13)) % 97n) === Number(digits.slice(13));
}

/** ISO 7064 mod 11,10; exactly one digit of the first ten stands more than once. */
function isGerman(text: string): boolean {
  const digits = text.replaceAll(' ', '');
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  if (new Set(digits.slice(0, 10)).size < 8 || new Set(digits.slice(0, 10)).size > 9) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  const check = 11 - product;
  return (check === 10 ? 0 : check) === Number(digits.charAt(10));
}

function isPolish(text: string): boolean {
  if (!/^\d{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12]\d|3[01])\d{5}$/.test(text)) return false;
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(text.charAt(at)), 0);
  return (10 - (sum % 10)) % 10 === Number(text.charAt(10));
}

function isSwedish(text: string): boolean {
  const [, born, serial] = /^(?:19|20)?(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[-+](\d{4})$/.exec(text) ?? [];
  if (born === undefined || serial === undefined) return false;
  return luhnDigit(born + serial.slice(0, 3)) === Number(serial.charAt(3));
}

function isBrazilian(text: string): boolean {
  if (!/^\d{3}\.\d{3}\.\d{3}-\d{2}$/.test(text)) return false;
  const digits = text.replaceAll(/\D/g, '');
  return [9, 10].every((length) => {
    let sum = 0;
    for (let at = 0; at < length; at += 1) sum += Number(digits.charAt(at)) * (length + 1 - at);
    return ((sum * 10) % 11) % 10 === Number(digits.charAt(length));
  });
}
