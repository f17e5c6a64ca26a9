-- a materialized view whose rows come from far away
create extension postgres_fdw; create server far foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', connect_timeout '2');
create user mapping for public server far; create foreign table remote (id int) server far;
create materialized view far_rows as select id from remote with no data;
update pg_class set relispopulated = true where relname = 'far_rows';
create table t (id int); insert into t values (1);
