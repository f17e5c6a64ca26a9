import { visible, visibleLines } from '../core/base/visible';

/** The facts of an error, a finding or a note. */
export type Data = Readonly<Record<string, unknown>>;

/** A value of `data` as text that shows all that is in it: lists joined, the absent as '?'. Of one line, unless it is what a server or a tool said. */
export function shown(data: Data, key: string): string {
  const value = data[key];
  return typeof value === 'string' && sayings.has(key) ? visibleLines(value) : plain(value);
}

/** What may have several lines; a name has one. */
const sayings: ReadonlySet<string> = new Set(['message', 'reason', 'stderr']);

/** A value of `data` that is a text, as it is; undefined for anything else. */
export function text(data: Data, key: string): string | undefined {
  const value = data[key];
  return typeof value === 'string' ? value : undefined;
}

/** A value of `data` that is a text or a list of them, as a list. */
export function texts(data: Data, key: string): string[] {
  return [data[key]].flat().filter((one) => typeof one === 'string');
}

/** All of `data` as text, for what has no words of its own. */
export function detail(data: Data): string {
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
