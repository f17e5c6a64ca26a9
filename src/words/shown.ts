/** The facts of an error, a finding or a note. */
export type Data = Readonly<Record<string, unknown>>;

/** A value of `data` as text: lists joined, the absent as '?'. */
export function shown(data: Data, key: string): string {
  return plain(data[key]);
}

/** A value of `data` that is a text; undefined for anything else. */
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
  const parts = Object.entries(data).map(([key, value]) => `${key} ${plain(value)}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (value === undefined || value === null) return '?';
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  // a row of facts, e.g. a session: its values say enough
  return Object.values(value).map(plain).join(' ');
}
