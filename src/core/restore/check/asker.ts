import { AppError } from '../../base/errors';
import type { Work } from '../../base/progress';
import { query, type SqlOptions } from '../../pod/server/sql';
import { quoteIdentifier } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';
import { makeLogin, waysIn } from '../load/loader';
import type { Asker } from './runChecks';

/**
 * Makes a role that may read everything of one side database and nothing else, and logs in by itself, so that there is nobody to go back to by RESET: what stands in a check, and what a function
 * of the backup does when a check calls it, has its rights. It sees rows whatever policies of row security say. Marked with the job, and found by the mark whatever happens. Our own role must be a superuser. Throws `drill.noAsker` where the server lets it in by no way, `exec.*`.
 */
export async function makeAsker(
  server: Workplace,
  name: string,
  { side, job, options }: { readonly side: string; readonly job: string; readonly options: SqlOptions },
  work: Work,
): Promise<Asker> {
  // said before: with the connection lost nobody knows whether it is there
  work.report({ type: 'note', code: 'loader.made', data: { roles: [name] } });
  const role = quoteIdentifier(name);
  const password = await makeLogin(
    server,
    name,
    { job, options },
    {
      ...{ attributes: 'bypassrls noinherit', days: 1 },
      rights: `grant connect on database ${quoteIdentifier(side)} to ${role};`,
    },
  );
  await query(server, side, readAllSql(role), options);
  const access = await waysIn(server, { name, side, password, options });
  if (access === undefined) throw new AppError('drill.noAsker', {});
  return { access, password: password.toString('latin1') };
}

/** Of this database alone. */
function readAllSql(role: string): string {
  return `begin;
do $ferry$ declare one text; begin
  for one in select quote_ident(nspname) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute 'grant usage on schema ' || one || ' to ${role.replaceAll("'", "''")}';
    execute 'grant select on all tables in schema ' || one || ' to ${role.replaceAll("'", "''")}';
    execute 'grant select on all sequences in schema ' || one || ' to ${role.replaceAll("'", "''")}';
  end loop;
end $ferry$;
commit;
select to_json(true);`;
}
