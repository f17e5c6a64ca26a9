/** Masks one value; undefined stands for NULL. */
export type MaskValue = (value: string) => string | undefined;

/**
 * An array as PostgreSQL prints it, each element masked: `{a,"b c",NULL}`, nested, with bounds before it. Texts are bytes, a character each. Undefined where it is no array;
 * `separator` is that of the element's type.
 */
export function maskArray(literal: string, mask: MaskValue, separator = ','): string | undefined {
  const start = literal.startsWith('[') ? literal.indexOf('=') + 1 : 0;
  if (!literal.startsWith('{', start)) return undefined;
  let out = literal.slice(0, start);
  let at = start;
  let depth = 0;
  while (at < literal.length) {
    const sign = literal.charAt(at);
    if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    if (sign === '{' || sign === '}' || sign === separator) {
      if (depth < 0) return undefined;
      out += sign;
      at += 1;
      if (depth === 0 && at < literal.length) return undefined;
      continue;
    }
    if (depth === 0) return undefined;
    const element = sign === '"' ? quoted(literal, at) : bare(literal, at, separator);
    if (element === undefined) return undefined;
    at = element.end;
    const isNull = sign !== '"' && element.text.toUpperCase() === 'NULL';
    const masked = isNull ? undefined : mask(element.text);
    out += masked === undefined ? 'NULL' : quotedElement(masked);
  }
  return depth === 0 && at > start ? out : undefined;
}

/**
 * A row as PostgreSQL prints it, `(a,"b ""c""",)`, each field masked by the function at its place. A NULL field is nothing at all and stays. Undefined where it is no row of so
 * many fields.
 */
export function maskRecord(literal: string, masks: readonly MaskValue[]): string | undefined {
  const fields = fieldsOf(literal);
  if (fields?.length !== masks.length) return undefined;
  const masked = fields.map((field, at) => {
    const value = field === undefined ? undefined : masks[at]?.(field);
    return value === undefined ? '' : quotedField(value);
  });
  return `(${masked.join(',')})`;
}

/** The fields of a row as PostgreSQL prints it; undefined stands for NULL. Undefined as a whole where it is no row. */
export function fieldsOf(literal: string): (string | undefined)[] | undefined {
  if (!literal.startsWith('(') || !literal.endsWith(')') || literal.length < 2) return undefined;
  const end = literal.length - 1;
  const fields: (string | undefined)[] = [];
  if (end === 1) return [undefined];
  let at = 1;
  for (;;) {
    let text = '';
    const from = at;
    // parts in quotes and parts without may follow each other
    while (at < end && literal.charAt(at) !== ',') {
      const sign = literal.charAt(at);
      if (sign === '"') {
        const part = quoted(literal, at);
        if (part === undefined || part.end > end) return undefined;
        text += part.text;
        at = part.end;
      } else {
        if (sign === '\\') at += 1;
        text += literal.charAt(at);
        at += 1;
      }
    }
    fields.push(at === from ? undefined : text);
    if (at >= end) return fields;
    at += 1;
    if (at === end) {
      fields.push(undefined);
      return fields;
    }
  }
}

interface Part {
  readonly text: string;
  readonly end: number;
}

/** What stands in quotes from `at` on: a backslash or, in a row, a second quote hides what follows. */
function quoted(literal: string, at: number): Part | undefined {
  let text = '';
  for (let next = at + 1; next < literal.length; next += 1) {
    const sign = literal.charAt(next);
    if (sign === '\\') {
      next += 1;
      text += literal.charAt(next);
    } else if (sign === '"') {
      if (literal.charAt(next + 1) !== '"') return { text, end: next + 1 };
      next += 1;
      text += '"';
    } else text += sign;
  }
  return undefined;
}

function bare(literal: string, at: number, separator: string): Part | undefined {
  let text = '';
  let next = at;
  while (next < literal.length) {
    const sign = literal.charAt(next);
    if (sign === separator || sign === '}') break;
    if (sign === '{' || sign === '"') return undefined;
    if (sign === '\\') next += 1;
    text += literal.charAt(next);
    next += 1;
  }
  return { text: text.trim(), end: next };
}

/** Quotes only where the server sets them: what is masked is compared with what it writes. */
function quotedElement(text: string): string {
  const needs = text === '' || /["\\{}, \t\n\r\v\f]/.test(text) || text.toUpperCase() === 'NULL';
  return needs ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}

function quotedField(text: string): string {
  const needs = text === '' || /["\\(), \t\n\r\v\f]/.test(text);
  return needs ? `"${text.replaceAll(/["\\]/g, '$&$&')}"` : text;
}
