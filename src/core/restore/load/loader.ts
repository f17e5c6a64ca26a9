import { randomBytes } from 'node:crypto';
import { AppError } from '../../base/errors';
import { capture } from '../../exec/podExec';
import { execute, psqlCommand, query, type SqlOptions } from '../../pod/server/sql';
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';
import type { Access } from '../../postgres/tools/access';
import { scramVerifier } from '../../postgres/tools/scram';
import type { Workplace } from '../databaseRow';
import { loaderPrefix } from '../side/loaderName';
import { markRoles } from '../side/madeRoles';

/**
 * A role without any right outside of one side database, in whose name an archive's own definitions and rows are loaded: what runs on the way (checks,
 * defaults, generated columns, casts) can do no more than the role can. It logs in by itself, so that there is nobody to go back to by RESET.
 */
export interface Loader {
  readonly name: string;
  /** how client tools log in as it; the first line that they are fed is the password */
  readonly access: Access;
  /** that line */
  readonly password: Buffer;
  /** whose the schema public is otherwise; absent where there is none */
  readonly ofPublic?: string;
  /** roles of the server that are superusers */
  readonly superusers: ReadonlySet<string>;
}

/** A name for a loader, which nobody has. */
export function loaderName(): string {
  return loaderPrefix + randomBytes(8).toString('hex');
}

/**
 * Makes a role that logs in by itself, marked with the job, which is no superuser and makes nobody. Returns the line with its password that a command is fed first: it stands nowhere else. Throws as `markRoles`.
 */
export async function makeLogin(
  server: Workplace,
  name: string,
  { job, options }: { readonly job: string; readonly options: SqlOptions },
  { attributes, days, rights }: { readonly attributes: string; readonly days: number; readonly rights: string },
): Promise<Buffer> {
  const secret = randomBytes(24).toString('base64url');
  const role = quoteIdentifier(name);
  const make = `create role ${role} login nosuperuser nocreatedb nocreaterole noreplication ${attributes}`;
  await markRoles(
    server,
    [name],
    job,
    `do $ferry$ begin execute format('${make} password %L valid until %L', ${quoteLiteral(scramVerifier(secret))}, now() + interval '${days} days'); end $ferry$;
alter role ${role} set lc_messages = 'C';
${rights}`,
    options,
  );
  return Buffer.from(`${secret}\n`);
}

/**
 * Makes the role, marked with the job, and lets it into the side database, whose schema public it owns until it is dismissed. Our own role must be a superuser. Returns undefined where the server lets it in by no way;
 * then it is gone again. Throws `exec.*`.
 */
export async function makeLoader(
  server: Workplace,
  name: string,
  { side, job, options }: { readonly side: string; readonly job: string; readonly options: SqlOptions },
): Promise<Loader | undefined> {
  const role = quoteIdentifier(name);
  // the password is good for as long as a restore lasts at most
  const password = await makeLogin(
    server,
    name,
    { job, options },
    {
      ...{ attributes: 'nobypassrls inherit', days: 3 },
      rights: `grant connect, create, temporary on database ${quoteIdentifier(side)} to ${role};`,
    },
  );
  const [facts] = await query<{ readonly ofPublic: string | null; readonly superusers: readonly string[] }>(
    server,
    side,
    `begin;
select json_build_object('ofPublic', (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'public'),
  'superusers', (select json_agg(rolname) from pg_roles where rolsuper));
do $ferry$ declare one text; begin
  if to_regnamespace('public') is not null then alter schema public owner to ${role}; end if;
  for one in select spcname from pg_tablespace where spcname <> 'pg_global' loop
    execute format('grant create on tablespace %I to ${role}', one);
  end loop;
end $ferry$;
commit;`,
    options,
  );
  const access = await waysIn(server, { name, side, password, options });
  if (!facts) throw new AppError('internal', { message: 'the server gave no answer' });
  if (!access) {
    const back = facts.ofPublic === null ? '' : `alter schema public owner to ${quoteIdentifier(facts.ofPublic)};`;
    await execute(server, side, `begin; ${back} drop owned by ${role}; drop role ${role}; commit;`, options);
    return undefined;
  }
  const superusers = new Set(facts.superusers);
  return { name, access, password, superusers, ...(facts.ofPublic === null ? {} : { ofPublic: facts.ofPublic }) };
}

/** How a role that was made logs in: by the way that we came in, then by TCP within the pod, where a password counts also if the socket wants a user of the system. */
export async function waysIn(
  server: Workplace,
  { name, side, password, options }: { name: string; side: string; password: Buffer; options: SqlOptions },
): Promise<Access | undefined> {
  const { bin, host, port, serverVersion } = server.access;
  const own: Access = {
    ...{ bin, user: name, superuser: false, password: { stdin: true } },
    ...(port === undefined ? {} : { port }),
    ...(serverVersion === undefined ? {} : { serverVersion }),
  };
  for (const way of [host, '127.0.0.1']) {
    const access: Access = way === undefined ? own : { ...own, host: way };
    const end = await capture(server.exec, psqlCommand(access, side, options.application), {
      input: `${password.toString('latin1')}select session_user = ${quoteLiteral(name)} and not rolsuper from pg_roles where rolname = session_user;\n`,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (end.exitCode === 0 && end.stdout.trim() === 't') return access;
  }
  return undefined;
}

/**
 * What extensions made and the loader needs for the rest: places in their schemas, rows of their tables, servers of their wrappers. It goes with the role.
 */
export function extensionRightsSql(loader: string): string {
  const role = quoteIdentifier(loader);
  const made = (catalog: string): string =>
    `exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype = 'e')`;
  return `do $ferry$ declare one text; begin
  for one in select format('schema %I', nspname) from pg_namespace o where ${made('pg_namespace')}
    union all select format('%s %s', case relkind when 'S' then 'sequence' else 'table' end, o.oid::regclass)
      from pg_class o where relkind in ('r', 'p', 'S', 'v', 'm', 'f') and ${made('pg_class')}
    union all select format('foreign data wrapper %I', fdwname) from pg_foreign_data_wrapper
  loop execute format('grant all on %s to ${role}', one); end loop;
end $ferry$;`;
}
