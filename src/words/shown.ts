import type { JsonObject } from '../core/base/json';
import { visible, visibleLines } from '../core/base/visible';
import { t } from './language';

/** The facts of an error, a finding or a note. */
export type Data = JsonObject;

/** The names of the facts that any of the shapes of `D` has. */
export type KeyOf<D> = D extends unknown ? keyof D & string : never;

/** The fact of that name, whatever it is: what is read from a disk need not be what the types say. */
export function fact<D extends object>(data: D, key: KeyOf<D>): unknown {
  return Object.hasOwn(data, key) ? (data as Partial<JsonObject>)[key] : undefined;
}

/** A value of `data` as text that shows all that is in it: lists joined, the absent as '?'. Of one line, unless it is what a server or a tool said. */
export function shown<D extends object>(data: D, key: KeyOf<D>): string {
  const value = fact(data, key);
  return typeof value === 'string' && sayings.has(key) ? visibleLines(value) : plain(value);
}

/** What may have several lines; a name has one. */
const sayings: ReadonlySet<string> = new Set(['message', 'reason', 'stderr']);

/** A value of `data` that is a text, as it is; undefined for anything else. */
export function text<D extends object>(data: D, key: KeyOf<D>): string | undefined {
  const value = fact(data, key);
  return typeof value === 'string' ? value : undefined;
}

/** A value of `data` that is a text or a list of them, as a list. */
export function texts<D extends object>(data: D, key: KeyOf<D>): string[] {
  return [fact(data, key)].flat().filter((one) => typeof one === 'string');
}

/** A fact that is a number; NaN where it is none. */
export function numberOf<D extends object>(data: D, key: KeyOf<D>): number {
  return Number(fact(data, key));
}

/** A list of `data` that may have been shortened: its `count` says how many there are. */
export function few<D extends { readonly count: number }>(data: D, key: KeyOf<D>): string {
  const [names, all] = [fact(data, key), fact<{ count: number }>(data, 'count')];
  const rest = Array.isArray(names) && typeof all === 'number' ? all - names.length : 0;
  return `${shown(data, key)}${rest > 0 ? t` and ${rest} more` : ''}`;
}

/** All of `data` as text, for what has no words of its own. */
export function detail(data: object): string {
  const parts = Object.entries(data).map(([key, value]) => `${visible(key)} ${plain(value)}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (value === undefined || value === null) return '?';
  if (typeof value !== 'object') return typeof value === 'string' ? visible(value) : JSON.stringify(value);
  // a row of facts, e.g. a session: its values say enough
  return Object.values(value).map(plain).join(' ');
}
