/**
 * When a database was last written to, as well as the server can say, and by what it is known. `files`: the newest file of
 * a table or index; what waits in memory for the next checkpoint may be newer, and a vacuum counts as a write. `commit`: the last
 * commit of the whole server, so it was not later. `autovacuum`: it worked because of writes before, so it was not much
 * earlier. Times are UTC ISO 8601.
 */
export interface LastWrite {
  readonly time: string;
  readonly basis: 'files' | 'commit' | 'autovacuum';
}

/** What `lastWriteSql` answers. */
export interface LastWriteRow {
  readonly files: string | null;
  readonly commit: string | null;
  readonly autovacuum: string | null;
}

/**
 * Asked in the database itself; one row. What the role may not ask is left out: a function that may not be called must not stand
 * in the statement at all, so psql decides.
 */
export const lastWriteSql = `select has_function_privilege('pg_ls_dir(text)', 'execute') and has_function_privilege('pg_stat_file(text,boolean)', 'execute') as may_look,
  current_setting('track_commit_timestamp') = 'on' as has_commits \\gset
\\if :may_look
select coalesce(to_json(max((pg_stat_file(folder || '/' || name, true)).modification))::text, 'null') as files
from (select regexp_replace(pg_relation_filepath('pg_class'), '/[^/]*$', '') as folder) f, pg_ls_dir(folder) as name
where name ~ '^[0-9]{1,10}([.][0-9]+)?$' and split_part(name, '.', 1)::bigint >= 16384 \\gset
\\else
\\set files null
\\endif
\\if :has_commits
select coalesce(to_json(timestamp)::text, 'null') as commit from pg_last_committed_xact() \\gset
\\else
\\set commit null
\\endif
select json_build_object('files', :'files'::json, 'commit', :'commit'::json,
  'autovacuum', (select max(greatest(last_autovacuum, last_autoanalyze)) from pg_stat_user_tables));`;

/** The nearest of what is known; undefined where nothing is. */
export function readLastWrite({ files, commit, autovacuum }: LastWriteRow): LastWrite | undefined {
  // each of the two says that it was not later, so the earlier one is nearer
  const bounds = [...known('files', files), ...known('commit', commit)].sort((a, b) => (a.time < b.time ? -1 : 1));
  return [...bounds, ...known('autovacuum', autovacuum)][0];
}

function known(basis: LastWrite['basis'], time: string | null): LastWrite[] {
  return time === null ? [] : [{ time: new Date(time).toISOString(), basis }];
}
