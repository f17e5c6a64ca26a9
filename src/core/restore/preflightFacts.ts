import { AppError } from '../errors';
import { query } from '../pod/sql';
import { quoteLiteral } from '../postgres/quote';
import type { DatabaseRow, Workplace } from './databaseRow';

/** What the target's server says before a restore. */
export interface ServerFacts {
  /** sessions in the live database */
  readonly sessions: number;
  /** those that our role may not end */
  readonly protected: readonly { readonly pid: number; readonly user: string; readonly application: string }[];
  readonly prepared: readonly string[];
  readonly slots: readonly { readonly name: string; readonly active: boolean }[];
  readonly subscriptions: readonly string[];
  /** standbys that stream from this server */
  readonly replicas: number;
  /** application names of the sessions that look like a pooler */
  readonly poolers: readonly string[];
}

/** What the live database itself holds. */
export interface LiveFacts {
  readonly extensions: readonly string[];
  /** rows inserted, updated and deleted as its statistics count them */
  readonly written: number;
}

/** Asks the server about the live database; `live` undefined: only what concerns the server. */
export async function askServer(
  server: Workplace,
  live: DatabaseRow | undefined,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const oid = live?.oid ?? 0;
  const name = quoteLiteral(live?.name ?? '');
  const sql = `
with s as (select a.pid, a.usename, a.application_name, a.usesysid from pg_stat_activity a where a.datid = ${oid} and a.backend_type <> 'autovacuum worker'),
  me as (select rolsuper from pg_roles where rolname = current_user)
select json_build_object('sessions', (select count(*) from s),
  'protected', (select coalesce(json_agg(json_build_object('pid', s.pid, 'user', s.usename, 'application', coalesce(s.application_name, ''))), '[]')
    from s, me
    where not me.rolsuper and (exists (select from pg_roles o where o.oid = s.usesysid and o.rolsuper)
      or not (pg_has_role(s.usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage')))),
  'prepared', (select coalesce(json_agg(gid), '[]') from pg_prepared_xacts where database = ${name}),
  'slots', (select coalesce(json_agg(json_build_object('name', slot_name, 'active', active)), '[]') from pg_replication_slots where database = ${name}),
  'subscriptions', (select coalesce(json_agg(subname), '[]') from pg_subscription where subdbid = ${oid}),
  'replicas', (select count(*) from pg_stat_get_wal_senders()),
  'poolers', (select coalesce(json_agg(distinct application_name), '[]') from s where application_name ~* 'pgbouncer|pgpool|odyssey|pgcat'));`;
  const [found] = await query<ServerFacts>(server, server.from, sql, { signal });
  if (!found) throw new AppError('internal', { message: 'the server gave no answer' });
  return found;
}

/** Asks inside the live database. */
export async function askLive(server: Workplace, database: string, signal: AbortSignal): Promise<LiveFacts> {
  const sql = `select json_build_object('extensions', (select coalesce(json_agg(extname), '[]') from pg_extension),
    'written', (select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables));`;
  const [found] = await query<LiveFacts>(server, database, sql, { signal });
  return found ?? { extensions: [], written: 0 };
}
