/** An SQL identifier, always quoted: any name PostgreSQL allows survives. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL string literal; safe whatever `standard_conforming_strings` says. */
export function quoteLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
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
 * itself where it holds `=` or starts with `postgresql://`.
 */
export function databaseArgument(name: string): string {
  return `dbname='${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
