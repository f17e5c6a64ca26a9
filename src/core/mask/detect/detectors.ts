import { isIPv6 } from 'node:net';
import { isCardNumber, isIban } from '../transform/accounts';
import { isNationalId } from './nationalIds';

/** What a value looks like. */
export type Kind = (typeof kinds)[number];

export const kinds = ['email', 'phone', 'iban', 'card', 'ip', 'nationalId', 'secret'] as const;

/** characters of a value that are looked at */
const longest = 1 << 16;

/** The kinds of personal data, passwords and keys that a text holds, by form and check digits. Linear; what is made by masks (`.invalid`) is none. */
export function detect(value: string): Kind[] {
  if (value.length < 6) return [];
  const text = value.length > longest ? value.slice(0, longest) : value;
  const found: Kind[] = [];
  if (text.includes('@') && hasMail(text)) found.push('email');
  if (isSecret(text)) found.push('secret');
  if (!/\d/.test(text) && !text.includes(':')) return found;
  if (hasIban(text)) found.push('iban');
  if (hasMatch(text, cardLike, isCard)) found.push('card');
  if (hasIp(text)) found.push('ip');
  if (isNationalId(text.trim()) || hasMatch(text, ssnLike, isNationalId)) found.push('nationalId');
  if (
    !found.includes('card') &&
    !found.includes('iban') &&
    !found.includes('nationalId') &&
    (hasMatch(text.replaceAll(uuidLike, ' '), phoneLike, isPhone) || hasMatch(text, plusLike, isPhone))
  )
    found.push('phone');
  return found;
}

const localPart = /[\w.!#$%&'*+/=?^`{|}~\u0080-\uffff-]/;
const host = /[A-Z\d\u0080-\uffff-]{1,63}(?:\.[A-Z\d\u0080-\uffff-]{1,63}){1,8}/iy;

function hasMail(text: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at === 0 || !localPart.test(text.charAt(at - 1))) continue;
    host.lastIndex = at + 1;
    const name = host.exec(text)?.[0];
    const end = name?.slice(name.lastIndexOf('.') + 1).toLowerCase();
    if (end !== undefined && end !== 'invalid' && /^[a-z\u0080-\uffff]{2,}$/.test(end)) return true;
  }
  return false;
}

/** not inside of a word: a digest in hexadecimal digits has long rows of others */
const cardLike = /(?<![\w.-])\d{4}(?:[ -]?\d){9,15}(?![\w.])/g;
const ssnLike = /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/g;
const uuidLike = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;
/** behind a colon, as cards and headers write one */
const plusLike = /(?<![\w.,/-])\+\d[\d ()./-]{6,24}(?!\w)/g;
const phoneLike = /(?<![\w.,:/-])(?:\+|00|\(|0|\d{3}[ .-]\d{3}[ .-]\d{4}\b)[\d ()./-]{0,24}(?!\w)/g;

function hasMatch(text: string, pattern: RegExp, judge: (found: string) => boolean): boolean {
  for (const [found] of text.matchAll(pattern)) if (judge(found.trim())) return true;
  return false;
}

function isCard(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  if (!/^(?:4|5[1-5]|2[2-7]|3[4-9]|30[0-5]|6[0245]|35)/.test(digits)) return false;
  return isCardNumber(digits) && new Set(digits).size > 1;
}

/** With its country, or as people write one at home. */
function isPhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  if (/^\d{4}[-./]\d{1,2}[-./]\d{1,2}/.test(text) || /^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?:\D|$)/.test(text))
    return false;
  if (digits.length > 15 || /^0+$/.test(digits) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return false;
  if (text.startsWith('+')) return digits.length >= 8 && !digits.startsWith('0');
  if (/^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$/.test(text)) return true;
  if (text.startsWith('00')) return digits.length >= 10 && /^00[1-9]/.test(digits) && /[ /()-]/.test(text);
  if (text.startsWith('(')) return digits.length >= 8 && digits.length <= 13;
  if (text.includes('.') && !/\d\.\d+\.\d/.test(text)) return false;
  return (
    /^0[1-9]/.test(digits) && digits.length >= 9 && digits.length <= 13 && (/[ /()-]/.test(text) || digits.length >= 10)
  );
}

const ibanLike = /(?<![A-Z\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,4})?/g;

function hasIban(text: string): boolean {
  for (const [found] of text.matchAll(ibanLike)) {
    // a word behind it may have come along
    const parts = found.split(' ');
    for (let count = parts.length; count > 0; count -= 1) if (isIban(parts.slice(0, count).join(''))) return true;
  }
  return false;
}

const v4Like = /(?<![\d.vV-])\d{1,3}(?:\.\d{1,3}){3}(?![\d.-])/g;
const v6Like = /(?<![\w:.])[\dA-F]{0,4}(?::[\dA-F]{0,4}){2,7}(?![\w:])/gi;

function hasIp(text: string): boolean {
  const isV4 = (found: string): boolean =>
    found.split('.').every((part) => Number(part) < 256 && (part === '0' || !part.startsWith('0'))) &&
    !found.startsWith('0.') &&
    !/(?:version|release|build|v\.)[ :=]*$/i.test(text.slice(0, text.indexOf(found)).slice(-12));
  if (hasMatch(text, v4Like, isV4)) return true;
  return (
    text.includes(':') &&
    hasMatch(
      text,
      v6Like,
      (found) => found !== '::' && isIPv6(found) && (found.includes('::') || found.split(':').length === 8),
    )
  );
}

/** Passwords' hashes, tokens and keys by the marks that their makers gave them; texts that only chance would write so. */
function isSecret(text: string): boolean {
  return marks.some((mark) => mark.test(text)) || isRandom(text.trim());
}

const marks: readonly RegExp[] = [
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{0,4000}/,
  /(?<!\w)A[KS]IA[A-Z\d]{16}(?!\w)/,
  /(?<!\w)gh[pousr]_[A-Za-z\d]{36}/,
  /(?<!\w)github_pat_\w{22}/,
  /(?<!\w)glpat-[\w-]{20}/,
  /(?<!\w)xox[abprs]-[\dA-Za-z-]{10}/,
  /(?<!\w)(?:sk|rk|pk)_(?:live|test)_[A-Za-z\d]{16}/,
  /(?<!\w)AIza[\w-]{35}/,
  /(?<!\w)SG\.[\w-]{20}/,
  /(?<!\w)npm_[A-Za-z\d]{36}/,
  /(?<!\w)sha256~[\w-]{40}/,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/,
  /AGE-SECRET-KEY-1/,
  /\$2[abxy]?\$\d\d\$[./A-Za-z\d]{53}/,
  /\$argon2(?:id|i|d)\$/,
  /\$(?:5|6|y)\$[^$\s]{1,60}\$[./A-Za-z\d]{22}/,
  /SCRAM-SHA-(?:1|256)\$\d{1,9}:/,
  /\bpbkdf2[_:$]sha/,
  /[a-z][a-z\d+.-]{1,20}:\/\/[^\s:/@]{1,100}:[^\s:/@]{1,100}@/i,
  /\b(?:password|passwd|pwd|secret|api[_-]?key|token)\s{0,3}[=:]\s{0,3}["']?[^\s"',;]{6}/i,
];

function isRandom(text: string): boolean {
  if (text.length < 32 || text.length > 4096 || !/^[\w+/-]+={0,2}$/.test(text)) return false;
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || (text.match(/\d/g)?.length ?? 0) < 3) return false;
  // words and names of things have few changes between small and capital letters
  const changes = text.match(/[a-z\d][A-Z]|[A-Za-z]\d|\d[a-z]/g)?.length ?? 0;
  return changes > text.length / 5 && new Set(text).size > 16;
}
