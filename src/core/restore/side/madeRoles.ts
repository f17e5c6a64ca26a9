import { readJson } from '../../base/json';
import { execute, query, type SqlOptions } from '../../pod/server/sql';
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';
import { keyRing } from '../../state/keys';
import type { Workplace } from '../databaseRow';
import { loaderPattern } from './loaderName';
import { proofBySignature, sealed, signatureOf, type Proof, type Records } from './marks';

/** A role that says a job made it and that nothing committed needs yet: its COMMENT is `{"dbFerry": …}`. */
export interface MadeRole {
  readonly name: string;
  readonly job: string;
  /** UTC ISO 8601 */
  readonly time: string;
  /** what proves it: whoever may make roles may write such a comment */
  readonly proof: Proof;
}

/**
 * Makes roles without the right to log in, in one transaction, each marked with the job that makes it: whatever happens to the job, they are
 * found by that. The marks are signed after it, since a role's number belongs to what is signed. Throws `exec.failed` (none is made then), and what the exec throws (then they may be there).
 */
export async function makeRoles(
  server: Workplace,
  roles: readonly string[],
  job: string,
  options: SqlOptions,
): Promise<void> {
  const statements = roles.map((role) => `create role ${quoteIdentifier(role)} nologin;`);
  await markRoles(server, roles, job, statements.join('\n'), options);
}

/** Makes roles by these statements, in one transaction, marked likewise. Throws as `makeRoles`. */
export async function markRoles(
  server: Workplace,
  roles: readonly string[],
  job: string,
  statements: string,
  options: SqlOptions,
): Promise<void> {
  const mark = { job, time: new Date().toISOString() };
  const marks = roles.map((role) => commentOn(role, mark));
  const names = roles.map(quoteLiteral).join(', ');
  const made = await query<{ name: string; oid: number }>(
    server,
    server.from,
    `begin;\n${statements}\n${marks.join('\n')}\ncommit;
select json_build_object('name', rolname, 'oid', oid::bigint) from pg_roles where rolname in (${names});`,
    options,
  );
  const signed = made.map(async (role) => commentOn(role.name, await sealed(server.system, role, mark)));
  await execute(server, server.from, `begin;\n${(await Promise.all(signed)).join('\n')}\ncommit;`, options);
}

/** Statements that take the marks away, for the transaction that puts in place what needs the roles. */
export function keepRoles(roles: readonly string[]): string[] {
  return roles.map((role) => `comment on role ${quoteIdentifier(role)} is null;`);
}

/** The marked roles of a server. `records`: what proves one whose mark is not signed. Throws `exec.*`. */
export async function listMadeRoles(server: Workplace, signal?: AbortSignal, records?: Records): Promise<MadeRole[]> {
  const sql = `select json_build_object('name', rolname, 'oid', oid::bigint, 'comment', ${comment}) from pg_roles
    where ${comment} like '{"dbFerry":%' order by rolname`;
  const rows = await query<{ name: string; oid: number; comment: string }>(
    server,
    server.from,
    sql,
    signal ? { signal } : {},
  );
  const ring = await keyRing();
  const all: MadeRole[] = [];
  for (const row of rows) {
    const mark = readRoleMark(row.comment);
    if (!mark) continue;
    const { job, time } = mark;
    let proof = proofBySignature(signatureOf(server.system, { oid: row.oid, name: row.name }, mark, ring));
    if (proof.how === 'claim' && (await records?.madeRole(job, row.name))) proof = { how: 'record' };
    all.push({ name: row.name, job, time, proof });
  }
  return all;
}

/**
 * Drops those of these roles that still bear the mark of the job, that nothing belongs to and nobody uses: none that may log in by now, is a member of another, or was granted to
 * anyone. Which roles are the job's is for the caller to prove. Returns those that remain. Throws `exec.*`.
 */
export async function dropMadeRoles(
  server: Workplace,
  job: string,
  roles: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  if (roles.length === 0) return [];
  const mark = quoteLiteral(markOf(job));
  const names = roles.map(quoteLiteral).join(', ');
  // since 16 who makes a role without being superuser is a member of it
  const isUsed = `${isLoader} is not true and r.rolcanlogin or exists (select from pg_auth_members m
    where m.member = r.oid or (m.roleid = r.oid and m.member <> (select oid from pg_roles where rolname = current_user)))`;
  const sql = `do $ferry$ declare name text; begin
  perform pg_terminate_backend(a.pid) from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
    where rolname in (${names}) and ${isLoader} and left(shobj_description(r.oid, 'pg_authid'), length(${mark})) = ${mark};
  for name in select rolname from pg_roles r where rolname in (${names}) and left(${comment}, length(${mark})) = ${mark} and not (${isUsed}) loop
    begin
      -- its rights on databases and tablespaces: what it owned in a side database went with that
      if name ~ ${quoteLiteral(loaderPattern)} then execute format('drop owned by %I', name); end if;
      execute format('drop role %I', name);
    exception when dependent_objects_still_exist or insufficient_privilege then null; end;
  end loop;
end $ferry$;`;
  await execute(server, server.from, sql, signal ? { signal } : {});
  const left = await listMadeRoles(server, signal);
  return left.filter((role) => role.job === job && roles.includes(role.name)).map(({ name }) => name);
}

/** It logs in, and is made for nobody but the job. */
const isLoader = `r.rolname ~ ${quoteLiteral(loaderPattern)}`;

const comment = `shobj_description(oid, 'pg_authid')`;

interface RoleMark {
  readonly job: string;
  readonly time: string;
  readonly by?: string;
  readonly signature?: string;
}

/** How the mark of a job begins. */
function markOf(job: string): string {
  return `{"dbFerry":{"job":${JSON.stringify(job)},`;
}

function commentOn(role: string, mark: RoleMark): string {
  return `comment on role ${quoteIdentifier(role)} is ${quoteLiteral(JSON.stringify({ dbFerry: mark }))};`;
}

function readRoleMark(text: string): RoleMark | undefined {
  try {
    const {
      job,
      time = '',
      by,
      signature,
    } = (readJson(text) as { dbFerry: { readonly [K in keyof RoleMark]?: unknown } }).dbFerry;
    if (typeof job !== 'string' || typeof time !== 'string') return undefined;
    return { job, time, ...(typeof by === 'string' && typeof signature === 'string' ? { by, signature } : {}) };
  } catch {
    return undefined;
  }
}
