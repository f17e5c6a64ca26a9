-- A database as one meets them: several schemas, owners, every kind of object, odd names. psql variable: scale (1 = about 35 MB; fractions too).
\set ON_ERROR_STOP on
select (:scale * 20000)::int as customers, (:scale * 60000)::int as orders, (:scale * 40000)::int as events, (:scale * 300)::int as blobs \gset
set client_min_messages = warning;
do $$ declare r text; begin
  foreach r in array array['shop_owner', 'shop_reader', 'billing', 'Ödd "rôle"'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I nologin', r); end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'shop_app') then create role shop_app login password 'app-secret'; end if;
end $$;
grant shop_reader to shop_app;
create schema shop authorization shop_owner;
create schema "odd; ""schema""";
create schema archive;
create extension if not exists pg_trgm schema public;
create extension if not exists citext schema public;
create type shop.state as enum ('new', 'paid', 'sent', 'lost');
create domain shop.positive as numeric(12, 2) check (value >= 0);
create type shop.address as (street text, city text, zip varchar(10));
create sequence shop.invoice_no start 1000 increment 7;
create table shop.customers (
  id serial primary key, email public.citext not null unique, name text not null, home shop.address, born date,
  tags text[] default '{}', score double precision, gone text, active boolean not null default true, secret bytea);
alter table shop.customers drop column gone;
insert into shop.customers (email, name, home, born, tags, score, active, secret)
  select 'user' || i || '@example.org', case i % 5 when 0 then 'Zoë Ångström ' when 1 then E'tab\there' when 2 then E'back\\slash \\N' when 3 then E'line\nbreak' else 'plain ' end || i,
    row('Main St ' || i, 'Köln', lpad((i % 99999)::text, 5, '0'))::shop.address, date '1950-01-01' + i % 20000, array['a' || i % 7, null, 'x,y'],
    case when i % 11 = 0 then 'NaN' else sqrt(i) * 1e10 end, i % 3 <> 0, case when i % 4 = 0 then null else decode(md5(i::text), 'hex') end
  from generate_series(1, :customers) i;
create table shop.orders (
  id bigint generated always as identity primary key, customer int not null references shop.customers, placed timestamptz not null,
  state shop.state not null default 'new', total shop.positive not null, vat numeric generated always as (round(total * 0.19, 2)) stored, note text, price money);
insert into shop.orders (customer, placed, state, total, note, price)
  select 1 + i * 31::bigint % :customers, timestamptz '2020-03-29 01:30:00+00' + i * interval '17 minutes', (array['new','paid','sent','lost'])[1 + i % 4]::shop.state, (i * 37::bigint % 100000) / 100.0,
    case when i % 3 = 0 then repeat(md5(i::text), 3) when i % 3 = 1 then '' else null end, (i % 1000)::numeric::money
  from generate_series(1, :orders) i;
create index orders_customer on shop.orders (customer);
create index orders_open on shop.orders (placed) where state = 'new';
create index customers_name_trgm on shop.customers using gin (name public.gin_trgm_ops);
create statistics shop.orders_stats (dependencies) on customer, state from shop.orders;
create table shop.events (at timestamptz not null, kind text not null, payload jsonb, took interval) partition by range (at);
create table shop.events_2024 partition of shop.events for values from ('2024-01-01') to ('2025-01-01');
create table shop.events_2025 partition of shop.events for values from ('2025-01-01') to ('2026-01-01') partition by hash (kind);
create table shop.events_2025_0 partition of shop.events_2025 for values with (modulus 2, remainder 0);
create table shop.events_2025_1 partition of shop.events_2025 for values with (modulus 2, remainder 1);
create table shop.events_rest partition of shop.events default;
insert into shop.events select timestamptz '2024-06-01' + i * interval '20 minutes', 'kind' || i % 13, jsonb_build_object('n', i, 'text', md5(i::text), 'nested', jsonb_build_object('a', array[i, i + 1])), i * interval '1 second'
  from generate_series(1, :events) i;
create index on shop.events (kind, at);
create table archive.parent (id int primary key, first text);
create table archive.child (extra int) inherits (archive.parent);
alter table archive.parent add column later text default 'later';
insert into archive.child (id, first, later, extra) select i, 'f' || i, 'l' || i, i * 2 from generate_series(1, 500) i;
insert into archive.parent (id, first) select i, 'p' || i from generate_series(1000, 1100) i;
create table archive.twins (a int, b text);
insert into archive.twins select 1, 'same' from generate_series(1, 300);
create table archive.empty (a int, b text, c timestamptz);
create table archive.nothing ();
create unlogged table archive.scratch (a int);
insert into archive.scratch values (1), (2);
select 'create table archive.wide (' || string_agg(format('c%s %s', i, (array['int','text','numeric','timestamptz'])[1 + i % 4]), ', ') || ')' from generate_series(1, 400) i \gexec
insert into archive.wide (c1, c4, c399) values (null, 4, null), (null, null, now()::timestamptz(0));
create table "odd; ""schema"""."Üntable.with/slash 🚢" ("col ""q""" int, "Sp ace" text, "$dollar" bytea, "ünïcode" xml);
insert into "odd; ""schema"""."Üntable.with/slash 🚢" values (1, '🚢 ferry', '\x00ff0a5c', '<a>ü</a>'), (2, e'\u0001\u0008\u000b', '\x', null);
create table "odd; ""schema"""."sixty-three-bytes-long-name-0123456789-0123456789-0123456789-ab" (a int primary key);
create table shop.blobs (id int primary key, data bytea, bits bit varying(64), range tstzrange, point point, tree xml);
insert into shop.blobs select i, decode(repeat(md5(i::text) || md5((i * 3)::text), 200), 'hex'), (i::bit(32))::varbit, tstzrange('2024-01-01'::timestamptz, '2024-01-01'::timestamptz + i * interval '1 day'), point(i, -i), xmlparse(content '<x>' || i || '</x>')
  from generate_series(1, :blobs) i;
select lo_from_bytea(700000 + i, decode(repeat(md5(i::text), 400 * (i % 5)), 'hex')) from generate_series(1, 40) i \g /dev/null
select format('alter large object %s owner to shop_owner; grant select on large object %s to shop_reader', 700000 + i, 700000 + i) from generate_series(1, 5) i \gexec
comment on large object 700001 is 'the first';
create view shop.open_orders as select o.id, c.name, o.total from shop.orders o join shop.customers c on c.id = o.customer where o.state = 'new';
create materialized view shop.totals as select customer, sum(total) as total, count(*) as orders from shop.orders group by customer;
create unique index on shop.totals (customer);
create function shop.touch() returns trigger language plpgsql as $f$ begin new.note := coalesce(new.note, '') || ''; return new; end $f$;
create function shop.add(a int, b int default 2) returns int language sql immutable as 'select a + b';
create trigger touch before update on shop.orders for each row execute function shop.touch();
create trigger sleeping before insert on shop.customers for each row execute function shop.touch();
alter table shop.customers disable trigger sleeping;
create rule no_delete as on delete to archive.empty do instead nothing;
alter table shop.orders enable row level security;
create policy own_orders on shop.orders for select to shop_reader, "Ödd ""rôle""" using (state <> 'lost');
alter table shop.orders owner to shop_owner;
alter table shop.customers owner to shop_owner;
alter table shop.blobs owner to "Ödd ""rôle""";
grant usage on schema shop to shop_reader, billing;
grant select on all tables in schema shop to shop_reader;
grant select (id, total), update (note) on shop.orders to billing with grant option;
grant usage on sequence shop.invoice_no to billing;
alter default privileges for role shop_owner in schema shop grant select on tables to shop_reader;
comment on table shop.orders is 'it''s the "orders"; drop table x';
comment on column shop.customers.email is E'line one\nline two';
select setval('shop.invoice_no', 4242), nextval('shop.invoice_no') \g /dev/null
\ir corners.sql
create publication everything for table shop.orders;
analyze;
