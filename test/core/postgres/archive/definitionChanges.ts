/** One object of each kind, and several of those that many changes are made to, so that changes can be made side by side. */
export const baseSql = `
  create table t (id int primary key, v text default 'a', n numeric(10,2), g int generated always as (id + 1) stored, s varchar(9), constraint c check (n > 0), constraint e check (s in ('a', 'b')));
  ${Array.from({ length: 20 }, (_, at) => `create table t${at} (id int not null, v text default 'a', n numeric(10,2), s varchar(9), constraint c${at} check (n > 0 and s not in ('x', 'y')));`).join('\n  ')}
  create table child (id int, s varchar(9)); create index t_v on t (v); create unique index t_n on t (n); create index t_e on t ((lower(v)), s) where s in ('a', 'b');
  create table par (a int not null, b text); create table inh (x int) inherits (par); create table no_inh (a int not null, b text, x int);
  create table pt (k int, w text) partition by list (k); create table pt1 partition of pt for values in (1, 2); create table ptd partition of pt default; create index pt_i on pt (w);
  create table ptk (id int, k text, primary key (id, k)) partition by list (k); create table ptk_a partition of ptk for values in ('a'); create table ptk_d partition of ptk default; create table of_ptk (id int, k text, foreign key (id, k) references ptk);
  create view vw as select id, v from t; create view vw2 as select id, v from t where s in ('a', 'b') and (n between 1 and 2 or n between 3 and 4); create view vw3 as select t.id, child.s from t join child using (id);
  create materialized view mv as select id from t; create materialized view mv2 as select v, count(*) from t group by v;
  create function f(a int default 1) returns int language sql immutable as 'select a'; ${Array.from({ length: 10 }, (_, at) => `create function f${at}(a int default 1) returns int language sql immutable as 'select a';`).join(' ')}
  create procedure pr() language plpgsql as 'begin null; end'; create function fa(x int) returns int language sql begin atomic select id from t where id = x and s in ('a', 'b'); end;
  create function fset() returns setof int language sql as 'select 1';
  create sequence s; create sequence s2; create sequence s3; create type en as enum ('a', 'b'); create type en2 as enum ('a', 'b'); create type co as (a int); create type ra as range (subtype = float8);
  create domain d as int check (value > 0); create domain d2 as varchar(9) check (value in ('a', 'b')); create domain d3 as int default 3;
  create function tf() returns trigger language plpgsql as 'begin return new; end';
  create trigger tg before update on t for each row execute function suppress_redundant_updates_trigger(); create trigger tg2 before update on t for each row when (new.s in ('a', 'b')) execute function tf(); create trigger tg3 after insert on t for each row execute function tf();
  create policy p on t using (s in ('a', 'b')); create policy p2 on t for select to reader using (id > 0); create policy p3 on t for update using (id > 0) with check (id > 1);
  create rule r as on delete to child do instead nothing; create rule r2 as on insert to child where new.s in ('a', 'b') do also update t set v = new.s where t.id = new.id; create rule r3 as on update to child do instead nothing;
  create aggregate ag(int) (sfunc = int4pl, stype = int, initcond = '0'); create operator ### (leftarg = int, rightarg = int, function = int4pl);
  create operator class oc for type int using btree as operator 1 <, operator 3 =, function 1 btint4cmp(int, int);
  create collation cl from "C"; create text search configuration ts (copy = simple); create text search dictionary di (template = simple); create statistics st on id, v from t; create statistics st2 on (s in ('a', 'b')), id from t;
  create type cplx as (r float8); create function to_cplx(int) returns cplx language sql immutable as 'select row($1)::cplx'; create cast (int as cplx) with function to_cplx(int);
  create conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8; create foreign data wrapper fw; create server sv foreign data wrapper fw; create user mapping for app server sv options (u 'x'); create foreign table ft (a int options (c 'x')) server sv;
  create schema sc; create schema sc2; create extension hstore; create function lh() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'; create language l1 handler lh;
  create function etf() returns event_trigger language plpgsql as 'begin null; end'; create event trigger et on ddl_command_end execute function etf(); alter event trigger et disable; comment on table t is 'c'; comment on column t.id is 'i';
  create table pa (id int primary key, k text); create table fk (id int references pa, p int constraint fk_p references pa on delete cascade deferrable initially deferred); create table ex (r int4range, s varchar(3), constraint exx exclude using gist (r with &&) where (s in ('a', 'b')));
  create publication pub0 for table t; grant select on t1 to reader; grant select (id), update (v) on t1 to app; grant usage on sequence s3 to app with grant option; grant execute on function f9 to app;
  alter default privileges grant select on sequences to reader; select lo_create(4711); select lo_create(4712); select lo_create(4713); alter large object 4713 owner to app; grant select on large object 4711 to reader;
`;

/**
 * One change each and the entry in which it must show: `KIND schema.name` (or `KIND name`). Statements that only a major knows stand with it. The first of each
 * kind are those that once went unseen between servers of different majors.
 */
export const changes: readonly (readonly [statement: string, shows: string, since?: number])[] = [
  [`create or replace view vw as select id, v || 'x' as v from t`, 'VIEW public.vw'],
  [`alter view vw3 set (security_barrier = true)`, 'VIEW public.vw3'],
  [`alter view vw2 owner to app`, 'VIEW public.vw2'],
  [
    `create or replace view vw2 as select id, v from t where s in ('a', 'b') and (n between 1 and 2 and n between 3 and 4)`,
    'VIEW public.vw2',
  ],
  [`create or replace view vw3 as select child.id, child.s from t join child using (id)`, 'VIEW public.vw3'],
  [
    `drop materialized view mv; create materialized view mv as select id + 1 as id from t`,
    'MATERIALIZED VIEW public.mv',
  ],
  [`alter materialized view mv2 set (fillfactor = 50)`, 'MATERIALIZED VIEW public.mv2'],
  [`alter table t alter v set default 'b'`, 'TABLE public.t'],
  [`alter table t0 alter n type numeric(12,3)`, 'TABLE public.t0'],
  [`alter table t1 alter v set not null`, 'TABLE public.t1'],
  [`alter table t2 drop constraint c2; alter table t2 add constraint c2 check (n > -5)`, 'TABLE public.t2'],
  [`alter table t3 force row level security`, 'TABLE public.t3'],
  [`alter table t4 enable row level security`, 'ROW SECURITY public.t4'],
  [`alter table t5 replica identity full`, 'TABLE public.t5'],
  [`alter table t6 alter v set storage external`, 'TABLE public.t6'],
  [`alter table t7 alter v set statistics 5`, 'TABLE public.t7'],
  [`alter table t8 set (fillfactor = 50)`, 'TABLE public.t8'],
  [`alter table t9 set unlogged`, 'TABLE public.t9'],
  [`alter table t10 add column extra int`, 'TABLE public.t10'],
  [
    `alter table t11 drop constraint c11; alter table t11 add constraint c11 check (n > 0 and s not in ('x', 'z'))`,
    'TABLE public.t11',
  ],
  [
    `alter table t12 drop constraint c12; alter table t12 add constraint c12 check (n > 0 or s not in ('x', 'y'))`,
    'TABLE public.t12',
  ],
  [`alter table t13 alter v set (n_distinct = 7)`, 'TABLE public.t13'],
  [`alter table t14 alter v set compression pglz`, 'TABLE public.t14'],
  [`alter table t15 alter v type text collate "C"`, 'TABLE public.t15'],
  [`alter table t16 alter id add generated by default as identity`, 'SEQUENCE public.t16_id_seq'],
  [`alter table t17 alter id drop not null`, 'TABLE public.t17'],
  [`alter table t18 set (toast.autovacuum_enabled = false)`, 'TABLE public.t18'],
  [`alter table t19 add constraint nv check (id > 0) not valid`, 'CHECK CONSTRAINT public.t19 nv'],
  [`alter table t19 owner to app`, 'TABLE public.t19'],
  [`alter table no_inh inherit par`, 'TABLE public.no_inh'],
  [`alter table inh no inherit par`, 'TABLE public.inh'],
  [`drop table pt1; create table pt1 partition of pt for values in (1, 3)`, 'TABLE ATTACH public.pt1'],
  [`alter table pt detach partition ptd`, 'TABLE ATTACH public.ptd'],
  [`drop index t_v; create index t_v on t (v desc)`, 'INDEX public.t_v'],
  [`drop index t_n`, 'INDEX public.t_n'],
  [`drop index t_e; create index t_e on t ((lower(v)), s) where s in ('a', 'c')`, 'INDEX public.t_e'],
  [`drop index t_n; create unique index t_n on t (n) nulls not distinct`, 'INDEX public.t_n'],
  [`alter index t_v set (fillfactor = 60)`, 'INDEX public.t_v'],
  [`alter index t_e alter column 1 set statistics 33`, 'INDEX public.t_e'],
  [`alter table t cluster on t_pkey`, 'CONSTRAINT public.t t_pkey'],
  [
    `alter table pa drop constraint pa_pkey cascade; alter table pa add primary key (id) include (k); alter table fk add foreign key (id) references pa, add constraint fk_p foreign key (p) references pa on delete cascade deferrable initially deferred`,
    'CONSTRAINT public.pa pa_pkey',
  ],
  [
    `alter table fk drop constraint fk_p; alter table fk add constraint fk_p foreign key (p) references pa on delete restrict deferrable initially deferred`,
    'FK CONSTRAINT public.fk fk_p',
  ],
  [`alter table fk alter constraint fk_p deferrable initially immediate`, 'FK CONSTRAINT public.fk fk_p'],
  [
    `alter table ex drop constraint exx; alter table ex add constraint exx exclude using gist (r with &&) where (s in ('a', 'c'))`,
    'CONSTRAINT public.ex exx',
  ],
  [
    `create or replace function f(a int default 1) returns int language sql immutable as 'select a + 1'`,
    'FUNCTION public.f(integer)',
  ],
  [
    `create or replace function f0(a int default 2) returns int language sql immutable as 'select a'`,
    'FUNCTION public.f0(integer)',
  ],
  [`alter function f1 volatile`, 'FUNCTION public.f1(integer)'],
  [`alter function f2 security definer`, 'FUNCTION public.f2(integer)'],
  [`alter function f3 set search_path = public`, 'FUNCTION public.f3(integer)'],
  [`alter function f4 owner to app`, 'FUNCTION public.f4(integer)'],
  [`alter function f5 strict`, 'FUNCTION public.f5(integer)'],
  [`alter function f6 leakproof`, 'FUNCTION public.f6(integer)'],
  [`alter function f7 parallel safe`, 'FUNCTION public.f7(integer)'],
  [`alter function f8 cost 7`, 'FUNCTION public.f8(integer)'],
  [`alter function fset rows 7`, 'FUNCTION public.fset()'],
  [
    `create or replace function fa(x int) returns int language sql begin atomic select id from t where id = x and s in ('a', 'c'); end`,
    'FUNCTION public.fa(integer)',
  ],
  [`create or replace procedure pr() language plpgsql as 'begin perform 1; end'`, 'PROCEDURE public.pr()'],
  [`revoke execute on function f from public`, 'ACL public.FUNCTION f(a integer)'],
  [`grant execute on function f9 to app with grant option`, 'ACL public.FUNCTION f9(a integer)'],
  [`grant select on t to app`, 'ACL public.TABLE t'],
  [`grant select (v) on t2 to app`, 'ACL public.COLUMN t2.v'],
  [`grant usage on schema sc to app`, 'ACL SCHEMA sc'],
  [`revoke select on t1 from reader`, 'ACL public.TABLE t1'],
  [`revoke update (v) on t1 from app`, 'ACL public.COLUMN t1.v'],
  [`revoke grant option for usage on sequence s3 from app`, 'ACL public.SEQUENCE s3'],
  [`grant insert, update on t3 to app`, 'ACL public.TABLE t3'],
  [`grant usage on language plpgsql to app`, 'ACL LANGUAGE plpgsql'],
  [`revoke usage on type en from public`, 'ACL public.TYPE en'],
  [`grant usage on foreign server sv to app`, 'ACL FOREIGN SERVER sv'],
  [
    `revoke execute on function pg_catalog.pg_sleep(double precision) from public`,
    'ACL pg_catalog.FUNCTION pg_sleep(double precision)',
  ],
  [`alter schema sc2 owner to app`, 'SCHEMA sc2'],
  [`alter sequence s increment 7`, 'SEQUENCE public.s'],
  [`alter sequence s2 cycle`, 'SEQUENCE public.s2'],
  [`alter sequence s owned by t.id`, 'SEQUENCE OWNED BY public.s'],
  [`alter sequence s3 as int`, 'SEQUENCE public.s3'],
  [`alter type en add value 'c'`, 'TYPE public.en'],
  [`alter type en2 rename value 'b' to 'bb'`, 'TYPE public.en2'],
  [`alter type co add attribute b int`, 'TYPE public.co'],
  [`drop type ra; create type ra as range (subtype = float8, subtype_diff = float8mi)`, 'TYPE public.ra'],
  [`alter domain d drop constraint d_check`, 'DOMAIN public.d'],
  [
    `alter domain d2 drop constraint d2_check; alter domain d2 add constraint d2_check check (value in ('a', 'c'))`,
    'DOMAIN public.d2',
  ],
  [`alter domain d3 set default 5`, 'DOMAIN public.d3'],
  [`alter domain d set not null`, 'DOMAIN public.d'],
  [`alter table t disable trigger tg`, 'TRIGGER public.t tg'],
  [
    `drop trigger tg2 on t; create trigger tg2 before update on t for each row when (new.s in ('a', 'c')) execute function tf()`,
    'TRIGGER public.t tg2',
  ],
  [`alter table t enable replica trigger tg3`, 'TRIGGER public.t tg3'],
  [`alter policy p on t using (s in ('a', 'c'))`, 'POLICY public.t p'],
  [`alter policy p2 on t to app`, 'POLICY public.t p2'],
  [`alter policy p3 on t with check (id > 2)`, 'POLICY public.t p3'],
  [`drop rule r on child; create rule r as on delete to child do instead notify x`, 'RULE public.child r'],
  [
    `drop rule r2 on child; create rule r2 as on insert to child where new.s in ('a', 'c') do also update t set v = new.s where t.id = new.id`,
    'RULE public.child r2',
  ],
  [`alter table child disable rule r3`, 'RULE public.child r3'],
  [
    `drop aggregate ag(int); create aggregate ag(int) (sfunc = int4pl, stype = int, initcond = '5')`,
    'AGGREGATE public.ag(integer)',
  ],
  [
    `drop operator ### (int, int); create operator ### (leftarg = int, rightarg = int, function = int4mul)`,
    'OPERATOR public.###',
  ],
  [
    `drop operator class oc using btree; create operator class oc for type int using btree as operator 1 <, operator 5 >, function 1 btint4cmp(int, int)`,
    'OPERATOR CLASS public.oc',
  ],
  [`drop collation cl; create collation cl from "POSIX"`, 'COLLATION public.cl'],
  [`alter text search configuration ts drop mapping for word`, 'TEXT SEARCH CONFIGURATION public.ts'],
  [`alter text search dictionary di (accept = false)`, 'TEXT SEARCH DICTIONARY public.di'],
  [`alter statistics st set statistics 44`, 'STATISTICS public.st'],
  [`drop statistics st2; create statistics st2 on (s in ('a', 'c')), id from t`, 'STATISTICS public.st2'],
  [
    `drop cast (int as cplx); create cast (int as cplx) with function to_cplx(int) as assignment`,
    'CAST CAST (integer AS public.cplx)',
  ],
  [
    `drop conversion cv; create default conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
    'CONVERSION public.cv',
  ],
  [`alter foreign data wrapper fw options (x 'y')`, 'FOREIGN DATA WRAPPER fw'],
  [`alter server sv options (host 'y')`, 'SERVER sv'],
  [`alter user mapping for app server sv options (set u 'y')`, 'USER MAPPING USER MAPPING app SERVER sv'],
  [`alter foreign table ft options (x 'y')`, 'FOREIGN TABLE public.ft'],
  [`alter language l1 owner to app`, 'PROCEDURAL LANGUAGE l1'],
  [`alter event trigger et enable always`, 'EVENT TRIGGER et'],
  [`comment on table t is 'd'`, 'COMMENT public.TABLE t'],
  [`comment on column t.id is 'j'`, 'COMMENT public.COLUMN t.id'],
  [`comment on function f(int) is 'new'`, 'COMMENT public.FUNCTION f(a integer)'],
  [`alter default privileges grant select on tables to app`, 'DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES'],
  [`alter default privileges revoke select on sequences from reader`, 'DEFAULT ACL DEFAULT PRIVILEGES FOR SEQUENCES'],
  [`alter extension hstore set schema sc`, 'EXTENSION hstore'],
  [`create publication px for table t`, 'PUBLICATION px'],
  [`alter publication pub0 set (publish = 'insert')`, 'PUBLICATION pub0'],
  [`alter publication pub0 add table t1`, 'PUBLICATION TABLE public.pub0 t1'],
  [`alter large object 4712 owner to app`, 'BLOB large objects'],
  [`grant update on large object 4711 to app`, 'ACL large objects'],
  [`comment on large object 4711 is 'x'`, 'COMMENT large objects'],
  [`grant maintain on t5 to app`, 'ACL public.TABLE t5', 17],
  [`alter table t16 add constraint named_here not null n`, 'TABLE public.t16', 18],
];
