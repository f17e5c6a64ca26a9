import type { Pair } from './setting';

/** About 330 MB, or a part of that: rows of several kinds, indexes, large objects, a materialised view. What earlier runs left on the target goes. */
export async function seed({ source, target }: Pick<Pair, 'source' | 'target'>, part = 1): Promise<void> {
  await source.sql('postgres', 'drop database if exists ferrytest with (force);');
  await source.sql('postgres', 'create database ferrytest;');
  await target.sql(
    'postgres',
    `select format('drop database %I with (force);', datname) from pg_database where datname like 'ferrytest%' \\gexec`,
  );
  await source.sql(
    'ferrytest',
    `create table orders (id bigint generated always as identity primary key, customer int not null, paid numeric(12,2), at timestamptz, note text);
     insert into orders (customer, paid, at, note) select i % 5000, (i * 37 % 100000) / 100.0, timestamptz '2024-01-01' + i * interval '1 minute',
       md5(i::text) || md5((i * 7)::text) || md5((i * 13)::text) from generate_series(1, ${String(1_500_000 * part)}) i;
     create index on orders (customer); create index on orders (at);
     create table events (id uuid default gen_random_uuid(), payload jsonb);
     insert into events (payload) select jsonb_build_object('n', i, 'h', md5(i::text), 'list', jsonb_build_array(i, i * 2)) from generate_series(1, ${String(400_000 * part)}) i;
     select lo_from_bytea(0, decode(md5(i::text), 'hex')) from generate_series(1, 50) i \\g /dev/null
     create materialized view totals as select customer, sum(paid) from orders group by 1; analyze;
     -- a value fetched is logged up to 32 ahead, one that is set is logged as it is: a crash must not move what is compared
     select setval('orders_id_seq', (select last_value from orders_id_seq)) \\g /dev/null`,
  );
}
