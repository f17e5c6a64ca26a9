import type { Keyed } from './keyed';

/** and nothing else: what stands behind a date in a text may be anybody's words */
const date =
  /^(\d{4,7})-(\d\d)-(\d\d)((?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?Z|[+-]\d\d(?::?\d\d){0,2})?)?)( BC)?$/;

/**
 * A date or time moved by whole days, the same for all of one subject; what is behind the day stays. Undefined for what is no date; infinity stays, it says nothing.
 */
export function shiftDate(text: string, subject: string, days: number, keyed: Keyed): string | undefined {
  if (text === 'infinity' || text === '-infinity') return text;
  const [, yearText, month, day, rest, bc] = date.exec(text) ?? [];
  if (yearText === undefined || rest === undefined) return undefined;
  const year = bc === undefined ? Number(yearText) : 1 - Number(yearText);
  const at = dayOf(year, Number(month), Number(day));
  // never no day at all
  const step = Math.floor(keyed.fraction(subject) * days * 2) - days;
  const shift = step >= 0 ? step + 1 : step;
  const moved = civil(at + shift);
  const inside = moved.year > -4700 && moved.year < 294_000 ? moved : civil(at - shift);
  const shown = inside.year > 0 ? inside.year : 1 - inside.year;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(shown).padStart(4, '0')}-${two(inside.month)}-${two(inside.day)}${rest}${inside.year > 0 ? '' : ' BC'}`;
}

/** Days since 0000-03-01 of the Gregorian calendar, carried on both ways as PostgreSQL does. */
function dayOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
}

function civil(days: number): { year: number; month: number; day: number } {
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const years = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted + (shifted < 10 ? 3 : -9);
  return {
    year: years + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

const decimal = /^(-?)(\$?)([\d,]+)(\.\d+)?$/;

/**
 * A number moved by at most `percent`, sign and digits behind the point kept; 0 and what is no number for computing with (NaN, infinity) stay. `most` is what the type can hold, without
 * the point. Undefined for what is no number.
 */
export function addNoise(text: string, percent: number, keyed: Keyed, most?: bigint): string | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text;
  const [, minus, currency = '', whole, fraction = ''] = decimal.exec(text) ?? [];
  const part = (keyed.fraction(text) * 2 - 1) * (percent / 100);
  if (whole === undefined) {
    const value = /^-?\d+(?:\.\d+)?e[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) return undefined;
    const moved = value * (1 + (part === 0 ? percent / 200 : part));
    return Number.isFinite(moved) ? String(moved) : String(value * (1 - Math.abs(part)));
  }
  const value = BigInt(whole.replaceAll(',', '') + fraction.slice(1));
  if (value === 0n) return text;
  const million = BigInt(Math.round(part * 1_000_000));
  const change = (value * million) / 1_000_000n;
  const up = change > 0n || (change === 0n && (part >= 0 || value === 1n));
  const size = change === 0n ? 1n : change < 0n ? -change : change;
  let moved = up ? value + size : value - size;
  // the sign is kept, and what the type can hold
  if (most !== undefined && moved > most) moved = value - size > 0n ? value - size : most;
  if (moved <= 0n) moved = value + size;
  const digits = moved.toString().padStart(fraction.length, '0');
  const behind = fraction.length - 1;
  const front = (behind < 1 ? digits : digits.slice(0, -behind)) || '0';
  const grouped = currency === '' && !whole.includes(',') ? front : inGroups(front);
  return `${minus ?? ''}${currency}${grouped}${behind < 1 ? '' : `.${digits.slice(-behind)}`}`;
}

/** The same for a floating-point number, as the server writes those; `real`: of four bytes. Undefined for what is none. */
export function addFloatNoise(text: string, percent: number, keyed: Keyed, real: boolean): string | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text;
  const value = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) return undefined;
  if (value === 0) return text;
  const part = (keyed.fraction(text) * 2 - 1) * (percent / 100);
  const change = part === 0 ? percent / 200 : part;
  const most = real ? 3.4e38 : Number.MAX_VALUE;
  const least = real ? 1.2e-38 : 2.3e-308;
  const isInside = (one: number): boolean => Math.abs(one) <= most && Math.abs(one) >= least;
  const moved = [value * (1 + change), value * (1 - Math.abs(change) / 2), value * (1 + Math.abs(change) / 2)];
  return floatText(moved.find(isInside) ?? Math.sign(value), real);
}

/** In so few digits that they say which number it is whoever writes it. */
export function floatText(value: number, real: boolean): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(real ? 5 : 13).split('e');
  const short = withoutZeros(mantissa);
  const power = Number(exponent);
  // as printf's %g does it, which the server follows
  if (power < -4 || power >= (real ? 6 : 15))
    return `${short}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return plainDecimal(short, power);
}

/** `1.500` as `1.5`, `2.0` as `2`. */
export function withoutZeros(decimals: string): string {
  if (!decimals.includes('.')) return decimals;
  let end = decimals.length;
  while (decimals.charAt(end - 1) === '0') end -= 1;
  return decimals.slice(0, decimals.charAt(end - 1) === '.' ? end - 1 : end);
}

/** `1,234,567` */
function inGroups(digits: string): string {
  const first = digits.length % 3;
  const groups = digits.slice(first).match(/\d{3}/g) ?? [];
  return [...(first === 0 ? [] : [digits.slice(0, first)]), ...groups].join(',');
}

function plainDecimal(mantissa: string, power: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.slice(sign.length).replace('.', '');
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const front = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const behind = digits.slice(power + 1);
  return sign + front + (behind === '' ? '' : `.${behind}`);
}
