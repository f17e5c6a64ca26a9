import { readJson } from '../../base/json';
import type { ColumnType } from '../model/columnType';
import { isAddress } from './address';
import { jsonbString } from './json';
import { floatText, withoutZeros } from './numbers';
import { maskArray, maskRecord } from './literals';

/**
 * A value that a rule fixes, as the server writes it in a column of this type (bytes, a character each): what is masked is compared with what the server says afterwards. Undefined for what is no
 * value of the type, or none of which we know how it would be written.
 */
export function fixedValue(value: string, type: ColumnType): string | undefined {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  switch (type.kind) {
    case 'text':
      return type.padded === true && type.limit !== undefined
        ? bytes + ' '.repeat(Math.max(0, type.limit - Array.from(value).length))
        : bytes;
    case 'enum':
      return type.labels.includes(value) ? bytes : undefined;
    case 'integer':
      return integer(value, type.most);
    case 'numeric':
      return numeric(value, type);
    case 'float':
      return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))
        ? Number(value) === 0
          ? '0'
          : floatText(Number(value), type.real === true)
        : undefined;
    case 'money':
      return /^-?\$(?:\d{1,3}(?:,\d{3})*)\.\d\d$/.test(value) ? value : undefined;
    case 'boolean':
      return booleans[value.toLowerCase()];
    case 'date':
      return day.test(value) && isDay(value) ? value : undefined;
    case 'timestamp': {
      const full = day.test(value) ? `${value} 00:00:00` : value;
      const [, of = '', time = '', fraction = ''] = moment.exec(full) ?? [];
      if (of === '' || !isDay(of)) return undefined;
      return `${of} ${withoutZeros(time + fraction)}${type.zone === true ? '+00' : ''}`;
    }
    case 'uuid':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined;
    case 'json':
      return json(value, type.binary === true);
    case 'bytea':
      return /^\\x(?:[0-9a-f]{2})*$/i.test(value)
        ? value.toLowerCase()
        : `\\x${Buffer.from(value, 'utf8').toString('hex')}`;
    case 'tsvector':
      return value === '' || /^'[a-z0-9]+'$/.test(value) ? value : undefined;
    case 'address':
      return address(value, type.name);
    case 'array':
      return maskArray(bytes, (one) => one && fixedOf(one, type.element)) === bytes ? bytes : undefined;
    case 'record': {
      const masks = type.fields.map((field) => (one: string) => fixedOf(one, field.type));
      return maskRecord(bytes, masks) === bytes ? bytes : undefined;
    }
    default:
      return bytes;
  }
}

/** Of bytes that stand in another value. */
function fixedOf(bytes: string, type: ColumnType): string | undefined {
  return fixedValue(Buffer.from(bytes, 'latin1').toString('utf8'), type);
}

const day = /^\d{4}-\d\d-\d\d$/;
const moment = /^(\d{4}-\d\d-\d\d)[ T]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,6})?(?:\+00|Z)?$/;

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) && !text.startsWith('0000');
}

const booleans: Readonly<Record<string, string>> = { true: 't', t: 't', yes: 't', false: 'f', f: 'f', no: 'f' };

function integer(value: string, most: bigint): string | undefined {
  if (!/^-?\d{1,19}$/.test(value)) return undefined;
  const number = BigInt(value);
  return number <= most && number >= -most - 1n ? number.toString() : undefined;
}

function numeric(value: string, { precision, scale }: { precision?: number; scale?: number }): string | undefined {
  const [, sign = '', whole, fraction = ''] = /^(-?)(\d{1,1000})(?:\.(\d{1,1000}))?$/.exec(value) ?? [];
  if (whole === undefined || fraction.length > (scale ?? 1000)) return undefined;
  const front = BigInt(whole).toString();
  if (precision !== undefined && (front === '0' ? 0 : front.length) > precision - (scale ?? 0)) return undefined;
  const behind = fraction.padEnd(scale ?? 0, '0');
  const isZero = /^0*$/.test(front + behind);
  return `${isZero ? '' : sign}${front}${behind === '' ? '' : `.${behind}`}`;
}

function json(value: string, binary: boolean): string | undefined {
  try {
    const parsed: unknown = readJson(value);
    return binary ? jsonb(parsed) : Buffer.from(value, 'utf8').toString('latin1');
  } catch {
    return undefined;
  }
}

/** Throws for numbers that it cannot write as the server would. */
function jsonb(value: unknown): string {
  if (typeof value === 'string') return jsonbString(value);
  if (typeof value === 'number') {
    const text = String(Object.is(value, -0) ? 0 : value);
    if (text.includes('e') || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw new Error('a number');
    return text;
  }
  if (Array.isArray(value)) return `[${value.map(jsonb).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.entries(value).map(([name, of]) => ({ bytes: Buffer.from(name), name, of: of as unknown }));
  names.sort((left, right) => left.bytes.length - right.bytes.length || left.bytes.compare(right.bytes));
  return `{${names.map(({ name, of }) => `${jsonbString(name)}: ${jsonb(of)}`).join(', ')}}`;
}

function address(value: string, type: string): string | undefined {
  if (!isAddress(value) || value !== value.toLowerCase()) return undefined;
  const isHardware = !value.includes('.') && /^(?:[0-9a-f]{2}:){5}/.test(value);
  if (type.startsWith('mac') !== isHardware) return undefined;
  if (isHardware) return (type === 'macaddr8' ? 23 : 17) === value.length ? value : undefined;
  // of IPv6 only what needs no shortening
  if (value.includes(':') && !/^(?:::|::1|fd00::[1-9a-f][0-9a-f]{0,3})(?:\/\d+)?$/.test(value)) return undefined;
  if (/(?:^|\.)0\d/.test(value)) return undefined;
  if (type !== 'cidr') return value.replace(value.includes(':') ? /\/128$/ : /\/32$/, '');
  return value.includes('/') ? undefined : `${value}${value.includes(':') ? '/128' : '/32'}`;
}
