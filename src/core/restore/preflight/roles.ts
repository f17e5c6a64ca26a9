import { AppError } from '../../base/errors';
import { execute, type SqlOptions } from '../../pod/server/sql';
import { quoteIdentifier } from '../../postgres/sql/quote';
import { settleStatement } from '../side/settleStatement';
import type { Workplace } from '../databaseRow';

/** How roles that the archive names and the target does not have are dealt with. */
export interface RoleOptions {
  readonly createRoles: boolean;
  /** role of the archive to role of the target */
  readonly mapRoles: Readonly<Record<string, string>>;
}

/** What will be done about roles. */
export interface RolePlan {
  /** named by the archive, not on the target, and nothing is said about them */
  readonly missing: readonly string[];
  /** made NOLOGIN and kept */
  readonly create: readonly string[];
  /** stand-ins: made NOLOGIN for the restore, then all they have goes to `to` and they are dropped */
  readonly map: readonly { readonly from: string; readonly to: string }[];
  /** mapped to a role that the target does not have */
  readonly unknownTargets: readonly string[];
  /** mapped away although the target has them: that would touch what they own elsewhere */
  readonly alreadyThere: readonly string[];
}

/** One row: a list of the server's roles. */
export const presentRolesSql = `select coalesce(json_agg(rolname), '[]') from pg_roles`;

/** Which of the archive's roles a target with these roles lacks, and what the options make of them. Pure. */
export function planRoles(present: ReadonlySet<string>, named: readonly string[], options: RoleOptions): RolePlan {
  const wanted = named.filter((role) => !builtIn(role));
  const mapped = Object.entries(options.mapRoles).map(([from, to]) => ({ from, to }));
  const map = mapped.filter(({ from }) => wanted.includes(from) && !present.has(from));
  const missing = wanted.filter((role) => !present.has(role) && !map.some(({ from }) => from === role));
  return {
    missing: options.createRoles ? [] : missing,
    create: options.createRoles ? missing : [],
    map,
    unknownTargets: map.map(({ to }) => to).filter((role) => !present.has(role)),
    alreadyThere: mapped.map(({ from }) => from).filter((role) => present.has(role)),
  };
}

/**
 * Gives all that the stand-ins have in `database` to the roles they stand for, and drops the stand-ins: ownership by REASSIGN OWNED;
 * grants, default privileges and policies by writing each anew for the other role from the catalogs; what is left by DROP OWNED. In one transaction.
 * Throws `exec.failed`, for instance where a stand-in is also the grantor of something.
 */
export async function settleRoles(
  server: Workplace,
  database: string,
  plan: RolePlan,
  options: SqlOptions,
): Promise<void> {
  if (plan.map.length === 0) return;
  const parts = plan.map.map(({ from, to }) => settleStatement(from, to));
  await execute(server, database, `begin;\n${parts.join('\n')}\ncommit;`, options);
  const statements = plan.map.map(({ from }) => `drop role if exists ${quoteIdentifier(from)};`);
  await execute(server, server.from, statements.join('\n'), options);
}

/** `a=b` pairs must not chain, or the result would hang on their order. Throws `usage`. */
export function checkMapping(mapRoles: Readonly<Record<string, string>>): void {
  for (const [from, to] of Object.entries(mapRoles)) {
    if (from === to || Object.hasOwn(mapRoles, to)) {
      throw new AppError('usage', { rule: 'mapRoles.chain', from, to });
    }
  }
}

/** As the server reserves names: in capitals they are roles like any other, and PUBLIC in quotes is not everybody. */
function builtIn(role: string): boolean {
  return /^(pg_|public$)/.test(role) || role === '';
}
