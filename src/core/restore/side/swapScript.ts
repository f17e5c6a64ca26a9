import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';

/** What a swap exchanges. All statements run in one transaction; nothing is committed before its end. */
export interface SwapScript {
  /** what answers to the name now, with the OID it must still have; absent: nothing does, and nothing may */
  readonly live?: {
    readonly name: string;
    readonly oid: number;
    readonly keptAs: string;
    readonly keptComment: string;
  };
  readonly side: {
    readonly name: string;
    readonly oid: number;
    /** of a prepared one: the transaction that closed it, which must still be the last that wrote its row */
    readonly seal?: string;
  };
  /** the name that the side database gets */
  readonly name: string;
  /** the comment of the new live database */
  readonly comment: string | undefined;
  /** from `propertyStatements`, what is committed with it, and the comparison of both */
  readonly properties: readonly string[];
}

/** What the server raises when the world is not as it was: trying again is of no use. */
export const raisedByUs = 'db-ferry: ';

/**
 * Method L: locks the catalog of databases, so that every login waits before it looks the name up, ends the sessions inside the
 * transaction, exchanges the names. Superusers only. A login waits about 0.1 s, none fails.
 */
export function catalogFirst(script: SwapScript): string {
  return `${limits}
begin;
${aloneWith(script.name)}
select to_json(extract(epoch from clock_timestamp()));
lock table pg_database in access exclusive mode;
${identity(script)}
${script.properties.join('\n')}
${script.live ? endInside(script.live.oid) : ''}
${renames(script)}
commit;
select to_json(extract(epoch from clock_timestamp()));`;
}

/**
 * Method E, without the right to lock the catalog: the rename takes the database's lock and waits until the sessions are gone; who ends
 * them is `terminator`, in a session of its own. Logins that wait fail when the names change.
 */
export function databaseFirst(script: SwapScript): string {
  return `${limits}
begin;
${aloneWith(script.name)}
${identity(script)}
${script.properties.join('\n')}
select to_json(extract(epoch from clock_timestamp()));
set local statement_timeout = '700ms';
${renames(script)}
commit;
select to_json(extract(epoch from clock_timestamp()));`;
}

/**
 * Ends the sessions of the live database once \`application\` holds its lock, one by one with errors caught; ends itself when that session
 * is gone or after 4 s.
 */
export function terminator(oid: number, application: string): string {
  const renamer = quoteLiteral(application);
  return `set statement_timeout = '6s';
do $ferry$ declare t timestamptz := clock_timestamp(); seen boolean := false; p int; begin loop
  perform pg_stat_clear_snapshot();
  if exists (select from pg_stat_activity where application_name = ${renamer}) then seen := true;
  elsif seen or clock_timestamp() > t + interval '3 s' then exit; end if;
  exit when clock_timestamp() > t + interval '4 s';
  if exists (select from pg_locks l where l.locktype = 'object' and l.classid = 'pg_database'::regclass and l.objid = ${oid}
    and l.mode = 'AccessExclusiveLock' and l.granted) then
    for p in select pid from pg_stat_activity where datid = ${oid} loop
      begin perform pg_terminate_backend(p); exception when others then null; end;
    end loop;
  end if;
  perform pg_sleep(0.01);
end loop; end $ferry$;`;
}

/** The transaction without its end: shows before anybody has to wait that every property can be carried over and then is equal. */
export function rehearsal(script: SwapScript): string {
  return `set lock_timeout = '3s'; set statement_timeout = '10s';
begin;
${identity(script)}
${script.properties.join('\n')}
rollback;`;
}

/** A session that lost us must not hold the lock on. */
const limits = `set lock_timeout = '300ms'; set statement_timeout = '2s'; set idle_in_transaction_session_timeout = '1s';`;

/**
 * Raises where another workspace swaps the same name, or restores into it in place. An advisory lock keeps out only who asks in the same database; that it is held
 * shows in all of them. Who has it first and looks then never misses the other.
 */
export function aloneWith(name: string): string {
  const keys = ["hashtext('db-ferry')", `hashtext(${quoteLiteral(name)})`] as const;
  const [classid, objid] = keys.map((key) => `(${key}::bigint & 4294967295)::oid`);
  return `do $ferry$ begin
  if not pg_try_advisory_xact_lock(${keys.join(', ')}) or exists (select from pg_locks l where l.locktype = 'advisory' and l.pid <> pg_backend_pid()
      and l.classid = ${classid} and l.objid = ${objid} and l.objsubid = 2) then
    raise exception '${raisedByUs}another workspace is replacing this database'; end if;
end $ferry$;`;
}

function identity({ live, side, name }: SwapScript): string {
  const expected = live === undefined ? 'null' : String(live.oid);
  return `do $ferry$ begin
  if (select oid from pg_database where datname = ${quoteLiteral(name)}) is distinct from ${expected}::oid then
    raise exception '${raisedByUs}the database is not the one that was looked at before'; end if;
  if (select oid from pg_database where datname = ${quoteLiteral(side.name)}) is distinct from ${side.oid}::oid then
    raise exception '${raisedByUs}the side database is not the one that was verified'; end if;${unopened(side)}
end $ferry$;`;
}

function unopened({ oid, seal }: SwapScript['side']): string {
  if (seal === undefined) return '';
  return `
  if (select xmin::text from pg_database where oid = ${oid}) is distinct from ${quoteLiteral(seal)} then
    raise exception '${raisedByUs}the side database was opened or changed since it was verified'; end if;`;
}

/** The view pg_stat_activity reads pg_database, which we hold locked; the function below it does not. */
function endInside(oid: number): string {
  return `do $ferry$ declare p int; n int; t timestamptz := clock_timestamp(); begin loop
  n := 0; perform pg_stat_clear_snapshot();
  for p in select pid from pg_stat_get_activity(null) where datid = ${oid} and pid <> pg_backend_pid() loop
    n := n + 1; begin perform pg_terminate_backend(p); exception when others then null; end;
  end loop;
  exit when n = 0;
  if clock_timestamp() > t + interval '500 ms' then raise exception 'sessions remain'; end if;
  perform pg_sleep(0.005);
end loop; end $ferry$;`;
}

function renames({ live, side, name, comment }: SwapScript): string {
  const final = quoteIdentifier(name);
  const statements: string[] = [];
  if (live) {
    const kept = quoteIdentifier(live.keptAs);
    statements.push(
      `alter database ${quoteIdentifier(live.name)} rename to ${kept};`,
      `comment on database ${kept} is ${quoteLiteral(live.keptComment)};`,
      `alter database ${kept} allow_connections false;`,
    );
  }
  statements.push(
    `alter database ${quoteIdentifier(side.name)} rename to ${final};`,
    `comment on database ${final} is ${comment === undefined ? 'null' : quoteLiteral(comment)};`,
  );
  return statements.join('\n');
}
