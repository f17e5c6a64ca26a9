-- What breaks tools: every type, values that look like the format's own marks, names, and the rarer kinds of object.

-- values ------------------------------------------------------------------------------------------------------------
create schema corners;
create table corners.marks (id int primary key, t text);
insert into corners.marks values
  (1, E'\\.'), (2, E'\\N'), (3, ''), (4, null), (5, E'\n\\.\n'), (6, E'\r\n'), (7, E'\t'), (8, E'\\'), (9, E'a\\\tb\\\\nc'), (10, ' lead and trail '),
  (11, '-- not a comment; drop table x'), (12, E'\x01\x08\x0b\x0c\x1b\x7f'), (13, 'ﷺ 👩‍👩‍👧‍👦 e' || chr(769)), (14, E'\ufeffbom'), (15, 'NULL'), (16, '"quoted"'), (17, '$$'), (18, E'\\x41');
create table corners.single (t text);
insert into corners.single values (E'\\.'), (''), (null), (null), ('');
create table corners.three_nothings ();
insert into corners.three_nothings default values;
insert into corners.three_nothings default values;
insert into corners.three_nothings default values;
create table corners.hollow (gone int, also_gone text);
alter table corners.hollow drop column gone, drop column also_gone;
insert into corners.hollow default values;
create table corners.numbers (n numeric, f4 real, f8 double precision, m money, s smallint, b bigint, o oid);
insert into corners.numbers values
  ('NaN', 'NaN', 'NaN', -0.01, -32768, -9223372036854775808, 4294967295), ('Infinity', 'Infinity', '-Infinity', 92233720368547758.07, 32767, 9223372036854775807, 0),
  (1e1000 + 1e-1000, 1e-45, 5e-324, 0, 0, 0, 1), (0.10, 0.1, 0.1, 1234567.89, 1, 1, 2), (0.1, -0.0, -0.0, null, null, null, null), (1.10, 16777217, 0.30000000000000004, 1, 1, 1, 1);
create table corners.times (d date, t time(3), tz timetz, ts timestamp, tstz timestamptz, i interval);
insert into corners.times values
  ('infinity', '24:00', '00:00:00+15:59', '-infinity', 'infinity', '1 year -2 mons 3 days -04:05:06.789'), ('0044-03-15 BC', '23:59:59.999', '12:00-08', '4714-11-24 BC', '2024-03-31 01:59:59.999999+00', '-178000000 years'),
  ('5874897-12-31', '00:00', '12:00+02', '294276-12-31', '2024-10-27 00:30:00+00', '0'), ('1900-01-01', null, null, '1582-10-10', '1883-11-18 12:03:58-04:56:02', '999999 hours');
create type corners.mood as enum ('sad', 'o''k', 'very "happy"', 'co,mma');
create domain corners.short as varchar(10) default 'none' not null constraint not_blank check (value <> ' ');
create type corners.pair as (a corners.short, b corners.mood[]);
create type corners.floats as range (subtype = float8, subtype_diff = float8mi);
create table corners.kinds (
  id uuid primary key, c char(5), v varchar(3), n name, one "char", j json, jb jsonb, x xml, ip inet, net cidr, mac macaddr, mac8 macaddr8, tv tsvector, tq tsquery, r int4range, mr datemultirange, fr corners.floats,
  bits bit(3), vbits varbit, box box, poly polygon, circle circle, line line, path path, lsn pg_lsn, lab corners.mood, short corners.short, p corners.pair, ps corners.pair[], grid int[][], lower_bound int[], texts text[], regs regclass, bin bytea);
insert into corners.kinds values
  ('00000000-0000-0000-0000-000000000000', 'a', 'üöä', 'nämé', 'x', '{"b":1,  "a":2, "b":3}', '{"b":1,"a":"\u00fc"}', '<a>&amp;</a>', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
   'fat:2A cat:3', 'fat & !rat', '[1,5)', '{[2024-01-01,2024-02-01),[2025-01-01,)}', '(0.5,]', '101', '1', '((1,2),(3,4))', '((0,0),(1,1),(2,0))', '<(1,2),3>', '{1,2,3}', '[(0,0),(1,1)]', '16/B374D848', 'co,mma', 'x',
   row('y', array['sad', null]::corners.mood[]), array[row('z', null)::corners.pair, null], '{{1,2},{3,null}}', '[5:6]={1,2}', array['', null, 'NULL', '{}', 'a"b', E'c\\d', 'e,f'], 'pg_catalog.pg_class', '\x5c2e0a'),
  ('ffffffff-ffff-ffff-ffff-ffffffffffff', '', '', '', '', 'null', 'null', '', '0.0.0.0/0', '0.0.0.0/0', null, null, '', '', 'empty', '{}', 'empty', '000', '', null, null, null, null, null, '0/0', 'sad', default,
   row('z', '{}'), '{}', '{}', '{}', '{}', null, '');
create table corners.toast (id int primary key, plain text, outside text, packed text compression lz4, bin bytea);
alter table corners.toast alter column outside set storage external, alter column bin set storage main, alter column plain set statistics 500, alter column id set (n_distinct = -1);
insert into corners.toast select i, repeat(md5(i::text), 30000 * i), repeat('ü', 200000), repeat(E'line\n', 100000), decode(repeat('00ff5c0a', 100000), 'hex') from generate_series(1, 2) i;
do $$ begin
  perform lo_from_bytea(710001, '');
  perform lo_from_bytea(710002, 'x'), lo_put(710002, 1000000, 'far'); -- sparse
  perform lo_from_bytea(710003, decode(repeat('00', 2048), 'hex'));   -- one page exactly
  perform lo_from_bytea(710004, decode(repeat('0102', 1500000), 'hex'));
end $$;
alter large object 710002 owner to "Ödd ""rôle""";

-- names -------------------------------------------------------------------------------------------------------------
create schema "Odd.Schema/1 %s";
create table "Odd.Schema/1 %s"."MixedCase" ("UPPER" int primary key, "select" text, "a.b" text, "tab	here" int, "%d" int, "back\slash" int, "'" int);
insert into "Odd.Schema/1 %s"."MixedCase" values (1, 'x', 'y', 2, 3, 4, 5);
create table "Odd.Schema/1 %s"."two
lines" ("col
umn" int default 7);
insert into "Odd.Schema/1 %s"."two
lines" values (1), (2);
create index "Index ""q"" 🚢" on "Odd.Schema/1 %s"."MixedCase" ("a.b", "UPPER" desc nulls last);
create sequence "Odd.Schema/1 %s"."Seq.1" as smallint minvalue -5 maxvalue 5 start -5 cycle cache 3;
create function "Odd.Schema/1 %s"."Fn (x)"("Arg.1" int, variadic rest text[] default '{}') returns text language sql stable as $$ select $1 || array_to_string($2, ',') $$;

-- relations ---------------------------------------------------------------------------------------------------------
create table corners.departments (id int primary key, head int, parent int references corners.departments);
create table corners.people (id int generated by default as identity (start with 500 increment by 5) primary key, department int not null references corners.departments deferrable initially deferred, boss int references corners.people on delete set null);
insert into corners.departments values (1, 10, null), (2, 11, 1);
insert into corners.people (id, department, boss) values (10, 1, null), (11, 2, 10);
alter table corners.departments add constraint head foreign key (head) references corners.people;
create table corners.rules_of_rows (a int, b int, during tsrange, note text,
  exclude using gist (during with &&) where (a > 0), unique nulls not distinct (a, b) include (note), constraint positive check (a > -100) no inherit);
insert into corners.rules_of_rows values (1, 1, '[2024-01-01,2024-01-02)', 'x'), (2, null, '[2024-01-02,2024-01-03)', null);
alter table corners.rules_of_rows add constraint later_on check (b < 0) not valid;
create table corners.listed (region text, id int, v text default 'v', primary key (region, id)) partition by list (region);
create table corners.listed_eu partition of corners.listed for values in ('de', 'fr', null) with (fillfactor = 70);
create table corners.listed_other (v text, junk int, id int not null, region text not null); -- attached: columns in another order, one of them gone
alter table corners.listed_other drop column junk;
alter table corners.listed attach partition corners.listed_other default;
insert into corners.listed values ('de', 1), ('us', 2), ('jp', 3);
alter table corners.listed_other add constraint only_there check (id < 1000);
create table corners.base_a (a int, shared text);
create table corners.base_b (b int, shared text);
create table corners.both (own int) inherits (corners.base_a, corners.base_b);
insert into corners.both values (1, 's', 2, 3);
alter table corners.base_b add column added int default 9;
create table corners.replicated (id int not null, t text) with (fillfactor = 90, autovacuum_enabled = false);
create unique index replicated_id on corners.replicated (id);
alter table corners.replicated replica identity using index replicated_id, cluster on replicated_id;
create index on corners.replicated using hash (t);
create index on corners.replicated using brin (id) with (pages_per_range = 8);
create index expressions on corners.replicated (lower(t) collate "C" text_pattern_ops, (id % 7)) where t is not null;
alter index corners.expressions alter column 2 set statistics 300;
create sequence corners.never_used start 77;
create sequence corners.set_not_called;
select setval('corners.set_not_called', 55, false) \g /dev/null

-- code --------------------------------------------------------------------------------------------------------------
create function corners.modern(x int) returns int language sql begin atomic select x + count(*)::int from corners.marks; end;
create procedure corners.proc(inout x int) language plpgsql security definer set search_path = corners, pg_temp as $$ begin x := x + 1; end $$;
create function corners.many(out a int, out b text) returns setof record language sql rows 7 cost 3 parallel safe as $$ values (1, 'x'), (2, E'$q$\\') $$;
create function corners.mul(numeric, numeric) returns numeric language sql immutable strict as 'select $1 * $2';
create aggregate corners.product(numeric) (sfunc = corners.mul, stype = numeric, initcond = '1');
create operator corners.=~= (function = corners.mul, leftarg = numeric, rightarg = numeric, commutator = operator(corners.=~=));
create function corners.mood_rank(corners.mood) returns int language sql immutable as 'select array_position(enum_range($1), $1)';
create cast (corners.mood as int) with function corners.mood_rank(corners.mood) as assignment;
create collation corners.plain from "C";
create text search configuration corners.simple_words (copy = pg_catalog.simple);
create view corners.checked with (security_barrier) as select id, t from corners.marks where id > 5 with cascaded check option;
create view corners.tree as with recursive t(id, depth) as (select id, 1 from corners.departments where parent is null union all select d.id, depth + 1 from corners.departments d join t on d.parent = t.id) select * from t;
create function corners.instead() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger instead_of instead of insert on corners.tree for each row execute function corners.instead();
create materialized view corners.unfilled as select * from corners.tree with no data;
create materialized view corners.counts as select region, count(*) as n, corners.product(id) as p from corners.listed group by region;
create materialized view corners.counts_of_counts as select sum(n) as n from corners.counts;
create constraint trigger late after insert on corners.people deferrable initially deferred for each row when (new.boss is null) execute function corners.instead();
create trigger always before update of t on corners.marks for each statement execute function corners.instead();
alter table corners.marks enable always trigger always;
create trigger on_listed after insert on corners.listed for each row execute function corners.instead();
create rule log_single as on insert to corners.single where new.t = 'log' do also insert into archive.scratch values (3);
create function corners.on_ddl() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger watch_drops on sql_drop when tag in ('DROP TABLE') execute function corners.on_ddl();
create statistics corners.stats (ndistinct, mcv) on a, b, (a + b) from corners.rules_of_rows;
create extension hstore schema corners;
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere options (host '127.0.0.1', dbname 'no "such"');
create foreign table corners.far (id int options (column_name 'ID')) server elsewhere options (table_name 'far');

-- rights ------------------------------------------------------------------------------------------------------------
create policy writers on corners.marks as restrictive for update to public using (id > 0) with check (t is not null);
create policy everything on corners.marks using (true);
alter table corners.marks enable row level security, force row level security;
alter table corners.marks owner to "Ödd ""rôle""";
grant usage on schema corners to public;
grant all on schema "Odd.Schema/1 %s" to "Ödd ""rôle""" with grant option;
revoke execute on function corners.modern(int), corners.mood_rank(corners.mood) from public;
grant execute on function corners.modern(int) to billing;
revoke usage on type corners.mood from public;
grant usage on type corners.mood to shop_reader;
alter default privileges for role billing revoke execute on functions from public;
alter default privileges for role billing grant usage on sequences to shop_reader with grant option;
grant select on table corners.departments to billing with grant option;
set role billing;
grant select on table corners.departments to shop_reader;
reset role;
revoke all on table corners.hollow from current_user;
comment on schema corners is E'many\nlines -- and; marks';
comment on function corners.many() is 'returns two';
comment on type corners.mood is 'how it feels';
comment on domain corners.short is 'short';
comment on policy writers on corners.marks is 'who writes';
comment on trigger late on corners.people is 'late';
comment on constraint head on corners.departments is 'the head';
comment on index corners.expressions is 'over expressions';
comment on view corners.tree is 'a tree';
comment on materialized view corners.counts is 'counts';
comment on sequence corners.never_used is 'unused';
comment on extension hstore is 'ours';
comment on statistics corners.stats is 'stats';
comment on event trigger watch_drops is 'drops';
comment on large object 710004 is E'large \\ ''object''';
