-- types, operators, casts and aggregates of one's own
create type cx as (r float8, i float8);
create function cx_add(cx, cx) returns cx language sql immutable as 'select row($1.r + $2.r, $1.i + $2.i)::public.cx';
create operator +! (leftarg = cx, rightarg = cx, function = cx_add, commutator = +!);
create aggregate cx_sum(cx) (sfunc = cx_add, stype = cx, initcond = '(0,0)', parallel = safe);
create function to_cx(int) returns cx language sql immutable as 'select row($1, 0)::public.cx'; create cast (int as cx) with function to_cx(int) as assignment;
create collation posix from "C"; create table c (t text collate posix primary key); insert into c values ('b'), ('A');
create type mood as enum ('sad', 'ok', 'it''s fine'); alter type mood add value 'soso' before 'ok';
create table m (m mood, p cx, arr mood[]); insert into m values ('soso', (1, 2), '{sad,"it''s fine"}');
create text search dictionary plain (template = simple, stopwords = english); create text search configuration mine (copy = simple); alter text search configuration mine alter mapping for asciiword with plain;
create type span as range (subtype = float8, subtype_diff = float8mi); create table sp (s span); insert into sp values ('[1,2)');
