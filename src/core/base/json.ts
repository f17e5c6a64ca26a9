import * as v from 'valibot';

/*
 * All JSON that comes from a disk, a wire or a program is parsed here: no message of the parser's own leaves, since it quotes the text, which may be a row or a secret.
 */

/** A text, or a Buffer of one. */
type Text = string | { toString(encoding: 'utf8'): string };

/** Parses JSON; throws an Error that quotes nothing where it is none. Pure. */
export function readJson(text: Text): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new Error('it is no JSON');
  return value;
}

/** The same; undefined where it is none. Pure. */
export function parseJson(text: Text): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : text.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** What is in JSON of this form; undefined where it is none, or has another form. Pure. */
export function parseAs<T>(form: v.GenericSchema<unknown, T>, text: Text): T | undefined {
  const parsed = v.safeParse(form, parseJson(text));
  return parsed.success ? parsed.output : undefined;
}

/** A value as it is after a way through a file. Pure. */
export function asWritten(value: unknown): unknown {
  return value === undefined ? undefined : readJson(JSON.stringify(value));
}

/**
 * An object of which nothing is known but that it has names: what a parser has yet to look into, bodies of other people's APIs, and facts that are told to scripts as they are. The one place for
 * this type: whatever is decided by a value has a form of its own.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of JSON, as the names it has; undefined for anything else. Pure. */
export function asRecord(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
