import type { JsonObject } from '../base/json';

/**
 * JSON as RFC 8785 has it: names sorted by their UTF-16 units, no white space, numbers and texts as JavaScript writes them. What is signed is this, so that it does not
 * matter how a file was laid out. Undefined fields are left out. Throws for what JSON cannot say.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('no number of JSON');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new Error(`${typeof value} is not of JSON`);
  const fields = Object.entries(value as JsonObject)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([name, item]) => `${text(name)}:${canonical(item)}`).join(',')}}`;
}

/** A lone half of a pair stands for no character: RFC 8785 has no form for it. */
function text(value: string | boolean | null): string {
  if (typeof value === 'string' && Buffer.from(value).toString() !== value) throw new Error('no text of Unicode');
  return JSON.stringify(value);
}
