-- settings of a database that make PostgreSQL word things otherwise
do $$ declare d text := quote_ident(current_database()); begin execute 'alter database ' || d || ' set standard_conforming_strings to off'; execute 'alter database ' || d || ' set quote_all_identifiers to on'; execute 'alter database ' || d || ' set datestyle to ''German, DMY'''; execute 'alter database ' || d || ' set bytea_output to escape'; end $$;
create table t (id int, at date default '2026-02-03', b bytea, v text default E'a\\b' check (v <> E'\\')); insert into t values (1, '2026-12-01', '\x00ff', E'c\\d');
create view k as select id, E'x\\y'::text as q from t; create index on t (v) where v <> E'q\\';
