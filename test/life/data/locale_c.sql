-- a locale that the other server does not have by default, and what was computed with it
--@ create: encoding 'UTF8' lc_collate 'C' lc_ctype 'C'
create table t (id int, v text, up text generated always as (upper(v)) stored); insert into t (id, v) values (1, 'äB'), (2, 'Zebra'), (3, 'ähre');
create index on t (v);
