import type { Keyed } from './keyed';

const date = /^(\d{4,7})-(\d\d)-(\d\d)(?![\d-])(.*?)( BC)?$/s;

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
  const [, minus, currency, whole, fraction = ''] = decimal.exec(text) ?? [];
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
  const shown = behind < 1 ? digits : `${digits.slice(0, -behind) || '0'}.${digits.slice(-behind)}`;
  return `${minus ?? ''}${currency ?? ''}${shown}`;
}
