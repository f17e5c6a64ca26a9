import { execute, query, type SqlOptions } from '../pod/sql';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote';
import type { Workplace } from './databaseRow';

/** A role that a job made and that nothing committed needs yet: its COMMENT says so, as `{"dbFerry": …}`. */
export interface MadeRole {
  readonly name: string;
  readonly job: string;
  /** UTC ISO 8601 */
  readonly time: string;
}

/**
 * Makes roles without the right to log in, in one transaction, each marked with the job that makes it: whatever happens to the job, they are
 * found by that. Throws `exec.failed` (none is made then), and what the exec throws (then they may be there).
 */
export async function makeRoles(
  server: Workplace,
  roles: readonly string[],
  job: string,
  options: SqlOptions,
): Promise<void> {
  const mark = quoteLiteral(`${markOf(job)}"time":"${new Date().toISOString()}"}}`);
  const statements = roles.map((role) => {
    const name = quoteIdentifier(role);
    return `create role ${name} nologin; comment on role ${name} is ${mark};`;
  });
  await execute(server, server.from, `begin;\n${statements.join('\n')}\ncommit;`, options);
}

/** Statements that take the marks away, for the transaction that puts in place what needs the roles. */
export function keepRoles(roles: readonly string[]): string[] {
  return roles.map((role) => `comment on role ${quoteIdentifier(role)} is null;`);
}

/** The marked roles of a server. Throws `exec.*`. */
export async function listMadeRoles(server: Workplace, signal?: AbortSignal): Promise<MadeRole[]> {
  const sql = `select json_build_object('name', rolname, 'comment', ${comment}) from pg_roles
    where ${comment} like '{"dbFerry":%' order by rolname`;
  const rows = await query<{ name: string; comment: string }>(server, server.from, sql, signal ? { signal } : {});
  return rows.flatMap(({ name, comment: text }) => {
    const mark = readRoleMark(text);
    return mark ? [{ name, ...mark }] : [];
  });
}

/**
 * Drops the marked roles of a job that nothing belongs to and nobody uses: none that may log in by now, is a member of another, or was granted to
 * anyone. Returns those that remain. Throws `exec.*`.
 */
export async function dropMadeRoles(server: Workplace, job: string, signal?: AbortSignal): Promise<string[]> {
  const mark = quoteLiteral(markOf(job));
  // since 16 who makes a role without being superuser is a member of it
  const isUsed = `r.rolcanlogin or exists (select from pg_auth_members m
    where m.member = r.oid or (m.roleid = r.oid and m.member <> (select oid from pg_roles where rolname = current_user)))`;
  const sql = `do $ferry$ declare name text; begin
  for name in select rolname from pg_roles r where left(${comment}, length(${mark})) = ${mark} and not (${isUsed}) loop
    begin execute format('drop role %I', name);
    exception when dependent_objects_still_exist or insufficient_privilege then null; end;
  end loop;
end $ferry$;`;
  await execute(server, server.from, sql, signal ? { signal } : {});
  const left = await listMadeRoles(server, signal);
  return left.filter((role) => role.job === job).map(({ name }) => name);
}

const comment = `shobj_description(oid, 'pg_authid')`;

/** How the mark of a job begins. */
function markOf(job: string): string {
  return `{"dbFerry":{"job":${JSON.stringify(job)},`;
}

function readRoleMark(text: string): Omit<MadeRole, 'name'> | undefined {
  try {
    const { job, time = '' } = (JSON.parse(text) as { dbFerry: Partial<MadeRole> }).dbFerry;
    return typeof job === 'string' ? { job, time } : undefined;
  } catch {
    return undefined;
  }
}
