-- how things are stored and counted
create table s (id int primary key, a text compression pglz, b text, c text) with (fillfactor = 60, autovacuum_enabled = off, toast.autovacuum_enabled = off);
alter table s alter b set storage external, alter c set statistics 500, alter a set (n_distinct = 7);
insert into s values (1, repeat('a', 9000), repeat('b', 9000), 'c');
create unique index s_c on s (c) with (fillfactor = 55); alter table s alter c set not null; alter table s replica identity using index s_c; alter table s cluster on s_pkey;
create statistics s_st (ndistinct, dependencies) on b, c from s; alter statistics s_st set statistics 44;
create index on s (lower(b)); create index on s using brin (id) with (pages_per_range = 4);
create table f (id int); alter table f replica identity full;
