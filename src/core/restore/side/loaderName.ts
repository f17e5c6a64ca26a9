/** How the roles are called in whose name archives are loaded. */
export const loaderPrefix = 'db_ferry_';

/** A regular expression of PostgreSQL: names that only such a role has. */
export const loaderPattern = `^${loaderPrefix}[0-9a-f]{16}$`;
