import type { KubectlPod } from '../../cluster/kubectl';

/** Makes `database` anew, about `megabytes` on the server's disk: orders, JSON events, bytes, large objects, indexes, foreign keys, views. */
export async function makeRealistic(pod: KubectlPod, database: string, megabytes: number): Promise<void> {
  const share = (count: number): number => Math.max(1, Math.round((count * megabytes) / 1000));
  await remake(pod, database);
  await pod.sql(
    database,
    `set synchronous_commit = off; set maintenance_work_mem = '128MB';
create table customers (id int primary key, name text not null, email text, city text, since date);
insert into customers select i, 'Customer ' || md5(i::text), md5((i * 3)::text) || '@example.org', (array['Bern','Turin','Lyon','Graz','Gent'])[1 + i % 5], date '2015-01-01' + i % 4000 from generate_series(1, ${share(500_000)}) i;
create table orders (id bigint generated always as identity primary key, customer int not null references customers, placed timestamptz not null, state text not null, total numeric(12,2), note text);
insert into orders (customer, placed, state, total, note) select 1 + (random() * (${share(500_000)} - 1))::int, timestamptz '2023-01-01' + i * interval '17 seconds', (array['new','paid','sent','back'])[1 + i % 4], round((random() * 1000)::numeric, 2),
  case when i % 3 = 0 then 'asked for ' || md5(random()::text) end from generate_series(1, ${share(2_700_000)}) i;
create index on orders (customer); create index on orders (placed); create index orders_open on orders (placed) where state = 'new';
create table events (id bigint not null, at timestamptz not null, payload jsonb not null, primary key (id, at)) partition by range (at);
create table events_2023 partition of events for values from ('2023-01-01') to ('2024-01-01');
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
insert into events select i, timestamptz '2023-01-02' + i % 1500000 * interval '40 seconds', jsonb_build_object('kind', (array['view','click','buy'])[1 + i % 3], 'session', md5((i / 7)::text), 'page', '/products/' || i % 9000, 'ms', (random() * 3000)::int, 'tags', jsonb_build_array(i % 17, i % 5)) from generate_series(1, ${share(1_100_000)}) i;
create index on events using gin (payload jsonb_path_ops) where id % 10 = 0;
create table files (id int primary key, content bytea not null); alter table files alter content set storage external;
insert into files select i, decode(string_agg(md5(random()::text), ''), 'hex') from generate_series(1, ${share(3_200)}) i, generate_series(1, 4000) j where j > 0 group by i;
select lo_from_bytea(0, decode(repeat(md5(i::text), 600), 'hex')) from generate_series(1, ${share(200)}) i \\g /dev/null
create view open_orders as select o.id, c.name, o.total from orders o join customers c on c.id = o.customer where o.state = 'new';
create materialized view turnover as select customer, sum(total) as total from orders group by 1;
create unique index on turnover (customer); vacuum (analyze, parallel 0);`,
  );
}

/** Makes `database` anew with what `pgbench -i -s scale` makes: 15 MB for each of `scale`, unrealistically easy to compress. */
export async function makePgbench(pod: KubectlPod, database: string, scale: number): Promise<void> {
  await remake(pod, database);
  await pod.sql(
    database,
    `create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
create table pgbench_tellers (tid int not null primary key, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
create table pgbench_accounts (aid int not null primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
create table pgbench_branches (bid int not null primary key, bbalance int, filler char(88)) with (fillfactor = 100);
insert into pgbench_branches select i, 0, '' from generate_series(1, ${scale}) i;
insert into pgbench_tellers select i, (i - 1) / 10 + 1, 0, '' from generate_series(1, ${scale * 10}) i;
insert into pgbench_accounts select i, (i - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale * 100_000}) i; vacuum (analyze, parallel 0);`,
  );
}

/** Makes `database` anew and empty. */
export async function remake(pod: KubectlPod, database: string): Promise<void> {
  await drop(pod, database);
  await pod.sql('postgres', `create database ${database};`);
}

/** Drops `database`, and what restores kept of it. */
export async function drop(pod: KubectlPod, database: string): Promise<void> {
  await pod.sql(
    'postgres',
    `select format('drop database if exists %I with (force);', datname) from pg_database where datname ~ '^${database}(__|$)' \\gexec
checkpoint;`,
  );
}
