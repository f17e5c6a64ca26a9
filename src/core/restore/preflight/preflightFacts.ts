import { AppError } from '../../base/errors';
import { query } from '../../pod/server/sql';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';

/** What the target's server says before a restore. */
export interface ServerFacts {
  /** sessions in the live database */
  readonly sessions: number;
  /** the same by application name, most first */
  readonly applications: readonly { readonly name: string; readonly count: number }[];
  /** those that our role may not end */
  readonly protected: readonly { readonly pid: number; readonly user: string; readonly application: string }[];
  readonly prepared: readonly string[];
  readonly slots: readonly { readonly name: string; readonly active: boolean }[];
  readonly subscriptions: readonly string[];
  /** our role has the rights of the live database's owner, and may give a database to it; true where there is none */
  readonly ownsLive: boolean;
  /** roles to which our role may give what it makes */
  readonly givable: readonly string[];
  /** roles that are superusers */
  readonly superusers: readonly string[];
  /** a role that our role makes is one of them at once: as superuser, or by `createrole_self_grant` (16 and later) */
  readonly givesToNew: boolean;
  /** extensions that the server has and only a superuser may create */
  readonly untrusted: readonly string[];
  /** standbys that stream from this server */
  readonly replicas: number;
  /** SECURITY LABEL ON DATABASE of the live database */
  readonly securityLabels: readonly { readonly provider: string; readonly label: string }[];
  /** where the sessions come from, as far as our role may know */
  readonly clients: readonly { readonly address: string; readonly count: number }[];
  /** application names of the sessions that look like a pooler */
  readonly poolers: readonly string[];
}

/** What the live database itself holds. */
export interface LiveFacts {
  readonly extensions: readonly string[];
  /** rows inserted, updated and deleted as its statistics count them */
  readonly written: number;
}

/** Asks the server about a database, which need not be there. */
export async function askServer(server: Workplace, database: string, signal: AbortSignal): Promise<ServerFacts> {
  const [found] = await query<ServerFacts>(server, server.from, serverSql(database), { signal });
  if (!found) throw new AppError('internal', { message: 'the server gave no answer' });
  return found;
}

/** What giving something to a role takes: membership, from 16 on with the option SET. */
const give = `case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end`;

/** One row of `ServerFacts`. */
export function serverSql(database: string): string {
  const name = quoteLiteral(database);
  return `
with s as (select a.pid, a.usename, a.application_name, a.usesysid, a.client_addr from pg_stat_activity a where a.datname = ${name} and a.backend_type <> 'autovacuum worker'),
  me as (select rolsuper from pg_roles where rolname = current_user)
select json_build_object('sessions', (select count(*) from s),
  'applications', (select coalesce(json_agg(json_build_object('name', name, 'count', count) order by count desc, name), '[]')
    from (select coalesce(application_name, '') as name, count(*) from s group by 1) a),
  'protected', (select coalesce(json_agg(json_build_object('pid', s.pid, 'user', s.usename, 'application', coalesce(s.application_name, ''))), '[]')
    from s, me
    where not me.rolsuper and (exists (select from pg_roles o where o.oid = s.usesysid and o.rolsuper)
      or not (pg_has_role(s.usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage')))),
  'prepared', (select coalesce(json_agg(gid), '[]') from pg_prepared_xacts where database = ${name}),
  'slots', (select coalesce(json_agg(json_build_object('name', slot_name, 'active', active)), '[]') from pg_replication_slots where database = ${name}),
  'subscriptions', (select coalesce(json_agg(subname), '[]') from pg_subscription where subdbid = (select oid from pg_database where datname = ${name})),
  'ownsLive', coalesce((select pg_has_role(datdba, 'usage') and pg_has_role(datdba, ${give}) from pg_database where datname = ${name}), true),
  'givable', (select coalesce(json_agg(rolname), '[]') from pg_roles where pg_has_role(oid, ${give})),
  'superusers', (select json_agg(rolname) from pg_roles where rolsuper),
  'givesToNew', (select rolsuper from me) or coalesce(current_setting('createrole_self_grant', true) ~ 'set', false),
  'untrusted', (select coalesce(json_agg(distinct v.name), '[]') from pg_available_extension_versions v
    where v.superuser and not coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)
      and not exists (select from pg_available_extension_versions o where o.name = v.name and coalesce((to_jsonb(o) ->> 'trusted')::boolean, false))),
  'replicas', (select count(*) from pg_stat_get_wal_senders() w join pg_stat_get_activity(null) a using (pid) where a.datid is null and w.state is distinct from 'backup'),
  'securityLabels', (select coalesce(json_agg(json_build_object('provider', provider, 'label', label)), '[]') from pg_shseclabel
    where classoid = 'pg_database'::regclass and objoid = (select oid from pg_database where datname = ${name})),
  'clients', (select coalesce(json_agg(json_build_object('address', address, 'count', count)), '[]')
    from (select host(client_addr) as address, count(*) from s where client_addr is not null group by 1) c),
  'poolers', (select coalesce(json_agg(distinct application_name), '[]') from s where application_name ~* 'pgbouncer|pgpool|odyssey|pgcat'))`;
}

/** Asks inside the live database. */
export async function askLive(server: Workplace, database: string, signal: AbortSignal): Promise<LiveFacts> {
  const [found] = await query<LiveFacts>(server, database, liveSql, { signal });
  return found ?? { extensions: [], written: 0 };
}

/** One row of `LiveFacts`, asked inside the database. */
export const liveSql = `select json_build_object('extensions', (select coalesce(json_agg(extname), '[]') from pg_extension),
  'written', (select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables))`;
