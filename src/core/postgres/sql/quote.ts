import { AppError } from '../../base/errors';

/** An SQL identifier, always quoted: any name PostgreSQL allows survives. Throws `name.invalid` for one that it does not. */
export function quoteIdentifier(name: string): string {
  return `"${withoutZero(name).replaceAll('"', '""')}"`;
}

/** An SQL string literal; safe whatever `standard_conforming_strings` says. Throws `name.invalid` for a text that no server can hold. */
export function quoteLiteral(value: string): string {
  const quoted = `'${withoutZero(value).replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/**
 * A name for a derived database that fits PostgreSQL's 63 bytes: the base is shortened at a character's edge, the
 * suffix (`__restore_<id>`) stays whole.
 */
export function derivedName(base: string, suffix: string): string {
  let kept = base;
  while (Buffer.byteLength(kept) + Buffer.byteLength(suffix) > 63) kept = Array.from(kept).slice(0, -1).join('');
  return kept + suffix;
}

/**
 * A libpq connection string that names a database, for `-d`: a plain name would be taken for a connection string
 * itself where it holds `=` or starts with `postgresql://`. Throws `name.invalid`.
 */
export function databaseArgument(name: string): string {
  return `dbname='${withoutZero(name).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A zero byte ends a line for psql and a string for libpq, and with it the quotation: no name and no text of PostgreSQL has one. */
function withoutZero(text: string): string {
  if (text.includes('\0')) throw new AppError('name.invalid', { name: text.replaceAll('\0', '\ufffd') });
  return text;
}
