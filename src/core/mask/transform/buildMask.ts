import { decoderOf, type Decode } from '../../postgres/archive/format/encoding';
import { holdsText, type ColumnType } from '../model/columnType';
import type { Plain, Transform } from '../rules/maskRules';
import { maskCard, maskIban } from './accounts';
import { maskAddress } from './address';
import { JsonMasker, jsonString, type JsonRule } from './json';
import { Keyed, type LettersHow } from './keyed';
import { maskArray, maskRecord } from './literals';
import { firstNames, lastNames } from './names';
import { fixedValue } from './fixed';
import { addFloatNoise, addNoise, shiftDate } from './numbers';
import { Permutation } from './permutation';
import { numberShape, permuteShape, type Shape } from './shape';

/** Masks one value. Both are bytes, a character each, as COPY would write them without its escapes; `subject` is a text. Undefined: NULL. */
export type Mask = (value: string, subject: string) => string | undefined;

/** Why a transformer does not fit a column. */
export type Misfit = 'type' | 'length' | 'value' | 'label' | 'field' | 'encoding';

/** The same from bytes to bytes, as COPY writes them: the place behind what was written from `at` on, or -1 for a value that only `mask` masks. */
export interface DirectMask {
  /** bytes that it writes at most */
  readonly most: number;
  write(bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number;
}

export interface Built {
  readonly mask: Mask | 'keep' | 'null';
  /** a faster way to the same */
  readonly direct?: DirectMask;
  /** two values never become the same one */
  readonly unique: boolean;
  /** it makes values that look like these, on purpose */
  readonly looksLike: readonly string[];
}

/** letters of a hash: 130 bits; and how many it takes so that none is met twice */
const hashLetters = 26;
const enoughLetters = 13;
const mailLetters = 16;
const mailEnd = '@masked.invalid';

/** Makes the masks of one archive under one key: what is equal becomes equal, in whatever table it stands. */
export class MaskMaker {
  readonly #key: Uint8Array;
  readonly #encoding: string;
  readonly #decode: Decode;
  readonly #keyed = new Map<string, Keyed>();
  readonly #permutations = new Map<string, Permutation>();

  constructor(key: Uint8Array, encoding: string) {
    this.#key = key;
    this.#encoding = encoding.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
    // bytes of which nobody knows what they mean are what they are: read as text, two of them could be one
    this.#decode = this.#encoding === 'SQLASCII' ? (bytes): string => bytes.toString('latin1') : decoderOf(encoding);
  }

  /** A value as text: what is hashed, so that it does not matter which encoding it came in. */
  text(bytes: string): string {
    if (isAscii(bytes)) return bytes;
    if (bytes.startsWith(isText)) return bytes.slice(1);
    const decoded = this.#decode(Buffer.from(bytes, 'latin1'));
    return decoded.includes('\ufffd') ? `\ufffd${bytes}` : decoded;
  }

  /** The mask of a transformer for a type, or why there is none. What it makes is written as the server would write it. */
  build(transform: Transform, type: ColumnType): Built | Misfit {
    const built = this.#build(transform, type);
    if (typeof built === 'string' || type.kind !== 'text' || type.padded !== true) return built;
    const { mask } = built;
    const { limit = 0 } = type;
    const { unique, looksLike } = built;
    return typeof mask === 'string' ? built : { mask: (...value) => mask(...value)?.padEnd(limit), unique, looksLike };
  }

  #build(transform: Transform, type: ColumnType): Built | Misfit {
    if (transform.as === 'keep') return { mask: 'keep', unique: true, looksLike: [] };
    if (transform.as === 'null') return { mask: 'null', unique: false, looksLike: [] };
    if (transform.as === 'fixed') return this.#fixed(transform.value, type);
    if (type.kind === 'array') return this.#array(transform, type.element);
    switch (transform.as) {
      case 'json':
        return this.#json(transform.paths, type);
      case 'record':
        return this.#record(transform.fields, type);
      case 'date':
        return this.#date(transform.days, transform.subject !== undefined, type);
      case 'number':
        return this.#number(transform.percent, type);
      default:
        return this.#plain(transform, type);
    }
  }

  #fixed(value: string, type: ColumnType): Built | Misfit {
    const unicode = this.#encoding === 'UTF8' || this.#encoding === 'UNICODE';
    if (!isAscii(value) && !unicode) return 'encoding';
    if (value.includes('\0')) return 'value';
    if (type.kind === 'text' && type.limit !== undefined && Array.from(value).length > type.limit) return 'length';
    const bytes = fixedValue(value, type);
    if (bytes === undefined) return type.kind === 'enum' ? 'label' : 'value';
    return { mask: () => bytes, unique: false, looksLike: [] };
  }

  #array(transform: Transform, element: ColumnType): Built | Misfit {
    if (transform.as === 'redact') return { mask: () => '{}', unique: false, looksLike: [] };
    const built = this.build(transform, element);
    if (typeof built === 'string' || typeof built.mask === 'string') return built;
    const { mask } = built;
    const { unique, looksLike } = built;
    // what is no array is none that a server wrote
    return {
      ...{ unique, looksLike },
      mask: (value, subject) => maskArray(value, (one) => (one === '' ? '' : mask(one, subject))) ?? '{}',
    };
  }

  #plain({ as, domain }: Plain, type: ColumnType): Built | Misfit {
    const of = `${as}${domain === undefined ? '' : ` ${domain}`}`;
    switch (type.kind) {
      case 'text':
        return this.#ofText(as, of, type);
      case 'integer':
      case 'numeric':
        return this.#ofNumber(as, of, type);
      case 'uuid':
        return as === 'uuid' ? { mask: this.#uuid(of), unique: true, looksLike: [] } : 'type';
      case 'address':
        return this.#ofAddress(as, of);
      case 'bytea': {
        if (as === 'redact') return constant('\\x');
        const keyed = this.#hash(of);
        return as === 'hash' ? { mask: (value) => `\\x${keyed.hex(value, 32)}`, unique: true, looksLike: [] } : 'type';
      }
      case 'tsvector':
        if (as === 'redact') return constant('');
        return as === 'hash' ? { mask: this.#lexemes(of), unique: false, looksLike: [] } : 'type';
      case 'xml':
        return as === 'redact' ? constant('<redacted/>') : 'type';
      case 'json':
        return as === 'redact' ? this.#json([], type) : 'type';
      case 'enum': {
        const keyed = this.#hash(of);
        const { labels } = type;
        if (as !== 'hash' || labels.length === 0 || !labels.every(isAscii)) return 'type';
        return {
          mask: (value) => labels[Math.floor(keyed.fraction(value) * labels.length)],
          ...{ unique: false, looksLike: [] },
        };
      }
      default:
        return 'type';
    }
  }

  #ofText(as: Plain['as'], of: string, type: Extract<ColumnType, { kind: 'text' }>): Built | Misfit {
    const limit = type.limit ?? (type.name === 'name' ? 63 : Number.MAX_SAFE_INTEGER);
    const plain = (bytes: string): string => {
      const text = this.text(type.padded ? withoutBlanks(bytes) : bytes);
      return type.folded ? text.toLowerCase() : text;
    };
    const folded = type.folded === true;
    const rest = this.#hash(`hash ${of}`);
    const hashed = (text: string): string => rest.letters(text, Math.min(limit, hashLetters));
    const shaped = (mask: (text: string) => string | undefined): Mask => {
      return (value) => {
        const text = plain(value);
        return mask(text) ?? hashed(text);
      };
    };
    const keyed = this.#hash(of);
    const permutation = this.#permutation(of);
    switch (as) {
      case 'hash':
        return {
          mask: (value) => hashed(plain(value)),
          ...{ unique: limit >= enoughLetters, looksLike: [] },
          direct: direct(rest, { count: Math.min(limit, hashLetters), folded }, ''),
        };
      case 'email': {
        const letters = Math.min(mailLetters, limit - mailEnd.length);
        if (letters < 4) return 'length';
        return {
          mask: (value) => keyed.letters(plain(value), letters) + mailEnd,
          ...{ unique: letters >= enoughLetters, looksLike: [] },
          direct: direct(keyed, { count: letters, folded }, mailEnd),
        };
      }
      case 'name':
        return { mask: (value) => nameFor(plain(value), keyed).slice(0, limit), unique: false, looksLike: [] };
      case 'uuid': {
        const mask = this.#uuid(of);
        return limit < 36 ? 'length' : { mask: (value) => mask(plain(value), ''), unique: true, looksLike: [] };
      }
      case 'redact':
        return constant('[redacted]'.slice(0, limit));
      case 'key':
        return { mask: shaped((text) => permuteShape(text, permutation)), unique: true, looksLike: [] };
      case 'phone': {
        const mask = shaped((text) => permuteShape(text, permutation, numberShape));
        return { mask, unique: true, looksLike: ['phone'] };
      }
      case 'iban':
        return { mask: shaped((text) => maskIban(text, permutation)), unique: true, looksLike: ['iban'] };
      case 'creditcard':
        return { mask: shaped((text) => maskCard(text, permutation)), unique: true, looksLike: ['card'] };
      case 'ip':
        return {
          mask: shaped((text) => maskAddress(text, permutation, keyed)?.slice(0, limit)),
          ...{ unique: true, looksLike: ['ip'] },
        };
      default:
        return 'type';
    }
  }

  /** Numbers that are names: of customers, phones, cards. The sign stays; what the type cannot hold is not made. */
  #ofNumber(as: Plain['as'], of: string, type: ColumnType): Built | Misfit {
    if (as !== 'key' && as !== 'phone' && as !== 'creditcard') return 'type';
    if (type.kind === 'numeric' && type.scale !== undefined && type.scale !== 0) return 'type';
    const permutation = this.#permutation(of);
    const most = type.kind === 'integer' ? type.most : undefined;
    const rest = this.#hash(`hash ${of}`);
    const shapeUpTo = (limit: bigint | undefined): Shape => ({
      letters: false,
      classOf: (digits) =>
        (digits.startsWith('0') ? 1 : 0) + (limit !== undefined && digits.length > 4 && BigInt(digits) > limit ? 2 : 0),
    });
    const positive = shapeUpTo(most);
    // there is one more below zero
    const negative = shapeUpTo(most === undefined ? undefined : most + 1n);
    const mask: Mask = (value) => {
      const sign = value.startsWith('-') ? '-' : '';
      const digits = value.slice(sign.length);
      if (!/^\d+$/.test(digits)) return digits === 'NaN' ? digits : addNoise(value, 10, rest);
      const card = as === 'creditcard' ? maskCard(digits, permutation) : undefined;
      const fits = card !== undefined && (most === undefined || BigInt(card) <= most);
      return sign + (fits ? card : (permuteShape(digits, permutation, sign === '' ? positive : negative) ?? digits));
    };
    return { mask, unique: as !== 'creditcard', looksLike: as === 'creditcard' ? ['card'] : ['phone'] };
  }

  #ofAddress(as: Plain['as'], of: string): Built | Misfit {
    if (as === 'redact') return { mask: redactedAddress, unique: false, looksLike: ['ip'] };
    if (as !== 'ip') return 'type';
    const permutation = this.#permutation(of);
    const keyed = this.#hash(of);
    const mask: Mask = (value) => maskAddress(value, permutation, keyed) ?? redactedAddress(value);
    return { mask, unique: true, looksLike: ['ip'] };
  }

  #date(days: number, bySubject: boolean, type: ColumnType): Built | Misfit {
    if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'text') return 'type';
    const keyed = this.#hash('subject');
    const rest = this.#hash('hash date');
    const limit = type.kind === 'text' ? type.limit : undefined;
    const mask: Mask = (value, subject) => {
      const moved = shiftDate(value, bySubject ? subject : value, days, keyed);
      if (moved !== undefined) return limit === undefined ? moved : moved.slice(0, limit);
      return type.kind === 'text'
        ? rest.letters(this.text(value), Math.min(limit ?? hashLetters, hashLetters))
        : '2000-01-01';
    };
    return { mask, unique: false, looksLike: [] };
  }

  #number(percent: number, type: ColumnType): Built | Misfit {
    const keyed = this.#hash('number');
    const rest = this.#hash('hash number');
    switch (type.kind) {
      case 'integer':
        return { mask: (value) => addNoise(value, percent, keyed, type.most) ?? '0', unique: false, looksLike: [] };
      case 'numeric': {
        const most = type.precision === undefined ? undefined : 10n ** BigInt(Math.min(1000, type.precision)) - 1n;
        return { mask: (value) => addNoise(value, percent, keyed, most) ?? '0', unique: false, looksLike: [] };
      }
      case 'float': {
        const { real = false } = type;
        return {
          mask: (value) => addFloatNoise(value, percent, keyed, real) ?? '0',
          ...{ unique: false, looksLike: [] },
        };
      }
      case 'money':
        return { mask: (value) => addNoise(value, percent, keyed) ?? '$0.00', unique: false, looksLike: [] };
      case 'text': {
        const limit = type.limit ?? hashLetters;
        const mask: Mask = (value) =>
          addNoise(value, percent, keyed)?.slice(0, type.limit) ??
          rest.letters(this.text(value), Math.min(limit, hashLetters));
        return { mask, unique: false, looksLike: [] };
      }
      default:
        return 'type';
    }
  }

  #json(paths: readonly { path: JsonRule['path']; as: Transform }[], type: ColumnType): Built | Misfit {
    if (type.kind !== 'json' && type.kind !== 'text') return 'type';
    const rules: JsonRule[] = [];
    const looksLike: string[] = [];
    for (const { path, as } of paths) {
      // values of a document are texts of any length
      const built = this.build(as, { kind: 'text', name: 'text' });
      if (typeof built === 'string') return built;
      // a document in a text of a document
      if (as.as === 'json') return 'type';
      looksLike.push(...built.looksLike);
      const { mask } = built;
      if (as.as === 'fixed') rules.push({ path, mask: () => as.value });
      else if (typeof mask === 'string') rules.push({ path, mask });
      else rules.push({ path, mask: (value) => mask(isAscii(value) ? value : isText + value, '') });
    }
    const keyed = this.#hash('json name');
    const masker = new JsonMasker({
      rules,
      rest: () => '[redacted]',
      name: (name) => `k${keyed.letters(name, enoughLetters)}`,
      decode: (bytes) => this.text(bytes),
      binary: type.kind === 'json' && type.binary === true,
    });
    const otherwise = jsonString('[redacted]');
    const limit = type.kind === 'text' ? (type.limit ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
    const mask: Mask = (value) => {
      const masked = masker.mask(value) ?? otherwise;
      return masked.length <= limit ? masked : '{}'.slice(0, limit);
    };
    return { mask, unique: false, looksLike };
  }

  #record(fields: readonly { name: string; as: Transform }[], type: ColumnType): Built | Misfit {
    if (type.kind !== 'record') return 'type';
    if (fields.some(({ name }) => !type.fields.some((field) => field.name === name))) return 'field';
    const looksLike: string[] = [];
    const masks: Mask[] = [];
    for (const field of type.fields) {
      const rule = fields.find(({ name }) => name === field.name);
      if (rule === undefined && holdsText(field.type)) return 'field';
      const built = this.build(rule?.as ?? { as: 'keep' }, field.type);
      if (typeof built === 'string') return built;
      looksLike.push(...built.looksLike);
      const { mask } = built;
      masks.push(mask === 'keep' ? (value) => value : mask === 'null' ? () => undefined : mask);
    }
    const empty = `(${','.repeat(Math.max(0, masks.length - 1))})`;
    const mask: Mask = (value, subject) =>
      maskRecord(
        value,
        masks.map((one) => (part) => (part === '' ? '' : one(part, subject))),
      ) ?? empty;
    return { mask, unique: false, looksLike };
  }

  #uuid(of: string): (value: string, subject?: string) => string {
    const keyed = this.#hash(of);
    return (value) => {
      const hex = keyed.hex(value, 32);
      const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) & 3);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    };
  }

  /** `'word':1A,2 'other':3` with other words; where they stand stays. */
  #lexemes(of: string): Mask {
    const keyed = this.#hash(of);
    return (value) => {
      const words = value.matchAll(/'((?:[^'\\]|''|\\.)*)'(:[\dA-D,]+)?/gs);
      return [...words]
        .map(([, word = '', places = '']) => `'${keyed.letters(this.text(word), enoughLetters)}'${places}`)
        .sort()
        .join(' ');
    };
  }

  #hash(label: string): Keyed {
    const known = this.#keyed.get(label);
    if (known !== undefined) return known;
    const made = new Keyed(this.#key, label);
    this.#keyed.set(label, made);
    return made;
  }

  #permutation(label: string): Permutation {
    const known = this.#permutations.get(label);
    if (known !== undefined) return known;
    const made = new Permutation(this.#key, label);
    this.#permutations.set(label, made);
    return made;
  }
}

function direct(keyed: Keyed, how: LettersHow, end: string): DirectMask {
  const behind = Buffer.from(end);
  return {
    most: how.count + behind.length,
    write(bytes, from, to, out, at) {
      if (!keyed.lettersOf(bytes, from, to, how, out, at)) return -1;
      const next = at + how.count;
      for (let index = 0; index < behind.length; index += 1) out[next + index] = behind[index] ?? 0;
      return next + behind.length;
    },
  };
}

function constant(value: string): Built {
  return { mask: () => value, unique: false, looksLike: [] };
}

function redactedAddress(value: string): string {
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){7}$/i.test(value)) return '02:00:00:00:00:00:00:00';
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(value)) return '02:00:00:00:00:00';
  return `${value.includes(':') ? '::' : '0.0.0.0'}${value.includes('/') ? '/0' : ''}`;
}

/** As many words as there were, at most two; never the name itself. */
function nameFor(text: string, keyed: Keyed): string {
  for (let salt = 0; ; salt += 1) {
    const words = keyed.words(salt === 0 ? text : `${text}\0${salt}`);
    const first = firstNames[((words[0] ?? 0) >>> 0) % firstNames.length] ?? '';
    const last = lastNames[((words[1] ?? 0) >>> 0) % lastNames.length] ?? '';
    const name = /\s/.test(text.trim()) ? `${first} ${last}` : last;
    if (name !== text || salt > 3) return name;
  }
}

/** What fills a text up does not count. */
function withoutBlanks(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === ' ') end -= 1;
  return text.slice(0, end);
}

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}

/** What a value begins with that is decoded already. */
const isText = '\uffff';
