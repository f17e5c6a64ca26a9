import { parseJson } from '../../base/json';
import { capture } from '../../exec/podExec';
import { psqlCommand, query, textEncoding, type SqlOptions } from '../../pod/server/sql';
import type { Report } from '../../base/progress';
import { serverMessage } from '../../base/said/serverMessage';
import type { Workplace } from '../databaseRow';
import type { Loader } from '../load/loader';

/** What ANALYZE did not reach. Names are written as in SQL. */
export interface Unanalyzed {
  /** not read, since foreign tables belong to them */
  readonly skipped: readonly string[];
  /** the server refused, for instance since a function finds its table by search_path. Without a state it is the whole database, whose session ended */
  readonly failed: readonly { readonly name: string; readonly state?: string; readonly message: string }[];
}

/**
 * Gathers statistics of what a database itself holds, one table after the other, each in a transaction of its own; no foreign server is
 * asked, and what one table refuses is no matter to the others: statistics decide over no restore. Throws what the exec throws.
 */
export async function analyze(server: Workplace, database: string, options: SqlOptions): Promise<Unanalyzed> {
  const sql = `set statement_timeout = 0; set lock_timeout = 0;\n${analyzeSql('commit;')}select current_setting('${said}');`;
  const [found] = await query<Unanalyzed>(server, database, sql, options);
  return found ?? { skipped: [], failed: [] };
}

/**
 * The same in the name of the role in which an archive is loaded, of what that owns. A session that ends early decides over no restore either: what it says is told. Throws what the exec throws.
 */
export async function analyzeAs(
  { exec }: Pick<Workplace, 'exec'>,
  { access, password }: Pick<Loader, 'access' | 'password'>,
  database: string,
  { application, signal }: SqlOptions,
): Promise<Unanalyzed> {
  const sql = `${textEncoding}${analyzeSql('commit;')}select current_setting('${said}');\n`;
  const end = await capture(exec, psqlCommand(access, database, application), {
    input: `${password.toString('latin1')}${sql}`,
    ...(signal ? { signal } : {}),
  });
  const answer = end.exitCode === 0 ? parseJson(end.stdout.trim()) : undefined;
  if (answer !== undefined) return answer as Unanalyzed;
  return { skipped: [], failed: [{ name: database, message: serverMessage(end.stderr) }] };
}

/** Says what ANALYZE did not reach, as notes. */
export function tellUnanalyzed({ skipped, failed }: Unanalyzed, report: Report): void {
  if (skipped.length > 0) {
    const data = { tables: skipped.slice(0, mostNames), count: skipped.length };
    report({ type: 'note', code: 'analyze.skipped', data });
  }
  const [first] = failed;
  if (!first) return;
  const tables = failed.slice(0, mostNames).map(({ name }) => name);
  const { state } = first;
  const message = state === undefined ? first.message : serverMessage(`ERROR:  ${state}: ${first.message}`);
  report({ type: 'note', code: 'analyze.failed', data: { tables, count: failed.length, message } });
}

const mostNames = 20;

/** Where the block leaves its answer: a setting of the session. */
const said = 'ferry.unanalyzed';

/**
 * ANALYZE of each table of its own, as one statement. `after` ends each table: empty inside of a
 * transaction, where the catalogs stay out as well, so that no lock on them is held. Partitioned tables are analysed with all
 * below them; where one is foreign, what lies beside it is, and the root is not: ANALYZE would read the foreign server. The same of parents by
 * inheritance, which go without.
 */
export function analyzeSql(after: '' | 'commit;'): string {
  return `do $ferry$ declare one record; leaf record; skipped text[] := '{}'; failed jsonb := '[]'; begin
  for one in with recursive above(child, ancestor) as (
      select inhrelid, inhparent from pg_catalog.pg_inherits
      union select a.child, i.inhparent from above a join pg_catalog.pg_inherits i on i.inhrelid = a.ancestor),
    far as (select distinct a.ancestor as oid from above a join pg_catalog.pg_class c on c.oid = a.child where c.relkind = 'f')
    select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name, c.oid in (select oid from far) as is_far,
      c.relispartition and exists (select from above a where a.child = c.oid and a.ancestor not in (select oid from far)) as is_done
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and not c.relisshared and n.nspname ${after === '' ? `!~ '^pg_'` : `!~ '^pg_toast'`}
      and pg_has_role(c.relowner, 'usage') and not (c.relkind = 'm' and not c.relispopulated) order by c.oid loop
    if one.is_far then skipped := skipped || one.name;
    elsif not one.is_done then
      begin execute 'analyze ' || one.name;
      exception when others then
        failed := failed || jsonb_build_object('name', one.name, 'state', sqlstate, 'message', sqlerrm);
        if one.relkind = 'p' then
          for leaf in with recursive below(oid) as (
              select inhrelid from pg_catalog.pg_inherits where inhparent = one.oid
              union all select i.inhrelid from below b join pg_catalog.pg_inherits i on i.inhparent = b.oid)
            select format('%I.%I', n.nspname, c.relname) as name from below b join pg_catalog.pg_class c on c.oid = b.oid
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' loop
            begin execute 'analyze ' || leaf.name;
            exception when others then
              failed := failed || jsonb_build_object('name', leaf.name, 'state', sqlstate, 'message', sqlerrm);
            end;
          end loop;
        end if;
      end;
    end if;
    ${after}
  end loop;
  perform set_config('${said}', json_build_object('skipped', skipped, 'failed', failed)::text, false);
end $ferry$;
`;
}
